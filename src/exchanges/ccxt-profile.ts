import type { TradingPair } from '../common/trading-pair.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type { OrderUpdate } from '../connector/order-types.ts'
import type { OrderReason } from '../connector/order-types.ts'
import type { RateLimits } from '../connector/request-budget.ts'
import type { UserStreamSink } from '../connector/user-stream.ts'
import type { ErrorMeaning, Refusal } from './ccxt-errors.ts'
import type { CcxtExchange } from './ccxt-exchange.ts'
import type { PairMarket } from './ccxt-markets.ts'
import type { SymbolLookup } from './exchange-symbols.ts'
import type { ExchangeTraits } from './exchange-traits.ts'
import type { MarketFeed } from './market-feed.ts'
import type { UntrustedRecord } from './untrusted-fields.ts'

/**
 * What became of a frame. `ignored`: nothing of interest, shown to ccxt; `malformed`: it should have been of interest;
 * `acknowledged` and `refused`: the answer to subscribing, shown to ccxt too; `login-lost`: the exchange ended the login, and nothing will
 * follow on this connection.
 */
export type FrameVerdict =
  | 'read'
  | 'ignored'
  | 'malformed'
  | 'acknowledged'
  | 'refused'
  | 'login-lost'
  /** Public frames: something was lost, and only subscribing anew brings a whole book. */
  | 'out-of-step'

/** Where the events of a private frame go. */
export type UserFrameSink = Omit<UserStreamSink, 'connected' | 'disconnected'>

/** Reads one private frame, as it came. Never throws, whatever the frame is. */
export type UserFrameReader = (frame: unknown, symbols: SymbolLookup, sink: UserFrameSink) => FrameVerdict

/** Reads one public frame into the pair's feed. Never throws, whatever the frame is. */
export type MarketFrameReader = (
  frame: unknown,
  feedOf: (exchangeSymbol: string) => MarketFeed | undefined,
  receivedMs: number,
) => FrameVerdict

/** What ccxt does not know, or does not do well enough, about one exchange. */
export interface CcxtProfile extends ExchangeTraits {
  /** Identifies exchange and product, such as `binance_perpetual`. */
  readonly name: string
  /** Such as `binanceusdm`. */
  readonly ccxtId: string
  /** ccxt's options for this exchange. */
  readonly options: Readonly<Record<string, unknown>>
  /** Gives each new instance of ccxt's what it lacks for this exchange; sends nothing. */
  readonly prepare?: (exchange: CcxtExchange) => void
  readonly errorCodes: Readonly<Record<string, ErrorMeaning>>
  /** How long after it was sent a signed request can still be executed, with a margin, milliseconds. */
  readonly requestLifetimeMs: number
  readonly readUserFrame: UserFrameReader
  readonly readMarketFrame: MarketFrameReader
  /** In place of `readUserFrame`, for a reader that remembers something of its stream: one for each stream. */
  readonly createUserFrameReader?: () => UserFrameReader
  /** In place of `readMarketFrame`, for a reader that remembers something of its stream: one for each source. */
  readonly createMarketFrameReader?: () => MarketFrameReader
  /**
   * What names one order to ccxt's `fetchOrder` and `cancelOrder`; `clientOrderId` among the parameters by default.
   * @param clientId with the exchange's prefix.
   */
  readonly orderReference?: (clientId: string) => {
    readonly id?: string
    readonly params: Readonly<Record<string, unknown>>
  }
  /** What `createOrder` is told beyond ccxt's unified words. */
  readonly orderParams?: (order: InFlightOrder) => Readonly<Record<string, unknown>>
  /** Reads ccxt's unified answer to placing an order, where ccxt makes too little of it. @throws QtxError. */
  readonly readOrder?: (answer: unknown, market: PairMarket, receivedMs: number) => OrderUpdate
  /** Whether the exchange's own answer to a cancel names this order, where ccxt's unified answer has no ids. */
  readonly isCancelOf?: (info: unknown, clientId: string, exchangeOrderId: string | undefined) => boolean
  /** Why the exchange ended an order, from its own words for it, where ccxt's unified order does not say. */
  readonly reasonOf?: (info: unknown) => OrderReason | undefined
  /** Reads the body of a refusal; `code` and `msg` by default. */
  readonly readRefusal?: (body: UntrustedRecord) => Refusal
  /** Levels a side of a REST snapshot; 1,000 by default. */
  readonly bookLevels?: number
  /** Logs in and subscribes what is private; orders by default. */
  readonly watchPrivate?: (exchange: CcxtExchange) => readonly Promise<unknown>[]
  /**
   * How many subscriptions the exchange acknowledges until everything private comes; by default none, and the open
   * socket is enough.
   */
  readonly privateSubscriptions?: number
  /** Subscribes what is public; depth, best prices and trades of all symbols by default. */
  readonly watchPublic?: (exchange: CcxtExchange, symbols: readonly string[]) => readonly Promise<unknown>[]
  /** ccxt's key of the subscription to a symbol's depth; by default it begins with `orderbook` and names ccxt's symbol. */
  readonly bookSubscription?: (exchangeSymbol: string) => string
  /** What the exchange lets an account ask for; by default ccxt's own pace, and few orders. */
  readonly rateLimits?: Omit<RateLimits, 'weight'> & Partial<Pick<RateLimits, 'weight'>>
  /** Makes the next login a new one. */
  readonly forgetLogin: (exchange: CcxtExchange) => void
  /** Identifies a funding payment, the same for the exchange's stream and its history. */
  readonly fundingPaymentId: (pair: TradingPair, asset: string, paidMs: number) => string
}
