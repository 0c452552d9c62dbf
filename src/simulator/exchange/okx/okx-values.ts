import type { Instrument } from '../instrument.ts'
import { bookContracts, plainText } from '../wire-numbers.ts'

/** OKX's ids have nineteen digits: more than a double holds. */
const FIRST_ID = 2_497_956_900_000_000_000n

/** A book's size, base units as a double, in contracts. */
export function bookContractsText(instrument: Instrument, size: number): string {
  return plainText(bookContracts(instrument, size))
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
