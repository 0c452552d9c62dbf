import type { OrderKind, OrderState, OrderStatus, TimeInForce } from '../order.ts'

/** BloFin has one word for what the engine has two for. */
export interface OrderWay {
  readonly kind: OrderKind
  readonly timeInForce: TimeInForce
}

/** By `orderType`. */
export const ORDER_WAYS = {
  market: { kind: 'market', timeInForce: 'ioc' },
  limit: { kind: 'limit', timeInForce: 'gtc' },
  post_only: { kind: 'limit', timeInForce: 'post-only' },
  fok: { kind: 'limit', timeInForce: 'fok' },
  ioc: { kind: 'limit', timeInForce: 'ioc' },
} as const satisfies Record<string, OrderWay>

export type OrderTypeWord = keyof typeof ORDER_WAYS

export const ORDER_TYPE_WORDS = Object.keys(ORDER_WAYS) as readonly OrderTypeWord[]

export function orderTypeWord({ kind, timeInForce }: OrderWay): OrderTypeWord {
  return ORDER_TYPE_WORDS.find(
    (word) => ORDER_WAYS[word].kind === kind && ORDER_WAYS[word].timeInForce === timeInForce,
  )!
}

/** BloFin has no word for expired: the source says who canceled an order. */
export const STATE_WORDS: Readonly<Record<OrderStatus, string>> = {
  new: 'live',
  'partially-filled': 'partially_filled',
  filled: 'filled',
  canceled: 'canceled',
  expired: 'canceled',
}

/** Who canceled an order, and why; the words of the reason are assumed. */
export function cancelSourceOf(order: OrderState): readonly [source: string, reason: string | null] {
  if (order.status !== 'canceled' && order.status !== 'expired') return ['not_canceled', null]
  if (order.unplaceable) return ['system_canceled', `a ${order.timeInForce} order could not be let in`]
  return order.status === 'canceled'
    ? ['user_canceled', null]
    : ['system_canceled', 'the remainder was not filled at once']
}
