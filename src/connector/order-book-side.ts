/** The cursor of a level that does not exist. */
export const NO_LEVEL = -1

const INITIAL_CAPACITY = 256

/** The levels of one side that are kept at most; beyond it the worst one goes. */
export const MAX_SIDE_LEVELS = 65_536

/**
 * The levels of one side of the depth. A level is named by a cursor, which is valid until the next change: from
 * `best`, or from a price, `next` walks to worse prices. Prices are the doubles that were received and are compared
 * exactly. An update allocates nothing but when the arrays double.
 */
export class OrderBookSide {
  readonly isBid: boolean
  /** Keys are prices for bids and negated prices for asks: ascending, so the best is last on both sides. */
  readonly #sign: number
  #keys = new Float64Array(INITIAL_CAPACITY)
  #sizes = new Float64Array(INITIAL_CAPACITY)
  #count = 0

  constructor(isBid: boolean) {
    this.isBid = isBid
    this.#sign = isBid ? 1 : -1
  }

  /** The best level, or `NO_LEVEL`. */
  get best(): number {
    return this.#count - 1
  }

  /** The best level strictly worse than the price, or `NO_LEVEL`. */
  firstWorseThan(price: number): number {
    return this.#indexOf(this.#sign * price) - 1
  }

  /** The next worse level, or `NO_LEVEL`. */
  next(cursor: number): number {
    return cursor - 1
  }

  priceAt(cursor: number): number {
    return this.#sign * this.#keys[cursor]!
  }

  sizeAt(cursor: number): number {
    return this.#sizes[cursor]!
  }

  /** How many levels there are from this one on to the worst. */
  countFrom(cursor: number): number {
    return cursor + 1
  }

  /** The size at exactly this price; 0 where there is no such level. */
  sizeOf(price: number): number {
    const key = this.#sign * price
    const index = this.#indexOf(key)
    return index < this.#count && this.#keys[index] === key ? this.#sizes[index]! : 0
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
    const end = start + 2 * count
    for (let i = start; i < end; i += 2) this.#set(levels[i]!, levels[i + 1]!)
  }

  /** All levels, in any order; fastest best first. */
  replace(levels: Float64Array, start: number, count: number): void {
    this.#count = 0
    for (let i = start + 2 * (count - 1); i >= start; i -= 2) this.#set(levels[i]!, levels[i + 1]!)
  }

  /** Removes the levels at the price and better than it. */
  removeThrough(price: number): void {
    this.#count = this.#indexOf(this.#sign * price)
  }

  clear(): void {
    this.#count = 0
  }

  copyFrom(other: OrderBookSide): void {
    this.#keys = other.#keys.slice()
    this.#sizes = other.#sizes.slice()
    this.#count = other.#count
  }

  #set(price: number, size: number): void {
    if (!(price > 0)) return
    const key = this.#sign * price
    const index = this.#indexOf(key)
    const isThere = index < this.#count && this.#keys[index] === key
    if (size === 0) {
      if (isThere) this.#removeAt(index)
    } else if (isThere) {
      this.#sizes[index] = size
    } else {
      this.#insertAt(index, key, size)
    }
  }

  /** The first index whose key is not below this one. */
  #indexOf(key: number): number {
    const keys = this.#keys
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }

  #removeAt(index: number): void {
    this.#keys.copyWithin(index, index + 1, this.#count)
    this.#sizes.copyWithin(index, index + 1, this.#count)
    this.#count--
  }

  #insertAt(index: number, key: number, size: number): void {
    if (this.#count === MAX_SIDE_LEVELS) {
      if (index === 0) return
      this.#removeAt(0)
      index--
    } else if (this.#count === this.#keys.length) {
      this.#grow()
    }
    this.#keys.copyWithin(index + 1, index, this.#count)
    this.#sizes.copyWithin(index + 1, index, this.#count)
    this.#keys[index] = key
    this.#sizes[index] = size
    this.#count++
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2)
    const sizes = new Float64Array(keys.length)
    keys.set(this.#keys)
    sizes.set(this.#sizes)
    this.#keys = keys
    this.#sizes = sizes
  }
}
