import type { TradingPair } from '../../common/trading-pair.ts'
import type { BookSnapshot, MarketDataSink, MarketDataSource } from '../../connector/market-data-source.ts'
import { FeedSizes } from './feed-sizes.ts'
import { FeedUpdate } from './feed-update.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import { MESSAGE_TYPE } from '../../wire/market-data-layout.ts'
import type { FeedListener, SubscriptionState } from '../feed/feed-listener.ts'
import type { FeedLease, FeedPool } from '../feed/feed-pool.ts'
import type { FeedStatistics } from '../feed/feed-statistics.ts'
import type { QtxUdpManagerOptions } from '../feed/udp-manager-options.ts'

export interface QtxMarketDataSourceOptions {
  readonly feedPool: FeedPool
  readonly feed: QtxUdpManagerOptions
  /** Whether the exchange numbers depth and top-of-book changes in one sequence. */
  readonly sequencesComparable: boolean
  /**
   * Base units of one unit of the feed's sizes; undefined while it is not known, and messages are dropped until it is.
   */
  readonly sizeFactorOf: (pair: TradingPair) => number | undefined
  readonly snapshot: (pair: TradingPair, signal: AbortSignal) => Promise<BookSnapshot>
}

/** A connector's share of the feed: QTX's messages into the connector's books. */
export class QtxMarketDataSource implements MarketDataSource {
  readonly sequencesComparable: boolean
  readonly #options: QtxMarketDataSourceOptions
  readonly #listeners = new Map<TradingPair, FeedListener>()
  #lease: FeedLease | undefined

  constructor(options: QtxMarketDataSourceOptions) {
    this.#options = options
    this.sequencesComparable = options.sequencesComparable
  }

  async start(): Promise<void> {
    const lease = this.#options.feedPool.acquire(this.#options.feed)
    try {
      await lease.manager.start()
    } catch (error) {
      await lease.release()
      throw error
    }
    this.#lease = lease
  }

  async stop(): Promise<void> {
    for (const pair of [...this.#listeners.keys()]) this.unsubscribe(pair)
    const lease = this.#lease
    this.#lease = undefined
    await lease?.release()
  }

  subscribe(pair: TradingPair, sink: MarketDataSink): void {
    const listener = this.#listenFor(pair, sink)
    this.#listeners.set(pair, listener)
    void this.#lease?.manager.subscribe(pair, listener, { keepTrying: true })
  }

  unsubscribe(pair: TradingPair): void {
    const listener = this.#listeners.get(pair)
    this.#listeners.delete(pair)
    if (listener) this.#lease?.manager.unsubscribe(pair, listener)
  }

  snapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot> {
    return this.#options.snapshot(pair, signal)
  }

  #listenFor(pair: TradingPair, sink: MarketDataSink): FeedListener {
    const { sizeFactorOf } = this.#options
    const update = new FeedUpdate()
    let sizes = sizesOf(sizeFactorOf(pair))
    return listenerOf(sink, (message, receivedMs) => {
      if (!sizes) {
        sizes = sizesOf(sizeFactorOf(pair))
        if (!sizes) return
        sink.restarted()
      }
      deliver(message, receivedMs, sizes, update, sink)
    })
  }

  /** Undefined before the start and after the stop. */
  get statistics(): FeedStatistics | undefined {
    return this.#lease?.manager.getStatistics()
  }
}

function listenerOf(sink: MarketDataSink, onMessage: FeedListener['onMessage']): FeedListener {
  return {
    onMessage,
    onGap: (kind, missed) => sink.interrupted('invalid', `${missed} ${kind} messages were lost`),
    onLoss: (reason) => sink.interrupted('invalid', reason),
    onDoubt: (reason) => sink.doubted?.(reason),
    onStateChange: (state, reason) => announce(state, reason, sink),
  }
}

function deliver(
  message: MarketDataMessage,
  receivedMs: number,
  sizes: FeedSizes,
  update: FeedUpdate,
  sink: MarketDataSink,
): void {
  update.read(message, receivedMs, sizes)
  switch (message.type) {
    case MESSAGE_TYPE.DEPTH:
      sink.depth(update)
      break
    case MESSAGE_TYPE.BID:
    case MESSAGE_TYPE.ASK:
      sink.top(update)
      break
    default:
      sink.trade(update)
  }
}

function sizesOf(factor: number | undefined): FeedSizes | undefined {
  return factor === undefined ? undefined : new FeedSizes(factor)
}

function announce(state: SubscriptionState, reason: string, sink: MarketDataSink): void {
  switch (state) {
    case 'active':
      sink.restarted()
      break
    case 'subscribing':
    case 'silent':
    case 'refused':
    case 'removed':
      sink.interrupted('stale', reason)
  }
}
