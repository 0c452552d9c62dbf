import type { TradingPair } from '../common/trading-pair.ts'
import {
  priceForQuoteVolume,
  priceForVolume,
  quoteVolumeForPrice,
  shownLevels,
  volumeForPrice,
  vwapForVolume,
  type BookLevel,
  type DepthQuery,
} from './depth-queries.ts'
import type { BookSnapshot } from './market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from './market-updates.ts'
import type { BookState, OrderBookView } from './order-book-view.ts'
import { NO_AGE, ShownSide } from './shown-side.ts'
import { TopWitness, VERDICT, type Verdict } from './top-witness.ts'

export type { BookLevel, DepthQuery } from './depth-queries.ts'
export type { BookState, OrderBookView } from './order-book-view.ts'

export interface OrderBookOptions {
  /** Whether update ids of depth and top can be compared; otherwise event times say what is newer. */
  readonly sequencesComparable: boolean
  /** `full`: each depth message is the whole book; by default it is what changed. */
  readonly depthMode?: DepthMode
}

export type DepthMode = 'diff' | 'full'

/**
 * One pair's book: the depth, and over it the newest top of each side while that is newer than the depth. What is
 * shown is never crossed: where two sides meet, the newer one is right. Messages are applied in place.
 */
export class OrderBook implements OrderBookView {
  readonly pair: TradingPair
  state: BookState = 'syncing'
  version = 0
  sequence = 0
  eventMs = 0
  receivedMs = 0
  lastTradePrice = NaN
  /** How often a depth message crossed the depth itself: proof that something had been lost. */
  crossedCount = 0
  /** The age (update id, or event time) of the newest depth message; negative before the first. */
  depthAge = NO_AGE
  /** The age of the newest message that was applied; negative before the first. */
  newestAge = NO_AGE
  #sequencesComparable: boolean
  #depthMode: DepthMode
  readonly #bids = new ShownSide(true)
  readonly #asks = new ShownSide(false)
  readonly #bidWitness = new TopWitness(this.#bids.depth)
  readonly #askWitness = new TopWitness(this.#asks.depth)
  /** The age of a snapshot that was ahead of the stream: it has all depth messages of a lower age. */
  #snapshotAge = NO_AGE

  constructor(pair: TradingPair, options: OrderBookOptions) {
    this.pair = pair
    this.#sequencesComparable = options.sequencesComparable
    this.#depthMode = options.depthMode ?? 'diff'
  }

  get bestBidPrice(): number {
    return this.#bids.best.price
  }

  get bestBidSize(): number {
    return this.#bids.best.size
  }

  get bestAskPrice(): number {
    return this.#asks.best.price
  }

  get bestAskSize(): number {
    return this.#asks.best.size
  }

  get bidLevelCount(): number {
    return this.#bids.levelCount
  }

  get askLevelCount(): number {
    return this.#asks.levelCount
  }

  bidSizeAt(price: number): number {
    return this.#bids.sizeAt(price)
  }

  askSizeAt(price: number): number {
    return this.#asks.sizeAt(price)
  }

  bids(count = Infinity): BookLevel[] {
    return shownLevels(this.#bids, count)
  }

  asks(count = Infinity): BookLevel[] {
    return shownLevels(this.#asks, count)
  }

  vwapForVolume(isBuy: boolean, baseVolume: number): DepthQuery {
    return vwapForVolume(this.#takenBy(isBuy), baseVolume)
  }

  priceForVolume(isBuy: boolean, baseVolume: number): DepthQuery {
    return priceForVolume(this.#takenBy(isBuy), baseVolume)
  }

  priceForQuoteVolume(isBuy: boolean, quoteVolume: number): DepthQuery {
    return priceForQuoteVolume(this.#takenBy(isBuy), quoteVolume)
  }

  volumeForPrice(isBuy: boolean, price: number): DepthQuery {
    return volumeForPrice(this.#takenBy(isBuy), price)
  }

  quoteVolumeForPrice(isBuy: boolean, price: number): DepthQuery {
    return quoteVolumeForPrice(this.#takenBy(isBuy), price)
  }

  /** What messages and snapshots are ordered by. */
  ageOf(update: { readonly sequence: number; readonly eventMs: number }): number {
    return this.#sequencesComparable ? update.sequence : update.eventMs
  }

  /** Whether a snapshot that was ahead of the stream has this depth message already, so that it changes nothing. */
  isBeforeSnapshot(update: DepthUpdate): boolean {
    return this.ageOf(update) < this.#snapshotAge
  }

  /**
   * What a top message, which is applied afterwards, says of the depth as it is; `NONE` where ids are not comparable.
   */
  hearTop(update: TopUpdate): Verdict {
    if (!this.#sequencesComparable || this.#depthMode === 'full') return VERDICT.NONE
    return (update.isBid ? this.#bidWitness : this.#askWitness).hear(update, this.depthAge)
  }

  applyDepth(update: DepthUpdate): void {
    if (this.isBeforeSnapshot(update)) return
    const asks = this.#asks.depth
    const bids = this.#bids.depth
    const { levels, asksStart, askCount, bidsStart, bidCount } = update
    if (this.#depthMode === 'full') {
      asks.replace(levels, asksStart, askCount)
      bids.replace(levels, bidsStart, bidCount)
    } else {
      asks.apply(levels, asksStart, askCount)
      bids.apply(levels, bidsStart, bidCount)
    }
    if (bids.isCrossing(asks)) this.#repairDepth(update)
    this.#depthIsAt(this.ageOf(update))
    this.#changed(update)
    this.receivedMs = update.receivedMs
  }

  /** A top message; false when it is older than what is shown, and so changes nothing. */
  applyTop(update: TopUpdate): boolean {
    const age = this.ageOf(update)
    const side = update.isBid ? this.#bids : this.#asks
    if (age < this.depthAge || age < side.limitAge) return false
    side.showTop(update, age)
    this.#uncross(update.isBid)
    this.#changed(update)
    this.receivedMs = update.receivedMs
    return true
  }

  /**
   * Replaces the depth. The tops stay while they are newer.
   * @param age what the snapshot's levels are as new as.
   */
  applySnapshot(snapshot: BookSnapshot, age: number): void {
    this.#asks.depth.replace(snapshot.asks, 0, snapshot.asks.length / 2)
    this.#bids.depth.replace(snapshot.bids, 0, snapshot.bids.length / 2)
    this.#snapshotAge = age > this.depthAge ? age : NO_AGE
    this.#depthIsAt(age)
    this.#changed(snapshot)
  }

  applyTrade(trade: PublicTrade): void {
    this.lastTradePrice = trade.price
  }

  /** Empties both sides and forgets the sequences; the last trade stays. */
  clear(): void {
    this.#bids.clear()
    this.#asks.clear()
    this.#bidWitness.clear()
    this.#askWitness.clear()
    this.#snapshotAge = NO_AGE
    this.depthAge = NO_AGE
    this.newestAge = NO_AGE
    this.sequence = 0
    this.version++
  }

  /** Becomes what another book of the pair is, sequences included; the last trade stays where the other has none. */
  adopt(other: OrderBook): void {
    this.#sequencesComparable = other.#sequencesComparable
    this.#depthMode = other.#depthMode
    this.#bids.copyFrom(other.#bids)
    this.#asks.copyFrom(other.#asks)
    this.#bidWitness.clear()
    this.#askWitness.clear()
    this.#snapshotAge = other.#snapshotAge
    this.depthAge = other.depthAge
    this.newestAge = other.newestAge
    this.sequence = other.sequence
    this.eventMs = other.eventMs
    this.receivedMs = other.receivedMs
    if (other.lastTradePrice > 0) this.lastTradePrice = other.lastTradePrice
    this.version++
  }

  #takenBy(isBuy: boolean): ShownSide {
    return isBuy ? this.#asks : this.#bids
  }

  #depthIsAt(age: number): void {
    this.depthAge = age
    this.#bids.depthChanged(age)
    this.#asks.depthChanged(age)
    this.#uncross(true)
  }

  /** A level of this message is newer than the other side's levels that it meets: those go. */
  #repairDepth({ levels, asksStart, askCount, bidsStart, bidCount }: DepthUpdate): void {
    this.crossedCount++
    const asks = this.#asks.depth
    const bids = this.#bids.depth
    const newBid = bids.bestOf(levels, bidsStart, bidCount)
    if (newBid > 0) asks.removeThrough(newBid)
    const newAsk = asks.bestOf(levels, asksStart, askCount)
    if (newAsk > 0) bids.removeThrough(newAsk)
  }

  /** Where the shown sides meet, the older one is hidden; of two equally old ones the one that was updated last wins. */
  #uncross(isBidUpdated: boolean): void {
    const bidPrice = this.#bids.best.price
    const askPrice = this.#asks.best.price
    if (!(bidPrice >= askPrice)) return
    const bidAge = this.#bids.topSize > 0 ? this.#bids.limitAge : this.depthAge
    const askAge = this.#asks.topSize > 0 ? this.#asks.limitAge : this.depthAge
    const bidWins = bidAge === askAge ? isBidUpdated : bidAge > askAge
    if (bidWins) this.#asks.hideThrough(bidPrice, bidAge)
    else this.#bids.hideThrough(askPrice, askAge)
  }

  #changed(update: { readonly sequence: number; readonly eventMs: number }): void {
    const age = this.ageOf(update)
    if (age >= this.newestAge) {
      this.newestAge = age
      this.sequence = update.sequence
      this.eventMs = update.eventMs
    }
    this.version++
  }
}
