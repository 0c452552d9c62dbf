import type { Clock } from '../common/clock.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import { parseTradingPair } from '../common/trading-pair.ts'
import type { Anomaly, ConnectorEvents } from './events.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { OrderReason, TradeUpdate } from './order-types.ts'

type OrderEventName =
  | 'buyOrderCreated'
  | 'sellOrderCreated'
  | 'orderFilled'
  | 'buyOrderCompleted'
  | 'sellOrderCompleted'
  | 'orderCancelled'
  | 'orderFailure'
  | 'orderSubmitUnknown'

/** Tells what happened to orders, as Hummingbot's events, and where messages about them contradicted each other. */
export class OrderAnnouncer {
  readonly #clock: Clock
  readonly #events: TypedEvents<ConnectorEvents>

  constructor(clock: Clock, events: TypedEvents<ConnectorEvents>) {
    this.#clock = clock
    this.#events = events
  }

  created(order: InFlightOrder): void {
    // Written out: it is on the way of every order.
    this.#events.emit(order.tradeType === 'buy' ? 'buyOrderCreated' : 'sellOrderCreated', {
      timestampMs: this.#clock.nowMs(),
      clientOrderId: order.clientOrderId,
      exchangeOrderId: order.exchangeOrderId,
      pair: order.pair,
      tradeType: order.tradeType,
      orderType: order.orderType,
      amount: order.amount,
      price: order.price,
      positionAction: order.positionAction,
      leverage: order.leverage,
      createdMs: order.createdMs,
    })
  }

  filled(order: InFlightOrder, trade: TradeUpdate): void {
    this.#emit('orderFilled', order, {
      tradeId: trade.tradeId,
      price: trade.price,
      amount: trade.amount,
      fee: trade.fee,
      isMaker: trade.isMaker,
      positionAction: order.positionAction,
      leverage: order.leverage,
      fillMs: trade.fillMs,
    })
  }

  submitUnknown(order: InFlightOrder, reason: OrderReason): void {
    this.#emit('orderSubmitUnknown', order, { errorCode: reason.code, errorMessage: reason.message })
  }

  completed(order: InFlightOrder): void {
    const { base, quote } = parseTradingPair(order.pair)
    this.#emit(order.tradeType === 'buy' ? 'buyOrderCompleted' : 'sellOrderCompleted', order, {
      baseAsset: base,
      quoteAsset: quote,
      baseAmount: order.executedAmount,
      quoteAmount: order.executedQuoteAmount,
    })
  }

  cancelled(order: InFlightOrder): void {
    this.#emit('orderCancelled', order, {
      executedAmount: order.executedAmount,
      reason: order.reason?.message,
    })
  }

  failed(order: InFlightOrder): void {
    this.#emit('orderFailure', order, {
      errorCode: order.reason?.code ?? 'QTX_ORDER_REJECTED',
      errorMessage: order.reason?.message ?? 'the exchange reports the order as failed',
    })
  }

  liveAfterFailure(order: InFlightOrder): void {
    this.#anomaly(order, 'LIVE_AFTER_FAILURE', 'was reported as failed, and is open on the exchange')
  }

  filledAfterFailure(order: InFlightOrder): void {
    this.#anomaly(order, 'FILLED_AFTER_FAILURE', 'was reported as failed, and has filled')
  }

  filledAfterCancel(order: InFlightOrder): void {
    const what = `was reported as canceled, and has filled further: ${filledPart(order)}`
    this.#anomaly(order, 'FILLED_AFTER_CANCEL', what)
  }

  overfilled(order: InFlightOrder): void {
    this.#anomaly(order, 'OVERFILLED', `has filled more than was ordered: ${filledPart(order)}`)
  }

  #anomaly(order: InFlightOrder, code: Anomaly['code'], what: string): void {
    const { pair, clientOrderId } = order
    this.#events.emit('anomaly', { code, message: `order ${clientOrderId} ${what}`, pair, clientOrderId })
  }

  #emit<E extends OrderEventName>(
    event: E,
    order: InFlightOrder,
    rest: Omit<
      ConnectorEvents[E],
      'timestampMs' | 'clientOrderId' | 'exchangeOrderId' | 'pair' | 'tradeType' | 'orderType'
    >,
  ): void {
    this.#events.emit(event, {
      timestampMs: this.#clock.nowMs(),
      clientOrderId: order.clientOrderId,
      exchangeOrderId: order.exchangeOrderId,
      pair: order.pair,
      tradeType: order.tradeType,
      orderType: order.orderType,
      ...rest,
    } as unknown as ConnectorEvents[E])
  }
}

function filledPart(order: InFlightOrder): string {
  return `${order.executedAmount.toString()} of ${order.amount.toString()}`
}
