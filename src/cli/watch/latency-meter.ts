import { createHistogram } from 'node:perf_hooks'
import type { FeedListener } from '../../qtx/feed/feed-listener.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'

/** From QTX's receive time to ours, microseconds; comparable only as far as both clocks agree. */
export interface PairLatency {
  readonly samples: number
  /** Samples below zero, counted as 1: the clocks differ. */
  readonly negative: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

const HIGHEST_US = 60_000_000

/** Measures every message of one pair. */
export class LatencyMeter implements FeedListener {
  readonly #histogramUs = createHistogram({ lowest: 1, highest: HIGHEST_US, figures: 3 })
  #negative = 0

  onMessage(message: MarketDataMessage, receivedMs: number): void {
    const latencyMs = receivedMs - message.localMs
    if (latencyMs < 0) this.#negative++
    this.#histogramUs.record(Math.min(HIGHEST_US, Math.max(1, Math.round(latencyMs * 1_000))))
  }

  summary(): PairLatency {
    const { count } = this.#histogramUs
    const percentile = (percent: number): number => (count === 0 ? 0 : this.#histogramUs.percentile(percent))
    return {
      samples: count,
      negative: this.#negative,
      p50: percentile(50),
      p90: percentile(90),
      p99: percentile(99),
      max: count === 0 ? 0 : this.#histogramUs.max,
    }
  }
}
