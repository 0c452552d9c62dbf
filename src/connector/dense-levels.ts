/** The slot of a price that has none, and of a level that does not exist. */
export const NO_SLOT = -1

/** Slots of a window at first, and at most. */
export const MIN_SLOTS = 512
export const MAX_SLOTS = 32_768

/** Windows begin at multiples of this: the slots of one word of the bitmap. */
const WORD_SLOTS = 32

/** Steps below this are exact, and so are their quotients by a scale. */
export const MAX_STEP = 2 ** 50

/** The part of the window that lies below its anchor. */
const BELOW_ANCHOR = 7 / 8

/**
 * A level as it is copied out. A class, because the engine stores numbers in place only where no object of the same form
 * ever had something else at their place.
 */
export class Level {
  price = NaN
  size = NaN
}

/**
 * The levels of a window of consecutive steps of a price grid, one slot for each step: an update is a division, a store,
 * and a bit. Higher slots are better. The grid has `scale` steps a unit of price – negative where lower prices are
 * better – and a price is on it where that quotient is exactly the price, so that prices come back as they were sent.
 * Nothing is allocated but when the window grows.
 */
export class DenseLevels {
  #sizes = new Float64Array(MIN_SLOTS)
  /** Which slots have a level: sizes without their bit mean nothing. */
  #bits = new Int32Array(MIN_SLOTS / WORD_SLOTS)
  #slots = MIN_SLOTS
  /**
   * Steps of the grid a unit of price; NaN where there is no grid, and so nothing has a slot. Only this class changes it,
   * and `low`; they are plain because a number that a call returns may be copied to the heap.
   */
  scale = NaN
  /** The step of slot 0. */
  low = 0
  #best = NO_SLOT
  #count = 0

  get count(): number {
    return this.#count
  }

  /** The best level's slot, or `NO_SLOT`. */
  get best(): number {
    return this.#best
  }

  get slots(): number {
    return this.#slots
  }

  /** The slot of a price; `NO_SLOT` off the grid and outside of the window. */
  slotOf(price: number): number {
    const step = Math.floor(price * this.scale + 0.5)
    const slot = step - this.low
    return slot >= 0 && slot < this.#slots && step / this.scale === price ? slot | 0 : NO_SLOT
  }

  priceAt(slot: number): number {
    return (this.low + slot) / this.scale
  }

  sizeAt(slot: number): number {
    return this.#sizes[slot]!
  }

  /** `priceAt` and `sizeAt` without a number that is returned. */
  copyLevel(slot: number, into: Level): void {
    into.price = (this.low + slot) / this.scale
    into.size = this.#sizes[slot]!
  }

  has(slot: number): boolean {
    return (this.#bits[slot >>> 5]! & (1 << (slot & 31))) !== 0
  }

  /** Size 0 deletes. */
  set(slot: number, size: number): void {
    const word = slot >>> 5
    const bits = this.#bits[word]!
    const bit = 1 << (slot & 31)
    if (size !== 0) {
      this.#sizes[slot] = size
      if ((bits & bit) !== 0) return
      this.#bits[word] = bits | bit
      this.#count++
      if (slot > this.#best) this.#best = slot
    } else if ((bits & bit) !== 0) {
      this.#bits[word] = bits ^ bit
      this.#count--
      if (slot === this.#best) this.#best = this.bestUpTo(slot)
    }
  }

  /**
   * Sets levels, price and size alternating from `start` to `end`, up to the first that has no slot, or whose price is
   * not positive. Returns where that one is, or `end`. As `slotOf` and `set`, with what they look up kept at hand.
   */
  setUntilOutside(levels: Float64Array, start: number, end: number): number {
    const sizes = this.#sizes
    const bits = this.#bits
    const scale = this.scale
    const low = this.low
    const slots = this.#slots
    let best = this.#best
    let count = this.#count
    let at = start
    for (; at < end; at += 2) {
      const price = levels[at]!
      const step = Math.floor(price * scale + 0.5)
      const place = step - low
      if (!(place >= 0 && place < slots && step / scale === price && price > 0)) break
      const slot = place | 0
      const size = levels[at + 1]!
      const word = slot >>> 5
      const before = bits[word]!
      const bit = 1 << (slot & 31)
      if (size !== 0) {
        sizes[slot] = size
        if ((before & bit) !== 0) continue
        bits[word] = before | bit
        count++
        if (slot > best) best = slot
      } else if ((before & bit) !== 0) {
        bits[word] = before ^ bit
        count--
        if (slot === best) best = this.bestUpTo(slot)
      }
    }
    this.#best = best
    this.#count = count
    return at
  }

  /** The best level at this slot or below it, or `NO_SLOT`. */
  bestUpTo(slot: number): number {
    if (slot < 0) return NO_SLOT
    let word = slot >>> 5
    let bits = this.#bits[word]! & (-1 >>> (31 - (slot & 31)))
    while (bits === 0) {
      if (word === 0) return NO_SLOT
      bits = this.#bits[--word]!
    }
    return (word << 5) + 31 - Math.clz32(bits)
  }

  /** The best level strictly worse than a price that may be anything, or `NO_SLOT`. */
  worseThan({ price }: { readonly price: number }): number {
    if (this.#count === 0) return NO_SLOT
    const { scale, low } = this
    const slot = Math.min(Math.floor(price * scale + 0.5) - low, this.#best)
    if (!(slot >= 0)) return NO_SLOT
    // The quotient may be rounded to either side of the price.
    const slotPrice = (low + slot) / scale
    return this.bestUpTo((scale > 0 ? slotPrice < price : slotPrice > price) ? slot : slot - 1)
  }

  /** The worst level's slot, or `NO_SLOT`. */
  get worst(): number {
    if (this.#count === 0) return NO_SLOT
    let word = 0
    while (this.#bits[word] === 0) word++
    const bits = this.#bits[word]!
    return (word << 5) + 31 - Math.clz32(bits & -bits)
  }

  clear(): void {
    if (this.#count === 0) return
    this.#bits.fill(0)
    this.#best = NO_SLOT
    this.#count = 0
  }

  /** Without levels, a window of so many slots, most of them worse than the anchor, which is a price on no grid even. */
  place(scale: number, anchor: number, slots: number): void {
    this.clear()
    this.scale = Math.abs(anchor * scale) <= MAX_STEP ? scale : NaN
    this.low = lowFor(scale, anchor, slots)
    if (slots === this.#slots) return
    this.#sizes = new Float64Array(slots)
    this.#bits = new Int32Array(slots / WORD_SLOTS)
    this.#slots = slots
  }

  /** Whether a window placed at this anchor would be about where it is. */
  isPlacedAt(anchor: number): boolean {
    return Math.abs(lowFor(this.scale, anchor, this.#slots) - this.low) < this.#slots / 8
  }

  copyFrom(other: DenseLevels): void {
    this.#sizes = other.#sizes.slice()
    this.#bits = other.#bits.slice()
    this.#slots = other.#slots
    this.scale = other.scale
    this.low = other.low
    this.#best = other.#best
    this.#count = other.#count
  }
}

/** The step where a window begins that is placed at the anchor. */
function lowFor(scale: number, anchor: number, slots: number): number {
  return Math.floor((anchor * scale - slots * BELOW_ANCHOR) / WORD_SLOTS) * WORD_SLOTS
}
