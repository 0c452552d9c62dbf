import type { Account } from './account.ts'
import type { OrderState } from './order.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** An order inside the engine, which alone changes it. */
export interface LiveOrder extends Mutable<OrderState> {
  readonly account: Account
  /** The price as the book's doubles have it. */
  readonly bookPrice: number
  /** Size of the source's own level that stood here before the order and has neither traded nor gone since. */
  queueAhead: number
}

/** A copy that later changes of the order do not reach. */
export function stateOf(order: LiveOrder): OrderState {
  return {
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    instrument: order.instrument,
    side: order.side,
    kind: order.kind,
    timeInForce: order.timeInForce,
    priceMatch: order.priceMatch,
    reduceOnly: order.reduceOnly,
    price: order.price,
    size: order.size,
    status: order.status,
    unplaceable: order.unplaceable,
    filledSize: order.filledSize,
    filledQuote: order.filledQuote,
    createdMs: order.createdMs,
    updatedMs: order.updatedMs,
  }
}
