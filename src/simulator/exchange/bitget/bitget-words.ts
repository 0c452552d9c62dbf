import { Decimal } from '../../../common/decimal.ts'
import type { Instrument } from '../instrument.ts'
import type { OrderKind, OrderSide, OrderState, OrderStatus, TimeInForce } from '../order.ts'

/** The only product that is simulated: perpetuals settled in USDT. */
export const PRODUCT_TYPE = 'USDT-FUTURES'

/** Ids are of 19 digits, as the real ones: more than a double holds. */
const ORDER_ID_BASE = 1_171_000_000_000_000_000n
const TRADE_ID_BASE = 1_235_000_000_000_000_000n
const BILL_ID_BASE = 1_111_000_000_000_000_000n

export const SIDES: Readonly<Record<string, OrderSide>> = { buy: 'buy', sell: 'sell' }
export const ORDER_KINDS: Readonly<Record<string, OrderKind>> = { limit: 'limit', market: 'market' }

/** In lower case; Bitget takes any. */
export const FORCES: Readonly<Record<string, TimeInForce>> = {
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
  post_only: 'post-only',
}

export const FORCE_WORDS: Readonly<Record<TimeInForce, string>> = {
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
  'post-only': 'post_only',
}

/** The websocket writes `cancelled`, REST `canceled`. */
export const STREAM_STATUS_WORDS: Readonly<Record<OrderStatus, string>> = {
  new: 'live',
  'partially-filled': 'partially_filled',
  filled: 'filled',
  canceled: 'cancelled',
  expired: 'cancelled',
}

export const REST_STATUS_WORDS: Readonly<Record<OrderStatus, string>> = {
  ...STREAM_STATUS_WORDS,
  canceled: 'canceled',
  expired: 'canceled',
}

export function forceWord(order: OrderState): string {
  return order.kind === 'market' ? 'gtc' : FORCE_WORDS[order.timeInForce]
}

export function positionModeWord(isHedged: boolean): string {
  return isHedged ? 'hedge_mode' : 'one_way_mode'
}

export function orderIdText(orderId: number): string {
  return String(ORDER_ID_BASE + BigInt(orderId))
}

/** The engine's id; undefined where the text is none of this exchange. */
export function orderIdOf(text: string): number | undefined {
  return /^\d{1,19}$/.test(text) ? Number(BigInt(text) - ORDER_ID_BASE) : undefined
}

export function tradeIdText(tradeId: bigint): string {
  return String(TRADE_ID_BASE + tradeId)
}

export function billIdText(incomeId: number): string {
  return String(BILL_ID_BASE + BigInt(incomeId))
}

/** With the decimals of the instrument's prices, zeros at the end included. */
export function priceText(instrument: Instrument, price: Decimal | number): string {
  return withDecimals(new Decimal(price), instrument.priceDecimals)
}

/** With the decimals of the instrument's sizes, zeros at the end included. */
export function sizeText(instrument: Instrument, size: Decimal | number): string {
  return withDecimals(new Decimal(size), instrument.sizeDecimals)
}

/** Exact, and never with an exponent. */
export function plainText(amount: Decimal): string {
  return amount.toFixed()
}

/** More digits than usual are kept: a source's sizes may be finer than what can be traded. */
function withDecimals(value: Decimal, decimals: number): string {
  return value.toFixed(Math.max(decimals, value.decimalPlaces()))
}
