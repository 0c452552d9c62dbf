import { SystemClock, type Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { BookStateChange } from '../../connector/events.ts'
import { OrderBookTracker } from '../../connector/order-book-tracker.ts'
import { EXCHANGE_REGISTRY } from '../../exchanges/registry.ts'
import type { FeedListener } from '../../qtx/feed/feed-listener.ts'
import { FeedPool, type FeedLease } from '../../qtx/feed/feed-pool.ts'
import type { PairFeedStatistics } from '../../qtx/feed/feed-statistics.ts'
import type { PerKind } from '../../qtx/feed/message-kind.ts'
import type { QtxUdpManagerOptions } from '../../qtx/feed/udp-manager-options.ts'
import { QtxMarketDataSource } from '../../qtx/overrides/qtx-market-data-source.ts'
import { LatencyMeter } from './latency-meter.ts'
import { StreamOnlySource } from './stream-only-source.ts'
import type { PairReport, WatchReport } from './watch-report.ts'

export interface MarketWatchParts {
  readonly pairs: readonly TradingPair[]
  readonly feed: QtxUdpManagerOptions
  readonly logger: Logger
  readonly onBookState: (change: BookStateChange) => void
  /** Told of everything that the feed tells of a pair. */
  readonly listenerOf?: ((pair: TradingPair) => FeedListener) | undefined
  /** The books' time; it must be the feed's. Default the system's. */
  readonly clock?: Clock | undefined
}

/** Books of a feed's pairs, built from its stream alone, and everything counted on the way. */
export class MarketWatch {
  readonly #pairs: readonly TradingPair[]
  readonly #lease: FeedLease
  readonly #books: OrderBookTracker
  readonly #meters: ReadonlyMap<TradingPair, LatencyMeter>
  readonly #listenerOf: MarketWatchParts['listenerOf']

  /** @throws QtxError `QTX_CONFIG_INVALID`, `QTX_PAIR_INVALID`. */
  constructor({ pairs, feed, logger, onBookState, listenerOf, clock }: MarketWatchParts) {
    const feedPool = new FeedPool()
    this.#pairs = pairs
    this.#listenerOf = listenerOf
    this.#lease = feedPool.acquire(feed)
    this.#meters = new Map(pairs.map((pair) => [pair, new LatencyMeter()]))
    const { sequencesComparable } = EXCHANGE_REGISTRY[feed.exchangeBackend]
    const source = new QtxMarketDataSource({
      feedPool,
      feed,
      sizeFactorOf: () => 1,
      sequencesComparable,
      snapshot: () => Promise.reject(new Error('there is no exchange to ask')),
    })
    this.#books = new OrderBookTracker({
      pairs,
      source: new StreamOnlySource(source),
      clock: clock ?? new SystemClock(),
      logger,
      callbacks: { onStateChange: onBookState },
    })
  }

  /** @throws QtxError `QTX_FEED_UNREACHABLE`. */
  async start(): Promise<void> {
    await this.#books.start()
    for (const [pair, meter] of this.#meters) {
      await this.#lease.manager.subscribe(pair, meter, { keepTrying: true })
      const listener = this.#listenerOf?.(pair)
      if (listener) await this.#lease.manager.subscribe(pair, listener, { keepTrying: true })
    }
  }

  async stop(): Promise<void> {
    await this.#books.stop()
    await this.#lease.release()
  }

  /** What is known now. @param levelCount levels of each side; all without it. */
  report(levelCount?: number): WatchReport {
    const feed = this.#lease.manager.getStatistics()
    const { endpoint, receiver, state, reason, datagrams, messages, messagesPerSecond, kernelDrops } = feed
    return {
      pairs: Object.fromEntries(
        this.#pairs.map((pair) => [
          pair,
          this.#pairReport(
            pair,
            feed.pairs.find((each) => each.pair === pair),
            levelCount,
          ),
        ]),
      ),
      drops: { ...feed.dropped, ...(kernelDrops !== undefined && { kernel: kernelDrops }) },
      feed: { endpoint, receiver, state, reason, datagrams, messages, messagesPerSecond },
    }
  }

  #pairReport(
    pair: TradingPair,
    feed: PairFeedStatistics | undefined,
    levelCount: number | undefined,
  ): PairReport {
    const book = this.#books.book(pair)
    const bids = book.bids(levelCount)
    const asks = book.asks(levelCount)
    const messages = feed?.messages
    return {
      state: book.state,
      reason: this.#books.readiness(pair).reason,
      feedState: feed?.state ?? 'subscribing',
      feedReason: feed?.reason ?? 'not asked yet',
      symbol: feed?.symbol,
      book: { bids, asks },
      best: { bid: bids[0] ?? null, ask: asks[0] ?? null },
      lastTradePrice: Number.isNaN(book.lastTradePrice) ? null : book.lastTradePrice,
      counts: {
        ticker: (messages?.bid ?? 0) + (messages?.ask ?? 0),
        depth: messages?.depth ?? 0,
        trade: messages?.trade ?? 0,
      },
      gaps: sum(feed?.sequence.gaps),
      gapsByKind: feed?.sequence.gaps ?? { bid: 0, ask: 0, depth: 0, trade: 0 },
      duplicates: sum(feed?.sequence.duplicates),
      late: sum(feed?.sequence.late),
      latency: this.#meters.get(pair)!.summary(),
    }
  }
}

function sum(counts: PerKind | undefined): number {
  return counts ? counts.bid + counts.ask + counts.depth + counts.trade : 0
}
