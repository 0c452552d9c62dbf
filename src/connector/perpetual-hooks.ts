import type { TradingPair } from '../common/trading-pair.ts'
import type { Balance, FundingInfo, FundingPayment, Position, PositionMode } from './account-types.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { BookSnapshot, MarketDataSource } from './market-data-source.ts'
import type { CancelOutcome, OrderUpdate, PlaceOutcome, TradeUpdate } from './order-types.ts'
import { DEFAULT_RATE_LIMITS } from './rate-limits.ts'
import type { RateLimits } from './request-budget.ts'
import type { TradingRule } from './trading-rule.ts'
import type { UserStream } from './user-stream.ts'

/**
 * What an exchange must do for the connector: the override points of parents, of QTX and of plugins. None is called
 * before `start()`. Unless a hook says otherwise, it throws a `QtxError` when the exchange could not be asked, with
 * `QTX_EXCHANGE_DOWN` and `QTX_RATE_LIMITED` for what passes and other codes for what does not.
 */
export abstract class PerpetualHooks {
  /** Identifies the exchange and the product, such as `binance_perpetual`. */
  abstract get name(): string

  /**
   * How long after sending an order that the exchange does not know is proven never to have arrived, milliseconds;
   * undefined where nothing proves it.
   */
  protected abstract get notFoundIsProofAfterMs(): number | undefined

  /** The same for one order, where it depends on the way it went. */
  protected notFoundIsProofFor(_order: InFlightOrder): number | undefined {
    return this.notFoundIsProofAfterMs
  }

  /** What the exchange lets one account ask for. */
  protected get rateLimits(): RateLimits {
    return DEFAULT_RATE_LIMITS
  }

  /** The exchange's clock, milliseconds since 1970. */
  protected abstract fetchServerTimeMs(signal: AbortSignal): Promise<number>

  /** The rules of the tracked pairs. @throws QtxError `QTX_PAIR_UNKNOWN` for a pair that the exchange lacks. */
  protected abstract fetchTradingRules(signal: AbortSignal): Promise<readonly TradingRule[]>

  /** Every balance of the account: what is missing is zero. */
  protected abstract fetchBalances(signal: AbortSignal): Promise<readonly Balance[]>

  /** Every open position of the tracked pairs: what is missing is closed. */
  protected abstract fetchPositions(signal: AbortSignal): Promise<readonly Position[]>

  protected abstract fetchPositionMode(signal: AbortSignal): Promise<PositionMode>

  /** Sets the account's position mode; the same as now is no error. */
  protected abstract submitPositionMode(mode: PositionMode, signal: AbortSignal): Promise<void>

  /** The pair's leverage as set on the exchange; undefined where the exchange does not say. */
  protected abstract fetchLeverage(pair: TradingPair, signal: AbortSignal): Promise<number | undefined>

  /** Sets the pair's leverage; resolves with what the exchange set. */
  protected abstract submitLeverage(pair: TradingPair, leverage: number, signal: AbortSignal): Promise<number>

  protected abstract fetchFundingInfo(pair: TradingPair, signal: AbortSignal): Promise<FundingInfo>

  /** Funding paid or received since then, oldest first. */
  protected abstract fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]>

  /** Every open order of the tracked pairs. */
  protected abstract fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]>

  /** One order, by its client id; undefined only where the exchange said in so many words that it has no such order. */
  protected abstract fetchOrder(order: InFlightOrder, signal: AbortSignal): Promise<OrderUpdate | undefined>

  /** Every fill of one order, with the trade ids that the private stream uses. */
  protected abstract fetchOrderFills(
    order: InFlightOrder,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]>

  /**
   * Sends an order that is tracked, checked and quantised. Throws only when nothing was sent; anything that may have
   * reached the exchange is an outcome.
   */
  protected abstract placeOrder(order: InFlightOrder): Promise<PlaceOutcome>

  /**
   * Looks where this machine itself may know what became of orders whose outcome is not known, those of an earlier
   * process among them; what it finds is told by `applyLateOutcome`. The exchange is asked afterwards in any case.
   */
  protected recoverOrders(_orders: readonly InFlightOrder[]): void {
    // By default nothing but the exchange knows.
  }

  /** Asks to cancel an order. Throws only when nothing was sent. */
  protected abstract placeCancel(order: InFlightOrder): Promise<CancelOutcome>

  /** The pair's whole book, for seeding. */
  protected abstract fetchBookSnapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot>

  protected abstract createMarketDataSource(): MarketDataSource

  protected abstract createUserStream(): UserStream

  /** Opens what the hooks above need; called first by `start()`. Overrides call `super`. */
  protected startNetwork(): Promise<void> {
    return Promise.resolve()
  }

  /** Releases what `startNetwork` opened; called last by `stop()`, also after a failed start. Overrides call `super`. */
  protected stopNetwork(): Promise<void> {
    return Promise.resolve()
  }
}
