import type { InFlightOrder } from './in-flight-order.ts'
import type { OrderAnnouncer } from './order-announcer.ts'
import type { OrderIndex } from './order-index.ts'
import type { OrderRecorder } from './order-recorder.ts'
import type { OrderState } from './order-types.ts'
import type { OrderWaits } from './order-waits.ts'

/** How far along an order is; a message never takes it back. */
const RANK: Readonly<Record<OrderState, number>> = {
  pendingCreate: 0,
  submitUnknown: 1,
  open: 2,
  partiallyFilled: 3,
  pendingCancel: 4,
  canceled: 5,
  failed: 5,
  filled: 6,
}

/** Whether an order in this state is as far along as one in the other, or further. */
export function hasReached(state: OrderState, other: OrderState): boolean {
  return RANK[state] >= RANK[other]
}

export interface OrderProgressParts {
  readonly index: OrderIndex
  readonly recorder: () => OrderRecorder
  readonly waits: OrderWaits
  readonly announcer: OrderAnnouncer
}

/** Takes orders from one state to the next: puts each step on record, and wakes those who wait for it. */
export class OrderProgress {
  readonly #parts: OrderProgressParts

  constructor(parts: OrderProgressParts) {
    this.#parts = parts
  }

  /** Takes the order to this state, wherever it was. */
  set(order: InFlightOrder, state: OrderState): void {
    order.state = state
    this.#parts.recorder().state(order)
    this.#parts.waits.check(order)
  }

  /** Takes the order to this state, unless it is as far along already. */
  raise(order: InFlightOrder, state: OrderState): void {
    if (!hasReached(order.state, state)) this.set(order, state)
  }

  /** The exchange has the order: it is open at least, and that is announced, once. */
  announceCreated(order: InFlightOrder): void {
    if (order.isAnnounced) return
    order.isAnnounced = true
    if (!order.isDone) order.reason = undefined
    this.raise(order, 'open')
    this.#parts.announcer.created(order)
  }

  /** What was wrongly taken for failed is tracked again: it can be cancelled, and counts in `inFlightOrders`. */
  revive(order: InFlightOrder): void {
    this.#parts.index.activate(order)
    order.reason = undefined
    this.set(order, 'open')
  }
}
