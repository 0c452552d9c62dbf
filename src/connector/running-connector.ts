import { setMaxListeners } from 'node:events'
import type { ClientOrderIdGenerator } from '../common/client-order-id.ts'
import type { Clock } from '../common/clock.ts'
import { Decimal } from '../common/decimal.ts'
import type { Logger } from '../common/log.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { AccountState } from './account-state.ts'
import { AccountSync, type AccountQueries } from './account-sync.ts'
import type { BookCallbacks } from './book-keeper-options.ts'
import type { ConnectorOptions } from './connector-options.ts'
import type { ConnectorEvents } from './events.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import { LivePrices } from './live-prices.ts'
import type { MarketDataSource } from './market-data-source.ts'
import { MarketInfo } from './market-info.ts'
import { OrderBookTracker } from './order-book-tracker.ts'
import { OrderEntry } from './order-entry.ts'
import { NO_RECORD } from './order-recorder.ts'
import { OrderResolver } from './order-resolver.ts'
import type { OrderTracker } from './order-tracker.ts'
import type { CancelOutcome, OrderUpdate, PlaceOutcome, TradeType, TradeUpdate } from './order-types.ts'
import { Startup, type StartStep } from './startup.ts'
import type { TradingRule } from './trading-rule.ts'
import type { UserStream } from './user-stream.ts'

const DEFAULT_MAX_SLIPPAGE = '0.03'
/** How long a cancel waits for the order's end unless it is told otherwise. */
export const CANCEL_TIMEOUT_MS = 10_000

/** The connector's hooks, callable from its parts. */
export interface HookCalls extends AccountQueries {
  fetchServerTimeMs(signal: AbortSignal): Promise<number>
  fetchTradingRules(signal: AbortSignal): Promise<readonly TradingRule[]>
  fetchOrder(order: InFlightOrder, signal: AbortSignal): Promise<OrderUpdate | undefined>
  fetchOrderFills(order: InFlightOrder, signal: AbortSignal): Promise<readonly TradeUpdate[]>
  notFoundIsProofFor(order: InFlightOrder): number | undefined
  recoverOrders(orders: readonly InFlightOrder[]): void
  placeOrder(order: InFlightOrder): Promise<PlaceOutcome>
  placeCancel(order: InFlightOrder): Promise<CancelOutcome>
  createMarketDataSource(): MarketDataSource
  createUserStream(): UserStream
  startNetwork(): Promise<void>
  stopNetwork(): Promise<void>
}

/** What outlives a stop and a start again: orders, balances, listeners. */
export interface LastingParts {
  readonly pairs: ReadonlySet<TradingPair>
  readonly isTradingRequired: boolean
  /** Whether the market data's source needs what `startNetwork` opens. */
  readonly marketDataNeedsNetwork: boolean
  readonly options: Omit<ConnectorOptions, 'credentials'>
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  readonly events: TypedEvents<ConnectorEvents>
  readonly account: AccountState
  readonly tracker: OrderTracker
  readonly orderIds: ClientOrderIdGenerator
  /** Undefined where nothing is put on record. */
  readonly journal: JournalKeeper | undefined
  readonly hooks: HookCalls
  readonly onNetwork: (isReachable: boolean, reason: string) => void
}

/** The parts of a connector between one start and its stop. */
export interface RunningConnector {
  readonly abort: AbortController
  readonly startup: Startup
  readonly market: MarketInfo
  readonly books: OrderBookTracker
  readonly prices: LivePrices
  readonly accountSync: AccountSync
  readonly resolver: OrderResolver
  readonly entry: OrderEntry
}

/** Puts a connector's parts together; starts nothing. */
export function composeConnector(lasting: LastingParts): RunningConnector {
  const { pairs, options, clock, logger, random, events, account, tracker, orderIds, hooks } = lasting
  const abort = new AbortController()
  const signal = abort.signal
  // Every order that is waited for listens; Node would warn of more than ten.
  setMaxListeners(0, signal)
  const resolver = new OrderResolver({
    clock,
    logger,
    random,
    signal,
    tracker,
    fetchOrder: (order, s) => hooks.fetchOrder(order, s),
    fetchFills: (order, s) => hooks.fetchOrderFills(order, s),
    notFoundIsProofAfterMs: (order) => hooks.notFoundIsProofFor(order),
  })
  const market = new MarketInfo({
    pairs,
    clock,
    logger,
    signal,
    random,
    account,
    fetchTradingRules: (s) => hooks.fetchTradingRules(s),
    fetchFundingInfo: (pair, s) => hooks.fetchFundingInfo(pair, s),
    fetchServerTimeMs: (s) => hooks.fetchServerTimeMs(s),
    onReachable: (isReachable, reason) => lasting.onNetwork(isReachable, reason),
  })
  const books = new OrderBookTracker({
    pairs: [...pairs],
    source: hooks.createMarketDataSource(),
    clock,
    logger,
    options: options.book ?? {},
    callbacks: bookCallbacks(events),
    random,
  })
  const accountSync = new AccountSync({
    pairs,
    clock,
    logger,
    random,
    signal,
    events,
    account,
    tracker,
    resolver,
    queries: hooks,
    recoverOrders: (orders) => hooks.recoverOrders(orders),
    recorder: () => lasting.journal?.recorder ?? NO_RECORD,
    recorded: () => lasting.journal?.recordedAccount,
    switchToOneWay: options.switchToOneWay ?? false,
  })
  const entry = new OrderEntry({
    clock,
    logger,
    ids: orderIds,
    tracker,
    resolver,
    account,
    signal,
    recorder: () => lasting.journal?.recorder ?? NO_RECORD,
    isReconciled: () => accountSync.isReconciled,
    maxSlippage: new Decimal(options.maxSlippage ?? DEFAULT_MAX_SLIPPAGE),
    cancelTimeoutMs: CANCEL_TIMEOUT_MS,
    ruleOf: (pair) => market.rule(pair),
    marketPrice: (pair, tradeType) => bestLivePrice(books, pair, tradeType),
    place: (order) => hooks.placeOrder(order),
    cancel: (order) => hooks.placeCancel(order),
  })

  const network: StartStep = {
    name: 'exchange',
    start: () => hooks.startNetwork(),
    stop: () => hooks.stopNetwork(),
  }
  const marketData: StartStep = { name: 'market data', start: () => books.start(), stop: () => books.stop() }
  const steps: StartStep[] = lasting.marketDataNeedsNetwork ? [network, marketData] : [marketData, network]
  const { journal } = lasting
  if (journal) steps.unshift({ name: 'journal', start: () => journal.open(), stop: () => journal.close() })
  steps.push({
    name: 'trading rules and funding',
    start: () => market.start(),
    stop: () => Promise.resolve(),
  })
  if (lasting.isTradingRequired) {
    steps.push({
      name: 'account',
      start: () => accountSync.start(() => hooks.createUserStream()),
      stop: () => accountSync.stop(),
    })
  }
  const startup = new Startup({
    steps,
    clock,
    logger,
    random,
    signal,
    onDone: () => lasting.onNetwork(true, 'started'),
  })
  return {
    abort,
    startup,
    market,
    books,
    prices: new LivePrices(books, account),
    accountSync,
    resolver,
    entry,
  }
}

function bookCallbacks(events: TypedEvents<ConnectorEvents>): BookCallbacks {
  return {
    onUpdate: (book) => events.emit('bookUpdated', book),
    onTrade: (pair, { isBuyTaker, price, size, tradeIdHigh, tradeIdLow, eventMs }) => {
      if (!events.has('publicTrade')) return
      const tradeId = (BigInt(tradeIdHigh) << 32n) | BigInt(tradeIdLow)
      events.emit('publicTrade', {
        pair,
        takerSide: isBuyTaker ? 'buy' : 'sell',
        price,
        size,
        tradeId,
        eventMs,
      })
    },
    onStateChange: (change) => events.emit('bookStateChanged', change),
  }
}

function bestLivePrice(
  books: OrderBookTracker,
  pair: TradingPair,
  tradeType: TradeType,
): Decimal | undefined {
  const book = books.book(pair)
  const price = tradeType === 'buy' ? book.bestAskPrice : book.bestBidPrice
  return book.state === 'live' && price > 0 ? new Decimal(price) : undefined
}
