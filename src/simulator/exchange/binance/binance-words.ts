import type { OrderKind, OrderSide, OrderStatus, PriceMatch, TimeInForce } from '../order.ts'

/** Binance's words for the engine's, and back. */
export const SIDES: Readonly<Record<string, OrderSide>> = { BUY: 'buy', SELL: 'sell' }

export const ORDER_KINDS: Readonly<Record<string, OrderKind>> = { LIMIT: 'limit', MARKET: 'market' }

export const TIMES_IN_FORCE: Readonly<Record<string, TimeInForce>> = {
  GTC: 'gtc',
  IOC: 'ioc',
  FOK: 'fok',
  GTX: 'post-only',
}

export const POSITION_SIDES = { BOTH: 'both', LONG: 'long', SHORT: 'short' } as const

export const PRICE_MATCHES: Readonly<Record<string, PriceMatch | undefined>> = {
  NONE: undefined,
  OPPONENT: { from: 'opponent', level: 1 },
  OPPONENT_5: { from: 'opponent', level: 5 },
  OPPONENT_10: { from: 'opponent', level: 10 },
  OPPONENT_20: { from: 'opponent', level: 20 },
  QUEUE: { from: 'queue', level: 1 },
  QUEUE_5: { from: 'queue', level: 5 },
  QUEUE_10: { from: 'queue', level: 10 },
  QUEUE_20: { from: 'queue', level: 20 },
}

export const SIDE_WORDS: Readonly<Record<OrderSide, string>> = { buy: 'BUY', sell: 'SELL' }

export const KIND_WORDS: Readonly<Record<OrderKind, string>> = { limit: 'LIMIT', market: 'MARKET' }

export const TIME_IN_FORCE_WORDS: Readonly<Record<TimeInForce, string>> = {
  gtc: 'GTC',
  ioc: 'IOC',
  fok: 'FOK',
  'post-only': 'GTX',
}

export const STATUS_WORDS: Readonly<Record<OrderStatus, string>> = {
  new: 'NEW',
  'partially-filled': 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
}

export function priceMatchWord(match: PriceMatch | undefined): string {
  if (!match) return 'NONE'
  return match.from.toUpperCase() + (match.level === 1 ? '' : `_${match.level}`)
}
