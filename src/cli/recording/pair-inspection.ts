import type { FeedListener } from '../../qtx/feed/feed-listener.ts'
import { KIND, kindOf } from '../../qtx/feed/message-kind.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import { DEPTH, LEVEL_BYTES, SINGLE } from '../../wire/market-data-layout.ts'
import type { LatencyStatistics } from '../../qtx/feed/feed-latency.ts'
import { LatencyMeter } from '../watch/latency-meter.ts'
import { RateLine } from './rate-line.ts'

/** What one pair's messages amount to. */
export interface PairContent {
  /** Of the messages that were applied. */
  readonly bytes: number
  /** Messages over time: how many in each piece of `bucketMs` from the recording's beginning. */
  readonly rate: { readonly bucketMs: number; readonly counts: readonly number[] }
  /** Levels of the depth messages, deletions included. */
  readonly levels: number
  readonly latency: LatencyStatistics
}

/** Measures the messages of one pair as they are played. */
export class PairInspection implements FeedListener {
  readonly #latency = new LatencyMeter()
  readonly #rate = new RateLine()
  readonly #startMs: () => number
  #bytes = 0
  #levels = 0

  /** @param startMs when the recording begins; asked for at the first message. */
  constructor(startMs: () => number) {
    this.#startMs = startMs
  }

  onMessage(message: MarketDataMessage, receivedMs: number): void {
    this.#latency.onMessage(message, receivedMs)
    this.#rate.count(receivedMs, this.#startMs())
    if (kindOf(message.type) !== KIND.DEPTH) {
      this.#bytes += SINGLE.LENGTH_BYTES
      return
    }
    const levels = message.askCount + message.bidCount
    this.#levels += levels
    this.#bytes += DEPTH.LEVELS + LEVEL_BYTES * levels
  }

  content(): PairContent {
    const { bucketMs, counts } = this.#rate
    return {
      bytes: this.#bytes,
      levels: this.#levels,
      rate: { bucketMs, counts },
      latency: this.#latency.summary(),
    }
  }
}
