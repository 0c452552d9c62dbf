import { Decimal } from '../../common/decimal.ts'
import type { Level } from '../market-event.ts'
import type { LiveOrder } from './live-order.ts'
import { remainingSize } from './order.ts'

type LevelListener = (price: number, size: number) => void

/**
 * One side of a book: the source's levels as doubles, and the users' resting orders beside them. What others see of
 * a price is the sum of both.
 */
export class BookSide {
  readonly side: 'bid' | 'ask'
  readonly #onLevel: LevelListener | undefined
  /** The source's prices, ranked: the best is last, so that the busy end of the array is the cheap one. */
  readonly #ranks: number[] = []
  readonly #sizes = new Map<number, number>()
  /** Best price first, and first come first within a price. */
  readonly #resting: LiveOrder[] = []

  constructor(side: 'bid' | 'ask', onLevel?: LevelListener) {
    this.side = side
    this.#onLevel = onLevel
  }

  get resting(): readonly LiveOrder[] {
    return this.#resting
  }

  isBetter(price: number, than: number): boolean {
    return this.side === 'bid' ? price > than : price < than
  }

  sourceSize(price: number): number {
    return this.#sizes.get(price) ?? 0
  }

  bestSourcePrice(): number | undefined {
    const rank = this.#ranks.at(-1)
    return rank === undefined ? undefined : this.#priceOf(rank)
  }

  /** Sets a level of the source; size 0 removes it. */
  setSource(price: number, size: number): void {
    const rank = this.#rankOf(price)
    const at = this.#find(rank)
    const present = this.#ranks[at] === rank
    if (size > 0) {
      if (!present) this.#ranks.splice(at, 0, rank)
      this.#sizes.set(price, size)
    } else if (present) {
      this.#ranks.splice(at, 1)
      this.#sizes.delete(price)
    } else return
    this.#touch(price)
  }

  replaceSource(levels: readonly Level[]): void {
    const before = [...this.#sizes.keys()]
    this.#ranks.length = 0
    this.#sizes.clear()
    for (const [price, size] of levels) if (size > 0) this.setSource(price, size)
    for (const price of before) if (!this.#sizes.has(price)) this.#touch(price)
  }

  /** Removes the source's levels that are better than a price; each of them is told before it goes. */
  dropBetterThan(price: number, onDrop?: (price: number) => void): void {
    for (let best = this.bestSourcePrice(); best !== undefined; best = this.bestSourcePrice()) {
      if (!this.isBetter(best, price)) return
      onDrop?.(best)
      this.setSource(best, 0)
    }
  }

  /** Removes the source's levels that a price of the other side would trade with. */
  dropCrossedBy(price: number, onDrop?: (price: number) => void): void {
    this.dropBetterThan(price, onDrop)
    if (this.sourceSize(price) > 0) onDrop?.(price)
    this.setSource(price, 0)
  }

  addResting(order: LiveOrder): void {
    const behind = this.#resting.findIndex((each) => this.isBetter(order.bookPrice, each.bookPrice))
    this.#resting.splice(behind === -1 ? this.#resting.length : behind, 0, order)
    this.#touch(order.bookPrice)
  }

  removeResting(order: LiveOrder): void {
    const at = this.#resting.indexOf(order)
    if (at === -1) return
    this.#resting.splice(at, 1)
    this.#touch(order.bookPrice)
  }

  /** To be called when a resting order's remaining size has changed. */
  restingChanged(order: LiveOrder): void {
    this.#touch(order.bookPrice)
  }

  hasRestingAt(price: number): boolean {
    return this.#resting.some((order) => order.bookPrice === price)
  }

  /** Source and users together; 0 where there is nothing. */
  sizeAt(price: number): number {
    return this.sizeWith(price, this.sourceSize(price))
  }

  /** Like `sizeAt`, had the source this size there. */
  sizeWith(price: number, sourceSize: number): number {
    let sum: Decimal | undefined
    for (const order of this.#resting) {
      if (order.bookPrice !== price) continue
      sum = (sum ?? new Decimal(sourceSize)).plus(remainingSize(order))
    }
    return sum?.toNumber() ?? sourceSize
  }

  bestPrice(): number | undefined {
    const source = this.bestSourcePrice()
    const user = this.#resting[0]?.bookPrice
    if (source === undefined || user === undefined) return source ?? user
    return this.isBetter(user, source) ? user : source
  }

  top(): Level | undefined {
    const price = this.bestPrice()
    return price === undefined ? undefined : [price, this.sizeAt(price)]
  }

  /** The best levels, best first. */
  levels(limit: number): Level[] {
    return this.#prices(limit).map((price) => [price, this.sizeAt(price)])
  }

  #prices(limit: number): number[] {
    const prices = this.#ranks
      .slice(-limit)
      .reverse()
      .map((rank) => this.#priceOf(rank))
    if (this.#resting.length === 0) return prices
    const merged = new Set([...prices, ...this.#resting.map((order) => order.bookPrice)])
    return [...merged].sort((a, b) => this.#rankOf(b) - this.#rankOf(a)).slice(0, limit)
  }

  #touch(price: number): void {
    this.#onLevel?.(price, this.sizeAt(price))
  }

  #rankOf(price: number): number {
    return this.side === 'bid' ? price : -price
  }

  #priceOf(rank: number): number {
    return this.side === 'bid' ? rank : -rank
  }

  /** Index of the first rank that is not below. */
  #find(rank: number): number {
    let low = 0
    let high = this.#ranks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ranks[middle]! < rank) low = middle + 1
      else high = middle
    }
    return low
  }
}
