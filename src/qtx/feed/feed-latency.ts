import { LatencyBuckets } from '../../common/latency-buckets.ts'

/** From one clock's time to another's; comparable only as far as both agree. Microseconds. */
export interface LatencyStatistics {
  readonly samples: number
  /** Samples below zero, counted as 0: the clocks differ. */
  readonly negative: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** Latencies of messages. Counting allocates nothing. */
export class FeedLatency {
  readonly #buckets = new LatencyBuckets()
  #negative = 0

  count(latencyMs: number): void {
    if (latencyMs < 0) this.#negative++
    this.#buckets.count(latencyMs * 1_000)
  }

  /** A copy of the counts by bucket of `LatencyBuckets`. */
  readCounts(): Float64Array {
    return this.#buckets.read()
  }

  getStatistics(): LatencyStatistics {
    const buckets = this.#buckets
    return {
      samples: buckets.samples,
      negative: this.#negative,
      p50: toTenths(buckets.percentileUs(0.5)),
      p90: toTenths(buckets.percentileUs(0.9)),
      p99: toTenths(buckets.percentileUs(0.99)),
      max: toTenths(buckets.maxUs),
    }
  }
}

function toTenths(us: number): number {
  return Math.round(us * 10) / 10
}
