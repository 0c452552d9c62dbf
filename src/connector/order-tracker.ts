import type { Clock } from '../common/clock.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import { ZERO, minDecimal } from '../common/decimal.ts'
import { QtxError } from '../errors.ts'
import type { ConnectorEvents } from './events.ts'
import { addFee, addFill, InFlightOrder, lacksFee, setFill, type OrderIdentity } from './in-flight-order.ts'
import { OrderAnnouncer } from './order-announcer.ts'
import { OrderEnds } from './order-ends.ts'
import { OrderIndex, type OrderReference } from './order-index.ts'
import { hasReached, OrderProgress } from './order-progress.ts'
import { NO_RECORD, type OrderRecorder } from './order-recorder.ts'
import type { OrderReason, OrderState, OrderUpdate, PlaceOutcome, TradeUpdate } from './order-types.ts'
import { OrderWaits } from './order-waits.ts'

/** What is on record of an order that an earlier process sent. */
export interface AdoptedPast {
  readonly state: OrderState
  readonly exchangeOrderId: string | undefined
  readonly reason: OrderReason | undefined
  /** Oldest first. */
  readonly fills: readonly TradeUpdate[]
}

export interface OrderTrackerOptions {
  readonly clock: Clock
  readonly events: TypedEvents<ConnectorEvents>
  /**
   * Called when what arrived leaves a question that only the exchange can answer: an end was announced whose fills
   * have not all been seen, or messages contradict each other.
   */
  readonly onLookUpNeeded: (order: InFlightOrder) => void
}

/**
 * The orders of one connector, from before they are sent until they are done. Updates may come late, twice, and in
 * any order; events come once each, created before filled before completed.
 */
export class OrderTracker {
  readonly #options: OrderTrackerOptions
  readonly #index = new OrderIndex()
  readonly #announcer: OrderAnnouncer
  readonly #waits: OrderWaits
  readonly #progress: OrderProgress
  readonly #ends: OrderEnds
  #recorder: OrderRecorder = NO_RECORD

  constructor(options: OrderTrackerOptions) {
    this.#options = options
    this.#announcer = new OrderAnnouncer(options.clock, options.events)
    this.#waits = new OrderWaits(options.clock)
    this.#progress = new OrderProgress({
      index: this.#index,
      recorder: () => this.#recorder,
      waits: this.#waits,
      announcer: this.#announcer,
    })
    this.#ends = new OrderEnds({
      index: this.#index,
      progress: this.#progress,
      announcer: this.#announcer,
      onLookUpNeeded: options.onLookUpNeeded,
    })
  }

  /** From now on everything is put on record before it is acted on. */
  recordBy(recorder: OrderRecorder): void {
    this.#recorder = recorder
  }

  /** Orders that are not done, by client order id. */
  get active(): ReadonlyMap<string, InFlightOrder> {
    return this.#index.active
  }

  /** Orders whose outcome is not known. */
  get unresolved(): readonly InFlightOrder[] {
    return [...this.active.values()].filter((order) => order.state === 'submitUnknown')
  }

  /** Orders, active or among the recently finished, with a fill whose fee is not known. */
  get withoutFees(): readonly InFlightOrder[] {
    return this.#index.all.filter(lacksFee)
  }

  /** The order, if it is active or among the recently finished. */
  find(clientOrderId: string): InFlightOrder | undefined {
    return this.#index.find(clientOrderId)
  }

  /** The order that a message is about, if it is active or among the recently finished. */
  findFor(message: OrderReference): InFlightOrder | undefined {
    return this.#index.findFor(message)
  }

  /** The exchange's own id of an order, where it is new. */
  learnExchangeId(order: InFlightOrder, exchangeOrderId: string | undefined): void {
    if (exchangeOrderId === undefined || order.exchangeOrderId !== undefined) return
    order.exchangeOrderId = exchangeOrderId
    this.#index.nameByExchangeId(order, exchangeOrderId)
    if (order.state !== 'pendingCreate') this.#recorder.state(order)
  }

  /**
   * Begins to track an order, before anything is sent.
   * @throws QtxError `QTX_ORDER_INVALID` for an id used before; `QTX_JOURNAL_FAILED`: then it is not tracked.
   */
  track(identity: OrderIdentity): InFlightOrder {
    if (this.find(identity.clientOrderId)) {
      throw new QtxError('QTX_ORDER_INVALID', `client order id ${identity.clientOrderId} was used before`, {
        details: { clientOrderId: identity.clientOrderId },
      })
    }
    const order = new InFlightOrder(identity)
    this.#recorder.order(order)
    this.#index.activate(order)
    return order
  }

  /**
   * Takes over an order that an earlier process sent, as far as that process had it on record. What it is now is to be
   * asked. Announces nothing that was on record, and is no news when the order is tracked already. One that is done is
   * remembered as finished.
   */
  adopt(identity: OrderIdentity, past: AdoptedPast): InFlightOrder | undefined {
    if (this.find(identity.clientOrderId)) return undefined
    const order = new InFlightOrder(identity)
    // What was sent and not answered is unknown now: nobody waits for its answer any more.
    order.state = past.state === 'pendingCreate' ? 'submitUnknown' : past.state
    order.reason = past.reason
    order.isAdopted = true
    if (hasReached(order.state, 'open') || past.fills.length > 0) order.isAnnounced = true
    if (order.isDone) this.#index.finish(order)
    else this.#index.activate(order)
    this.learnExchangeId(order, past.exchangeOrderId)
    for (const fill of past.fills) addFill(order, fill)
    // It may never be known, and then the record must say so.
    if (order.state !== past.state) this.#recorder.state(order)
    this.#ends.settle(order)
    return order
  }

  /** What the placing itself brought. */
  applyPlaceOutcome(order: InFlightOrder, outcome: PlaceOutcome): void {
    this.#recorder.placeOutcome(order, outcome)
    switch (outcome.kind) {
      case 'accepted':
        this.applyOrderUpdate({
          pair: order.pair,
          clientOrderId: order.clientOrderId,
          exchangeOrderId: outcome.exchangeOrderId,
          executedAmount: outcome.executedAmount,
          reason: outcome.reason,
          state: outcome.state ?? 'open',
          updateMs: outcome.updateMs,
          source: 'answer',
        })
        break
      case 'rejected':
        this.fail(order, outcome.reason)
        break
      case 'unknown':
        order.wasWithdrawn ||= outcome.wasWithdrawn ?? false
        if (order.state !== 'pendingCreate' || this.isAwaitingFills(order)) break
        order.reason = outcome.reason
        this.#progress.set(order, 'submitUnknown')
        this.#announcer.submitUnknown(order, outcome.reason)
    }
  }

  /**
   * Ends an order that was refused, or never sent. One that the exchange has been heard of, by its own messages, is
   * looked up instead: the refusal is of something else, such as the same request sent twice.
   */
  fail(order: InFlightOrder, reason: OrderReason): void {
    if (order.isAnnounced || this.isAwaitingFills(order)) this.#options.onLookUpNeeded(order)
    else this.#ends.announce(order, { state: 'failed', executedAmount: ZERO, reason })
  }

  /** Ends an order that the exchange had and has no more, with the fills that are known. */
  endGone(order: InFlightOrder, reason: OrderReason): void {
    this.#ends.announceGone(order, reason)
  }

  /** Applies what the exchange says of an order; false when it is not one of ours. */
  applyOrderUpdate(update: OrderUpdate): boolean {
    const order = this.findFor(update)
    if (!order) return false
    this.learnExchangeId(order, update.exchangeOrderId)
    order.updateMs = Math.max(order.updateMs, update.updateMs)
    switch (update.state) {
      case 'filled':
        if (!order.isDone) this.#progress.announceCreated(order)
        this.#ends.announce(order, { state: 'filled', executedAmount: order.amount, reason: undefined })
        break
      case 'canceled':
        this.#ends.announce(order, {
          state: 'canceled',
          executedAmount: update.executedAmount && minDecimal(update.executedAmount, order.amount),
          reason: update.reason,
        })
        break
      case 'failed':
        this.#ends.announce(order, {
          state: 'failed',
          executedAmount: minDecimal(update.executedAmount ?? ZERO, order.amount),
          reason: update.reason,
        })
        break
      case 'pendingCancel':
        this.#progress.raise(order, 'pendingCancel')
        break
      case 'open':
      case 'partiallyFilled':
        // A message may be older than the end; an answer to a question is not older than a refusal.
        if (order.state === 'failed' && update.source !== 'rest') this.#options.onLookUpNeeded(order)
        else if (order.state === 'failed') this.#reviveLive(order)
        if (order.isDone) {
          this.#ends.lookUpIfMoreExecuted(order, update.executedAmount)
          break
        }
        this.#progress.announceCreated(order)
        this.#progress.raise(order, update.state)
    }
    return true
  }

  /**
   * Applies a fill; false when it is not of one of our orders, or was seen before. One that was seen without its fee
   * takes the fee from a later telling, which is no further event.
   */
  applyTradeUpdate(trade: TradeUpdate): boolean {
    const order = this.findFor(trade)
    const seen = order?.fills.get(trade.tradeId)
    if (order && seen && !seen.fee && trade.fee) this.#supplyFee(order, { ...seen, fee: trade.fee })
    if (!order || seen) return false
    this.#recorder.fill(order, trade)
    this.learnExchangeId(order, trade.exchangeOrderId)
    const hadFailed = order.state === 'failed'
    const wasCanceled = order.state === 'canceled'
    if (hadFailed) this.#progress.revive(order)
    this.#progress.announceCreated(order)
    addFill(order, trade)
    this.#progress.raise(order, 'partiallyFilled')
    this.#announcer.filled(order, trade)
    if (wasCanceled) this.#announcer.filledAfterCancel(order)
    if (hadFailed) this.#announcer.filledAfterFailure(order)
    if (order.executedAmount.gt(order.amount)) this.#announcer.overfilled(order)
    this.#ends.settle(order)
    // What became of the rest of it is not known.
    if (hadFailed && !order.isDone) this.#options.onLookUpNeeded(order)
    return true
  }

  /** A cancel was asked for; remembered as a state until the exchange says more. */
  cancelRequested(order: InFlightOrder): void {
    this.#progress.raise(order, 'pendingCancel')
  }

  /** The exchange refused the cancel: the order is as it was. */
  cancelRefused(order: InFlightOrder): void {
    if (order.state === 'pendingCancel')
      this.#progress.set(order, order.executedAmount.gt(0) ? 'partiallyFilled' : 'open')
  }

  /** Whether an end was announced whose fills are still missing. */
  isAwaitingFills(order: InFlightOrder): boolean {
    return this.#ends.isAwaitingFills(order)
  }

  /** Resolves once `reached()` holds, after the timeout, or when the signal aborts, with whether it holds. */
  waitUntil(
    order: InFlightOrder,
    reached: () => boolean,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    return this.#waits.until(order, reached, timeoutMs, signal)
  }

  #reviveLive(order: InFlightOrder): void {
    this.#progress.revive(order)
    this.#announcer.liveAfterFailure(order)
  }

  #supplyFee(order: InFlightOrder, fill: TradeUpdate): void {
    this.#recorder.fill(order, fill)
    setFill(order, fill)
    addFee(order, fill)
  }
}
