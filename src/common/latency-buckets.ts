/** Buckets of each doubling: a bucket is at most an eighth wide of what it holds. */
const PER_DOUBLING = 8
/** 2^26 microseconds: longer ones are counted in the last bucket. */
const DOUBLINGS = 26
const LONGEST_US = 2 ** DOUBLINGS - 1

/** How many buckets there are. */
export const LATENCY_BUCKET_COUNT = (DOUBLINGS - 2) * PER_DOUBLING

/** From which latency on a bucket counts, whole microseconds; up to where the next one begins. */
export function bucketFromUs(bucket: number): number {
  if (bucket < PER_DOUBLING) return bucket
  return (PER_DOUBLING + (bucket & 7)) * 2 ** ((bucket >> 3) - 1)
}

/**
 * Counts latencies by size. The difference of two readings is what was counted between them, which a histogram that
 * tells only percentiles cannot say. Counting allocates nothing.
 */
export class LatencyBuckets {
  readonly #counts = new Float64Array(LATENCY_BUCKET_COUNT)

  /** @param us microseconds; what is below zero counts as zero. */
  count(us: number): void {
    this.#counts[bucketOf(us)]!++
  }

  /** A copy of the counts by bucket, since creation. */
  read(): Float64Array {
    return this.#counts.slice()
  }
}

function bucketOf(us: number): number {
  const whole = us >= LONGEST_US ? LONGEST_US : us > 0 ? us | 0 : 0
  if (whole < PER_DOUBLING) return whole
  const exponent = 31 - Math.clz32(whole)
  return (exponent - 2) * PER_DOUBLING + ((whole >>> (exponent - 3)) & 7)
}
