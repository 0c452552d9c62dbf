import type { MarketDataMessage } from '../../wire/market-data-codec.ts'

/** Turns the feed's sizes into base units. Allocates nothing per message, but for one that is longer than any before. */
export class FeedSizes {
  /** Base units of one unit of the feed's sizes. */
  readonly factor: number
  #scaled = new Float64Array(0)

  constructor(factor: number) {
    this.factor = factor
  }

  /** The message's levels, at the same places as in the message; valid until the next call. */
  ofLevels(message: MarketDataMessage): Float64Array {
    if (this.factor === 1) return message.levels
    if (this.#scaled.length < message.levels.length) this.#scaled = new Float64Array(message.levels.length)
    this.#scale(message, message.asksStart, message.askCount)
    this.#scale(message, message.bidsStart, message.bidCount)
    return this.#scaled
  }

  #scale({ levels }: MarketDataMessage, start: number, count: number): void {
    for (let at = start; at < start + 2 * count; at += 2) {
      this.#scaled[at] = levels[at]!
      this.#scaled[at + 1] = levels[at + 1]! * this.factor
    }
  }
}
