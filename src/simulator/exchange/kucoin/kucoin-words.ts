import type { Decimal } from '../../../common/decimal.ts'
import type { Instrument } from '../instrument.ts'
import type { OrderKind, OrderSide, TimeInForce } from '../order.ts'

/** KuCoin's words for the engine's, and back. */
export const SIDES: Readonly<Record<string, OrderSide>> = { buy: 'buy', sell: 'sell' }

export const ORDER_KINDS: Readonly<Record<string, OrderKind>> = { limit: 'limit', market: 'market' }

/** There is no fill-or-kill on KuCoin futures. */
export const TIMES_IN_FORCE: Readonly<Record<string, TimeInForce>> = { GTC: 'gtc', IOC: 'ioc' }

export const POSITION_SIDES = { BOTH: 'both', LONG: 'long', SHORT: 'short' } as const

/** KuCoin's name of an asset: it calls bitcoin XBT. */
export function currencyOf(asset: string): string {
  return asset === 'BTC' ? 'XBT' : asset
}

export function assetOf(currency: string): string {
  return currency === 'XBT' ? 'BTC' : currency
}

export function timeInForceWord(timeInForce: TimeInForce): string {
  return timeInForce === 'ioc' ? 'IOC' : 'GTC'
}

/** Base units as whole contracts. */
export function toContracts(instrument: Instrument, size: Decimal): Decimal {
  return size.div(instrument.contractSize)
}

/** A price with as many digits as it has, which is how KuCoin prints it. */
export function priceText(price: number | Decimal): string {
  return typeof price === 'number' ? String(Number(price.toPrecision(15))) : price.toString()
}

/** Milliseconds as nanoseconds; the digits after those of a double are zero. */
export function nanoseconds(timeMs: number): number {
  return timeMs * 1_000_000
}
