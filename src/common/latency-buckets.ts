/** Buckets of each doubling: a bucket is at most a 32nd wide of what it holds. */
const PER_DOUBLING_LOG2 = 5
const PER_DOUBLING = 2 ** PER_DOUBLING_LOG2
/** The narrowest buckets are a sixteenth of a microsecond wide. */
const UNITS_PER_US = 16
/** 2^30 units, a minute and seven seconds: longer ones are counted in the last bucket. */
const DOUBLINGS = 30
const LONGEST_UNITS = 2 ** DOUBLINGS - 1

/** How many buckets there are. */
export const LATENCY_BUCKET_COUNT = (DOUBLINGS - PER_DOUBLING_LOG2 + 1) * PER_DOUBLING

/** From which latency on a bucket counts, microseconds; up to where the next one begins. */
export function bucketFromUs(bucket: number): number {
  if (bucket < PER_DOUBLING) return bucket / UNITS_PER_US
  const doubling = (bucket >> PER_DOUBLING_LOG2) - 1
  return ((PER_DOUBLING + (bucket & (PER_DOUBLING - 1))) * 2 ** doubling) / UNITS_PER_US
}

/**
 * The latency that this fraction of the samples does not exceed, microseconds. Within its bucket it is where it would be
 * if the bucket's samples were spread evenly. @param samples the sum of the counts, not 0.
 */
export function bucketPercentileUs(counts: Float64Array, samples: number, fraction: number): number {
  const rank = fraction * samples
  let below = 0
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!
    if (count > 0 && below + count >= rank) {
      const [from, to] = [bucketFromUs(i), bucketFromUs(i + 1)]
      return from + ((to - from) * (rank - below)) / count
    }
    below += count
  }
  return bucketFromUs(counts.length)
}

/**
 * Counts latencies by size. The difference of two readings is what was counted between them, which a histogram that
 * tells only percentiles cannot say. Counting allocates nothing, and calls nothing native.
 */
export class LatencyBuckets {
  readonly #counts = new Float64Array(LATENCY_BUCKET_COUNT)
  // In memory of its own, because a field that holds a fraction is allocated anew at each change.
  readonly #totals = new Float64Array(TOTALS.COUNT)

  /** @param us microseconds; what is below zero counts as zero. */
  count(us: number): void {
    const known = us > 0 ? us : 0
    const totals = this.#totals
    this.#counts[bucketOf(known)]!++
    totals[TOTALS.SAMPLES]!++
    totals[TOTALS.SUM_US]! += known
    if (known > totals[TOTALS.MAX_US]!) totals[TOTALS.MAX_US] = known
  }

  get samples(): number {
    return this.#totals[TOTALS.SAMPLES]!
  }

  /** 0 before the first. */
  get meanUs(): number {
    return this.samples === 0 ? 0 : this.#totals[TOTALS.SUM_US]! / this.samples
  }

  /** The longest, exactly; 0 before the first. */
  get maxUs(): number {
    return this.#totals[TOTALS.MAX_US]!
  }

  /** As `bucketPercentileUs`, and never above the longest; 0 before the first. */
  percentileUs(fraction: number): number {
    if (this.samples === 0) return 0
    return Math.min(this.maxUs, bucketPercentileUs(this.#counts, this.samples, fraction))
  }

  /** A copy of the counts by bucket, since creation. */
  read(): Float64Array {
    return this.#counts.slice()
  }
}

const TOTALS = { SAMPLES: 0, SUM_US: 1, MAX_US: 2, COUNT: 3 } as const

function bucketOf(us: number): number {
  const units = us * UNITS_PER_US
  const whole = units >= LONGEST_UNITS ? LONGEST_UNITS : units | 0
  if (whole < PER_DOUBLING) return whole
  const doubling = 31 - Math.clz32(whole) - PER_DOUBLING_LOG2
  return (doubling + 1) * PER_DOUBLING + ((whole >>> doubling) & (PER_DOUBLING - 1))
}
