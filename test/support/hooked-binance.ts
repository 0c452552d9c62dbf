import type { TradingPair } from '../../src/common/trading-pair.ts'
import type { InFlightOrder } from '../../src/connector/in-flight-order.ts'
import type { Balance, FundingPayment, Position } from '../../src/connector/account-types.ts'
import type { OrderUpdate, TradeUpdate } from '../../src/connector/order-types.ts'
import type { UserStreamSink } from '../../src/connector/user-stream.ts'
import { BinancePerpetualDerivative } from '../../src/exchanges/binance/binance-perpetual-derivative.ts'

/** Binance with its hooks in the open, to call one at a time. */
export class HookedBinance extends BinancePerpetualDerivative {
  override get notFoundIsProofAfterMs() {
    return super.notFoundIsProofAfterMs
  }
  override startNetwork() {
    return super.startNetwork()
  }
  override stopNetwork() {
    return super.stopNetwork()
  }
  override fetchServerTimeMs(signal: AbortSignal) {
    return super.fetchServerTimeMs(signal)
  }
  override fetchTradingRules(signal: AbortSignal) {
    return super.fetchTradingRules(signal)
  }
  override fetchBalances(signal: AbortSignal) {
    return super.fetchBalances(signal)
  }
  override fetchPositions(signal: AbortSignal) {
    return super.fetchPositions(signal)
  }
  override fetchPositionMode(signal: AbortSignal) {
    return super.fetchPositionMode(signal)
  }
  override fetchLeverage(pair: TradingPair, signal: AbortSignal) {
    return super.fetchLeverage(pair, signal)
  }
  override submitLeverage(pair: TradingPair, leverage: number, signal: AbortSignal) {
    return super.submitLeverage(pair, leverage, signal)
  }
  override fetchFundingInfo(pair: TradingPair, signal: AbortSignal) {
    return super.fetchFundingInfo(pair, signal)
  }
  override fetchFundingPayments(pair: TradingPair, sinceMs: number, signal: AbortSignal) {
    return super.fetchFundingPayments(pair, sinceMs, signal)
  }
  override fetchOpenOrders(signal: AbortSignal) {
    return super.fetchOpenOrders(signal)
  }
  override fetchOrder(order: InFlightOrder, signal: AbortSignal) {
    return super.fetchOrder(order, signal)
  }
  override fetchOrderFills(order: InFlightOrder, signal: AbortSignal) {
    return super.fetchOrderFills(order, signal)
  }
  override placeOrder(order: InFlightOrder) {
    return super.placeOrder(order)
  }
  override placeCancel(order: InFlightOrder) {
    return super.placeCancel(order)
  }
  override createUserStream() {
    return super.createUserStream()
  }
  override createMarketDataSource() {
    return super.createMarketDataSource()
  }
  override fetchBookSnapshot(pair: TradingPair, signal: AbortSignal) {
    return super.fetchBookSnapshot(pair, signal)
  }
}

/** Writes down what a private stream says. */
export class UserStreamNotes implements UserStreamSink {
  readonly orders: OrderUpdate[] = []
  readonly trades: TradeUpdate[] = []
  readonly balanceChanges: Balance[] = []
  readonly positionChanges: Position[] = []
  readonly fundingPayments: FundingPayment[] = []
  /** Every event's kind, in order. */
  readonly sequence: string[] = []
  connectedCount = 0
  readonly disconnects: string[] = []

  orderUpdate(update: OrderUpdate): void {
    this.orders.push(update)
    this.sequence.push(`order ${update.state}`)
  }
  tradeUpdate(update: TradeUpdate): void {
    this.trades.push(update)
    this.sequence.push(`trade ${update.tradeId}`)
  }
  balances(changed: readonly Balance[]): void {
    this.balanceChanges.push(...changed)
  }
  positions(changed: readonly Position[]): void {
    this.positionChanges.push(...changed)
  }
  fundingPayment(payment: FundingPayment): void {
    this.fundingPayments.push(payment)
  }
  connected(): void {
    this.connectedCount++
  }
  disconnected(reason: string): void {
    this.disconnects.push(reason)
  }
}
