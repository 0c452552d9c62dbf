import { DenseLevels, MAX_SLOTS, NO_SLOT, Level } from './dense-levels.ts'
import { GridFinder } from './price-grid.ts'
import { SortedLevels } from './sorted-levels.ts'

/** The cursor of a level that does not exist. */
export const NO_LEVEL = -1

/** The levels of one side that are kept at most; beyond it the worst one goes. */
export const MAX_SIDE_LEVELS = 65_536

/** Cursors from here on are indexes of sorted levels; below it they are slots. */
const SORTED = 1 << 20

/** How many of the best levels are looked at for the grid. */
const GRID_SAMPLE = 256

/** One in so many levels may fall outside of the window before a better one is looked for. */
const OUTSIDE_SHARE = 32

const MIN_OUTSIDE = 16

const SLOT_GROWTH = 4

/**
 * The levels of one side of the depth: near the best in slots of a price grid, which it finds in the prices themselves,
 * and sorted where they are far or on no grid. A level is named by a cursor, which is valid until the next change: from
 * `best`, or from a price, `next` walks to worse prices. Prices are the doubles that were received and are compared
 * exactly. An update allocates nothing but when levels are laid out anew, which is rare: when many fall outside.
 */
export class OrderBookSide {
  readonly isBid: boolean
  readonly #sign: number
  readonly #near = new DenseLevels()
  /** What has no slot. */
  readonly #far = new SortedLevels()
  readonly #finder = new GridFinder()
  /** Levels that were received, and those of them that had no slot, since the last look at the layout. */
  #received = 0
  #outside = 0
  readonly #bestLevel = new Level()

  constructor(isBid: boolean) {
    this.isBid = isBid
    this.#sign = isBid ? 1 : -1
  }

  /** The best level, or `NO_LEVEL`. */
  get best(): number {
    const slot = this.#near.best
    return this.#isBestUpTo(slot) ? slot : SORTED + this.#far.count - 1
  }

  /** The best level strictly worse than the price, or `NO_LEVEL`. */
  firstWorseThan(limit: { readonly price: number }): number {
    const slot = this.#near.worseThan(limit)
    if (this.#isBestUpTo(slot)) return slot
    return this.#better(slot, this.#far.countBelow(this.#sign * limit.price) - 1)
  }

  /** The next worse level, or `NO_LEVEL`. */
  next(cursor: number): number {
    if (cursor >= SORTED) return this.firstWorseThan({ price: this.priceAt(cursor) })
    const slot = this.#near.bestUpTo(cursor - 1)
    if (this.#isBestUpTo(slot)) return slot
    return this.#better(slot, this.#far.countBelow(this.#sign * this.#near.priceAt(cursor)) - 1)
  }

  priceAt(cursor: number): number {
    return cursor < SORTED ? this.#near.priceAt(cursor) : this.#sign * this.#far.keyAt(cursor - SORTED)
  }

  sizeAt(cursor: number): number {
    return cursor < SORTED ? this.#near.sizeAt(cursor) : this.#far.sizeAt(cursor - SORTED)
  }

  /** `priceAt` and `sizeAt` without a number that is returned, which may be copied to the heap. */
  copyLevel(cursor: number, into: Level): void {
    if (cursor < SORTED) this.#near.copyLevel(cursor, into)
    else this.#far.copyLevel(cursor - SORTED, this.#sign, into)
  }

  /** Whether the best level here is as good for the other side as its own best one, or better. */
  isCrossing(other: OrderBookSide): boolean {
    const { best } = this
    const otherBest = other.best
    if (best === NO_LEVEL || otherBest === NO_LEVEL) return false
    this.copyLevel(best, this.#bestLevel)
    other.copyLevel(otherBest, other.#bestLevel)
    return this.#sign * this.#bestLevel.price >= this.#sign * other.#bestLevel.price
  }

  /** How many levels there are from this one on to the worst. Takes as long as there are better ones. */
  countFrom(cursor: number): number {
    if (cursor === NO_LEVEL) return 0
    let count = this.#count
    for (let better = this.best; better !== cursor; better = this.next(better)) count--
    return count
  }

  /** The size at exactly this price; 0 where there is no such level. */
  sizeOf(price: number): number {
    const slot = this.#near.slotOf(price)
    if (slot === NO_SLOT) return this.#far.sizeOf(this.#sign * price)
    return this.#near.has(slot) ? this.#near.sizeAt(slot) : 0
  }

  /** The best price of these levels that is in the book, NaN where none is. */
  bestOf(levels: Float64Array, start: number, count: number): number {
    let bestKey = NaN
    for (let i = start; i < start + 2 * count; i += 2) {
      const key = this.#sign * levels[i]!
      if (!(key <= bestKey) && this.sizeOf(levels[i]!) > 0) bestKey = key
    }
    return this.#sign * bestKey
  }

  /** Changed levels, price and size alternating from `start` on; size 0 deletes. */
  apply(levels: Float64Array, start: number, count: number): void {
    if (this.#count === 0) this.#placeFor(levels, start, count)
    this.#received += count
    const end = start + 2 * count
    for (let i = start; ; i += 2) {
      i = this.#near.setUntilOutside(levels, i, end)
      if (i >= end) break
      this.#setOutside(levels[i]!, levels[i + 1]!)
    }
    while (this.#count > MAX_SIDE_LEVELS) this.#removeWorst()
  }

  /** All levels, in any order; fastest best first. */
  replace(levels: Float64Array, start: number, count: number): void {
    this.#near.clear()
    this.#far.clear()
    this.#placeFor(levels, start, count)
    this.#received += count
    for (let i = start + 2 * (count - 1); i >= start; i -= 2) this.#set(levels[i]!, levels[i + 1]!)
    while (this.#count > MAX_SIDE_LEVELS) this.#removeWorst()
  }

  /** Removes the levels at the price and better than it. */
  removeThrough(price: number): void {
    const key = this.#sign * price
    const near = this.#near
    while (near.best !== NO_SLOT && this.#sign * near.priceAt(near.best) >= key) near.set(near.best, 0)
    this.#far.removeFrom(key)
  }

  /** Forgets the price grid as well. */
  clear(): void {
    this.#far.clear()
    this.#near.place(NaN, NaN, this.#near.slots)
    this.#received = 0
    this.#outside = 0
  }

  copyFrom(other: OrderBookSide): void {
    this.#near.copyFrom(other.#near)
    this.#far.copyFrom(other.#far)
    this.#received = other.#received
    this.#outside = other.#outside
  }

  get #count(): number {
    return this.#near.count + this.#far.count
  }

  /** Whether a slot, or none, is better than every sorted level. */
  #isBestUpTo(slot: number): boolean {
    const { count, bestKey } = this.#far
    if (count === 0) return true
    const { low, scale } = this.#near
    return slot !== NO_SLOT && bestKey < this.#sign * ((low + slot) / scale)
  }

  /** The better of a slot and a sorted level, each of which may be none. */
  #better(slot: number, index: number): number {
    if (index < 0) return slot
    if (slot !== NO_SLOT && this.#sign * this.#near.priceAt(slot) > this.#far.keyAt(index)) return slot
    return SORTED + index
  }

  #set(price: number, size: number): void {
    const slot = this.#near.slotOf(price)
    if (slot === NO_SLOT || !(price > 0)) this.#setOutside(price, size)
    else this.#near.set(slot, size)
  }

  #setOutside(price: number, size: number): void {
    if (!(price > 0)) return
    this.#far.set(this.#sign * price, size)
    this.#outside++
    if (this.#outside > MIN_OUTSIDE + (this.#count >> 2)) this.#look()
  }

  #removeWorst(): void {
    const slot = this.#near.worst
    if (slot !== NO_SLOT && this.#sign * this.#near.priceAt(slot) < this.#far.worstKey)
      this.#near.set(slot, 0)
    else this.#far.removeWorst()
  }

  /** An empty side's window is placed where the levels are that it is about to get. */
  #placeFor(levels: Float64Array, start: number, count: number): void {
    const near = this.#near
    const end = start + 2 * count
    let bestKey = -Infinity
    for (let i = start; i < end; i += 2) {
      const price = levels[i]!
      if (price > 0 && levels[i + 1] !== 0) bestKey = Math.max(bestKey, this.#sign * price)
    }
    if (bestKey === -Infinity) return
    let scale = near.scale
    if (Number.isNaN(scale)) {
      this.#finder.begin()
      for (let i = start; i < Math.min(end, start + 2 * GRID_SAMPLE); i += 2) this.#finder.see(levels[i]!)
      scale = this.#sign * this.#finder.scale()
    }
    near.place(scale, this.#sign * bestKey, near.slots)
  }

  /** Lays the levels out anew where another grid, place or size of the window takes in more of what is received. */
  #look(): void {
    const isTooMany = this.#outside * OUTSIDE_SHARE > this.#received
    this.#received = 0
    this.#outside = 0
    const best = this.best
    if (!isTooMany || best === NO_LEVEL) return
    const near = this.#near
    const scale = this.#scaleOfBest()
    const anchor = this.priceAt(best)
    if (scale !== near.scale || !near.isPlacedAt(anchor)) this.#layOut(scale, anchor, near.slots)
    else if (near.slots < MAX_SLOTS) this.#layOut(scale, anchor, near.slots * SLOT_GROWTH)
  }

  #scaleOfBest(): number {
    this.#finder.begin()
    let cursor = this.best
    for (let i = 0; i < GRID_SAMPLE && cursor !== NO_LEVEL; i++) {
      this.#finder.see(this.priceAt(cursor))
      cursor = this.next(cursor)
    }
    return this.#sign * this.#finder.scale()
  }

  #layOut(scale: number, anchor: number, slots: number): void {
    const levels = new Float64Array(2 * this.#count)
    let end = 0
    for (let cursor = this.best; cursor !== NO_LEVEL; cursor = this.next(cursor)) {
      levels[end++] = this.priceAt(cursor)
      levels[end++] = this.sizeAt(cursor)
    }
    this.#far.clear()
    this.#near.place(scale, anchor, slots)
    for (let i = end - 2; i >= 0; i -= 2) {
      const price = levels[i]!
      const slot = this.#near.slotOf(price)
      if (slot === NO_SLOT) this.#far.set(this.#sign * price, levels[i + 1]!)
      else this.#near.set(slot, levels[i + 1]!)
    }
  }
}
