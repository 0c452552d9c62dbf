import { Decimal as DecimalJs } from 'decimal.js'

/** Arbitrary-precision decimal that always prints plainly, never with an exponent. */
export const Decimal = DecimalJs.clone({
  precision: 60,
  toExpNeg: -9e15,
  toExpPos: 9e15,
  rounding: DecimalJs.ROUND_HALF_EVEN,
})
export type Decimal = DecimalJs

/** What the interface takes as an amount or a price. A number is read by its shortest decimal form. */
export type DecimalInput = Decimal | string | number

export const ZERO: Decimal = new Decimal(0)

/** The largest multiple of `step` that is not above `value`. */
export function floorToStep(value: Decimal, step: Decimal): Decimal {
  return value.div(step).floor().mul(step)
}

/** The smallest multiple of `step` that is not below `value`. */
export function ceilToStep(value: Decimal, step: Decimal): Decimal {
  return value.div(step).ceil().mul(step)
}

/** The smaller of two decimals. */
export function minDecimal(a: Decimal, b: Decimal): Decimal {
  return a.lt(b) ? a : b
}
