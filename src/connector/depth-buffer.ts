import type { DepthUpdate } from './market-updates.ts'
import { NO_AGE } from './shown-side.ts'
import type { OrderBook } from './order-book.ts'

const INITIAL_VALUES = 1_024
const MAX_VALUES = 1 << 20
const HEADER_VALUES = 5

/**
 * The depth messages since a moment, copied, to be applied on top of a snapshot from after that moment. Memory is
 * bounded: when it is full, all is forgotten and the moment is now.
 */
export class DepthBuffer {
  /** A snapshot of this age or newer misses nothing that the buffer does not have. */
  completeFrom = NO_AGE
  #values = new Float64Array(INITIAL_VALUES)
  #end = 0

  /** Forgets everything; what follows is what comes after a depth message of this age. */
  begin(age: number): void {
    this.completeFrom = age
    this.#end = 0
  }

  /** Keeps a message of this age. */
  push(age: number, update: DepthUpdate): void {
    const { sequence, eventMs, receivedMs, levels, asksStart, askCount, bidsStart, bidCount } = update
    if (this.completeFrom === NO_AGE) this.completeFrom = age
    const length = HEADER_VALUES + 2 * (askCount + bidCount)
    if (this.#end + length > MAX_VALUES) {
      this.begin(age)
      return
    }
    this.#reserve(length)
    const values = this.#values
    let at = this.#end
    values[at++] = sequence
    values[at++] = eventMs
    values[at++] = receivedMs
    values[at++] = askCount
    values[at++] = bidCount
    for (let i = 0; i < 2 * askCount; i++) values[at++] = levels[asksStart + i]!
    for (let i = 0; i < 2 * bidCount; i++) values[at++] = levels[bidsStart + i]!
    this.#end = at
  }

  /** Applies to the book, in order, what is not older than `age`: one that is as old says what the book has already. */
  replay(book: OrderBook, age: number): void {
    const values = this.#values
    let at = 0
    while (at < this.#end) {
      const sequence = values[at]!
      const eventMs = values[at + 1]!
      const receivedMs = values[at + 2]!
      const askCount = values[at + 3]!
      const bidCount = values[at + 4]!
      const asksStart = at + HEADER_VALUES
      const bidsStart = asksStart + 2 * askCount
      const update = {
        sequence,
        eventMs,
        receivedMs,
        levels: values,
        asksStart,
        askCount,
        bidsStart,
        bidCount,
      }
      if (book.ageOf(update) >= age) book.applyDepth(update)
      at = bidsStart + 2 * bidCount
    }
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#values.length) return
    let capacity = this.#values.length
    while (capacity < this.#end + length) capacity *= 2
    const values = new Float64Array(capacity)
    values.set(this.#values.subarray(0, this.#end))
    this.#values = values
  }
}
