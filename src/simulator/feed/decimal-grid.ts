import { QtxError } from '../../errors.ts'

const PLAIN_DECIMAL = /^(\d{1,15})(?:\.(\d{1,15}))?$/

/**
 * Counts of an increment (ticks, lots) as doubles. The division of two exact integers is rounded once, so each
 * value is the double that is nearest to its decimal, never the sum of many rounding errors.
 */
export class DecimalGrid {
  readonly #mantissa: number
  readonly #scale: number

  /** @param increment decimal text such as `0.10`; throws `QTX_CONFIG_INVALID` when it is not above zero */
  constructor(increment: string) {
    const match = PLAIN_DECIMAL.exec(increment)
    const fraction = match?.[2] ?? ''
    this.#mantissa = match ? Number(`${match[1]!}${fraction}`) : 0
    this.#scale = 10 ** fraction.length
    if (!Number.isSafeInteger(this.#mantissa) || this.#mantissa === 0)
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `an increment must be a decimal above zero, was "${increment}"`,
      )
  }

  /** The value of so many increments. */
  value(count: number): number {
    return (count * this.#mantissa) / this.#scale
  }

  /** How many whole increments are nearest to the value. */
  count(value: number): number {
    return Math.round((value * this.#scale) / this.#mantissa)
  }
}
