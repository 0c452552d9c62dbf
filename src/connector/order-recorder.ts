import { ZERO } from '../common/decimal.ts'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { QtxError, messageOf } from '../errors.ts'
import type { Journal } from '../journal/journal.ts'
import type { JournalRecord } from '../journal/journal-record.ts'
import type { Balance, FundingPayment, Position } from './account-types.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { CancelOutcome, PlaceOutcome, TradeUpdate } from './order-types.ts'

/** Puts what happens to orders on record, each before it is acted on. Only `order` throws. */
export interface OrderRecorder {
  /** @throws QtxError `QTX_JOURNAL_FAILED` when it could not be put on record: it must not be sent then. */
  order(order: InFlightOrder): void
  placeOutcome(order: InFlightOrder, outcome: PlaceOutcome): void
  cancelOutcome(order: InFlightOrder, outcome: CancelOutcome): void
  state(order: InFlightOrder): void
  fill(order: InFlightOrder, trade: TradeUpdate): void
  funding(payment: FundingPayment): void
  balance(balance: Balance): void
  position(position: Position): void
  /** Whether a fill was put on record before, by this process or an earlier one. */
  hasFill(trade: TradeUpdate): boolean
  hasFunding(payment: FundingPayment): boolean
  /** Why something is missing on record; undefined when nothing is. */
  readonly failure: string | undefined
}

/** Nothing is put on record. */
export const NO_RECORD: OrderRecorder = {
  order: () => undefined,
  placeOutcome: () => undefined,
  cancelOutcome: () => undefined,
  state: () => undefined,
  fill: () => undefined,
  funding: () => undefined,
  balance: () => undefined,
  position: () => undefined,
  hasFill: () => false,
  hasFunding: () => false,
  failure: undefined,
}

/** Records into a journal. Where that fails, what happened goes on, and no further order is sent. */
export class JournalRecorder implements OrderRecorder {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #logger: Logger
  #failure: string | undefined

  constructor(journal: Journal, clock: Clock, logger: Logger) {
    this.#journal = journal
    this.#clock = clock
    this.#logger = logger
  }

  get failure(): string | undefined {
    return this.#failure
  }

  order(order: InFlightOrder): void {
    if (this.#failure !== undefined) {
      throw new QtxError(
        'QTX_JOURNAL_FAILED',
        `the order was not sent: the journal failed before, ${this.#failure}`,
      )
    }
    this.#journal.appendOrder(order)
  }

  placeOutcome(order: InFlightOrder, outcome: PlaceOutcome): void {
    this.#answer(order, 'place', outcome)
  }

  cancelOutcome(order: InFlightOrder, outcome: CancelOutcome): void {
    this.#answer(order, 'cancel', outcome)
  }

  state(order: InFlightOrder): void {
    this.#append({
      kind: 'state',
      clientOrderId: order.clientOrderId,
      pair: order.pair,
      state: order.state,
      exchangeOrderId: order.exchangeOrderId,
      code: order.reason?.code,
      message: order.reason?.message,
      atMs: this.#clock.nowMs(),
    })
  }

  fill(order: InFlightOrder, trade: TradeUpdate): void {
    this.#append({
      kind: 'fill',
      pair: trade.pair,
      tradeId: trade.tradeId,
      clientOrderId: order.clientOrderId,
      exchangeOrderId: trade.exchangeOrderId ?? order.exchangeOrderId,
      tradeType: trade.tradeType,
      positionAction: order.positionAction,
      price: trade.price.toString(),
      amount: trade.amount.toString(),
      feeAsset: trade.fee?.asset,
      feeAmount: trade.fee?.amount.toString(),
      isMaker: trade.isMaker,
      fillMs: trade.fillMs,
    })
  }

  funding(payment: FundingPayment): void {
    const { pair, paymentId, asset, amount, paidMs } = payment
    this.#append({ kind: 'funding', pair, paymentId, asset, amount: amount.toString(), paidMs })
  }

  balance({ asset, total }: Balance): void {
    this.#append({ kind: 'balance', asset, total: total.toString(), atMs: this.#clock.nowMs() })
  }

  position({ pair, amount, entryPrice }: Position): void {
    this.#append({
      kind: 'position',
      pair,
      amount: amount.toString(),
      entryPrice: (amount.isZero() ? ZERO : entryPrice).toString(),
      atMs: this.#clock.nowMs(),
    })
  }

  hasFill({ pair, tradeId }: TradeUpdate): boolean {
    return this.#journal.hasFill(pair, tradeId)
  }

  hasFunding({ pair, paymentId }: FundingPayment): boolean {
    return this.#journal.hasFunding(pair, paymentId)
  }

  #answer(order: InFlightOrder, request: 'place' | 'cancel', outcome: PlaceOutcome | CancelOutcome): void {
    const reason = 'reason' in outcome ? outcome.reason : undefined
    this.#append({
      kind: 'answer',
      clientOrderId: order.clientOrderId,
      pair: order.pair,
      request,
      outcome: outcome.kind,
      exchangeOrderId:
        ('exchangeOrderId' in outcome ? outcome.exchangeOrderId : undefined) ?? order.exchangeOrderId,
      code: reason?.code,
      message: reason?.message,
      atMs: this.#clock.nowMs(),
    })
  }

  #append(record: JournalRecord): void {
    try {
      this.#journal.append(record)
    } catch (error) {
      this.#failure ??= messageOf(error)
      this.#logger.error({ record }, `not put on record: ${messageOf(error)}`)
    }
  }
}
