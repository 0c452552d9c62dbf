import { FeedLatency, type LatencyStatistics } from '../../qtx/feed/feed-latency.ts'
import type { FeedListener } from '../../qtx/feed/feed-listener.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'

/** Measures every message of one pair, from QTX's receive time to ours. */
export class LatencyMeter implements FeedListener {
  readonly #latency = new FeedLatency()

  onMessage(message: MarketDataMessage, receivedMs: number): void {
    this.#latency.count(receivedMs - message.localMs)
  }

  summary(): LatencyStatistics {
    return this.#latency.getStatistics()
  }
}
