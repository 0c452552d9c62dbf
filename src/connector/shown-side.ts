import { Level } from './dense-levels.ts'
import type { TopUpdate } from './market-updates.ts'
import { NO_LEVEL, OrderBookSide } from './order-book-side.ts'

/** An age before every message's. */
export const NO_AGE = -1

/**
 * One side as it is shown: the depth's levels under what is newer than the depth. That is a limit – nothing at the
 * limit's price or better is shown of the depth – and usually the top of the book at that very price. Hidden levels
 * are kept: once the depth is newer than the limit, it is the truth again.
 *
 * An age is an update id, or an event time where ids are not comparable: whichever it is, higher is newer.
 */
export class ShownSide {
  readonly depth: OrderBookSide
  /** The newest top; its size is 0 where the depth's own best level is the top. */
  topPrice = NaN
  topSize = 0
  /** What is shown best, NaN where nothing is. */
  readonly best = new Level()
  /** The best level of the depth that is shown. */
  first = NO_LEVEL
  /** The age of the limit, `NO_AGE` without one. */
  limitAge = NO_AGE
  /** An object, so that its price is handed on without being copied to the heap. */
  readonly #limit = new Level()

  constructor(isBid: boolean) {
    this.depth = new OrderBookSide(isBid)
  }

  get levelCount(): number {
    return this.depth.countFrom(this.first) + (this.topSize > 0 ? 1 : 0)
  }

  /** What is shown at exactly this price. */
  sizeAt(price: number): number {
    if (this.topSize > 0 && price === this.topPrice) return this.topSize
    if (this.limitAge !== NO_AGE) {
      const limit = this.#limit.price
      const isHidden = this.depth.isBid ? price >= limit : price <= limit
      if (isHidden) return 0
    }
    return this.depth.sizeOf(price)
  }

  /** A top message. Size 0 says that nothing is at this price or better; without a price, that nothing is there. */
  showTop({ price, size }: TopUpdate, age: number): void {
    this.topPrice = price
    this.topSize = price > 0 ? size : 0
    this.#limit.price = price > 0 ? price : this.#worstPrice
    this.limitAge = age
    this.refresh()
  }

  /** The other side, which is newer, has reached this price: nothing here is still at it or better. */
  hideThrough(price: number, age: number): void {
    this.topSize = 0
    this.#limit.price = price
    this.limitAge = Math.max(age, this.limitAge)
    this.refresh()
  }

  /** The depth was changed and is now as new as `age`. */
  depthChanged(age: number): void {
    if (this.limitAge <= age) this.#dropLimit()
    this.refresh()
  }

  /** Finds the shown levels again after the depth's levels were changed. */
  refresh(): void {
    const depth = this.depth
    const first = this.limitAge === NO_AGE ? depth.best : depth.firstWorseThan(this.#limit)
    this.first = first
    if (this.topSize > 0) {
      this.best.price = this.topPrice
      this.best.size = this.topSize
    } else if (first === NO_LEVEL) {
      this.best.price = NaN
      this.best.size = NaN
    } else {
      depth.copyLevel(first, this.best)
    }
  }

  clear(): void {
    this.depth.clear()
    this.#dropLimit()
    this.refresh()
  }

  copyFrom(other: ShownSide): void {
    this.depth.copyFrom(other.depth)
    this.topPrice = other.topPrice
    this.topSize = other.topSize
    this.limitAge = other.limitAge
    this.#limit.price = other.#limit.price
    this.refresh()
  }

  get #worstPrice(): number {
    return this.depth.isBid ? 0 : Infinity
  }

  #dropLimit(): void {
    this.topSize = 0
    this.limitAge = NO_AGE
  }
}
