import type { Decimal, DecimalInput } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { EventStreamOptions } from '../common/typed-events.ts'
import type { AccountAge, FundingInfo, Position, PositionMode } from './account-types.ts'
import type { ConnectorEvents, NetworkStatus } from './events.ts'
import type {
  ExportQuery,
  HistoryKind,
  HistoryPage,
  HistoryQuery,
  HistoryRows,
  ProfitAndLoss,
  ProfitAndLossQuery,
} from '../journal/history.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { DepthQuery, OrderBookView } from './order-book.ts'
import type { CancelResult, OrderOptions, OrderType, TradeType } from './order-types.ts'
import type { RequestBudgetStatistics } from './request-budget.ts'
import type { ConnectorStatus } from './status.ts'
import type { TradingRule } from './trading-rule.ts'

/** Which price of a pair is asked for. */
export type PriceKind = 'bid' | 'ask' | 'mid' | 'last' | 'mark' | 'index'

/** How long something is waited for. */
export interface WaitOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** What stopping left behind. */
export interface StopReport {
  /** Orders that were still open, or whose outcome was unknown, on the exchange. */
  readonly openOrders: readonly Readonly<InFlightOrder>[]
  /** What became of each order that was to be canceled, where that was asked for. */
  readonly canceled?: readonly CancelResult[]
}

/** What is done with open orders when a connector stops. */
export interface StopOptions {
  /** Whether every order that is not done is canceled first; the connector's `cancelAllAtStop` by default. */
  readonly cancelAll?: boolean
  /** How long the cancels may take, milliseconds; 10,000 by default. */
  readonly timeoutMs?: number
}

/** What a strategy sees of any exchange: Hummingbot's perpetual connector. */
export interface PerpetualConnector extends AsyncDisposable {
  readonly name: string
  readonly tradingPairs: ReadonlySet<TradingPair>

  /**
   * Resolves once everything runs, which is before it is ready. What passes by itself is tried on in the background.
   * @throws QtxError for what does not: keys refused, hedge mode, no order segment, no such host or pair. Nothing
   * runs then.
   */
  start(): Promise<void>
  /**
   * Ends everything, in reverse order, whatever fails on the way. Orders stay as they are, and are named in the report,
   * unless they are to be canceled.
   */
  stop(options?: StopOptions): Promise<StopReport>
  /** @throws QtxError `QTX_TIMEOUT`, naming each check that does not hold, and what to do. */
  waitReady(options?: WaitOptions): Promise<void>
  /** Every check of `status` holds. */
  readonly ready: boolean
  readonly status: ConnectorStatus
  readonly networkStatus: NetworkStatus
  /** This machine's clock less the exchange's, milliseconds; undefined until measured. */
  readonly clockSkewMs: number | undefined
  /** What was used of the exchange's rate limits, by REST and by other ways. */
  readonly requestStatistics: RequestBudgetStatistics

  tradingRule(pair: TradingPair): TradingRule
  /** Down to the tick, whatever the side. `sell` itself moves its price up: an order is never worse than asked. */
  quantizePrice(pair: TradingPair, price: DecimalInput): Decimal
  /** Down to the step; may be zero. */
  quantizeAmount(pair: TradingPair, amount: DecimalInput): Decimal

  /** The live book, whatever its state: look at `state`. @throws QtxError `QTX_PAIR_UNKNOWN`. */
  orderBook(pair: TradingPair): OrderBookView
  /**
   * Undefined where there is none: an empty side, no trade yet, no funding info yet.
   * @throws QtxError `QTX_BOOK_NOT_LIVE` for a price from a book that is not live.
   */
  price(pair: TradingPair, kind: PriceKind): Decimal | undefined
  /** The queries below throw `QTX_BOOK_NOT_LIVE` as `price` does. Buying walks the asks. */
  vwapForVolume(pair: TradingPair, side: TradeType, baseVolume: number): DepthQuery
  priceForVolume(pair: TradingPair, side: TradeType, baseVolume: number): DepthQuery
  priceForQuoteVolume(pair: TradingPair, side: TradeType, quoteVolume: number): DepthQuery
  volumeForPrice(pair: TradingPair, side: TradeType, price: number): DepthQuery
  quoteVolumeForPrice(pair: TradingPair, side: TradeType, price: number): DepthQuery

  /** Sends an order and returns its client order id; what becomes of it is told by events. */
  buy(
    pair: TradingPair,
    amount: DecimalInput,
    orderType?: OrderType,
    price?: DecimalInput,
    options?: OrderOptions,
  ): string
  sell(
    pair: TradingPair,
    amount: DecimalInput,
    orderType?: OrderType,
    price?: DecimalInput,
    options?: OrderOptions,
  ): string
  /** Resolves when the order's end is known, or with the reason why it is not. @throws QtxError `QTX_ORDER_UNKNOWN_ID`. */
  cancel(pair: TradingPair, clientOrderId: string): Promise<CancelResult>
  /** Cancels every open order; at the deadline each order's own truth. */
  cancelAll(options?: { readonly timeoutMs?: number; readonly pair?: TradingPair }): Promise<CancelResult[]>
  /** Orders that are not done, by client order id. */
  readonly inFlightOrders: ReadonlyMap<string, Readonly<InFlightOrder>>

  /** Assets that the account has something of. */
  readonly balanceAssets: readonly string[]
  balance(asset: string): Decimal
  /** What new orders may use, less the margin of orders that the exchange's figure does not know yet. */
  availableBalance(asset: string): Decimal
  readonly positions: ReadonlyMap<TradingPair, Position>
  /** How old balances and positions are, and whether anything tells of their changes at the moment. */
  readonly accountAge: AccountAge
  leverage(pair: TradingPair): number
  setLeverage(pair: TradingPair, leverage: number): Promise<void>
  /** As read from the exchange; undefined until then, and for a market-data-only connector. */
  readonly positionMode: PositionMode | undefined
  /** Sets the account's mode on the exchange. Orders need one-way mode. */
  setPositionMode(mode: PositionMode): Promise<void>
  fundingInfo(pair: TradingPair): FundingInfo | undefined

  /**
   * Orders, fills, funding payments or changes that are on record, those of earlier processes included.
   * @throws QtxError `QTX_STATE_INVALID` without a journal.
   */
  history<Kind extends HistoryKind>(query: HistoryQuery<Kind>): Promise<HistoryPage<HistoryRows[Kind]>>
  /** Profit and loss by pair, with fees and funding, from what is on record. @throws QtxError as `history`. */
  profitAndLoss(query?: ProfitAndLossQuery): Promise<readonly ProfitAndLoss[]>
  /** What is on record as lines of CSV or JSON. @throws QtxError as `history`. */
  exportHistory(query: ExportQuery): AsyncIterable<string>

  /** Registers a listener, which runs synchronously; the returned function removes it. */
  on<E extends keyof ConnectorEvents>(event: E, listener: (event: ConnectorEvents[E]) => void): () => void
  /** The events from now on, for `for await`, until the signal aborts or the connector stops. */
  events<E extends keyof ConnectorEvents>(
    event: E,
    options?: EventStreamOptions,
  ): AsyncGenerator<ConnectorEvents[E], void, undefined>
}
