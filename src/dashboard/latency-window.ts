import { LATENCY_BUCKET_COUNT, bucketFromUs, bucketPercentileUs } from '../common/latency-buckets.ts'
import type { LatencySpan } from './page-frames.ts'

/** Microseconds; null where nothing was sampled. */
export type Percentiles = Pick<LatencySpan, 'p50' | 'p90' | 'p99' | 'max'>

/** So many buckets are shown as one: half a doubling. */
const SHOWN_TOGETHER = 16
const NONE: Percentiles = { p50: null, p90: null, p99: null, max: null }

/** What lately came to counts that only rise. It is told of them at every step; memory is taken once. */
export class LatencyWindow {
  readonly #marks: Float64Array[]
  readonly #stepsPerMark: number
  readonly #before = new Float64Array(LATENCY_BUCKET_COUNT)
  readonly #difference = new Float64Array(LATENCY_BUCKET_COUNT)
  #steps = 0
  #lastStep = NONE

  /** Lately: over `marks` times `stepsPerMark` steps, up to one mark more or less. */
  constructor(marks: number, stepsPerMark: number) {
    this.#marks = Array.from({ length: marks }, () => new Float64Array(LATENCY_BUCKET_COUNT))
    this.#stepsPerMark = stepsPerMark
  }

  /** Of what was counted between the last two steps. */
  get lastStep(): Percentiles {
    return this.#lastStep
  }

  /** @param counts since the start, by bucket of `LatencyBuckets`. */
  step(counts: Float64Array): void {
    this.#lastStep = this.#since(this.#before, counts)
    this.#before.set(counts)
    if (this.#steps % this.#stepsPerMark === 0) this.#oldest.set(counts)
    this.#steps++
  }

  /** Percentiles lately, and the histogram since the start. */
  span(counts: Float64Array): LatencySpan {
    return {
      samples: counts.reduce((sum, count) => sum + count, 0),
      ...this.#since(this.#oldest, counts),
      buckets: shownBuckets(counts),
    }
  }

  /** The mark that is overwritten next: all zeros until there were enough steps. */
  get #oldest(): Float64Array {
    const mark = Math.ceil(this.#steps / this.#stepsPerMark)
    return this.#marks[mark % this.#marks.length]!
  }

  #since(earlier: Float64Array, now: Float64Array): Percentiles {
    const difference = this.#difference
    let samples = 0
    for (let i = 0; i < difference.length; i++) {
      // Counts that are lower than before are those of a feed that was made anew.
      const count = Math.max(0, now[i]! - earlier[i]!)
      difference[i] = count
      samples += count
    }
    if (samples === 0) return NONE
    return {
      p50: percentile(difference, samples, 0.5),
      p90: percentile(difference, samples, 0.9),
      p99: percentile(difference, samples, 0.99),
      max: percentile(difference, samples, 1),
    }
  }
}

function percentile(counts: Float64Array, samples: number, fraction: number): number {
  return Math.round(bucketPercentileUs(counts, samples, fraction) * 10) / 10
}

/** From the first that has any to the end of the last that has. */
function shownBuckets(counts: Float64Array): LatencySpan['buckets'] {
  const shown: { fromUs: number; count: number }[] = []
  let used = 0
  for (let i = 0; i < counts.length; i += SHOWN_TOGETHER) {
    let count = 0
    for (let j = i; j < i + SHOWN_TOGETHER; j++) count += counts[j]!
    if (count === 0 && shown.length === 0) continue
    shown.push({ fromUs: bucketFromUs(i), count })
    if (count > 0) used = shown.length
  }
  return shown.slice(0, used + 1)
}
