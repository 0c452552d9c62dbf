import type { TradingPair } from '../../src/common/trading-pair.ts'
import type {
  Balance,
  FundingInfo,
  FundingPayment,
  Position,
  PositionMode,
} from '../../src/connector/account-types.ts'
import type { InFlightOrder } from '../../src/connector/in-flight-order.ts'
import type { BookSnapshot, MarketDataSource } from '../../src/connector/market-data-source.ts'
import type {
  CancelOutcome,
  OrderUpdate,
  PlaceOutcome,
  TradeUpdate,
} from '../../src/connector/order-types.ts'
import type { PerpetualDerivative } from '../../src/connector/perpetual-derivative.ts'
import type { TradingRule } from '../../src/connector/trading-rule.ts'
import type { UserStream } from '../../src/connector/user-stream.ts'

/** A parent's hooks in the open, to call one at a time. */
export interface OpenHooks {
  readonly notFoundIsProofAfterMs: number | undefined
  startNetwork(): Promise<void>
  stopNetwork(): Promise<void>
  fetchServerTimeMs(signal: AbortSignal): Promise<number>
  fetchTradingRules(signal: AbortSignal): Promise<readonly TradingRule[]>
  fetchBalances(signal: AbortSignal): Promise<readonly Balance[]>
  fetchPositions(signal: AbortSignal): Promise<readonly Position[]>
  fetchPositionMode(signal: AbortSignal): Promise<PositionMode>
  submitPositionMode(mode: PositionMode, signal: AbortSignal): Promise<void>
  fetchLeverage(pair: TradingPair, signal: AbortSignal): Promise<number | undefined>
  submitLeverage(pair: TradingPair, leverage: number, signal: AbortSignal): Promise<number>
  fetchFundingInfo(pair: TradingPair, signal: AbortSignal): Promise<FundingInfo>
  fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]>
  fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]>
  fetchOrder(order: InFlightOrder, signal: AbortSignal): Promise<OrderUpdate | undefined>
  fetchOrderFills(order: InFlightOrder, signal: AbortSignal): Promise<readonly TradeUpdate[]>
  placeOrder(order: InFlightOrder): Promise<PlaceOutcome>
  placeCancel(order: InFlightOrder): Promise<CancelOutcome>
  fetchBookSnapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot>
  createUserStream(): UserStream
  createMarketDataSource(): MarketDataSource
}

/** The same object; its hooks are protected for the compiler only. */
export function openHooks(connector: PerpetualDerivative): OpenHooks {
  return connector as unknown as OpenHooks
}
