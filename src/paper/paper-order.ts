import type { Decimal } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type {
  OrderReason,
  OrderUpdate,
  TimeInForce,
  TradeType,
  TradeUpdate,
} from '../connector/order-types.ts'
import type { BindingOrder } from './paper-account.ts'
import type { QueuePosition } from './queue-position.ts'

/** An order as it arrives: on the grid, market orders as immediate-or-cancel orders with a price. */
export interface PaperRequest {
  readonly clientOrderId: string
  readonly pair: TradingPair
  readonly tradeType: TradeType
  /** Base units. */
  readonly amount: Decimal
  readonly price: Decimal
  readonly timeInForce: TimeInForce
  readonly isPostOnly: boolean
  readonly isReduceOnly: boolean
}

/** An order on the paper exchange, which alone changes it. */
export interface PaperOrder extends PaperRequest {
  readonly exchangeOrderId: string
  /** The price as the book's doubles have it. */
  readonly bookPrice: number
  readonly fills: TradeUpdate[]
  executed: Decimal
  state: 'open' | 'partiallyFilled' | 'filled' | 'canceled'
  reason: OrderReason | undefined
  updateMs: number
  /** Undefined until it rests. */
  queue: QueuePosition | undefined
}

export function remainingOf(order: PaperOrder): Decimal {
  return order.amount.minus(order.executed)
}

export function isOpen(order: PaperOrder): boolean {
  return order.state === 'open' || order.state === 'partiallyFilled'
}

/** The order as far as it binds margin. */
export function toBinding(order: PaperOrder): BindingOrder {
  const { pair, tradeType, price, isReduceOnly } = order
  return { pair, tradeType, price, isReduceOnly, remaining: remainingOf(order) }
}

/** What the exchange says of the order. */
export function updateOf(order: PaperOrder, source: OrderUpdate['source']): OrderUpdate {
  const { pair, clientOrderId, exchangeOrderId, state, executed, updateMs, reason } = order
  return {
    pair,
    clientOrderId,
    exchangeOrderId,
    state,
    executedAmount: executed,
    updateMs,
    source,
    ...(reason && { reason }),
  }
}
