import type { CircuitBreaker } from '../common/circuit-breaker.ts'
import { sleep, type Clock } from '../common/clock.ts'
import type { Decimal, DecimalInput } from '../common/decimal.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { EventStreamOptions } from '../common/typed-events.ts'
import { QtxError } from '../errors.ts'
import type {
  ExportQuery,
  HistoryKind,
  HistoryPage,
  HistoryQuery,
  HistoryRows,
  ProfitAndLoss,
  ProfitAndLossQuery,
} from '../journal/history.ts'
import type { AccountAge, FundingInfo, Position, PositionMode } from './account-types.ts'
import { ConnectorCore } from './connector-core.ts'
import type { ConnectorOptions, ExchangeCredentials } from './connector-options.ts'
import type { BreakerName, ConnectorEvents, FeedSourceChange, NetworkStatus } from './events.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import { journalCheck } from './journal-keeper.ts'
import type { DepthQuery, OrderBookView } from './order-book.ts'
import type { PlaceOutcome, TradeType } from './order-types.ts'
import type { PriceKind, WaitOptions } from './perpetual-connector.ts'
import { PerpetualHooks } from './perpetual-hooks.ts'
import { withRateLimitOptions } from './rate-limits.ts'
import { RequestBudget, type RequestBudgetStatistics } from './request-budget.ts'
import { allOf, describeWaiting, type ConnectorStatus } from './status.ts'
import { quantizeAmount, quantizePrice, type TradingRule } from './trading-rule.ts'

const DEFAULT_WAIT_READY_MS = 60_000
const READY_CHECK_MS = 20

/** The part of a perpetual connector that tells: market, account, orders, history, events, and how the connector does. */
export abstract class PerpetualViews extends PerpetualHooks {
  readonly tradingPairs: ReadonlySet<TradingPair>
  readonly isTradingRequired: boolean
  protected readonly options: Omit<ConnectorOptions, 'credentials'>
  protected readonly clock: Clock
  protected readonly logger: Logger
  protected readonly random: () => number
  readonly #core: ConnectorCore
  /** It outlives a stop: the exchange goes on counting. */
  #budget: RequestBudget | undefined

  constructor(core: ConnectorCore) {
    super()
    this.#core = core
    this.options = core.options
    this.tradingPairs = core.pairs
    this.isTradingRequired = core.isTradingRequired
    this.clock = core.clock
    this.logger = core.logger
    this.random = core.random
  }

  async waitReady(options: WaitOptions = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_WAIT_READY_MS
    const deadlineMs = this.clock.monotonicMs() + timeoutMs
    while (!this.ready) {
      if (options.signal?.aborted || !this.#core.running || this.clock.monotonicMs() >= deadlineMs) {
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
    if (!this.#core.running) return { started: { ok: false, reason: 'not started', remedy: 'call start()' } }
    return { ...this.#core.running.startup.status, ...this.checks() }
  }

  get networkStatus(): NetworkStatus {
    return this.#core.networkStatus
  }

  get requestStatistics(): RequestBudgetStatistics {
    return this.requestBudget.statistics()
  }

  get clockSkewMs(): number | undefined {
    return this.#core.running?.market.clockSkewMs
  }

  tradingRule(pair: TradingPair): TradingRule {
    return this.#core.require().market.rule(pair)
  }

  quantizePrice(pair: TradingPair, price: DecimalInput): Decimal {
    return quantizePrice(this.tradingRule(pair), price)
  }

  quantizeAmount(pair: TradingPair, amount: DecimalInput): Decimal {
    return quantizeAmount(this.tradingRule(pair), amount)
  }

  orderBook(pair: TradingPair): OrderBookView {
    return this.#core.require().books.book(pair)
  }

  price(pair: TradingPair, kind: PriceKind): Decimal | undefined {
    return this.#core.require().prices.price(pair, kind)
  }

  vwapForVolume(pair: TradingPair, side: TradeType, baseVolume: number): DepthQuery {
    return this.#core
      .require()
      .prices.book(pair)
      .vwapForVolume(side === 'buy', baseVolume)
  }

  priceForVolume(pair: TradingPair, side: TradeType, baseVolume: number): DepthQuery {
    return this.#core
      .require()
      .prices.book(pair)
      .priceForVolume(side === 'buy', baseVolume)
  }

  priceForQuoteVolume(pair: TradingPair, side: TradeType, quoteVolume: number): DepthQuery {
    return this.#core
      .require()
      .prices.book(pair)
      .priceForQuoteVolume(side === 'buy', quoteVolume)
  }

  volumeForPrice(pair: TradingPair, side: TradeType, price: number): DepthQuery {
    return this.#core
      .require()
      .prices.book(pair)
      .volumeForPrice(side === 'buy', price)
  }

  quoteVolumeForPrice(pair: TradingPair, side: TradeType, price: number): DepthQuery {
    return this.#core
      .require()
      .prices.book(pair)
      .quoteVolumeForPrice(side === 'buy', price)
  }

  get inFlightOrders(): ReadonlyMap<string, Readonly<InFlightOrder>> {
    return this.#core.tracker.active
  }

  balance(asset: string): Decimal {
    return this.#core.account.total(asset)
  }

  get balanceAssets(): readonly string[] {
    return [...this.#core.account.balances.keys()]
  }

  availableBalance(asset: string): Decimal {
    const orders = this.#core.running ? this.#core.tracker.active.values() : []
    return this.#core.account.available(asset, orders, (order) => {
      const rule = this.tradingRule(order.pair)
      return order.tradeType === 'buy' ? rule.buyOrderCollateralToken : rule.sellOrderCollateralToken
    })
  }

  get accountAge(): AccountAge {
    const accountSync = this.#core.running?.accountSync
    return this.#core.account.age(!accountSync?.isReconciled, accountSync?.streamReceivedMs)
  }

  get positions(): ReadonlyMap<TradingPair, Position> {
    return this.#core.account.positions
  }

  leverage(pair: TradingPair): number {
    return this.#core.account.leverage(pair)
  }

  get positionMode(): PositionMode | undefined {
    return this.#core.account.positionMode
  }

  fundingInfo(pair: TradingPair): FundingInfo | undefined {
    return this.#core.account.fundingInfo(pair)
  }

  history<Kind extends HistoryKind>(query: HistoryQuery<Kind>): Promise<HistoryPage<HistoryRows[Kind]>> {
    return this.#core.requireJournal().history(query)
  }

  profitAndLoss(query?: ProfitAndLossQuery): Promise<readonly ProfitAndLoss[]> {
    return this.#core.requireJournal().profitAndLoss(query)
  }

  exportHistory(query: ExportQuery): AsyncIterable<string> {
    return this.#core.requireJournal().export(query)
  }

  on<E extends keyof ConnectorEvents>(event: E, listener: (event: ConnectorEvents[E]) => void): () => void {
    return this.#core.events.on(event, listener)
  }

  events<E extends keyof ConnectorEvents>(
    event: E,
    options?: EventStreamOptions,
  ): AsyncGenerator<ConnectorEvents[E], void, undefined> {
    return this.#core.events.stream(event, options)
  }

  /** The keys; never logged, never part of `options`. */
  protected get credentials(): ExchangeCredentials | undefined {
    return this.#core.credentials
  }

  /**
   * Whether the exchange's own account is traded on: its keys, its private stream, QTX's order ring. A layer that
   * trades on another account, such as one on paper, says no, and the parent opens what is public only.
   */
  protected get usesExchangeAccount(): boolean {
    return this.isTradingRequired
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
    return this.#core.breakers.get(name)
  }

  /** The check that holds unless the breaker is open. */
  protected breakerCheck(name: BreakerName): ConnectorStatus[string] {
    return this.#core.breakers.check(name)
  }

  /** Tells that a pair's book is fed by another source from now on. */
  protected reportFeedSource(change: FeedSourceChange): void {
    this.#core.events.emit('feedSourceChanged', change)
  }

  /** Whether the market data's source needs what `startNetwork` opens; if not, it starts first. */
  protected get marketDataNeedsNetwork(): boolean {
    return true
  }

  /** The named checks behind `ready`; an override adds its own to `super.checks()`. */
  protected checks(): ConnectorStatus {
    const running = this.#core.running
    if (!running) return {}
    return {
      ...running.market.status,
      orderBooks: allOf([...this.tradingPairs].map((pair) => running.books.readiness(pair))),
      ...(this.isTradingRequired && running.accountSync.status),
      ...(this.#core.journalKeeper && { journal: journalCheck(this.#core.journalKeeper) }),
      restCircuit: this.breakerCheck('rest'),
      ...(this.isTradingRequired && { privateStreamCircuit: this.breakerCheck('privateStream') }),
    }
  }

  /** What became of a placing whose outcome was reported as unknown before. */
  protected applyLateOutcome(clientOrderId: string, outcome: PlaceOutcome): void {
    const order = this.#core.tracker.find(clientOrderId)
    if (order) this.#core.tracker.applyPlaceOutcome(order, outcome)
  }

  /** A pair's rule; undefined while the rules are not there. */
  protected findRule(pair: TradingPair): TradingRule | undefined {
    return this.#core.running?.market.findRule(pair)
  }

  /** The tracked pair's rule by the exchange's own symbol. */
  protected findRuleBySymbol(exchangeSymbol: string): TradingRule | undefined {
    return [...this.tradingPairs]
      .map((pair) => this.tradingRule(pair))
      .find((rule) => rule.exchangeSymbol === exchangeSymbol)
  }

  /** Orders whose outcome is not known; those of an earlier process too. */
  protected get unresolvedOrders(): readonly InFlightOrder[] {
    return this.#core.tracker.unresolved
  }
}
