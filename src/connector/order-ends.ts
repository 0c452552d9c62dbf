import { minDecimal, type Decimal } from '../common/decimal.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { OrderAnnouncer } from './order-announcer.ts'
import type { OrderIndex } from './order-index.ts'
import type { OrderProgress } from './order-progress.ts'
import type { OrderReason } from './order-types.ts'

/** How an order ended, as a message says. */
export interface OrderEnd {
  readonly state: 'canceled' | 'filled' | 'failed'
  /** Undefined where the source does not say how much was executed: that is looked up. */
  readonly executedAmount: Decimal | undefined
  readonly reason: OrderReason | undefined
}

export interface OrderEndsParts {
  readonly index: OrderIndex
  readonly progress: OrderProgress
  readonly announcer: OrderAnnouncer
  /** Called when an end is known whose fills have not all been seen, or one with more executed than was seen. */
  readonly onLookUpNeeded: (order: InFlightOrder) => void
}

/** Ends orders, each once all its fills were seen: an end that is announced before them waits for them. */
export class OrderEnds {
  readonly #parts: OrderEndsParts
  readonly #announced = new Map<InFlightOrder, OrderEnd>()

  constructor(parts: OrderEndsParts) {
    this.#parts = parts
  }

  /** Whether an end was announced whose fills are still missing. */
  isAwaitingFills(order: InFlightOrder): boolean {
    return this.#announced.has(order)
  }

  /** Ends the order now, or, when fills are still missing, once they are there. Filled beats every other end. */
  announce(order: InFlightOrder, end: OrderEnd): void {
    if (order.isDone) {
      this.lookUpIfMoreExecuted(order, end.executedAmount)
      return
    }
    const filled = end.executedAmount?.gte(order.amount) && end.state !== 'failed'
    const announced: OrderEnd = filled ? { ...end, state: 'filled', reason: undefined } : end
    if (announced.executedAmount && order.executedAmount.gte(announced.executedAmount)) {
      this.#end(order, announced)
      return
    }
    const previous = this.#announced.get(order)
    if (previous && !saysMore(announced, previous)) return
    this.#announced.set(order, announced)
    this.#parts.onLookUpNeeded(order)
  }

  /** The exchange has the order no more: it ends with the fills that are known. */
  announceGone(order: InFlightOrder, reason: OrderReason): void {
    const announced = this.#announced.get(order)?.state
    // Its fills are somewhere: no end without them.
    if (announced === 'filled') return
    this.announce(order, { state: announced ?? 'failed', executedAmount: order.executedAmount, reason })
  }

  /** Fills were added: ends the order if they are all that were missing. */
  settle(order: InFlightOrder): void {
    const announced = this.#announced.get(order)
    if (order.executedAmount.gte(order.amount)) {
      this.#end(order, { state: 'filled', executedAmount: order.amount, reason: undefined })
    } else if (announced?.executedAmount && order.executedAmount.gte(announced.executedAmount)) {
      this.#end(order, announced)
    }
  }

  /** Only fills can turn an end into another one: they are fetched, rather than either message believed. */
  lookUpIfMoreExecuted(order: InFlightOrder, executedAmount: Decimal | undefined): void {
    const executable = executedAmount && minDecimal(executedAmount, order.amount)
    if (executable?.gt(order.executedAmount)) this.#parts.onLookUpNeeded(order)
  }

  #end(order: InFlightOrder, end: OrderEnd): void {
    const { index, progress, announcer } = this.#parts
    this.#announced.delete(order)
    if (order.state === 'filled' || (order.isDone && end.state !== 'filled')) return
    order.reason = end.reason
    index.finish(order)
    progress.set(order, end.state)
    switch (end.state) {
      case 'filled':
        announcer.completed(order)
        break
      case 'canceled':
        announcer.cancelled(order)
        break
      case 'failed':
        announcer.failed(order)
    }
  }
}

/** Of two announcements of one order's end the one with more executed is the newer. */
function saysMore(end: OrderEnd, previous: OrderEnd): boolean {
  if (!end.executedAmount) return false
  return !previous.executedAmount || end.executedAmount.gt(previous.executedAmount)
}
