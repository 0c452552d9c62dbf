import type { OrderKind, OrderSide, OrderState, OrderStatus, TimeInForce } from '../order.ts'

/** Bybit's words for the engine's, and back. */
export const SIDES: Readonly<Record<string, OrderSide>> = { Buy: 'buy', Sell: 'sell' }

export const ORDER_KINDS: Readonly<Record<string, OrderKind>> = { Limit: 'limit', Market: 'market' }

export const TIMES_IN_FORCE: Readonly<Record<string, TimeInForce>> = {
  GTC: 'gtc',
  IOC: 'ioc',
  FOK: 'fok',
  PostOnly: 'post-only',
}

export const SIDE_WORDS: Readonly<Record<OrderSide, string>> = { buy: 'Buy', sell: 'Sell' }

export const KIND_WORDS: Readonly<Record<OrderKind, string>> = { limit: 'Limit', market: 'Market' }

export const TIME_IN_FORCE_WORDS: Readonly<Record<TimeInForce, string>> = {
  gtc: 'GTC',
  ioc: 'IOC',
  fok: 'FOK',
  'post-only': 'PostOnly',
}

/** Bybit has no word for expired: `rejectReason` says why an order was canceled. */
export const STATUS_WORDS: Readonly<Record<OrderStatus, string>> = {
  new: 'New',
  'partially-filled': 'PartiallyFilled',
  filled: 'Filled',
  canceled: 'Cancelled',
  expired: 'Cancelled',
}

/** Who canceled an order, and the reason that goes with it. */
export function cancelWordsOf(order: OrderState): {
  readonly cancelType: string
  readonly rejectReason: string
} {
  const { status, timeInForce, kind } = order
  if (status !== 'canceled' && status !== 'expired') {
    return { cancelType: 'UNKNOWN', rejectReason: 'EC_NoError' }
  }
  if (order.unplaceable) {
    return timeInForce === 'fok'
      ? { cancelType: 'UNKNOWN', rejectReason: 'EC_CancelForNoFullFill' }
      : { cancelType: 'UNKNOWN', rejectReason: 'EC_PostOnlyWillTakeLiquidity' }
  }
  if (status === 'canceled') return { cancelType: 'CancelByUser', rejectReason: 'EC_PerCancelRequest' }
  return timeInForce === 'ioc' || kind === 'market'
    ? { cancelType: 'UNKNOWN', rejectReason: 'EC_NoImmediateQtyToFill' }
    : { cancelType: 'CancelByReduceOnly', rejectReason: 'EC_PerCancelRequest' }
}
