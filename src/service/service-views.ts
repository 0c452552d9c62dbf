import type { Position } from '../connector/account-types.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type { BookLevel, BookState, OrderBookView } from '../connector/order-book.ts'
import type { CancelResult } from '../connector/order-types.ts'
import type { StopReport } from '../connector/perpetual-connector.ts'
import type { TradingRule } from '../connector/trading-rule.ts'

/** An order as the control socket tells it. Amounts and prices are decimal text. */
export interface OrderView {
  readonly clientOrderId: string
  readonly exchangeOrderId: string | null
  readonly pair: string
  readonly side: 'buy' | 'sell'
  readonly type: string
  readonly timeInForce: string
  readonly positionAction: 'open' | 'close'
  /** Base units. */
  readonly amount: string
  /** Null for market orders. */
  readonly price: string | null
  readonly executedAmount: string
  readonly averagePrice: string | null
  readonly state: string
  /** Milliseconds since 1970. */
  readonly createdMs: number
  /** Why it failed or was canceled. */
  readonly reason: string | null
}

export function orderView(order: Readonly<InFlightOrder>): OrderView {
  return {
    clientOrderId: order.clientOrderId,
    exchangeOrderId: order.exchangeOrderId ?? null,
    pair: order.pair,
    side: order.tradeType,
    type: order.orderType,
    timeInForce: order.timeInForce,
    positionAction: order.positionAction,
    amount: order.amount.toString(),
    price: order.price?.toString() ?? null,
    executedAmount: order.executedAmount.toString(),
    averagePrice: order.averagePrice?.toSignificantDigits(12).toString() ?? null,
    state: order.state,
    createdMs: order.createdMs,
    reason: order.reason?.message ?? null,
  }
}

export interface PositionView {
  readonly pair: string
  /** Signed base units. */
  readonly amount: string
  readonly entryPrice: string
  /** Quote units. */
  readonly unrealizedProfit: string
  readonly leverage: number
}

/** @param leverage of the pair, where the position does not say its own. */
export function positionView(position: Position, leverage: number): PositionView {
  return {
    pair: position.pair,
    amount: position.amount.toString(),
    entryPrice: position.entryPrice.toString(),
    unrealizedProfit: position.unrealizedPnl.toString(),
    leverage: position.leverage ?? leverage,
  }
}

/** A book as the control socket tells it; levels are `[price, size]`, best first. */
export interface BookView {
  readonly pair: string
  readonly state: BookState
  /** Milliseconds since 1970; 0 before the first message. */
  readonly receivedMs: number
  readonly bidLevelCount: number
  readonly askLevelCount: number
  readonly lastTradePrice: number | null
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

export function bookView(book: OrderBookView, levels: number): BookView {
  return {
    pair: book.pair,
    state: book.state,
    receivedMs: book.receivedMs,
    bidLevelCount: book.bidLevelCount,
    askLevelCount: book.askLevelCount,
    lastTradePrice: Number.isFinite(book.lastTradePrice) ? book.lastTradePrice : null,
    bids: book.bids(levels),
    asks: book.asks(levels),
  }
}

export interface RuleView {
  readonly pair: string
  readonly exchangeSymbol: string
  readonly priceStep: string
  readonly amountStep: string
  readonly minAmount: string
  readonly maxAmount: string | null
  readonly minNotional: string
  readonly contractSize: string
  readonly makerFee: string | null
  readonly takerFee: string | null
}

export function ruleView(rule: TradingRule): RuleView {
  return {
    pair: rule.pair,
    exchangeSymbol: rule.exchangeSymbol,
    priceStep: rule.minPriceIncrement.toString(),
    amountStep: rule.minBaseAmountIncrement.toString(),
    minAmount: rule.minOrderSize.toString(),
    maxAmount: rule.maxOrderSize?.toString() ?? null,
    minNotional: rule.minNotionalSize.toString(),
    contractSize: rule.contractSize.toString(),
    makerFee: rule.makerFee?.toString() ?? null,
    takerFee: rule.takerFee?.toString() ?? null,
  }
}

/** What stopping left behind. */
export interface StopView {
  readonly openOrders: readonly OrderView[]
  /** Null where no order was to be canceled. */
  readonly canceled: readonly CancelResult[] | null
}

export function stopView(report: StopReport): StopView {
  return { openOrders: report.openOrders.map(orderView), canceled: report.canceled ?? null }
}
