import { Decimal } from '../../../common/decimal.ts'
import type { Instrument } from '../instrument.ts'

/** OKX's ids have nineteen digits: more than a double holds. */
const FIRST_ID = 2_497_956_900_000_000_000n
const MOST_DIGITS_OF_A_DOUBLE = 15

/** A decimal as OKX writes it: plain, without trailing zeros. */
export function decimalText(value: Decimal): string {
  return value.toFixed()
}

/** Averages and ratios are cut, as endless ones must be. */
export function averageText(value: Decimal): string {
  return value.toDecimalPlaces(12).toFixed()
}

/** Base units as the contracts that OKX counts in; exact. */
export function contractsText(instrument: Instrument, size: Decimal): string {
  return size.div(instrument.contractSize).toFixed()
}

/** Contracts as base units; exact. */
export function toBaseSize(instrument: Instrument, contracts: Decimal): Decimal {
  return contracts.mul(instrument.contractSize)
}

/** A book's size, base units as a double, in contracts. */
export function bookContractsText(instrument: Instrument, size: number): string {
  const contracts = (size / instrument.contractSize.toNumber()).toPrecision(MOST_DIGITS_OF_A_DOUBLE)
  return plainText(Number(contracts))
}

/** A double without an exponent. */
export function plainText(value: number): string {
  const text = String(value)
  return text.includes('e') ? new Decimal(value).toFixed() : text
}

/** An order's id as OKX has it. */
export function orderIdText(orderId: number): string {
  return String(FIRST_ID + BigInt(orderId))
}

/** The engine's order id; undefined for what is no id of this exchange. */
export function orderIdOf(text: string): number | undefined {
  if (!/^\d{1,19}$/.test(text)) return undefined
  const orderId = Number(BigInt(text) - FIRST_ID)
  return Number.isSafeInteger(orderId) ? orderId : undefined
}

/** `BTC-USDT` of `BTC-USDT-SWAP`: names the index and the family. */
export function familyOf(instrument: Instrument): string {
  return `${instrument.baseAsset}-${instrument.quoteAsset}`
}
