import type { MarketEvent, TradeEvent } from '../market-event.ts'
import type { SymbolMarket } from './symbol-market.ts'

interface Print {
  readonly tradeId: bigint
  readonly takerSide: 'buy' | 'sell'
  readonly price: number
  readonly size: number
}

type SideName = 'bid' | 'ask'

/** What users' orders change of one market in one go, and how the world is told of it. */
export class Intervention {
  readonly #market: SymbolMarket
  readonly #prints: Print[] = []
  readonly #changed: Record<SideName, Set<number>> = { bid: new Set(), ask: new Set() }
  readonly #topBefore: Record<SideName, string>

  constructor(market: SymbolMarket) {
    this.#market = market
    this.#topBefore = { bid: topText(market, 'bid'), ask: topText(market, 'ask') }
  }

  /** A trade that the source does not know of; returns its id. */
  print(takerSide: 'buy' | 'sell', price: number, size: number): bigint {
    const tradeId = this.#market.tape.claimTradeId()
    this.#prints.push({ tradeId, takerSide, price, size })
    return tradeId
  }

  changed(side: SideName, price: number): void {
    this.#changed[side].add(price)
  }

  /** The source's event with what users' orders change of it: the same object where they change nothing. */
  reshape(event: MarketEvent): MarketEvent {
    if (event.kind === 'ticker') {
      const book = this.#market.sideNamed(event.side)
      const user = book.resting[0]?.bookPrice
      const outdone = user !== undefined && !book.isBetter(event.price, user)
      const top = book.top()
      if (top === undefined || !(outdone || this.#changed[event.side].has(event.price))) return event
      return { ...event, price: top[0], size: top[1] }
    }
    if (event.kind === 'trade') return event
    const bids = this.#reshapeLevels('bid', event.bids)
    const asks = this.#reshapeLevels('ask', event.asks)
    return bids === event.bids && asks === event.asks ? event : { ...event, bids, asks }
  }

  /** Tells of the trades, then of the levels, then of the best prices, as far as `told` has not. */
  publish(told?: MarketEvent): void {
    const { tape } = this.#market
    for (const { tradeId, takerSide, price, size } of this.#prints) {
      tape.emitTrade(tradeId, takerSide, price, size)
    }
    if (this.#changed.bid.size === 0 && this.#changed.ask.size === 0) return
    const sequence = tape.nextSequence()
    tape.emitDepth(sequence, this.#changedLevels('bid'), this.#changedLevels('ask'))
    for (const side of ['bid', 'ask'] as const) {
      if (told?.kind === 'ticker' && told.side === side) continue
      const top = this.#market.top(side)
      if (top && topText(this.#market, side) !== this.#topBefore[side]) tape.emitTicker(sequence, side, top)
    }
  }

  #reshapeLevels<L extends readonly (readonly [number, number])[]>(side: SideName, levels: L): L
  #reshapeLevels(side: SideName, levels: readonly (readonly [number, number])[]) {
    const book = this.#market.sideNamed(side)
    const concerns = (price: number) => this.#changed[side].has(price) || book.hasRestingAt(price)
    if (!levels.some(([price]) => concerns(price))) return levels
    return levels.map(([price, size]) => {
      if (!concerns(price)) return [price, size] as const
      const left = this.#changed[side].has(price) ? book.sourceSize(price) : size
      return [price, book.sizeWith(price, left)] as const
    })
  }

  /** With what best prices told before: whoever takes the depth alone must come to the same book. */
  #changedLevels(side: SideName) {
    const book = this.#market.sideNamed(side)
    const prices = new Set([...this.#market.takeUntold(side), ...this.#changed[side]])
    return [...prices].map((price) => [price, book.sizeAt(price)] as const)
  }
}

function topText(market: SymbolMarket, side: SideName): string {
  return String(market.top(side))
}

/** Whether a trade of the source would have traded with an order resting at this price. */
export function tradeReaches(trade: TradeEvent, price: number): boolean {
  return trade.takerSide === 'sell' ? price >= trade.price : price <= trade.price
}
