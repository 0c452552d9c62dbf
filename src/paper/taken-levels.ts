import { Decimal, ZERO } from '../common/decimal.ts'

interface Taken {
  /** The level's size when it was taken from. */
  readonly shown: number
  readonly size: Decimal
}

/** Of so many, those whose levels have changed are forgotten. */
const TIDY_AT = 256

/**
 * What was taken of one side's levels. The real book does not know of it: a level counts as depleted until its size in
 * the book is another one.
 */
export class TakenLevels {
  readonly #taken = new Map<number, Taken>()
  readonly #sizeAt: (price: number) => number

  /** @param sizeAt the real book's size at a price. */
  constructor(sizeAt: (price: number) => number) {
    this.#sizeAt = sizeAt
  }

  /** What is left of a level that shows this size. */
  left(price: number, shown: number): Decimal {
    const taken = this.#taken.get(price)
    if (taken?.shown === shown) return new Decimal(shown).minus(taken.size)
    if (taken) this.#taken.delete(price)
    return new Decimal(shown)
  }

  take(price: number, shown: number, size: Decimal): void {
    const before = this.#taken.get(price)
    const already = before?.shown === shown ? before.size : ZERO
    this.#taken.set(price, { shown, size: already.plus(size) })
    if (this.#taken.size <= TIDY_AT) return
    for (const [each, taken] of this.#taken) if (this.#sizeAt(each) !== taken.shown) this.#taken.delete(each)
  }
}
