import type { Clock } from '../../common/clock.ts'
import type { DepthEvent, Level, MarketEvent, SnapshotEvent, TickerEvent } from '../market-event.ts'
import { BookSide } from './book-side.ts'
import type { BookView } from './exchange-listeners.ts'
import type { Instrument } from './instrument.ts'
import type { LiveOrder } from './live-order.ts'
import { MarketTape } from './market-tape.ts'
import type { OrderSide } from './order.ts'

type MarketEventListener = (event: MarketEvent, book: BookView) => void
type LevelListener = (symbol: string, side: 'bid' | 'ask', price: number, size: number) => void

/** The newest best price of a side, and when it was that. */
interface NewestTop {
  readonly price: number
  readonly txMs: number
}

/** One instrument's market: its book, and the tape that numbers what is told of it. */
export class SymbolMarket implements BookView {
  readonly instrument: Instrument
  readonly bids: BookSide
  readonly asks: BookSide
  readonly tape: MarketTape
  #newestTop: { bid: NewestTop | undefined; ask: NewestTop | undefined } = { bid: undefined, ask: undefined }
  /** The levels that best prices have changed and no depth message has told yet, each with the number of that. */
  readonly #untold: Record<'bid' | 'ask', Map<number, bigint>> = { bid: new Map(), ask: new Map() }
  #snapshotSequence = -1n
  #depthTxMs = 0

  constructor(
    instrument: Instrument,
    clock: Clock,
    onMarketEvent: MarketEventListener,
    onLevel: LevelListener | undefined,
  ) {
    const { symbol } = instrument
    this.instrument = instrument
    this.bids = new BookSide('bid', onLevel && ((price, size) => onLevel(symbol, 'bid', price, size)))
    this.asks = new BookSide('ask', onLevel && ((price, size) => onLevel(symbol, 'ask', price, size)))
    this.tape = new MarketTape(symbol, clock, (event) => onMarketEvent(event, this))
  }

  get symbol(): string {
    return this.instrument.symbol
  }

  get depthSequence(): bigint {
    return this.tape.depthSequence
  }

  get hasResting(): boolean {
    return this.bids.resting.length > 0 || this.asks.resting.length > 0
  }

  levels(side: 'bid' | 'ask', limit: number): Level[] {
    return this.sideNamed(side).levels(limit)
  }

  top(side: 'bid' | 'ask'): Level | undefined {
    return this.sideNamed(side).top()
  }

  sideNamed(side: 'bid' | 'ask'): BookSide {
    return side === 'bid' ? this.bids : this.asks
  }

  /** Where orders of this side rest. */
  ownSide(side: OrderSide): BookSide {
    return side === 'buy' ? this.bids : this.asks
  }

  /** What orders of this side take from. */
  oppositeSide(side: OrderSide): BookSide {
    return side === 'buy' ? this.asks : this.bids
  }

  /**
   * The prices of the levels that best prices have changed since the last depth message; from now on they count as told.
   * A depth message has everything up to its number.
   */
  takeUntold(side: 'bid' | 'ask'): number[] {
    const prices = [...this.#untold[side].keys()]
    this.#untold[side].clear()
    return prices
  }

  restingOrders(): LiveOrder[] {
    return [...this.bids.resting, ...this.asks.resting]
  }

  /**
   * Sets the source's levels. Depth messages are batches and may lag behind best prices: the transaction times say
   * which of the two is newer, and older news never overrules newer.
   */
  applySource(event: MarketEvent): void {
    if (event.kind === 'snapshot') this.#applySnapshot(event)
    else if (event.kind === 'depth') this.#applyDepth(event)
    else if (event.kind === 'ticker') this.#applyTicker(event)
    if (this.hasResting) this.#shortenQueues()
  }

  #applySnapshot(event: SnapshotEvent): void {
    this.bids.replaceSource(event.bids)
    this.asks.replaceSource(event.asks)
    this.#snapshotSequence = event.sequence
    this.#depthTxMs = event.txMs
    this.#toldUpTo(event.sequence)
    this.#settleTop('bid', event.txMs)
    this.#settleTop('ask', event.txMs)
  }

  #applyDepth(event: DepthEvent): void {
    // A snapshot has everything up to its number; what comes late would put old sizes back.
    if (event.sequence <= this.#snapshotSequence) return
    const bestBid = bestOf(this.bids, event.bids)
    const bestAsk = bestOf(this.asks, event.asks)
    if (bestBid !== undefined && !this.#isStale('bid', bestBid, event.txMs)) this.asks.dropCrossedBy(bestBid)
    if (bestAsk !== undefined && !this.#isStale('ask', bestAsk, event.txMs)) this.bids.dropCrossedBy(bestAsk)
    for (const [price, size] of event.bids) this.bids.setSource(price, size)
    for (const [price, size] of event.asks) this.asks.setSource(price, size)
    this.#depthTxMs = Math.max(this.#depthTxMs, event.txMs)
    this.#toldUpTo(event.sequence)
    this.#settleTop('bid', event.txMs)
    this.#settleTop('ask', event.txMs)
  }

  #applyTicker(event: TickerEvent): void {
    if (event.txMs < this.#depthTxMs) return
    const { side, price, size, sequence } = event
    const other = side === 'bid' ? 'ask' : 'bid'
    const own = this.sideNamed(side)
    own.dropBetterThan(price, (dropped) => this.#untold[side].set(dropped, sequence))
    own.setSource(price, size)
    this.#untold[side].set(price, sequence)
    if (size > 0) {
      this.sideNamed(other).dropCrossedBy(price, (dropped) => this.#untold[other].set(dropped, sequence))
    }
    this.#newestTop[side] = { price, txMs: event.txMs }
  }

  #toldUpTo(sequence: bigint): void {
    for (const untold of [this.#untold.bid, this.#untold.ask]) {
      for (const [price, changed] of untold) if (changed <= sequence) untold.delete(price)
    }
  }

  /** True for a price that the side's newest best price says is gone. */
  #isStale(side: 'bid' | 'ask', price: number, txMs: number): boolean {
    const top = this.#newestTop[side]
    return top !== undefined && top.txMs > txMs && this.sideNamed(side).isBetter(price, top.price)
  }

  /** After levels of this time: a newer best price is kept to, an older one is forgotten. */
  #settleTop(side: 'bid' | 'ask', txMs: number): void {
    const top = this.#newestTop[side]
    if (top === undefined) return
    if (top.txMs > txMs) this.sideNamed(side).dropBetterThan(top.price)
    else this.#newestTop[side] = undefined
  }

  /** What stood ahead of a resting order cannot be more than what still stands there. */
  #shortenQueues(): void {
    for (const side of [this.bids, this.asks]) {
      for (const order of side.resting) {
        order.queueAhead = Math.min(order.queueAhead, side.sourceSize(order.bookPrice))
      }
    }
  }
}

function bestOf(side: BookSide, levels: readonly Level[]): number | undefined {
  let best: number | undefined
  for (const [price, size] of levels) {
    if (size > 0 && (best === undefined || side.isBetter(price, best))) best = price
  }
  return best
}
