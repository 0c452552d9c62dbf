import type { CircuitBreaker } from '../common/circuit-breaker.ts'
import { ClientOrderIdGenerator } from '../common/client-order-id.ts'
import { SystemClock, sleep, type Clock } from '../common/clock.ts'
import { Decimal, type DecimalInput } from '../common/decimal.ts'
import { createLogger, type Logger } from '../common/log.ts'
import { parseTradingPair, type TradingPair } from '../common/trading-pair.ts'
import { TypedEvents, type EventStreamOptions } from '../common/typed-events.ts'
import { QtxError, messageOf } from '../errors.ts'
import { AccountState } from './account-state.ts'
import type { FundingInfo, Position, PositionMode } from './account-types.ts'
import { CircuitBreakers } from './circuit-breakers.ts'
import type { ConnectorOptions, ExchangeCredentials, JournalSettings } from './connector-options.ts'
import type { BreakerName, ConnectorEvents, FeedSourceChange, NetworkStatus } from './events.ts'
import type { Journal } from '../journal/journal.ts'
import type {
  ExportQuery,
  HistoryKind,
  HistoryPage,
  HistoryQuery,
  HistoryRows,
  ProfitAndLoss,
  ProfitAndLossQuery,
} from '../journal/history.ts'
import { JournalKeeper, journalCheck } from './journal-keeper.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { DepthQuery, OrderBookView } from './order-book.ts'
import { OrderTracker } from './order-tracker.ts'
import type { CancelResult, OrderOptions, OrderType, PlaceOutcome, TradeType } from './order-types.ts'
import type {
  PerpetualConnector,
  PriceKind,
  StopOptions,
  StopReport,
  WaitOptions,
} from './perpetual-connector.ts'
import { PerpetualHooks } from './perpetual-hooks.ts'
import { withRateLimitOptions } from './rate-limits.ts'
import { RequestBudget, type RequestBudgetStatistics } from './request-budget.ts'
import {
  CANCEL_TIMEOUT_MS,
  composeConnector,
  type HookCalls,
  type RunningConnector,
} from './running-connector.ts'
import { allOf, describeWaiting, type ConnectorStatus } from './status.ts'
import { quantizeAmount, quantizePrice, type TradingRule } from './trading-rule.ts'

const DEFAULT_WAIT_READY_MS = 60_000
const READY_CHECK_MS = 20

/**
 * Hummingbot's perpetual connector, the same for every exchange. What differs is in the hooks. Constructing is cheap
 * and opens nothing; `start()` does the work.
 */
export abstract class PerpetualDerivative extends PerpetualHooks implements PerpetualConnector {
  readonly tradingPairs: ReadonlySet<TradingPair>
  readonly isTradingRequired: boolean
  protected readonly options: Omit<ConnectorOptions, 'credentials'>
  protected readonly clock: Clock
  protected readonly logger: Logger
  protected readonly random: () => number
  // Private to the engine too: whoever prints the connector does not print its keys.
  readonly #credentials: ExchangeCredentials | undefined
  readonly #events: TypedEvents<ConnectorEvents>
  readonly #account: AccountState
  readonly #tracker: OrderTracker
  readonly #orderIds: ClientOrderIdGenerator
  readonly #breakers: CircuitBreakers
  /** It outlives a stop: the exchange goes on counting. */
  #budget: RequestBudget | undefined
  readonly #journalKeeper: JournalKeeper | undefined
  #running: RunningConnector | undefined
  /** The last stop; a start waits for it. */
  #stopped: Promise<void> = Promise.resolve()
  #networkStatus: NetworkStatus = 'stopped'

  constructor(options: ConnectorOptions) {
    super()
    for (const pair of options.tradingPairs) parseTradingPair(pair)
    const { credentials, ...publicOptions } = options
    this.options = publicOptions
    this.#credentials = credentials
    this.tradingPairs = new Set(options.tradingPairs)
    this.isTradingRequired = options.tradingRequired ?? true
    this.clock = options.clock ?? new SystemClock()
    this.logger = options.logger ?? createLogger('info')
    this.random = options.random ?? Math.random
    this.#events = new TypedEvents((error, event) => {
      this.logger.error(
        { event, error: messageOf(error) },
        `a listener of ${event} threw: ${messageOf(error)}`,
      )
    })
    this.#account = new AccountState(this.clock, this.#events)
    this.#breakers = new CircuitBreakers({
      options: options.circuitBreakers ?? {},
      clock: this.clock,
      random: this.random,
      logger: this.logger,
      onChange: (change) => this.#events.emit('circuitBreakerChanged', change),
    })
    this.#orderIds = new ClientOrderIdGenerator({ clock: this.clock })
    this.#tracker = new OrderTracker({
      clock: this.clock,
      events: this.#events,
      onLookUpNeeded: (order) => this.#running?.resolver.lookUp(order),
    })
    this.#journalKeeper =
      options.journal && this.isTradingRequired ? this.#createJournalKeeper(options.journal) : undefined
  }

  async start(): Promise<void> {
    if (this.#running)
      throw new QtxError('QTX_STATE_INVALID', 'the connector was started before', {
        remedy: 'call stop() first',
      })
    const running = this.#compose()
    this.#running = running
    try {
      await this.#stopped
      await running.startup.run()
    } catch (error) {
      if (this.#running === running) await this.stop()
      else await this.#stopped
      throw error
    }
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    const canceled = this.#cancelsAtStop(options) ? await this.#cancelAllFor(options) : undefined
    const running = this.#running
    this.#running = undefined
    if (running) this.#stopped = this.#unwind(running)
    await this.#stopped
    const openOrders = [...this.#tracker.active.values()]
    if (running && openOrders.length > 0) {
      this.logger.warn(
        { clientOrderIds: openOrders.map((order) => order.clientOrderId) },
        `${openOrders.length} orders stay open`,
      )
    }
    return { openOrders, ...(canceled && { canceled }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async waitReady(options: WaitOptions = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_WAIT_READY_MS
    const deadlineMs = this.clock.monotonicMs() + timeoutMs
    while (!this.ready) {
      if (options.signal?.aborted || !this.#running || this.clock.monotonicMs() >= deadlineMs) {
        throw new QtxError('QTX_TIMEOUT', `${this.name} was not ready after ${timeoutMs} ms`, {
          details: { status: this.status },
          remedy: describeWaiting(this.status),
        })
      }
      await sleep(this.clock, READY_CHECK_MS, options.signal)
    }
  }

  get ready(): boolean {
    return Object.values(this.status).every((check) => check.ok)
  }

  get status(): ConnectorStatus {
    if (!this.#running) return { started: { ok: false, reason: 'not started', remedy: 'call start()' } }
    return { ...this.#running.startup.status, ...this.checks() }
  }

  get networkStatus(): NetworkStatus {
    return this.#networkStatus
  }

  get requestStatistics(): RequestBudgetStatistics {
    return this.requestBudget.statistics()
  }

  get clockSkewMs(): number | undefined {
    return this.#running?.market.clockSkewMs
  }

  tradingRule(pair: TradingPair): TradingRule {
    return this.#require().market.rule(pair)
  }

  quantizePrice(pair: TradingPair, price: DecimalInput): Decimal {
    return quantizePrice(this.tradingRule(pair), price)
  }

  quantizeAmount(pair: TradingPair, amount: DecimalInput): Decimal {
    return quantizeAmount(this.tradingRule(pair), amount)
  }

  orderBook(pair: TradingPair): OrderBookView {
    return this.#require().books.book(pair)
  }

  price(pair: TradingPair, kind: PriceKind): Decimal | undefined {
    return this.#require().prices.price(pair, kind)
  }

  vwapForVolume(pair: TradingPair, side: TradeType, baseVolume: number): DepthQuery {
    return this.#require()
      .prices.book(pair)
      .vwapForVolume(side === 'buy', baseVolume)
  }

  priceForVolume(pair: TradingPair, side: TradeType, baseVolume: number): DepthQuery {
    return this.#require()
      .prices.book(pair)
      .priceForVolume(side === 'buy', baseVolume)
  }

  priceForQuoteVolume(pair: TradingPair, side: TradeType, quoteVolume: number): DepthQuery {
    return this.#require()
      .prices.book(pair)
      .priceForQuoteVolume(side === 'buy', quoteVolume)
  }

  volumeForPrice(pair: TradingPair, side: TradeType, price: number): DepthQuery {
    return this.#require()
      .prices.book(pair)
      .volumeForPrice(side === 'buy', price)
  }

  quoteVolumeForPrice(pair: TradingPair, side: TradeType, price: number): DepthQuery {
    return this.#require()
      .prices.book(pair)
      .quoteVolumeForPrice(side === 'buy', price)
  }

  buy(
    pair: TradingPair,
    amount: DecimalInput,
    orderType: OrderType = 'limit',
    price?: DecimalInput,
    options: OrderOptions = {},
  ): string {
    return this.#requireTrading().entry.submit({ pair, tradeType: 'buy', amount, orderType, price, options })
  }

  sell(
    pair: TradingPair,
    amount: DecimalInput,
    orderType: OrderType = 'limit',
    price?: DecimalInput,
    options: OrderOptions = {},
  ): string {
    return this.#requireTrading().entry.submit({ pair, tradeType: 'sell', amount, orderType, price, options })
  }

  async cancel(pair: TradingPair, clientOrderId: string): Promise<CancelResult> {
    const { entry } = this.#requireTrading()
    const order = this.#tracker.find(clientOrderId)
    if (order?.pair !== pair) {
      throw new QtxError('QTX_ORDER_UNKNOWN_ID', `no order ${clientOrderId} on ${pair} is tracked`, {
        details: { pair, clientOrderId },
      })
    }
    return entry.cancel(order)
  }

  async cancelAll(
    options: { readonly timeoutMs?: number; readonly pair?: TradingPair } = {},
  ): Promise<CancelResult[]> {
    const { entry } = this.#requireTrading()
    const timeoutMs = options.timeoutMs ?? CANCEL_TIMEOUT_MS
    const orders = [...this.#tracker.active.values()].filter(
      (order) => options.pair === undefined || order.pair === options.pair,
    )
    return Promise.all(orders.map((order) => entry.cancelBy(order, timeoutMs)))
  }

  get inFlightOrders(): ReadonlyMap<string, Readonly<InFlightOrder>> {
    return this.#tracker.active
  }

  balance(asset: string): Decimal {
    return this.#account.total(asset)
  }

  availableBalance(asset: string): Decimal {
    const orders = this.#running ? this.#tracker.active.values() : []
    return this.#account.available(asset, orders, (order) => {
      const rule = this.tradingRule(order.pair)
      return order.tradeType === 'buy' ? rule.buyOrderCollateralToken : rule.sellOrderCollateralToken
    })
  }

  get positions(): ReadonlyMap<TradingPair, Position> {
    return this.#account.positions
  }

  leverage(pair: TradingPair): number {
    return this.#account.leverage(pair)
  }

  async setLeverage(pair: TradingPair, leverage: number): Promise<void> {
    const { abort } = this.#requireTrading()
    this.tradingRule(pair)
    if (!Number.isInteger(leverage) || leverage < 1) {
      throw new QtxError('QTX_ORDER_INVALID', `leverage ${leverage} is not a whole number from 1`, {
        details: { pair, leverage },
      })
    }
    this.#account.setLeverage(pair, await this.submitLeverage(pair, leverage, abort.signal))
  }

  get positionMode(): PositionMode | undefined {
    return this.#account.positionMode
  }

  async setPositionMode(mode: PositionMode): Promise<void> {
    const { abort } = this.#requireTrading()
    await this.submitPositionMode(mode, abort.signal)
    this.#account.setPositionMode(await this.fetchPositionMode(abort.signal))
  }

  fundingInfo(pair: TradingPair): FundingInfo | undefined {
    return this.#account.fundingInfo(pair)
  }

  history<Kind extends HistoryKind>(query: HistoryQuery<Kind>): Promise<HistoryPage<HistoryRows[Kind]>> {
    return this.#requireJournal().history(query)
  }

  profitAndLoss(query?: ProfitAndLossQuery): Promise<readonly ProfitAndLoss[]> {
    return this.#requireJournal().profitAndLoss(query)
  }

  exportHistory(query: ExportQuery): AsyncIterable<string> {
    return this.#requireJournal().export(query)
  }

  on<E extends keyof ConnectorEvents>(event: E, listener: (event: ConnectorEvents[E]) => void): () => void {
    return this.#events.on(event, listener)
  }

  events<E extends keyof ConnectorEvents>(
    event: E,
    options?: EventStreamOptions,
  ): AsyncGenerator<ConnectorEvents[E], void, undefined> {
    return this.#events.stream(event, options)
  }

  /** The keys; never logged, never part of `options`. */
  protected get credentials(): ExchangeCredentials | undefined {
    return this.#credentials
  }

  /** The requests that this connector may make; whatever makes any takes from it. */
  protected get requestBudget(): RequestBudget {
    this.#budget ??= new RequestBudget(
      withRateLimitOptions(this.rateLimits, this.options.rateLimits ?? {}),
      this.clock,
    )
    return this.#budget
  }

  protected breaker(name: BreakerName): CircuitBreaker {
    return this.#breakers.get(name)
  }

  /** The check that holds unless the breaker is open. */
  protected breakerCheck(name: BreakerName): ConnectorStatus[string] {
    return this.#breakers.check(name)
  }

  /** Tells that a pair's book is fed by another source from now on. */
  protected reportFeedSource(change: FeedSourceChange): void {
    this.#events.emit('feedSourceChanged', change)
  }

  /** Whether the market data's source needs what `startNetwork` opens; if not, it starts first. */
  protected get marketDataNeedsNetwork(): boolean {
    return true
  }

  /** The named checks behind `ready`; an override adds its own to `super.checks()`. */
  protected checks(): ConnectorStatus {
    const running = this.#running
    if (!running) return {}
    return {
      ...running.market.status,
      orderBooks: allOf([...this.tradingPairs].map((pair) => running.books.readiness(pair))),
      ...(this.isTradingRequired && running.accountSync.status),
      ...(this.#journalKeeper && { journal: journalCheck(this.#journalKeeper) }),
      restCircuit: this.breakerCheck('rest'),
      ...(this.isTradingRequired && { privateStreamCircuit: this.breakerCheck('privateStream') }),
    }
  }

  /** What became of a placing whose outcome was reported as unknown before. */
  protected applyLateOutcome(clientOrderId: string, outcome: PlaceOutcome): void {
    const order = this.#tracker.find(clientOrderId)
    if (order) this.#tracker.applyPlaceOutcome(order, outcome)
  }

  /** A pair's rule; undefined while the rules are not there. */
  protected findRule(pair: TradingPair): TradingRule | undefined {
    return this.#running?.market.findRule(pair)
  }

  /** The tracked pair's rule by the exchange's own symbol. */
  protected findRuleBySymbol(exchangeSymbol: string): TradingRule | undefined {
    return [...this.tradingPairs]
      .map((pair) => this.tradingRule(pair))
      .find((rule) => rule.exchangeSymbol === exchangeSymbol)
  }

  /** Orders whose outcome is not known; those of an earlier process too. */
  protected get unresolvedOrders(): readonly InFlightOrder[] {
    return this.#tracker.unresolved
  }

  #createJournalKeeper(settings: JournalSettings): JournalKeeper | undefined {
    const apiKey = this.#credentials?.apiKey
    if (apiKey === undefined) return undefined
    const name = () => this.name
    return new JournalKeeper({
      settings,
      account: {
        get name() {
          return name()
        },
        apiKey,
      },
      pairs: this.tradingPairs,
      tracker: this.#tracker,
      orderIds: this.#orderIds,
      events: this.#events,
      clock: this.clock,
      logger: this.logger,
    })
  }

  #requireJournal(): Journal {
    if (this.#journalKeeper) return this.#journalKeeper.journal
    throw new QtxError('QTX_STATE_INVALID', 'nothing is put on record: no journal is configured', {
      remedy: 'give journal: { folder } in the configuration',
    })
  }

  #cancelsAtStop(options: StopOptions): boolean {
    const isWanted = options.cancelAll ?? this.options.cancelAllAtStop ?? false
    return isWanted && this.isTradingRequired && this.#running !== undefined
  }

  #cancelAllFor({ timeoutMs }: StopOptions): Promise<CancelResult[]> {
    return this.cancelAll(timeoutMs === undefined ? {} : { timeoutMs })
  }

  #require(): RunningConnector {
    if (this.#running) return this.#running
    throw new QtxError('QTX_STATE_INVALID', 'the connector is not running', { remedy: 'call start() first' })
  }

  #requireTrading(): RunningConnector {
    if (this.isTradingRequired) return this.#require()
    throw new QtxError('QTX_TRADING_NOT_ENABLED', 'this connector is for market data only')
  }

  #compose(): RunningConnector {
    return composeConnector({
      pairs: this.tradingPairs,
      isTradingRequired: this.isTradingRequired,
      marketDataNeedsNetwork: this.marketDataNeedsNetwork,
      options: this.options,
      clock: this.clock,
      logger: this.logger,
      random: this.random,
      events: this.#events,
      account: this.#account,
      tracker: this.#tracker,
      orderIds: this.#orderIds,
      journal: this.#journalKeeper,
      hooks: this.#hooks(),
      onNetwork: (isReachable, reason) =>
        this.#setNetworkStatus(isReachable ? 'connected' : 'notConnected', reason),
    })
  }

  /** The parts call the hooks through these, so that hooks can stay protected and overrides are always found. */
  #hooks(): HookCalls {
    return {
      fetchServerTimeMs: (signal) => this.fetchServerTimeMs(signal),
      fetchTradingRules: (signal) => this.fetchTradingRules(signal),
      fetchBalances: (signal) => this.fetchBalances(signal),
      fetchPositions: (signal) => this.fetchPositions(signal),
      fetchPositionMode: (signal) => this.fetchPositionMode(signal),
      submitPositionMode: (mode, signal) => this.submitPositionMode(mode, signal),
      fetchLeverage: (pair, signal) => this.fetchLeverage(pair, signal),
      fetchFundingInfo: (pair, signal) => this.fetchFundingInfo(pair, signal),
      fetchFundingPayments: (pair, sinceMs, signal) => this.fetchFundingPayments(pair, sinceMs, signal),
      fetchOpenOrders: (signal) => this.fetchOpenOrders(signal),
      fetchOrder: (order, signal) => this.fetchOrder(order, signal),
      fetchOrderFills: (order, signal) => this.fetchOrderFills(order, signal),
      notFoundIsProofFor: (order) => this.notFoundIsProofFor(order),
      recoverOrders: (orders) => this.recoverOrders(orders),
      placeOrder: (order) => this.placeOrder(order),
      placeCancel: (order) => this.placeCancel(order),
      createMarketDataSource: () => this.createMarketDataSource(),
      createUserStream: () => this.createUserStream(),
      startNetwork: () => this.startNetwork(),
      stopNetwork: () => this.stopNetwork(),
    }
  }

  async #unwind(running: RunningConnector): Promise<void> {
    running.abort.abort()
    await running.startup.unwind()
    this.#breakers.reset('the connector was stopped')
    this.#setNetworkStatus('stopped', 'stop() was called')
    this.#events.closeStreams()
  }

  #setNetworkStatus(status: NetworkStatus, reason: string): void {
    if (status === this.#networkStatus) return
    this.#networkStatus = status
    this.#events.emit('networkStatus', { status, reason })
  }
}
