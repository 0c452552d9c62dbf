import type { TradingPair } from '../../common/trading-pair.ts'
import type { MarketDataSink, MarketDataSource } from '../../connector/market-data-source.ts'

/** A source whose snapshots are not asked for: books settle from the stream. */
export class StreamOnlySource implements MarketDataSource {
  readonly sequencesComparable: boolean
  readonly #source: MarketDataSource

  constructor(source: MarketDataSource) {
    this.sequencesComparable = source.sequencesComparable
    this.#source = source
  }

  start(): Promise<void> {
    return this.#source.start()
  }

  stop(): Promise<void> {
    return this.#source.stop()
  }

  subscribe(pair: TradingPair, sink: MarketDataSink): void {
    this.#source.subscribe(pair, sink)
  }

  unsubscribe(pair: TradingPair): void {
    this.#source.unsubscribe(pair)
  }
}
