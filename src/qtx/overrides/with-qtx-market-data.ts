import type { TradingPair } from '../../common/trading-pair.ts'
import type { FeedSource } from '../../connector/events.ts'
import type { MarketDataSource } from '../../connector/market-data-source.ts'
import { passed, waiting, type ConnectorStatus } from '../../connector/status.ts'
import type { ConnectorClass, QtxOptions } from '../connector-class.ts'
import type { FeedStatistics } from '../feed/feed-statistics.ts'
import { FallbackMarketDataSource } from './feed-fallback.ts'
import { QtxMarketDataSource } from './qtx-market-data-source.ts'

/**
 * Books are fed by QTX's datagrams, and by the parent's websocket where that is wanted while these fail; the parent's
 * REST snapshots seed them.
 */
export function withQtxMarketData(Parent: ConnectorClass): ConnectorClass {
  abstract class QtxMarketData extends Parent {
    readonly #qtx: QtxOptions['qtx']
    #source: QtxMarketDataSource | undefined
    #fallback: FallbackMarketDataSource | undefined

    constructor(options: QtxOptions) {
      super(options)
      this.#qtx = options.qtx
    }

    get feedStatistics(): FeedStatistics | undefined {
      return this.#source?.statistics
    }

    get feedSources(): ReadonlyMap<TradingPair, FeedSource> {
      return new Map([...this.tradingPairs].map((pair) => [pair, this.#fallback?.sourceOf(pair) ?? 'udp']))
    }

    protected override get marketDataNeedsNetwork(): boolean {
      return false
    }

    protected override createMarketDataSource(): MarketDataSource {
      this.#source = new QtxMarketDataSource({
        feedPool: this.#qtx.feedPool,
        feed: this.#qtx.feed,
        sequencesComparable: this.#qtx.sequencesComparable,
        sizeFactorOf: (pair) =>
          this.#qtx.sizeUnit === 'base' ? 1 : this.findRule(pair)?.contractSize.toNumber(),
        snapshot: (pair, signal) => this.fetchBookSnapshot(pair, signal),
      })
      const { fallbackAfterMs } = this.#qtx
      if (fallbackAfterMs === undefined) return this.#source
      this.#fallback = new FallbackMarketDataSource({
        udp: this.#source,
        udpDepthMode: this.options.book?.depthMode ?? 'diff',
        createWebsocket: () => super.createMarketDataSource(),
        afterMs: fallbackAfterMs,
        clock: this.clock,
        random: this.random,
        logger: this.logger.child({ component: 'feed-fallback' }),
        onChange: (change) => this.reportFeedSource(change),
      })
      return this.#fallback
    }

    protected override checks(): ConnectorStatus {
      return { ...super.checks(), udpFeed: this.#feedCheck() }
    }

    #feedCheck(): ConnectorStatus[string] {
      const statistics = this.feedStatistics
      const { host, port } = this.#qtx.feed
      const endpoint = `${host}:${port}`
      const byWebsocket = [...this.tradingPairs].filter(
        (pair) => this.#fallback?.sourceOf(pair) === 'websocket',
      )
      const replaced = byWebsocket.map(
        (pair) => `${pair} is fed by the websocket (UDP: ${this.#fallback?.udpReasonOf(pair) ?? ''})`,
      )
      if (!statistics && replaced.length < this.tradingPairs.size) {
        return waiting(['not started', ...replaced].join(', '), 'wait')
      }
      const inactive = (statistics?.pairs ?? []).filter(
        ({ pair, state }) => this.tradingPairs.has(pair) && state !== 'active' && !byWebsocket.includes(pair),
      )
      if (inactive.length === 0) {
        return passed([`${statistics?.messages ?? 0} messages from ${endpoint}`, ...replaced].join(', '))
      }
      return waiting(
        [...inactive.map(({ pair, state, reason }) => `${pair} is ${state}: ${reason}`), ...replaced].join(
          ', ',
        ),
        `check that the QTX server runs at ${endpoint} and that UDP is let through; it is asked again by itself`,
      )
    }
  }
  return QtxMarketData
}
