import { LatencyBuckets } from '../../common/latency-buckets.ts'
import type { PlaceResult } from './order-result.ts'

/** From publishing to seeing the answer, milliseconds. */
export interface LatencySummary {
  readonly count: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Counts since the manager was made; they survive reconnecting. */
export interface OrderCounts {
  /** Placements published. */
  readonly placed: number
  /** Cancellations published. */
  readonly cancelled: number
  readonly accepted: number
  readonly rejected: number
  /** Results that left the outcome open, timeouts included. */
  readonly unknown: number
  readonly timeouts: number
  readonly lateAnswers: number
  /** Placements turned into cancellations because nobody waited for them any more. */
  readonly withdrawn: number
  /** Requests refused before anything was written: full ring, unfit text. */
  readonly refused: number
  readonly latency: LatencySummary
  /** The same latencies by bucket of `LatencyBuckets`. */
  readonly latencyCounts: Float64Array
}

const US_PER_MS = 1_000

/** What the order ring did, counted. */
export class OrderStatistics {
  readonly #latency = new LatencyBuckets()
  #placed = 0
  #cancelled = 0
  #accepted = 0
  #rejected = 0
  #unknown = 0
  #timeouts = 0
  #lateAnswers = 0
  #withdrawn = 0
  #refused = 0

  countPublished(request: 'place' | 'cancel'): void {
    if (request === 'place') this.#placed++
    else this.#cancelled++
  }

  countRefused(): void {
    this.#refused++
  }

  countResult(result: PlaceResult): void {
    if (result.kind === 'accepted') this.#accepted++
    else if (result.kind === 'rejected') this.#rejected++
    else {
      this.#unknown++
      if (result.reason === 'timeout') this.#timeouts++
      if (result.withdrawn) this.#withdrawn++
    }
  }

  countLateAnswer(): void {
    this.#lateAnswers++
  }

  /** Records an answer that came in time. */
  recordLatency(latencyMs: number): void {
    this.#latency.count(latencyMs * US_PER_MS)
  }

  summary(): OrderCounts {
    return {
      placed: this.#placed,
      cancelled: this.#cancelled,
      accepted: this.#accepted,
      rejected: this.#rejected,
      unknown: this.#unknown,
      timeouts: this.#timeouts,
      lateAnswers: this.#lateAnswers,
      withdrawn: this.#withdrawn,
      refused: this.#refused,
      latency: summarise(this.#latency),
      latencyCounts: this.#latency.read(),
    }
  }
}

function summarise(latency: LatencyBuckets): LatencySummary {
  return {
    count: latency.samples,
    meanMs: latency.meanUs / US_PER_MS,
    p50Ms: latency.percentileUs(0.5) / US_PER_MS,
    p90Ms: latency.percentileUs(0.9) / US_PER_MS,
    p99Ms: latency.percentileUs(0.99) / US_PER_MS,
    maxMs: latency.maxUs / US_PER_MS,
  }
}
