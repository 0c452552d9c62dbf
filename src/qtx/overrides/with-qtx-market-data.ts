import type { MarketDataSource } from '../../connector/market-data-source.ts'
import { passed, waiting, type ConnectorStatus } from '../../connector/status.ts'
import type { ConnectorClass, QtxOptions } from '../connector-class.ts'
import type { FeedStatistics } from '../feed/feed-statistics.ts'
import { QtxMarketDataSource } from './qtx-market-data-source.ts'

/** Books are fed by QTX's datagrams; the parent's REST snapshots seed them. */
export function withQtxMarketData(Parent: ConnectorClass): ConnectorClass {
  abstract class QtxMarketData extends Parent {
    readonly #qtx: QtxOptions['qtx']
    #source: QtxMarketDataSource | undefined

    constructor(options: QtxOptions) {
      super(options)
      this.#qtx = options.qtx
    }

    get feedStatistics(): FeedStatistics | undefined {
      return this.#source?.statistics
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
      return this.#source
    }

    protected override checks(): ConnectorStatus {
      const statistics = this.feedStatistics
      const { host, port } = this.#qtx.feed
      if (!statistics) return { ...super.checks(), udpFeed: waiting('not started', 'wait') }
      const inactive = statistics.pairs.filter(
        ({ pair, state }) => this.tradingPairs.has(pair) && state !== 'active',
      )
      const udpFeed =
        inactive.length === 0
          ? passed(`${statistics.messages} messages from ${host}:${port}`)
          : waiting(
              inactive.map(({ pair, state, reason }) => `${pair} is ${state}: ${reason}`).join(', '),
              `check that the QTX server runs at ${host}:${port} and that UDP is let through; it is asked again by itself`,
            )
      return { ...super.checks(), udpFeed }
    }
  }
  return QtxMarketData
}
