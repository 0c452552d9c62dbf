import type { OrderKind, OrderState, OrderStatus, TimeInForce } from '../order.ts'

/** OKX has one word for what the engine has two for. */
export interface OrderWay {
  readonly kind: OrderKind
  readonly timeInForce: TimeInForce
}

export const ORDER_TYPES: ReadonlyMap<string, OrderWay> = new Map<string, OrderWay>([
  ['market', { kind: 'market', timeInForce: 'ioc' }],
  ['limit', { kind: 'limit', timeInForce: 'gtc' }],
  ['post_only', { kind: 'limit', timeInForce: 'post-only' }],
  ['fok', { kind: 'limit', timeInForce: 'fok' }],
  ['ioc', { kind: 'limit', timeInForce: 'ioc' }],
])

const TYPE_WORDS: Readonly<Record<TimeInForce, string>> = {
  gtc: 'limit',
  'post-only': 'post_only',
  fok: 'fok',
  ioc: 'ioc',
}

export function orderTypeWord({ kind, timeInForce }: OrderWay): string {
  return kind === 'market' ? 'market' : TYPE_WORDS[timeInForce]
}

/** OKX has no word for expired: the source says why an order was canceled. */
export const STATE_WORDS: Readonly<Record<OrderStatus, string>> = {
  new: 'live',
  'partially-filled': 'partially_filled',
  filled: 'filled',
  canceled: 'canceled',
  expired: 'canceled',
}

/** Why an order was canceled, as a number of OKX's list; empty for one that was not. */
export function cancelSourceOf(order: OrderState): readonly [source: string, reason: string] {
  if (order.status !== 'canceled' && order.status !== 'expired') return ['', '']
  if (order.unplaceable) {
    return order.timeInForce === 'fok'
      ? ['13', 'Order canceled: FOK order was canceled due to incompletely filled.']
      : ['31', 'The current limit order (market order) was canceled as it would have taken liquidity.']
  }
  if (order.status === 'canceled') return ['1', 'Order canceled by user']
  return order.timeInForce === 'ioc' || order.kind === 'market'
    ? ['14', 'Order canceled: IOC order was partially canceled due to incompletely filled.']
    : ['23', 'Order canceled: the position that the reduce-only order was to reduce is gone.']
}
