import type { TradingPair } from '../../src/common/trading-pair.ts'
import type { Instrument } from '../../src/simulator/exchange/instrument.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import type { Level, MarketEvent } from '../../src/simulator/market-event.ts'

/** The whole liquidity of one pair, base units. */
export interface ShownBook {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** What each market shows when a test begins. Prices and sizes are on the grid of every exchange. */
export const RESTING_BOOKS: Readonly<Record<TradingPair, ShownBook>> = {
  'BTC-USDT': {
    bids: [
      [60_000, 1],
      [59_990, 2],
      [59_980, 3],
    ],
    asks: [
      [60_010, 1],
      [60_020, 2],
      [60_030, 3],
    ],
  },
  'ETH-USDT': {
    bids: [
      [3_000, 10],
      [2_999, 20],
    ],
    asks: [
      [3_001, 10],
      [3_002, 20],
    ],
  },
}

/** A level far from every other, whose size says that the market lives. */
const PULSE_PRICES: Readonly<Record<TradingPair, number>> = { 'BTC-USDT': 58_000, 'ETH-USDT': 2_900 }

/** A market in which nothing happens unless a test makes it happen. */
export class StillMarket {
  readonly #exchange: SimulatedExchange
  #pulses = 0
  #trades = 0n

  constructor(exchange: SimulatedExchange) {
    this.#exchange = exchange
  }

  instrument(pair: TradingPair): Instrument {
    const found = this.#exchange.engine.instruments.find(
      ({ baseAsset, quoteAsset }) => `${baseAsset}-${quoteAsset}` === pair,
    )
    if (!found) throw new Error(`the simulated exchange has no ${pair}`)
    return found
  }

  /**
   * Makes the source's liquidity this. Not for a book in which users' orders rest at the top: best prices are told as
   * the source's.
   */
  show(pair: TradingPair, book: ShownBook): void {
    const { engine } = this.#exchange
    const { symbol } = this.instrument(pair)
    const before = engine.book(symbol)
    const tops = { bid: String(before.top('bid')), ask: String(before.top('ask')) }
    const sequence = before.depthSequence + 1n
    this.#tell({
      kind: 'depth',
      ...this.#head(pair),
      sequence,
      bids: changes(before.levels('bid', 1_000), book.bids),
      asks: changes(before.levels('ask', 1_000), book.asks),
    })
    for (const side of ['bid', 'ask'] as const) {
      const top = engine.book(symbol).top(side)
      if (!top || String(top) === tops[side]) continue
      const [price, size] = top
      this.#tell({ kind: 'ticker', ...this.#head(pair), sequence, side, price, size })
    }
  }

  /** Shows the resting books. */
  rest(): void {
    for (const pair of Object.keys(RESTING_BOOKS)) this.show(pair, RESTING_BOOKS[pair]!)
  }

  /** Lets others trade with each other, or with whoever rests at the price. */
  trade(pair: TradingPair, takerSide: 'buy' | 'sell', price: number, size: number): void {
    this.#tell({ kind: 'trade', ...this.#head(pair), tradeId: ++this.#trades, takerSide, price, size })
  }

  /** Something happens in every market, far from the best prices. */
  pulse(): void {
    this.#pulses++
    for (const [pair, price] of Object.entries(PULSE_PRICES)) {
      const { symbol } = this.instrument(pair)
      this.#tell({
        kind: 'depth',
        ...this.#head(pair),
        sequence: this.#exchange.engine.book(symbol).depthSequence + 1n,
        bids: [[price, 5 + (this.#pulses % 2)]],
        asks: [],
      })
    }
  }

  #tell(event: MarketEvent): void {
    this.#exchange.applyMarketEvent(event)
  }

  #head(pair: TradingPair): { readonly symbol: string; readonly txMs: number; readonly eventMs: number } {
    const nowMs = Date.now()
    return { symbol: this.instrument(pair).symbol, txMs: nowMs, eventMs: nowMs }
  }
}

/** The levels that make one side what is wanted, those that go included. */
function changes(before: readonly Level[], wanted: readonly Level[]): Level[] {
  const kept = new Set(wanted.map(([price]) => price))
  return [...before.filter(([price]) => !kept.has(price)).map(([price]): Level => [price, 0]), ...wanted]
}
