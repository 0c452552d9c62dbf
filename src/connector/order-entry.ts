import type { ClientOrderIdGenerator } from '../common/client-order-id.ts'
import type { Clock } from '../common/clock.ts'
import { Decimal } from '../common/decimal.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError, messageOf } from '../errors.ts'
import type { AccountState } from './account-state.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { OrderRecorder } from './order-recorder.ts'
import type { OrderResolver } from './order-resolver.ts'
import type { OrderTracker } from './order-tracker.ts'
import type {
  CancelOutcome,
  CancelResult,
  OrderReason,
  PlaceOutcome,
  PositionAction,
  TradeType,
} from './order-types.ts'
import { sizeForPosition } from './position-sizing.ts'
import { WishedNumbers, type OrderWish } from './order-wish.ts'
import { assertOrderAllowed, quantizeAmount, type TradingRule } from './trading-rule.ts'

export interface OrderEntryOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly ids: ClientOrderIdGenerator
  readonly tracker: OrderTracker
  readonly resolver: OrderResolver
  readonly account: AccountState
  /** Aborts when the connector stops: cancels wait no longer then. */
  readonly signal: AbortSignal
  readonly recorder: () => OrderRecorder
  /** Whether the account is known to be as the exchange has it. */
  readonly isReconciled: () => boolean
  readonly maxSlippage: Decimal
  /** How long a cancel waits for the placing's answer, and then for its own end, milliseconds. */
  readonly cancelTimeoutMs: number
  readonly ruleOf: (pair: TradingPair) => TradingRule
  /** A price to value a market order with; undefined when there is no live book. */
  readonly marketPrice: (pair: TradingPair, tradeType: TradeType) => Decimal | undefined
  readonly place: (order: InFlightOrder) => Promise<PlaceOutcome>
  readonly cancel: (order: InFlightOrder) => Promise<CancelOutcome>
}

/** Turns a strategy's wishes into tracked orders and sends them; cancels, and tells what became of it. */
export class OrderEntry {
  readonly #options: OrderEntryOptions
  readonly #numbers = new WishedNumbers()

  constructor(options: OrderEntryOptions) {
    this.#options = options
  }

  /**
   * Tracks the order, then sends it, before returning its client order id. What happens to it is told by events, none
   * of which come before this returns.
   * @throws QtxError `QTX_ORDER_INVALID`, `QTX_PAIR_UNKNOWN`, `QTX_NOT_READY` for what is no order at all; nothing is
   * tracked then.
   */
  submit(wish: OrderWish): string {
    const { tracker, account, clock, ids, ruleOf, isReconciled } = this.#options
    const { pair, tradeType, orderType, options } = wish
    const numbers = this.#numbers
    numbers.read(wish)
    const rule = ruleOf(pair)
    assertAccountKnown(account)
    if (!isReconciled() && options.positionAction !== 'close') throw notReconciled()
    const price = numbers.priceBy(rule)
    const maxSlippage = numbers.maxSlippage ?? this.#options.maxSlippage
    const timeInForce = orderType === 'market' ? 'ioc' : (options.timeInForce ?? 'gtc')
    const leverage = account.leverage(pair)
    const createdMs = clock.nowMs()
    const clientOrderId = ids.next()
    let amount: Decimal
    let positionAction: PositionAction
    let refusal: QtxError | undefined
    let isAllowed = false
    try {
      const wantedAmount = numbers.amountBy(rule)
      const sized = sizeForPosition(
        pair,
        tradeType,
        wantedAmount,
        options.positionAction,
        account.positionAmount(pair),
        tracker.active.values(),
      )
      positionAction = sized.positionAction
      isAllowed = sized.amount === wantedAmount && numbers.areClearlyAllowedBy(rule)
      // A position need not be a multiple of the step.
      amount = sized.amount === wantedAmount ? wantedAmount : quantizeAmount(rule, sized.amount)
    } catch (error) {
      if (!(error instanceof QtxError) || error.code !== 'QTX_NOTHING_TO_CLOSE') throw error
      refusal = error
      positionAction = 'close'
      amount = new Decimal(wish.amount)
    }
    const order = tracker.track({
      clientOrderId,
      pair,
      tradeType,
      orderType,
      timeInForce,
      positionAction,
      amount,
      price,
      maxSlippage,
      leverage,
      createdMs,
    })
    if (refusal) this.#failLater(order, refusal)
    else this.#send(order, rule, isAllowed)
    return clientOrderId
  }

  /**
   * Asks to cancel an order, and resolves when its end is known or the time is over. An order that is still being
   * placed is cancelled once its placing is answered; one whose placing has an unknown outcome at once, as it may be
   * live. A cancel that finds no order proves nothing: it is looked up.
   */
  async cancel(order: InFlightOrder): Promise<CancelResult> {
    const { tracker, resolver, recorder, cancelTimeoutMs, signal } = this.#options
    const answered = await tracker.waitUntil(
      order,
      () => order.state !== 'pendingCreate',
      cancelTimeoutMs,
      signal,
    )
    if (order.isDone || signal.aborted) return cancelResult(order)
    if (!answered)
      return {
        ...cancelResult(order),
        reason: `its placing was not answered within ${cancelTimeoutMs} ms`,
      }
    // What is not known to exist stays unknown: only its look-up can prove that it never arrived.
    if (order.state !== 'submitUnknown') tracker.cancelRequested(order)
    const outcome = await this.#sendCancel(order)
    recorder().cancelOutcome(order, outcome)
    if (outcome.kind === 'accepted' && outcome.executedAmount) {
      tracker.applyOrderUpdate({
        pair: order.pair,
        clientOrderId: order.clientOrderId,
        state: 'canceled',
        executedAmount: outcome.executedAmount,
        updateMs: outcome.updateMs,
        source: 'answer',
      })
    } else if (outcome.kind === 'rejected' && !outcome.notFound) {
      tracker.cancelRefused(order)
      return { ...cancelResult(order), reason: outcome.reason.message }
    } else if (outcome.kind !== 'accepted') {
      resolver.lookUp(order)
    }
    const ended = await tracker.waitUntil(order, () => order.isDone, cancelTimeoutMs, signal)
    if (!ended) resolver.lookUp(order)
    return cancelResult(order)
  }

  /** As `cancel`, and tells the order's own truth at the deadline, while the cancel goes on. */
  cancelBy(order: InFlightOrder, timeoutMs: number): Promise<CancelResult> {
    const { tracker, signal } = this.#options
    const deadline = tracker
      .waitUntil(order, () => order.isDone, timeoutMs, signal)
      .then((isDone) =>
        isDone
          ? cancelResult(order)
          : { ...cancelResult(order), reason: `still ${order.state} after ${timeoutMs} ms` },
      )
    return Promise.race([this.cancel(order), deadline])
  }

  #send(order: InFlightOrder, rule: TradingRule, isAllowed: boolean): void {
    const { marketPrice, place } = this.#options
    let placing: Promise<PlaceOutcome>
    try {
      if (!isAllowed)
        assertOrderAllowed(rule, {
          amount: order.amount,
          price: order.price ?? marketPrice(order.pair, order.tradeType),
          isClose: order.positionAction === 'close',
        })
      placing = place(order)
    } catch (error) {
      this.#failLater(order, error)
      return
    }
    void placing.then(
      (outcome) => this.#applyOutcome(order, outcome),
      (error: unknown) => this.#applyOutcome(order, outcomeOf(error)),
    )
  }

  #applyOutcome(order: InFlightOrder, outcome: PlaceOutcome): void {
    this.#options.tracker.applyPlaceOutcome(order, outcome)
    if (outcome.kind !== 'unknown') return
    this.#options.logger.warn(
      { clientOrderId: order.clientOrderId },
      `outcome of order ${order.clientOrderId} is unknown, looking it up: ${outcome.reason.message}`,
    )
    this.#options.resolver.lookUp(order)
  }

  /** Reports a refusal after `submit` has returned the id that it is about. */
  #failLater(order: InFlightOrder, error: unknown): void {
    queueMicrotask(() => this.#applyOutcome(order, outcomeOf(error)))
  }

  async #sendCancel(order: InFlightOrder): Promise<CancelOutcome> {
    try {
      return await this.#options.cancel(order)
    } catch (error) {
      return { notFound: false, ...outcomeOf(error) }
    }
  }
}

/** @throws QtxError `QTX_NOT_READY` until it is known what an order would do to the account. */
function assertAccountKnown(account: AccountState): void {
  const missing =
    account.positionMode !== 'oneWay'
      ? 'position mode'
      : account.positionsMs === undefined
        ? 'positions'
        : undefined
  if (missing !== undefined) throw new QtxError('QTX_NOT_READY', `the account's ${missing} were not read yet`)
}

function notReconciled(): QtxError {
  return new QtxError(
    'QTX_NOT_READY',
    'no order is sent while the private stream is away, or the account is being compared with the exchange',
    { remedy: 'wait until ready; only orders with positionAction close are sent meanwhile' },
  )
}

/** What a hook's exception says: nothing was sent, unless it is an error whose own code says that it may have been. */
function outcomeOf(error: unknown): { kind: 'rejected' | 'unknown'; reason: OrderReason } {
  if (!(error instanceof QtxError))
    return { kind: 'rejected', reason: { code: 'QTX_ORDER_REJECTED', message: messageOf(error) } }
  return {
    kind: error.outcome === 'unknown' ? 'unknown' : 'rejected',
    reason: { code: error.code, message: error.message },
  }
}

function cancelResult(order: InFlightOrder): CancelResult {
  const success = order.state === 'canceled'
  return {
    clientOrderId: order.clientOrderId,
    success,
    ...(!success && { reason: `the order is ${order.state}` }),
  }
}
