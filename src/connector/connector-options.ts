import type { Clock } from '../common/clock.ts'
import type { DecimalInput } from '../common/decimal.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { CircuitBreakerOptions } from './circuit-breakers.ts'
import type { RateLimitOptions } from './rate-limits.ts'

/** Keys of an exchange account. Which are needed differs by exchange. */
export interface ExchangeCredentials {
  readonly apiKey: string
  readonly apiSecret: string
  readonly passphrase?: string
  /** The account's user id, which some private streams ask for. */
  readonly userId?: string
}

/** Where the exchange is reached instead of its public addresses: a testnet, a proxy, the simulator. */
export interface ExchangeEndpoints {
  /** Such as `http://127.0.0.1:9000`; takes the place of scheme and host of every request. */
  readonly rest?: string
  /** Such as `ws://127.0.0.1:9000`. */
  readonly websocket?: string
}

/** How books are kept. */
export interface BookOptions {
  /** Whether a depth message carries changed levels or the whole book. */
  readonly depthMode?: 'diff' | 'full'
  /** How long a book without a snapshot must have been whole and uncrossed before it is live, milliseconds. */
  readonly settleMs?: number
  /** About so often a live book is compared with a snapshot, milliseconds; never by default. */
  readonly verifyMs?: number
}

/** Where orders, answers, fills and payments are put on record. */
export interface JournalSettings {
  /** One connector's own; made when it is missing. */
  readonly folder: string
  /** Waits for the disk at each record: it then survives power loss too, not only the process. */
  readonly syncToDisk?: boolean
}

/** What any perpetual connector is made from. */
export interface ConnectorOptions {
  readonly tradingPairs: readonly TradingPair[]
  /** False: market data only; no keys are asked for or used. */
  readonly tradingRequired?: boolean
  readonly credentials?: ExchangeCredentials
  readonly exchangeEndpoints?: ExchangeEndpoints
  readonly book?: BookOptions
  /** Without it nothing is on record, and an order is forgotten when the process ends. */
  readonly journal?: JournalSettings
  /** Whether `stop()` cancels every order that is not done; false by default. */
  readonly cancelAllAtStop?: boolean
  /** Whether an account in hedge mode is switched to one-way mode at the start; if not, the start is refused. */
  readonly switchToOneWay?: boolean
  /** How far from the best price a market order may fill, as a fraction; 0.03 by default. */
  readonly maxSlippage?: DecimalInput
  /** How long the exchange may take to answer one request, milliseconds; 10,000 by default. */
  readonly requestTimeoutMs?: number
  /** What differs from the exchange's limits for most accounts. */
  readonly rateLimits?: RateLimitOptions
  /** When the connector stops asking what does not answer, and for how long. */
  readonly circuitBreakers?: CircuitBreakerOptions
  readonly clock?: Clock
  /** JSON lines on standard error, from `info` on, by default; `silentLogger` says nothing. */
  readonly logger?: Logger
  /** Uniform in [0, 1); for jitter and instance bits. */
  readonly random?: () => number
}
