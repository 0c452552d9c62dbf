import type { Level } from './dense-levels.ts'

const INITIAL_CAPACITY = 256

/**
 * Levels in an array sorted by key, the best last: right for any prices, and fast where few levels change places.
 * Keys are prices for bids and negated prices for asks, so that higher is better. Allocates only when the arrays double.
 */
export class SortedLevels {
  #keys = new Float64Array(INITIAL_CAPACITY)
  #sizes = new Float64Array(INITIAL_CAPACITY)
  #count = 0
  /** `-Infinity` without levels. Only this class changes it; plain because what a call returns may be copied to the heap. */
  bestKey = -Infinity

  get count(): number {
    return this.#count
  }

  /** `Infinity` without levels. */
  get worstKey(): number {
    return this.#count === 0 ? Infinity : this.#keys[0]!
  }

  keyAt(index: number): number {
    return this.#keys[index]!
  }

  sizeAt(index: number): number {
    return this.#sizes[index]!
  }

  /** How many levels have a key below this one: the index of the first that has not. */
  countBelow(key: number): number {
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

  /** The size at exactly this key; 0 where there is no such level. */
  sizeOf(key: number): number {
    const index = this.countBelow(key)
    return index < this.#count && this.#keys[index] === key ? this.#sizes[index]! : 0
  }

  /** Size 0 deletes. */
  set(key: number, size: number): void {
    const index = this.countBelow(key)
    const isThere = index < this.#count && this.#keys[index] === key
    if (size === 0) {
      if (isThere) this.#removeAt(index)
    } else if (isThere) {
      this.#sizes[index] = size
    } else {
      this.#insertAt(index, key, size)
    }
  }

  /** `keyAt` and `sizeAt` without a number that is returned. @param sign of the key of a price. */
  copyLevel(index: number, sign: number, into: Level): void {
    into.price = sign * this.#keys[index]!
    into.size = this.#sizes[index]!
  }

  /** Removes the levels at the key and better than it. */
  removeFrom(key: number): void {
    this.#count = this.countBelow(key)
    this.#findBest()
  }

  removeWorst(): void {
    if (this.#count > 0) this.#removeAt(0)
  }

  clear(): void {
    this.#count = 0
    this.bestKey = -Infinity
  }

  copyFrom(other: SortedLevels): void {
    this.#keys = other.#keys.slice()
    this.#sizes = other.#sizes.slice()
    this.#count = other.#count
    this.bestKey = other.bestKey
  }

  #findBest(): void {
    this.bestKey = this.#count === 0 ? -Infinity : this.#keys[this.#count - 1]!
  }

  #removeAt(index: number): void {
    this.#keys.copyWithin(index, index + 1, this.#count)
    this.#sizes.copyWithin(index, index + 1, this.#count)
    this.#count--
    this.#findBest()
  }

  #insertAt(index: number, key: number, size: number): void {
    if (this.#count === this.#keys.length) this.#grow()
    if (index < this.#count) {
      this.#keys.copyWithin(index + 1, index, this.#count)
      this.#sizes.copyWithin(index + 1, index, this.#count)
    }
    this.#keys[index] = key
    this.#sizes[index] = size
    this.#count++
    this.#findBest()
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
