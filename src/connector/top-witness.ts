import { Level } from './dense-levels.ts'
import type { TopUpdate } from './market-updates.ts'
import type { OrderBookSide } from './order-book-side.ts'
import { NO_LEVEL } from './order-book-side.ts'
import { NO_AGE } from './shown-side.ts'

/** What a top message says of the depth: nothing, that its best level was right, or that it was not. */
export const VERDICT = { NONE: 0, AGREES: 1, CONTRADICTS: 2 } as const
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT]

/**
 * One side's top messages as a witness of the depth. Both are numbered by one count, and every change of the best level
 * is told; so when the first top that is newer than the depth arrives, the one before it was the best level at the
 * depth's own moment. Where the depth has another, a datagram of either was lost.
 */
export class TopWitness {
  readonly #depth: OrderBookSide
  #age = NO_AGE
  #price = NaN
  #size = 0
  readonly #best = new Level()

  constructor(depth: OrderBookSide) {
    this.#depth = depth
  }

  /** Price of the last top that was heard. */
  get price(): number {
    return this.#price
  }

  /** A top message, in order, shown or not. */
  hear({ price, size, sequence: age }: TopUpdate, depthAge: number): Verdict {
    const isJudge = this.#age !== NO_AGE && this.#age <= depthAge && age > depthAge
    const verdict = isJudge ? this.#compare() : VERDICT.NONE
    this.#price = price
    this.#size = size
    this.#age = age
    return verdict
  }

  clear(): void {
    this.#age = NO_AGE
  }

  #compare(): Verdict {
    const best = this.#depth.best
    const isEmpty = !(this.#price > 0 && this.#size > 0)
    if (best === NO_LEVEL || isEmpty)
      return best === NO_LEVEL && isEmpty ? VERDICT.AGREES : VERDICT.CONTRADICTS
    const level = this.#best
    this.#depth.copyLevel(best, level)
    const isSame = level.price === this.#price && level.size === this.#size
    return isSame ? VERDICT.AGREES : VERDICT.CONTRADICTS
  }
}
