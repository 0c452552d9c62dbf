export {
  createQtxConnector,
  createQtxConnectorClass,
  QtxPerpetualDerivative,
} from './qtx/qtx-perpetual-derivative.ts'
export {
  ConnectorClassFactory,
  type ConnectorClassOptions,
  type ConnectorRuntime,
  type QtxConnectorClass,
} from './qtx/create-connector-class.ts'
export type { ConnectorClass, ConnectorPlugin, QtxOptions } from './qtx/connector-class.ts'
export {
  assertQtxConnectorClass,
  isQtxConnector,
  type OrderRoute,
  type Override,
  type QtxConnector,
} from './qtx/connector-protocol.ts'
export {
  qtxConnectorConfig,
  type QtxConnectorClassConfigInput,
  type QtxConnectorConfig,
  type QtxConnectorConfigInput,
} from './config/connector-config.ts'
export { QtxUdpManager, type SubscribeOptions, type Subscription } from './qtx/feed/udp-manager.ts'
export type { FeedTransport, QtxUdpManagerOptions } from './qtx/feed/udp-manager-options.ts'
export type { StreamRingNames } from './wire/stream-ring-layout.ts'
export type { DatagramTap } from './qtx/feed/datagram-tap.ts'
export type { DatagramSource } from './qtx/feed/datagram-source.ts'
export { Recorder, type RecorderOptions, type RecorderStatistics } from './recording/recorder.ts'
export type { RecordingFileOptions } from './recording/recording-file.ts'
export type { RecordingHeader } from './recording/recording-header.ts'
export type { FeedListener, SubscriptionState } from './qtx/feed/feed-listener.ts'
export type { ReceiverKind, UdpReceiverKind } from './qtx/feed/receiver.ts'
export type { FeedStatistics, PairFeedStatistics } from './qtx/feed/feed-statistics.ts'
export type { DiffCopy, PriceSize, TradeCopy } from './qtx/feed/market-data-copy.ts'
export type { MessageKind } from './qtx/feed/message-kind.ts'
export type { BreakReason, PairQueues, PairQueuesStatistics } from './qtx/feed/pair-queues.ts'
export { QtxSharedMemoryManager } from './qtx/orders/shared-memory-manager.ts'
export type {
  OrderRingState,
  SharedMemoryManagerOptions,
  SharedMemoryStatistics,
} from './qtx/orders/shared-memory-options.ts'
export type { Leftover, RingOccupancy } from './qtx/orders/order-ring.ts'
export type {
  AcceptedResult,
  LateAnswer,
  PlaceResult,
  RejectedResult,
  UnknownReason,
  UnknownResult,
} from './qtx/orders/order-result.ts'
export type { SlotContent } from './wire/order-slot-content.ts'
export type { SlotCancel, SlotOrder, SlotPriceMatch, SlotTimeInForce } from './wire/order-slot-request.ts'
export type { MarketDataMessage } from './wire/market-data-codec.ts'
export { MESSAGE_TYPE } from './wire/market-data-layout.ts'
export { BoundedQueue, type OverflowPolicy } from './common/bounded-queue.ts'
export { EXCHANGE_BACKENDS, fromQtxSymbol, toQtxSymbol, type ExchangeBackend } from './wire/symbol-names.ts'
export { BinancePerpetualDerivative } from './exchanges/binance/binance-perpetual-derivative.ts'
export { OkxPerpetualDerivative } from './exchanges/okx/okx-perpetual-derivative.ts'
export { BybitPerpetualDerivative } from './exchanges/bybit/bybit-perpetual-derivative.ts'
export { BitgetPerpetualDerivative } from './exchanges/bitget/bitget-perpetual-derivative.ts'
export { KucoinPerpetualDerivative } from './exchanges/kucoin/kucoin-perpetual-derivative.ts'
export { GateIoPerpetualDerivative } from './exchanges/gate-io/gate-io-perpetual-derivative.ts'
export { BlofinPerpetualDerivative } from './exchanges/blofin/blofin-perpetual-derivative.ts'
export { PerpetualDerivative } from './connector/perpetual-derivative.ts'
export type {
  PerpetualConnector,
  PriceKind,
  StopOptions,
  StopReport,
  WaitOptions,
} from './connector/perpetual-connector.ts'
export type {
  BookOptions,
  ConnectorOptions,
  ExchangeCredentials,
  ExchangeEndpoints,
  JournalSettings,
} from './connector/connector-options.ts'
export type {
  Anomaly,
  BookStateChange,
  BreakerName,
  CircuitBreakerChange,
  ConnectorEvents,
  FeedSource,
  FeedSourceChange,
  NetworkStatus,
  NetworkStatusChange,
  OrderCancelled,
  OrderCompleted,
  OrderCreated,
  OrderFailure,
  OrderFilled,
  OrderSubmitUnknown,
  PositionModeChange,
  PublicTrade,
  AmountDifference,
  ForeignOrder,
  Reconciled,
} from './connector/events.ts'
export type { BookSnapshot, MarketDataSink, MarketDataSource } from './connector/market-data-source.ts'
export type { CircuitBreakerOptions } from './connector/circuit-breakers.ts'
export type { RateLimitOptions } from './connector/rate-limits.ts'
export type { BudgetWindowUse, RateLimits, RequestBudgetStatistics } from './connector/request-budget.ts'
export type { RateWindow } from './connector/request-budget-window.ts'
export type { CircuitState } from './common/circuit-breaker.ts'
export type { UserStream, UserStreamSink } from './connector/user-stream.ts'
export type { BookLevel, BookState, DepthQuery, OrderBookView } from './connector/order-book.ts'
export type { TradingRule } from './connector/trading-rule.ts'
export type {
  CancelOutcome,
  CancelResult,
  OrderOptions,
  OrderReason,
  OrderState,
  OrderType,
  OrderUpdate,
  PlaceOutcome,
  PositionAction,
  TimeInForce,
  TradeType,
  TradeUpdate,
} from './connector/order-types.ts'
export type {
  AccountAge,
  Balance,
  FundingInfo,
  FundingPayment,
  Position,
  PositionMode,
} from './connector/account-types.ts'
export type { InFlightOrder, OrderIdentity } from './connector/in-flight-order.ts'
export type { ConnectorStatus, StatusCheck } from './connector/status.ts'
export { loadConnectorConfig } from './config/load-config.ts'
export type { ConfigProblem, LoadConfigOptions } from './config/config-file.ts'
export { createPaperConnector } from './paper/create-paper-connector.ts'
export type { PaperOptions } from './paper/paper-options.ts'
export {
  isStrategyClass,
  Strategy,
  type HookResult,
  type StrategyClass,
  type StrategyContext,
  type StrategyHook,
} from './strategy/strategy.ts'
export {
  booleanOption,
  decimalOption,
  numberOption,
  textOption,
  type OptionValues,
  type StrategyOption,
  type StrategyOptions,
} from './strategy/strategy-options.ts'
export {
  runStrategy,
  type LeftOrder,
  type RunStrategyOptions,
  type StrategyReport,
} from './strategy/run-strategy.ts'
export type { HookError } from './strategy/hook-errors.ts'
export type { OrderCounts, PairResult } from './strategy/run-ledger.ts'
export { Decimal, type DecimalInput } from './common/decimal.ts'
export { parseTradingPair, type PairAssets, type TradingPair } from './common/trading-pair.ts'
export type { EventStreamOptions } from './common/typed-events.ts'
export { SystemClock, type Clock } from './common/clock.ts'
export { createLogger, silentLogger, type Logger, type LogLevel } from './common/log.ts'
export { ERRORS, QtxError, type ErrorCode, type ErrorOptions, type ErrorOutcome } from './errors.ts'
export type {
  ExportQuery,
  HistoryKind,
  HistoryPage,
  HistoryQuery,
  HistoryRows,
  OrderHistory,
  ProfitAndLoss,
  ProfitAndLossQuery,
} from './journal/history.ts'
export { Journal, type JournalOptions, type JournalStatistics } from './journal/journal.ts'
export type {
  AnswerRecord,
  FillRecord,
  FundingRecord,
  JournalRecord,
  OrderRecord,
  OrderStateRecord,
} from './journal/journal-record.ts'
