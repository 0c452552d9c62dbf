import type { ClientOrderIdGenerator } from '../common/client-order-id.ts'
import type { Clock } from '../common/clock.ts'
import { Decimal, ceilToStep, type DecimalInput } from '../common/decimal.ts'
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
  OrderOptions,
  OrderReason,
  OrderType,
  PlaceOutcome,
  PositionAction,
  TimeInForce,
  TradeType,
} from './order-types.ts'
import { sizeForPosition } from './position-sizing.ts'
import { assertOrderAllowed, quantizeAmount, quantizePrice, type TradingRule } from './trading-rule.ts'

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

const ORDER_TYPES: readonly OrderType[] = ['limit', 'limitMaker', 'market']
const TIMES_IN_FORCE: readonly TimeInForce[] = ['gtc', 'ioc', 'fok']
const POSITION_ACTIONS: readonly PositionAction[] = ['open', 'close']

export interface OrderWish {
  readonly pair: TradingPair
  readonly tradeType: TradeType
  readonly amount: DecimalInput
  readonly orderType: OrderType
  readonly price: DecimalInput | undefined
  readonly options: OrderOptions
}

/** Turns a strategy's wishes into tracked orders and sends them; cancels, and tells what became of it. */
export class OrderEntry {
  readonly #options: OrderEntryOptions

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
    const { tracker, account, clock, ids, ruleOf, maxSlippage, isReconciled } = this.#options
    const wanted = readWish(wish)
    const rule = ruleOf(wish.pair)
    assertAccountKnown(account)
    if (!isReconciled() && wish.options.positionAction !== 'close') throw notReconciled()
    const identity = {
      pair: wish.pair,
      tradeType: wish.tradeType,
      orderType: wish.orderType,
      timeInForce: wish.orderType === 'market' ? ('ioc' as const) : (wish.options.timeInForce ?? 'gtc'),
      price: wanted.price && quantizeForSide(rule, wish.tradeType, wanted.price),
      maxSlippage: wanted.maxSlippage ?? maxSlippage,
      leverage: account.leverage(wish.pair),
      createdMs: clock.nowMs(),
      clientOrderId: ids.next(),
    }
    try {
      const wantedAmount = quantizeAmount(rule, wanted.amount)
      const sized = sizeForPosition(
        wish.pair,
        wish.tradeType,
        wantedAmount,
        wish.options.positionAction,
        account.positionAmount(wish.pair),
        tracker.active.values(),
      )
      // A position need not be a multiple of the step.
      const amount = sized.amount === wantedAmount ? wantedAmount : quantizeAmount(rule, sized.amount)
      const order = tracker.track({ ...identity, amount, positionAction: sized.positionAction })
      this.#send(order, rule)
    } catch (error) {
      if (!(error instanceof QtxError) || error.code !== 'QTX_NOTHING_TO_CLOSE') throw error
      const order = tracker.track({ ...identity, amount: wanted.amount, positionAction: 'close' })
      this.#failLater(order, error)
    }
    return identity.clientOrderId
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

  #send(order: InFlightOrder, rule: TradingRule): void {
    const { marketPrice, place } = this.#options
    let placing: Promise<PlaceOutcome>
    try {
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
    void placing.catch(outcomeOf).then((outcome) => this.#applyOutcome(order, outcome))
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

function readWish(wish: OrderWish): {
  amount: Decimal
  price: Decimal | undefined
  maxSlippage: Decimal | undefined
} {
  const amount = readDecimal('amount', wish.amount)
  const { timeInForce, positionAction } = wish.options
  assertWord('order type', wish.orderType, ORDER_TYPES)
  if (timeInForce !== undefined) assertWord('timeInForce', timeInForce, TIMES_IN_FORCE)
  if (positionAction !== undefined) assertWord('positionAction', positionAction, POSITION_ACTIONS)
  if (wish.orderType === 'market') {
    if (timeInForce && timeInForce !== 'ioc') refuse(`market orders cannot be ${timeInForce}`)
    const { maxSlippage } = wish.options
    return {
      amount,
      price: undefined,
      maxSlippage: maxSlippage === undefined ? undefined : readFraction('maxSlippage', maxSlippage),
    }
  }
  if (wish.price === undefined) refuse(`a ${wish.orderType} order needs a price`)
  if (wish.orderType === 'limitMaker' && timeInForce && timeInForce !== 'gtc') {
    refuse(`a limitMaker order cannot be ${timeInForce}`)
  }
  return { amount, price: readDecimal('price', wish.price), maxSlippage: undefined }
}

function readDecimal(name: string, input: DecimalInput): Decimal {
  let value: Decimal
  try {
    value = new Decimal(input)
  } catch {
    refuse(`${name} ${JSON.stringify(input)} is not a number`)
  }
  if (!value.isFinite() || value.lte(0)) refuse(`${name} ${value.toString()} is not above zero`)
  return value
}

function readFraction(name: string, input: DecimalInput): Decimal {
  const value = readDecimal(name, input)
  if (value.gte(1)) refuse(`${name} ${value.toString()} is not below 1`)
  return value
}

/** Types do not hold at run time, and a word that is not known must not be taken for another one. */
function assertWord(what: string, word: string, known: readonly string[]): void {
  if (!known.includes(word)) refuse(`${what} ${JSON.stringify(word)} is none of ${known.join(', ')}`)
}

function refuse(what: string): never {
  throw new QtxError('QTX_ORDER_INVALID', what)
}

/** On the grid, and never worse for the strategy than what it asked for: a buy moves down, a sell up. */
function quantizeForSide(rule: TradingRule, tradeType: TradeType, price: Decimal): Decimal {
  return tradeType === 'buy' ? quantizePrice(rule, price) : ceilToStep(price, rule.minPriceIncrement)
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
