import { Decimal } from '../../common/decimal.ts'
import type { Instrument } from './instrument.ts'

const MOST_DIGITS_OF_A_DOUBLE = 15

/** A decimal in plain digits, without an exponent and without trailing zeros. */
export function decimalText(value: Decimal): string {
  return value.toFixed()
}

/** Averages and ratios are cut, as endless ones must be. */
export function averageText(value: Decimal): string {
  return value.toDecimalPlaces(12).toFixed()
}

/** Base units as the contracts that the exchange counts in; exact. */
export function contractsText(instrument: Instrument, size: Decimal): string {
  return size.div(instrument.contractSize).toFixed()
}

/** Contracts as base units; exact. */
export function toBaseSize(instrument: Instrument, contracts: Decimal): Decimal {
  return contracts.mul(instrument.contractSize)
}

/** A book's size, base units as a double, in contracts. */
export function bookContracts(instrument: Instrument, size: number): number {
  return Number((size / instrument.contractSize.toNumber()).toPrecision(MOST_DIGITS_OF_A_DOUBLE))
}

/** A double without an exponent. */
export function plainText(value: number): string {
  const text = String(value)
  return text.includes('e') ? new Decimal(value).toFixed() : text
}
