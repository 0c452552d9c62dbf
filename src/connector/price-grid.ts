import { MAX_STEP } from './dense-levels.ts'

/** Finest grid that is looked for: 12 decimals. */
const MAX_DECIMALS = 12

const SCALES = Array.from({ length: MAX_DECIMALS + 1 }, (_, decimals) => Number(`1e${decimals}`))

/** A grid leaves out at most this part of the prices that are on any. */
const OUTSIDE_PART = 1 / 16

/**
 * Finds the decimal grid that prices are on. The tick of a market is not told with its prices, so the number of decimals
 * stands for it; a few prices with more of them, or with none, do not make a grid finer.
 */
export class GridFinder {
  readonly #pricesOf = new Uint32Array(MAX_DECIMALS + 1)
  #total = 0

  begin(): void {
    this.#pricesOf.fill(0)
    this.#total = 0
  }

  see(price: number): void {
    for (let decimals = 0; decimals <= MAX_DECIMALS; decimals++) {
      const step = Math.round(price * SCALES[decimals]!)
      if (step > MAX_STEP) return
      if (step / SCALES[decimals]! === price) {
        this.#pricesOf[decimals]!++
        this.#total++
        return
      }
    }
  }

  /** Steps a unit of price, a power of ten; NaN where no price was on a grid. */
  scale(): number {
    if (this.#total === 0) return NaN
    let outside = this.#total
    for (let decimals = 0; decimals < MAX_DECIMALS; decimals++) {
      outside -= this.#pricesOf[decimals]!
      if (outside <= this.#total * OUTSIDE_PART) return SCALES[decimals]!
    }
    return SCALES[MAX_DECIMALS]!
  }
}
