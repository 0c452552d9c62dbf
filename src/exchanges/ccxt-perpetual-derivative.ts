import { EventEmitter, once } from 'node:events'
import type { TradingPair } from '../common/trading-pair.ts'
import type {
  Balance,
  FundingInfo,
  FundingPayment,
  Position,
  PositionMode,
} from '../connector/account-types.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type { BookSnapshot, MarketDataSource } from '../connector/market-data-source.ts'
import type { CancelOutcome, OrderUpdate, PlaceOutcome, TradeUpdate } from '../connector/order-types.ts'
import { PerpetualDerivative } from '../connector/perpetual-derivative.ts'
import { DEFAULT_RATE_LIMITS } from '../connector/rate-limits.ts'
import type { RateLimits } from '../connector/request-budget.ts'
import type { TradingRule } from '../connector/trading-rule.ts'
import type { UserStream } from '../connector/user-stream.ts'
import { QtxError } from '../errors.ts'
import {
  toBalances,
  toFundingInfo,
  toFundingPayments,
  toLeverage,
  toPositionMode,
  toPositions,
} from './ccxt-account-mapping.ts'
import { fetchBook } from './ccxt-book.ts'
import { CcxtConnection } from './ccxt-connection.ts'
import { fetchFills } from './ccxt-fills.ts'
import { CcxtMarketDataSource } from './ccxt-market-data-source.ts'
import type { PairMarket } from './ccxt-markets.ts'
import { CcxtOrders } from './ccxt-orders.ts'
import type { CcxtProfile } from './ccxt-profile.ts'
import { CcxtUserStream } from './ccxt-user-stream.ts'
import { asInteger, asRecord } from './untrusted-fields.ts'

const DEFAULT_REQUEST_TIMEOUT_MS = 10_000
/** ccxt says how many milliseconds each request takes of an exchange's time. */
const CCXT_PACE = { windowMs: 60_000, limit: 60_000 }
const FUNDING_PAYMENTS_MOST = 1_000

/**
 * A perpetual connector over ccxt: every hook by ccxt's unified calls. What ccxt does not know of an exchange is in
 * its profile; what it does otherwise is in its subclass.
 */
export abstract class CcxtPerpetualDerivative extends PerpetualDerivative {
  #connection: CcxtConnection | undefined
  readonly #connections = new EventEmitter().setMaxListeners(0)

  /** What differs on the exchange. */
  protected abstract get profile(): CcxtProfile

  override get name(): string {
    return this.profile.name
  }

  protected override get rateLimits(): RateLimits {
    return { ...DEFAULT_RATE_LIMITS, weight: [CCXT_PACE], ...this.profile.rateLimits }
  }

  /** A request is refused when it arrives after its receive window. */
  protected override get notFoundIsProofAfterMs(): number {
    return this.profile.requestLifetimeMs
  }

  /**
   * Loads ccxt; sends nothing. Markets are loaded by the first hook that needs them.
   * @throws QtxError `QTX_CREDENTIALS_MISSING`.
   */
  protected override async startNetwork(): Promise<void> {
    const { credentials } = this
    const { exchangeEndpoints, requestTimeoutMs, rateLimits } = this.options
    if (this.usesExchangeAccount && !credentials) {
      throw new QtxError(
        'QTX_CREDENTIALS_MISSING',
        `trading on ${this.name} needs credentials, which were not given`,
      )
    }
    await super.startNetwork()
    this.#connection ??= await CcxtConnection.open({
      profile: this.profile,
      pairs: this.tradingPairs,
      ...(this.usesExchangeAccount && credentials && { credentials }),
      ...(exchangeEndpoints && { endpoints: exchangeEndpoints }),
      timeoutMs: requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
      clock: this.clock,
      budget: this.requestBudget,
      weighsMilliseconds: !this.profile.rateLimits?.weight && rateLimits?.weightPerMinute === undefined,
      breaker: this.breaker('rest'),
    })
    this.#connections.emit('open')
  }

  protected override async stopNetwork(): Promise<void> {
    this.#connection?.close()
    this.#connection = undefined
    await super.stopNetwork()
  }

  protected override fetchServerTimeMs(signal: AbortSignal): Promise<number> {
    return this.connection.fetchServerTimeMs(signal)
  }

  protected override async fetchTradingRules(signal: AbortSignal): Promise<readonly TradingRule[]> {
    const markets = await this.connection.reloadMarkets(signal)
    return markets.all.map((market) => market.rule)
  }

  protected override async fetchBalances(signal: AbortSignal): Promise<readonly Balance[]> {
    const answer = await this.connection.read(
      'fetching balances',
      (exchange) => exchange.fetchBalance(),
      signal,
    )
    return this.readBalances(answer)
  }

  /** Reads the answer to ccxt's `fetchBalance`. */
  protected readBalances(answer: unknown): readonly Balance[] {
    return toBalances(answer)
  }

  protected override async fetchPositions(signal: AbortSignal): Promise<readonly Position[]> {
    const markets = await this.connection.markets(signal)
    const symbols = markets.all.map((market) => market.ccxtSymbol)
    const answer = await this.connection.read(
      'fetching positions',
      (exchange) => exchange.fetchPositions(symbols),
      signal,
    )
    return toPositions(answer, markets)
  }

  protected override async fetchPositionMode(signal: AbortSignal): Promise<PositionMode> {
    await this.connection.markets(signal)
    const answer = await this.connection.read(
      'fetching the position mode',
      (exchange) => exchange.fetchPositionMode(),
      signal,
    )
    return toPositionMode(answer)
  }

  protected override async submitPositionMode(mode: PositionMode, signal: AbortSignal): Promise<void> {
    // Exchanges answer the mode that is set already with an error of their own.
    if ((await this.fetchPositionMode(signal)) === mode) return
    await this.connection.read(
      `setting the position mode to ${mode}`,
      (exchange) => exchange.setPositionMode(mode === 'hedge'),
      signal,
    )
  }

  protected override async fetchLeverage(
    pair: TradingPair,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const market = await this.market(pair, signal)
    const answer = await this.connection.read(
      `fetching the leverage of ${pair}`,
      (exchange) => exchange.fetchLeverages([market.ccxtSymbol], { symbol: market.rule.exchangeSymbol }),
      signal,
    )
    return toLeverage(answer, market)
  }

  protected override async submitLeverage(
    pair: TradingPair,
    leverage: number,
    signal: AbortSignal,
  ): Promise<number> {
    const market = await this.market(pair, signal)
    const answer = await this.connection.read(
      `setting the leverage of ${pair} to ${leverage}`,
      (exchange) => exchange.setLeverage(leverage, market.ccxtSymbol),
      signal,
    )
    return asInteger(asRecord(answer)?.['leverage']) ?? (await this.fetchLeverage(pair, signal)) ?? leverage
  }

  protected override async fetchFundingInfo(pair: TradingPair, signal: AbortSignal): Promise<FundingInfo> {
    const market = await this.market(pair, signal)
    const answer = await this.connection.read(
      `fetching the funding info of ${pair}`,
      (exchange) => exchange.fetchFundingRate(market.ccxtSymbol),
      signal,
    )
    return toFundingInfo(answer, market, this.clock.nowMs())
  }

  protected override async fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]> {
    const market = await this.market(pair, signal)
    const answer = await this.connection.read(
      `fetching the funding payments of ${pair}`,
      (exchange) => exchange.fetchFundingHistory(market.ccxtSymbol, sinceMs, FUNDING_PAYMENTS_MOST),
      signal,
    )
    return toFundingPayments(answer, market, this.profile.fundingPaymentId)
  }

  protected override async fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]> {
    return this.ofEveryMarket((market) => this.#orders.listOpen(market, signal), signal)
  }

  protected override async fetchOrder(
    order: InFlightOrder,
    signal: AbortSignal,
  ): Promise<OrderUpdate | undefined> {
    return this.#orders.find(order, signal)
  }

  protected override async fetchOrderFills(
    order: InFlightOrder,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const market = await this.market(order.pair, signal)
    const orderId = order.exchangeOrderId ?? (await this.fetchOrder(order, signal))?.exchangeOrderId
    return orderId === undefined ? [] : this.fetchFillsOf(order, orderId, market, signal)
  }

  /** Every fill of an order whose id on the exchange is known. */
  protected fetchFillsOf(
    order: InFlightOrder,
    exchangeOrderId: string,
    market: PairMarket,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    return fetchFills(this.connection, order, exchangeOrderId, market, signal)
  }

  protected override async placeOrder(order: InFlightOrder): Promise<PlaceOutcome> {
    return this.#orders.place(order)
  }

  protected override async placeCancel(order: InFlightOrder): Promise<CancelOutcome> {
    return this.#orders.cancel(order)
  }

  protected override createUserStream(): UserStream {
    const { connection } = this
    return new CcxtUserStream({
      profile: this.profile,
      createClient: () => connection.createSibling(),
      symbols: (exchangeSymbol) => connection.loadedMarkets?.ofExchangeSymbol(exchangeSymbol),
      clock: this.clock,
      logger: this.logger.child({ component: 'private-stream' }),
      random: this.random,
      breaker: this.breaker('privateStream'),
    })
  }

  protected override createMarketDataSource(): MarketDataSource {
    return new CcxtMarketDataSource({
      profile: this.profile,
      createClient: () => this.connection.createSibling(),
      loadMarkets: () => this.connection.markets(),
      fetchSnapshot: (pair, signal) => this.fetchBookSnapshot(pair, signal),
      clock: this.clock,
      logger: this.logger.child({ component: 'public-stream' }),
      random: this.random,
    })
  }

  /** The exchange's book of a pair over REST, in base units. */
  protected async fetchBookSnapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot> {
    const market = await this.marketOnceConnected(pair, signal)
    return fetchBook(this.connection, this.profile, market, this.clock, signal)
  }

  /** @throws QtxError `QTX_STATE_INVALID` before `startNetwork`. */
  protected get connection(): CcxtConnection {
    if (this.#connection) return this.#connection
    throw new QtxError('QTX_STATE_INVALID', `${this.name} is not connected`, { remedy: 'call start() first' })
  }

  get #orders(): CcxtOrders {
    return new CcxtOrders(this.connection, this.profile, this.clock)
  }

  protected async market(pair: TradingPair, signal?: AbortSignal): Promise<PairMarket> {
    return (await this.connection.markets(signal)).ofPair(pair)
  }

  /** Waits for the connection: books whose stream is not the exchange's own begin before it. */
  protected async marketOnceConnected(pair: TradingPair, signal: AbortSignal): Promise<PairMarket> {
    if (!this.#connection) await once(this.#connections, 'open', { signal })
    return this.market(pair, signal)
  }

  /** What is read of each tracked pair, all together. */
  protected async ofEveryMarket<Row>(
    read: (market: PairMarket) => Promise<readonly Row[]>,
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    const markets = await this.connection.markets(signal)
    return (await Promise.all(markets.all.map(read))).flat()
  }
}
