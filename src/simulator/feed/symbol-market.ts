import { QtxError } from '../../errors.ts'
import type { DepthEvent, Level, SnapshotEvent, TickerEvent, TradeEvent } from '../market-event.ts'
import { DecimalGrid } from './decimal-grid.ts'
import type { MarketShape, ModelSymbol } from './market-shape.ts'
import type { SeededRandom } from './seeded-random.ts'
import { SimulatedSide } from './simulated-side.ts'

const LEVELS_PER_SIDE = 1_000
const MEAN_LEVEL_LOTS = 400
const MEAN_TOUCH_LOTS = 2_000
const MEAN_TRADE_LOTS = 60
/** How far from the touch depth changes happen, ticks, mean. */
const MEAN_DEPTH_DISTANCE = 150
/** Random walk of the fair price for each quote, ticks, and its pull back to the start. */
const FAIR_STEP_TICKS = 0.6
const FAIR_REVERSION = 1e-5
/** Correction of a share's drift for each level that it is off. */
const SHARE_CORRECTION = 0.02

/**
 * One symbol's market: its whole book in integer ticks and lots, moved by a fair price that wanders and returns.
 * Every event follows from a change of that book, so top of book, depth and trades agree with each other.
 */
export class SymbolMarket {
  readonly #symbol: string
  readonly #prices: DecimalGrid
  readonly #sizes: DecimalGrid
  readonly #random: SeededRandom
  readonly #shape: MarketShape
  readonly #bids: SimulatedSide
  readonly #asks: SimulatedSide
  readonly #anchorTicks: number
  #fairTicks: number
  #updateId: bigint
  #tradeId: bigint
  #depthMessages = 0
  #touchLevels = 0
  #levels = 0
  #deletions = 0

  /** @throws QtxError `QTX_CONFIG_INVALID` for a price that leaves no room for a book below it. */
  constructor(spec: ModelSymbol, shape: MarketShape, random: SeededRandom) {
    this.#symbol = spec.symbol
    this.#prices = new DecimalGrid(spec.tickSize)
    this.#sizes = new DecimalGrid(spec.stepSize)
    this.#random = random
    this.#shape = shape
    this.#anchorTicks = this.#prices.count(Number(spec.price))
    if (!(this.#anchorTicks >= 5 * LEVELS_PER_SIDE)) {
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `the model's price of ${spec.symbol} must be at least ${5 * LEVELS_PER_SIDE} ticks, was ${this.#anchorTicks}`,
      )
    }
    this.#fairTicks = this.#anchorTicks + 0.5
    this.#updateId = 1_000_000_000n + BigInt(random.uint32())
    this.#tradeId = 1_000_000n + BigInt(random.uint32())
    this.#bids = this.#filledSide('bid', this.#anchorTicks)
    this.#asks = this.#filledSide('ask', this.#anchorTicks + 1)
  }

  snapshot(nowMs: number): SnapshotEvent {
    return {
      kind: 'snapshot',
      ...this.#head(nowMs),
      sequence: this.#updateId,
      bids: this.#toLevels(this.#bids.levels()),
      asks: this.#toLevels(this.#asks.levels()),
    }
  }

  ticker(side: 'bid' | 'ask', nowMs: number): TickerEvent {
    const book = side === 'bid' ? this.#bids : this.#asks
    return {
      kind: 'ticker',
      ...this.#head(nowMs),
      sequence: this.#updateId,
      side,
      price: this.#prices.value(book.bestTicks),
      size: this.#sizes.value(book.bestLots),
    }
  }

  /** One change at the top of the book: it follows the fair price, or only its size changes. */
  quote(nowMs: number): TickerEvent {
    this.#advanceIds()
    this.#fairTicks +=
      FAIR_REVERSION * (this.#anchorTicks - this.#fairTicks) + FAIR_STEP_TICKS * this.#random.normal()
    // The bid belongs at the whole tick at or below the fair price, the ask on the next one.
    const bidTicks = Math.floor(this.#fairTicks)
    if (this.#asks.bestTicks <= bidTicks) {
      this.#asks.delete(this.#asks.bestTicks)
      return this.ticker('ask', nowMs)
    }
    if (this.#bids.bestTicks > bidTicks) {
      this.#bids.delete(this.#bids.bestTicks)
      return this.ticker('bid', nowMs)
    }
    if (this.#bids.bestTicks < bidTicks) {
      this.#bids.set(Math.min(bidTicks, this.#asks.bestTicks - 1), this.#lots(MEAN_TOUCH_LOTS))
      return this.ticker('bid', nowMs)
    }
    if (this.#asks.bestTicks > bidTicks + 1) {
      this.#asks.set(bidTicks + 1, this.#lots(MEAN_TOUCH_LOTS))
      return this.ticker('ask', nowMs)
    }
    const side = this.#random.chance(0.5) ? 'bid' : 'ask'
    const book = side === 'bid' ? this.#bids : this.#asks
    book.set(book.bestTicks, this.#otherLots(book.bestLots, MEAN_TOUCH_LOTS))
    return this.ticker(side, nowMs)
  }

  /** A trade at the touch and what it leaves there. */
  trade(nowMs: number): [TradeEvent, TickerEvent] {
    this.#advanceIds()
    this.#tradeId++
    const lean = this.#fairTicks - (this.#bids.bestTicks + this.#asks.bestTicks) / 2
    const takerSide = this.#random.chance(0.5 + 0.1 * Math.tanh(lean)) ? 'buy' : 'sell'
    const side = takerSide === 'buy' ? 'ask' : 'bid'
    const book = side === 'bid' ? this.#bids : this.#asks
    const ticks = book.bestTicks
    const tradedLots = Math.min(book.bestLots, this.#lots(MEAN_TRADE_LOTS))
    const trade: TradeEvent = {
      kind: 'trade',
      ...this.#head(nowMs),
      tradeId: this.#tradeId,
      takerSide,
      price: this.#prices.value(ticks),
      size: this.#sizes.value(tradedLots),
    }
    if (tradedLots === book.bestLots) book.delete(ticks)
    else book.set(ticks, book.bestLots - tradedLots)
    return [trade, this.ticker(side, nowMs)]
  }

  /** Every level that changed since the last depth message, and changes away from the touch. */
  depth(nowMs: number): DepthEvent {
    this.#advanceIds()
    const atTouch = this.#bids.changedCount + this.#asks.changedCount
    this.#depthMessages++
    this.#touchLevels += atTouch
    const meanDeep = Math.max(0, this.#shape.levelsPerDepth - this.#touchLevels / this.#depthMessages)
    const total = Math.max(1, atTouch + Math.round(this.#random.exponential(meanDeep)))
    while (this.#bids.changedCount + this.#asks.changedCount < total) {
      this.#changeDeepLevel(this.#random.chance(0.5) ? this.#bids : this.#asks)
    }
    const bids = this.#bids.takeChanged()
    const asks = this.#asks.takeChanged()
    this.#levels += bids.length + asks.length
    for (const [, lots] of [...bids, ...asks]) if (lots === 0) this.#deletions++
    return {
      kind: 'depth',
      ...this.#head(nowMs),
      sequence: this.#updateId,
      bids: this.#toLevels(bids),
      asks: this.#toLevels(asks),
    }
  }

  #changeDeepLevel(book: SimulatedSide): void {
    const { deletionShare } = this.#shape
    const fromTicks = book.outwardTicks(1 + Math.floor(this.#random.exponential(MEAN_DEPTH_DISTANCE)))
    const owedDeletions = deletionShare * this.#levels - this.#deletions
    if (this.#random.chance(deletionShare + SHARE_CORRECTION * owedDeletions)) {
      book.delete(book.occupiedBeyond(fromTicks))
      return
    }
    const missingLevels = LEVELS_PER_SIDE - book.levelCount
    if (this.#random.chance(deletionShare + SHARE_CORRECTION * missingLevels)) {
      book.set(book.emptyBeyond(fromTicks), this.#lots(MEAN_LEVEL_LOTS))
      return
    }
    const ticks = book.occupiedBeyond(fromTicks)
    book.set(ticks, this.#otherLots(book.lotsAt(ticks), MEAN_LEVEL_LOTS))
  }

  #filledSide(side: 'bid' | 'ask', bestTicks: number): SimulatedSide {
    const book = new SimulatedSide(side, bestTicks)
    book.set(bestTicks, this.#lots(MEAN_TOUCH_LOTS))
    for (let distance = 0; book.levelCount < LEVELS_PER_SIDE;) {
      distance += 1 + Math.floor(this.#random.exponential(0.8))
      book.set(book.outwardTicks(distance), this.#lots(MEAN_LEVEL_LOTS))
    }
    // The opening levels are told by the snapshot.
    book.takeChanged()
    return book
  }

  #lots(mean: number): number {
    return 1 + Math.floor(this.#random.exponential(mean))
  }

  #otherLots(lots: number, mean: number): number {
    const drawn = this.#lots(mean)
    return drawn === lots ? lots + 1 : drawn
  }

  #advanceIds(): void {
    this.#updateId += BigInt(20 + this.#random.integer(400))
  }

  #head(nowMs: number): { symbol: string; txMs: number; eventMs: number } {
    const txMs = Math.floor(nowMs)
    return { symbol: this.#symbol, txMs, eventMs: txMs }
  }

  #toLevels(levels: readonly (readonly [ticks: number, lots: number])[]): Level[] {
    return levels.map(([ticks, lots]) => [this.#prices.value(ticks), this.#sizes.value(lots)])
  }
}
