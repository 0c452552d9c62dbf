import { Backoff } from '../common/backoff.ts'
import { sleep, type Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { QtxError, messageOf } from '../errors.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { OrderTracker } from './order-tracker.ts'
import type { OrderUpdate, TradeUpdate } from './order-types.ts'

export interface OrderResolverOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  readonly signal: AbortSignal
  readonly tracker: OrderTracker
  readonly fetchOrder: (order: InFlightOrder, signal: AbortSignal) => Promise<OrderUpdate | undefined>
  readonly fetchFills: (order: InFlightOrder, signal: AbortSignal) => Promise<readonly TradeUpdate[]>
  /** How long after placing an order that is not found is proven never to have arrived; undefined: never. */
  readonly notFoundIsProofAfterMs: () => number | undefined
}

const FIRST_LOOK_MS = 250
const SLOWEST_LOOK_MS = 30_000

/**
 * Finds out about orders whose state is not known: outcomes that nobody told, cancels that found nothing, fills that
 * are missing. It asks the exchange, by client order id, until it knows; it never sends an order again and never
 * declares one failed without proof.
 */
export class OrderResolver {
  readonly #options: OrderResolverOptions
  readonly #looking = new Set<InFlightOrder>()

  constructor(options: OrderResolverOptions) {
    this.#options = options
  }

  /** Begins to look an order up, unless that is under way. */
  lookUp(order: InFlightOrder): void {
    if (this.#looking.has(order)) return
    this.#looking.add(order)
    void this.#look(order).finally(() => this.#looking.delete(order))
  }

  /** Asks the exchange once about an order, and applies what it says. Throws when it could not be asked. */
  async refresh(order: InFlightOrder): Promise<'found' | 'not-found'> {
    const { fetchOrder, fetchFills, tracker, signal } = this.#options
    const update = await fetchOrder(order, signal)
    if (!update) return 'not-found'
    // Fills first: an order is complete when they are in, and its end may not come before them.
    if (update.executedAmount?.gt(order.executedAmount) || update.state === 'filled') {
      for (const fill of await fetchFills(order, signal)) tracker.applyTradeUpdate(fill)
    }
    tracker.applyOrderUpdate(update)
    return 'found'
  }

  async #look(order: InFlightOrder): Promise<void> {
    const { clock, random, signal, logger } = this.#options
    const backoff = new Backoff({ initialMs: FIRST_LOOK_MS, maxMs: SLOWEST_LOOK_MS, random })
    let failures = 0
    do {
      try {
        const found = await this.refresh(order)
        if (found === 'found' && !this.#isOpenQuestion(order)) return
        if (found === 'not-found' && this.#isProvenAbsent(order)) {
          this.#options.tracker.fail(order, {
            code: 'QTX_ORDER_NOT_FOUND',
            message: `the exchange has no order ${order.clientOrderId}, and its request can no longer arrive`,
          })
          return
        }
      } catch (error) {
        if (signal.aborted) return
        if (failures++ === 0) {
          logger.warn(
            { clientOrderId: order.clientOrderId },
            `order ${order.clientOrderId} could not be looked up, trying on: ${messageOf(error)}`,
          )
        }
        if (error instanceof QtxError && error.code === 'QTX_AUTH') return
      }
      await sleep(clock, backoff.nextMs(), signal)
    } while (!signal.aborted && this.#isOpenQuestion(order))
  }

  #isOpenQuestion(order: InFlightOrder): boolean {
    return (
      order.state === 'submitUnknown' ||
      order.state === 'pendingCancel' ||
      this.#options.tracker.isAwaitingFills(order)
    )
  }

  #isProvenAbsent(order: InFlightOrder): boolean {
    const proofAfterMs = this.#options.notFoundIsProofAfterMs()
    return (
      order.state === 'submitUnknown' &&
      proofAfterMs !== undefined &&
      this.#options.clock.nowMs() - order.createdMs > proofAfterMs
    )
  }
}
