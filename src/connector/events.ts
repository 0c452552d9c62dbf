import type { Decimal } from '../common/decimal.ts'
import type { CircuitChange } from '../common/circuit-breaker.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { ErrorCode } from '../errors.ts'
import type { Balance, FundingInfo, FundingPayment, Position, PositionMode } from './account-types.ts'
import type { BookState, OrderBookView } from './order-book.ts'
import type { OrderType, PositionAction, TradeType } from './order-types.ts'

interface OrderEvent {
  /** When the connector learned it, milliseconds since 1970. */
  readonly timestampMs: number
  readonly clientOrderId: string
  readonly exchangeOrderId: string | undefined
  readonly pair: TradingPair
  readonly tradeType: TradeType
  readonly orderType: OrderType
}

/** The exchange has taken an order. */
export interface OrderCreated extends OrderEvent {
  readonly amount: Decimal
  /** Undefined for market orders. */
  readonly price: Decimal | undefined
  readonly positionAction: PositionAction
  readonly leverage: number
  readonly createdMs: number
}

/** A part of an order, or all of it, was traded. */
export interface OrderFilled extends OrderEvent {
  readonly tradeId: string
  readonly price: Decimal
  /** Base units of this fill. */
  readonly amount: Decimal
  readonly fee: { readonly asset: string; readonly amount: Decimal } | undefined
  readonly isMaker: boolean
  readonly positionAction: PositionAction
  readonly leverage: number
  /** The exchange's time of the fill, milliseconds since 1970. */
  readonly fillMs: number
}

/** An order filled to its end. */
export interface OrderCompleted extends OrderEvent {
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly baseAmount: Decimal
  readonly quoteAmount: Decimal
}

/** An order was cancelled; what it had filled stays. */
export interface OrderCancelled extends OrderEvent {
  /** What had been filled before. */
  readonly executedAmount: Decimal
  readonly reason: string | undefined
}

/** An order was refused, or ended without being cancelled or filled. */
export interface OrderFailure extends OrderEvent {
  readonly errorCode: ErrorCode | 'EXPIRED'
  readonly errorMessage: string
}

/** The order's outcome is unknown: it may be live and is being looked up. */
export interface OrderSubmitUnknown extends OrderEvent {
  readonly errorCode: ErrorCode | 'EXPIRED'
  readonly errorMessage: string
}

/** A book became live, or is not live any more. */
export interface BookStateChange {
  readonly pair: TradingPair
  readonly previous: BookState
  readonly state: BookState
  readonly reason: string
}

/** Somebody’s trade on the market. */
export interface PublicTrade {
  readonly pair: TradingPair
  readonly takerSide: TradeType
  readonly price: number
  readonly size: number
  readonly tradeId: bigint
  /** The exchange's event time, milliseconds since 1970. */
  readonly eventMs: number
}

/** The account’s position mode was set. */
export interface PositionModeChange {
  readonly positionMode: PositionMode
}

/** The exchange can be reached, or cannot any more. */
export interface NetworkStatusChange {
  readonly status: NetworkStatus
  readonly reason: string
}

/** What a circuit breaker stands in front of: QTX's order manager, the exchange's REST API, its private stream. */
export type BreakerName = 'orderManager' | 'rest' | 'privateStream'

/** A circuit breaker opened, tries again, or closed. */
export interface CircuitBreakerChange extends CircuitChange {
  readonly breaker: BreakerName
}

/** Where a pair's book comes from: QTX's datagrams, or the exchange's own websocket. */
export type FeedSource = 'udp' | 'websocket'

/** A pair’s book is fed by another source from now on. */
export interface FeedSourceChange {
  readonly pair: TradingPair
  readonly source: FeedSource
  readonly reason: string
}

/** A difference in a position, by pair, or in a balance, by asset. */
export interface AmountDifference {
  readonly name: string
  /** As it was known. */
  readonly before: Decimal
  /** As the exchange says. */
  readonly now: Decimal
}

/** An open order on the account that this connector did not send. */
export interface ForeignOrder {
  readonly pair: TradingPair
  readonly clientOrderId: string | undefined
  readonly exchangeOrderId: string | undefined
}

/** The account was compared with the exchange, at the start or after the private stream was connected again. */
export interface Reconciled {
  readonly reason: 'start' | 'reconnect'
  /** Fills that had been missed; each was announced by its own event. */
  readonly missedFills: readonly { readonly clientOrderId: string; readonly tradeId: string }[]
  /** Orders of ours that turned out to have ended, by client order id. */
  readonly endedOrders: readonly string[]
  /** Orders of ours that are not done, by client order id. */
  readonly openOrders: readonly string[]
  readonly foreignOrders: readonly ForeignOrder[]
  /** Signed base units. */
  readonly positions: readonly AmountDifference[]
  /** Totals. */
  readonly balances: readonly AmountDifference[]
}

/** What should not happen: the exchange's messages contradict each other. The fills are believed. */
export interface Anomaly {
  /**
   * `OVERFILLED`: more was filled than ordered. `FILLED_AFTER_FAILURE`: an order that was reported as failed filled.
   * `LIVE_AFTER_FAILURE`: the exchange has such an order open. After both it is tracked again, until its true end.
   * `FILLED_AFTER_CANCEL`: more of an order filled than its end said; its fill is told after its `orderCancelled`, and
   * it completes when all of it has filled.
   */
  readonly code: 'OVERFILLED' | 'FILLED_AFTER_FAILURE' | 'LIVE_AFTER_FAILURE' | 'FILLED_AFTER_CANCEL'
  readonly message: string
  readonly pair: TradingPair
  readonly clientOrderId: string
}

/** Everything that a connector reports, by name. Listeners run synchronously. */
export interface ConnectorEvents {
  buyOrderCreated: OrderCreated
  sellOrderCreated: OrderCreated
  orderFilled: OrderFilled
  buyOrderCompleted: OrderCompleted
  sellOrderCompleted: OrderCompleted
  orderCancelled: OrderCancelled
  orderFailure: OrderFailure
  orderSubmitUnknown: OrderSubmitUnknown
  fundingPaymentCompleted: FundingPayment
  fundingInfoUpdated: FundingInfo
  positionModeChanged: PositionModeChange
  positionUpdated: Position
  balanceUpdated: Balance
  bookStateChanged: BookStateChange
  /** After each change of a book, the live view itself: nothing is copied. */
  bookUpdated: OrderBookView
  publicTrade: PublicTrade
  networkStatus: NetworkStatusChange
  anomaly: Anomaly
  reconciled: Reconciled
  circuitBreakerChanged: CircuitBreakerChange
  feedSourceChanged: FeedSourceChange
}

/** The names of all events that are about one order. */
export const ORDER_EVENTS = [
  'buyOrderCreated',
  'sellOrderCreated',
  'orderFilled',
  'buyOrderCompleted',
  'sellOrderCompleted',
  'orderCancelled',
  'orderFailure',
  'orderSubmitUnknown',
] as const satisfies readonly (keyof ConnectorEvents)[]

/** `connected` means that the exchange answers; whether trading is possible is said by `ready`. */
export type NetworkStatus = 'stopped' | 'notConnected' | 'connected'
