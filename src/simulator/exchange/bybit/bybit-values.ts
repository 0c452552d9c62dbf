import type { Decimal } from '../../../common/decimal.ts'
import type { Level } from '../../market-event.ts'
import type { Instrument } from '../instrument.ts'
import type { Fill } from '../order.ts'

/** Orders and executions are named by UUIDs, whose last twelve digits are the engine's numbers. */
const ORDER_ID_HEAD = '5b1f0c2e-7a64-4d1b-9e3a'
const LAST_DIGITS = 12
const AVERAGE_DECIMALS = 12

export function priceText(instrument: Instrument, price: Decimal): string {
  return price.toFixed(instrument.priceDecimals)
}

export function sizeText(instrument: Instrument, size: Decimal): string {
  return size.toFixed(instrument.sizeDecimals)
}

/** Money and rates: plain, without trailing zeros. */
export function plainText(value: Decimal): string {
  return value.toFixed()
}

/** Averages and ratios, which may be endless, are cut. */
export function averageText(value: Decimal): string {
  return value.toDecimalPlaces(AVERAGE_DECIMALS).toFixed()
}

/** Prices and sizes of the book are doubles of decimals: printed with the instrument's own places they are exact. */
export function levelTexts(instrument: Instrument, levels: readonly Level[]): [string, string][] {
  return levels.map(([price, size]) => [
    price.toFixed(instrument.priceDecimals),
    size === 0 ? '0' : size.toFixed(instrument.sizeDecimals),
  ])
}

export function orderIdText(orderId: number): string {
  return `${ORDER_ID_HEAD}-${hexDigits(BigInt(orderId), LAST_DIGITS)}`
}

/** The engine's order id; undefined for what is no id of this exchange. */
export function orderIdOf(text: string): number | undefined {
  const match = /^(.{23})-([0-9a-f]{12})$/.exec(text)
  return match?.[1] === ORDER_ID_HEAD ? Number.parseInt(match[2]!, 16) : undefined
}

/** Both orders of a trade have an execution of their own. */
export function executionIdText(fill: Fill): string {
  return `8d3f6a10-${hexDigits(BigInt(fill.orderId), 4)}-4c2e-9b7d-${hexDigits(fill.tradeId, LAST_DIGITS)}`
}

export function fundingExecutionIdText(incomeId: number): string {
  return `f40c1ed2-ff20-4d73-acb7-${hexDigits(BigInt(incomeId), LAST_DIGITS)}`
}

/** Public trades are named by UUIDs of their own. */
export function publicTradeIdText(tradeId: bigint): string {
  const digits = hexDigits(tradeId, LAST_DIGITS)
  return `${digits.slice(0, 8)}-${digits.slice(8)}-5cd4-8f14-4b5fa7cbf2e4`
}

function hexDigits(value: bigint, count: number): string {
  return BigInt.asUintN(count * 4, value)
    .toString(16)
    .padStart(count, '0')
}
