import { Backoff } from '../common/backoff.ts'
import { sleep, type Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { messageOf } from '../errors.ts'
import { lacksFee, type InFlightOrder } from './in-flight-order.ts'
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
  /** How long after placing this order, not found, is proven never to have arrived; undefined: never. */
  readonly notFoundIsProofAfterMs: (order: InFlightOrder) => number | undefined
}

const FIRST_LOOK_MS = 250
const SLOWEST_LOOK_MS = 30_000
/** Missing fills mostly are on their way by the private stream: asking at once would cost a request for every order. */
const FILLS_GRACE_MS = 250

/** A request that was taken back unread can no longer become an order after this, milliseconds. */
const WITHDRAWN_PROOF_MS = 60_000
/** An order that existed is gone when the exchange has denied it this often, over at least this time. */
const GONE_AFTER_MISSES = 3
const GONE_AFTER_MS = 60_000

/** What a look-up found. */
type Refreshed = 'found' | 'fills-missing' | 'not-found'

/** One order's look-up while it is under way. */
interface Look {
  /** The exchange must have answered once, whatever else becomes known. */
  mustAsk: boolean
  /** How often in a row the exchange said that it has no such order, and since when. */
  misses: number
  missedSinceMs: number
}

/**
 * Finds out about orders whose state is not known: outcomes that nobody told, cancels that found nothing, fills that
 * are missing. It asks the exchange, by client order id, until it knows; it never sends an order again and never
 * declares one failed without proof.
 */
export class OrderResolver {
  readonly #options: OrderResolverOptions
  readonly #looks = new Map<InFlightOrder, Look>()

  constructor(options: OrderResolverOptions) {
    this.#options = options
  }

  /** Begins to look an order up, unless that is under way. */
  lookUp(order: InFlightOrder): void {
    const underWay = this.#looks.get(order)
    const look = underWay ?? { mustAsk: false, misses: 0, missedSinceMs: 0 }
    // Where the order itself has no open question, the one that was called for must still be asked.
    look.mustAsk ||= !this.#isOpenQuestion(order)
    if (underWay) return
    this.#looks.set(order, look)
    void this.#look(order, look).finally(() => this.#looks.delete(order))
  }

  /**
   * Asks the exchange once about an order, and applies what it says. `fills-missing`: it says that more is executed
   * than the fills add up to that it lists. Throws when it could not be asked.
   */
  async refresh(order: InFlightOrder): Promise<Refreshed> {
    const { fetchOrder, fetchFills, tracker, signal } = this.#options
    const { clientOrderId } = order
    const wasCanceling = order.state === 'pendingCancel'
    const update = await fetchOrder(order, signal)
    if (!update) return 'not-found'
    // Fills are listed by it.
    tracker.learnExchangeId(order, update.exchangeOrderId)
    // Fills first: an order is complete when they are in, and its end may not come before them.
    if (mayHaveMoreFills(update, order) || lacksFee(order)) {
      // The exchange's list has its own order id only, which may not be known here yet.
      for (const fill of await fetchFills(order, signal)) tracker.applyTradeUpdate({ clientOrderId, ...fill })
    }
    const isOpen = update.state === 'open' || update.state === 'partiallyFilled'
    // It was asked after the cancel was sent: that did not arrive, or not yet, and may be tried again.
    if (wasCanceling && isOpen) tracker.cancelRefused(order)
    const { executedAmount = order.executedAmount } = update
    tracker.applyOrderUpdate({ clientOrderId, ...update, ...(!isOpen && { executedAmount }) })
    return mayHaveMoreFills({ ...update, executedAmount }, order) ? 'fills-missing' : 'found'
  }

  async #look(order: InFlightOrder, look: Look): Promise<void> {
    const { clock, random, signal, tracker } = this.#options
    const backoff = new Backoff({ initialMs: FIRST_LOOK_MS, maxMs: SLOWEST_LOOK_MS, random })
    if (tracker.isAwaitingFills(order)) await sleep(clock, FILLS_GRACE_MS, signal)
    let unknownSinceMs: number | undefined
    let failures = 0
    while (!signal.aborted && this.#mustGoOn(order, look)) {
      const askedMs = clock.monotonicMs()
      // What is called for from now on is about something newer than this answer.
      const mustAsk = look.mustAsk
      look.mustAsk = false
      if (order.state === 'submitUnknown') unknownSinceMs ??= askedMs
      try {
        const found = await this.refresh(order)
        noteMiss(look, found, askedMs)
        // A list of fills may be behind, and nobody else asks about an order that is done.
        look.mustAsk ||= found === 'fills-missing'
        if (found === 'not-found' && this.#isProvenAbsent(order, askedMs - (unknownSinceMs ?? askedMs))) {
          tracker.fail(order, {
            code: 'QTX_ORDER_NOT_FOUND',
            message: `the exchange has no order ${order.clientOrderId}, and its request can no longer arrive`,
          })
        } else if (isGone(look, order, askedMs)) await this.#endGone(order)
        if (!this.#mustGoOn(order, look)) return
      } catch (error) {
        look.mustAsk ||= mustAsk
        if (failures++ === 0) this.#reportFailure(order, error)
      }
      await sleep(clock, backoff.nextMs(), signal)
    }
  }

  #reportFailure(order: InFlightOrder, error: unknown): void {
    const { signal, logger } = this.#options
    if (signal.aborted) return
    logger.warn(
      { clientOrderId: order.clientOrderId },
      `order ${order.clientOrderId} could not be looked up, trying on: ${messageOf(error)}`,
    )
  }

  /** The exchange had the order and has it no more: what it filled is in the account's trades, if it is anywhere. */
  async #endGone(order: InFlightOrder): Promise<void> {
    const { tracker, fetchFills, signal } = this.#options
    const { clientOrderId } = order
    for (const fill of await fetchFills(order, signal)) tracker.applyTradeUpdate({ clientOrderId, ...fill })
    tracker.endGone(order, {
      code: 'QTX_ORDER_NOT_FOUND',
      message: `the exchange had order ${clientOrderId}, and said ${GONE_AFTER_MISSES} times that it has it no more`,
    })
  }

  #mustGoOn(order: InFlightOrder, look: Look): boolean {
    const isMissed = look.misses > 0 && !order.isDone
    return look.mustAsk || isMissed || this.#isOpenQuestion(order)
  }

  #isOpenQuestion(order: InFlightOrder): boolean {
    return (
      order.state === 'submitUnknown' ||
      order.state === 'pendingCancel' ||
      this.#options.tracker.isAwaitingFills(order)
    )
  }

  /** Counted from when the outcome became unknown, which is after the sending, to when the exchange was asked. */
  #isProvenAbsent(order: InFlightOrder, unknownForMs: number): boolean {
    const proofAfterMs = order.wasWithdrawn ? WITHDRAWN_PROOF_MS : this.#options.notFoundIsProofAfterMs(order)
    return order.state === 'submitUnknown' && proofAfterMs !== undefined && unknownForMs > proofAfterMs
  }
}

/** Only what the exchange says counts: a question that could not be asked is neither a miss nor the end of misses. */
function noteMiss(look: Look, found: Refreshed, askedMs: number): void {
  if (found !== 'not-found') look.misses = 0
  else if (look.misses++ === 0) look.missedSinceMs = askedMs
}

function isGone(look: Look, order: InFlightOrder, askedMs: number): boolean {
  const wasThere = order.state !== 'pendingCreate' && order.state !== 'submitUnknown' && !order.isDone
  return wasThere && look.misses >= GONE_AFTER_MISSES && askedMs - look.missedSinceMs >= GONE_AFTER_MS
}

function mayHaveMoreFills(update: OrderUpdate, order: InFlightOrder): boolean {
  if (update.state === 'filled') return order.remainingAmount.gt(0)
  if (update.executedAmount) return update.executedAmount.gt(order.executedAmount)
  return update.state !== 'open'
}
