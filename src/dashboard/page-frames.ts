import type { ConnectorStatus } from '../connector/status.ts'
import type { OrderView, PositionView } from '../service/service-views.ts'

/** Between two frames while the page keeps up, milliseconds. */
export const FRAME_MS = 250
/** Between two points of the histories, milliseconds. */
export const HISTORY_STEP_MS = 1_000
/** Points that the histories hold at most. */
export const HISTORY_LENGTH = 900

/**
 * What the page is sent over its websocket: a `hello`, then frames. Where digits of the pairs were not known, another
 * `hello` says them later; it stands for the whole past as the first did. Every number is finite or null.
 */
export type ServerMessage = PageHello | PageFrame | PageReply

/** What the page sends. Actions are refused unless the service was started with `--control`. */
export type ClientMessage =
  | { readonly kind: 'select'; readonly pair: string }
  | {
      readonly kind: 'action'
      /** Comes back with the reply. */
      readonly id: number
      readonly action: 'cancel' | 'cancelAll' | 'closePosition'
      /** What it is about: all pairs without it. */
      readonly pair?: string
      readonly clientOrderId?: string
    }

export interface PageReply {
  readonly kind: 'reply'
  readonly id: number
  readonly ok: boolean
  /** What happened, or why it did not, for people. */
  readonly text: string
}

export interface PageHello {
  readonly kind: 'hello'
  readonly name: string
  readonly exchange: string
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedMs: number
  /** Whether actions are taken. */
  readonly canControl: boolean
  readonly pairs: readonly PagePair[]
  /** The newest fills and log lines from before. */
  readonly fills: readonly PageFill[]
  readonly log: readonly PageLogLine[]
  readonly history: PageHistory
}

export interface PagePair {
  readonly pair: string
  /** Digits after the point; null until the rules are read. */
  readonly priceDecimals: number | null
  readonly amountDecimals: number | null
}

/** One point a second, oldest first: every list is as long as `timesMs`, null where there was nothing. */
export interface PageHistory {
  readonly timesMs: readonly number[]
  readonly messagesPerSecond: readonly (number | null)[]
  /** The middle between best bid and best ask, by pair. */
  readonly midPrices: Readonly<Record<string, readonly (number | null)[]>>
  /** By span; `p50` and so on as in `LatencySpan`. */
  readonly latencies: Readonly<Record<LatencySpanName, LatencyHistory>>
}

export interface LatencyHistory {
  readonly p50: readonly (number | null)[]
  readonly p90: readonly (number | null)[]
  readonly p99: readonly (number | null)[]
}

/** Feed to book, book to strategy (what waits in queues), order to its answer. */
export type LatencySpanName = 'feedToBook' | 'bookToStrategy' | 'orderToAnswer'

/** Microseconds. Percentiles of what was sampled lately; the histogram counts what was sampled since the start. */
export interface LatencySpan {
  readonly samples: number
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly max: number | null
  /** Counts of samples, each bucket from its lower bound up to the next one's. */
  readonly buckets: readonly { readonly fromUs: number; readonly count: number }[]
}

export interface PageFrame {
  readonly kind: 'frame'
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** Between this page's frames at present, milliseconds; more than FRAME_MS where the browser is slow. */
  readonly everyMs: number
  readonly ready: boolean
  readonly networkStatus: string
  /** Each check: whether it holds, why, and what to do. */
  readonly checks: ConnectorStatus
  readonly pairs: readonly PagePairState[]
  /** The pair that this page has selected. */
  readonly selected: PageSelected | null
  readonly orders: readonly OrderView[]
  readonly positions: readonly PositionView[]
  readonly balances: readonly { readonly asset: string; readonly total: string; readonly available: string }[]
  /** Since the service's start, in the pairs' quote asset, fees and funding included; null before anything was traded. */
  readonly profit: readonly PageProfit[]
  readonly feed: PageFeed | null
  readonly ring: PageRing | null
  readonly latencies: Readonly<Record<LatencySpanName, LatencySpan>>
  /** Each circuit breaker's state: closed, open or half-open. */
  readonly circuits: Readonly<Record<string, string>>
  readonly orderRoute: string
  /** What is new since this page's last frame. */
  readonly fills: readonly PageFill[]
  readonly log: readonly PageLogLine[]
}

export interface PagePairState {
  readonly pair: string
  readonly bookState: string
  /** `udp`, `websocket` or `none`. */
  readonly source: string
  readonly feedState: string
  readonly bestBid: number | null
  readonly bestBidSize: number | null
  readonly bestAsk: number | null
  readonly bestAskSize: number | null
  readonly lastTradePrice: number | null
  readonly messages: number
  /** Steps of more than one in the numbers of messages; usual where the exchange's numbers are not consecutive. */
  readonly gaps: number
  /** Since the last message, milliseconds. */
  readonly ageMs: number | null
}

export interface PageSelected {
  readonly pair: string
  /** `[price, size]`, best first. */
  readonly bids: readonly (readonly [number, number])[]
  readonly asks: readonly (readonly [number, number])[]
  /** The newest public trades, newest first. */
  readonly trades: readonly PageTrade[]
}

export interface PageTrade {
  readonly timeMs: number
  readonly price: number
  readonly size: number
  /** Of the taker. */
  readonly side: 'buy' | 'sell'
}

export interface PageFill {
  readonly timeMs: number
  readonly pair: string
  readonly side: 'buy' | 'sell'
  /** Decimal text. */
  readonly price: string
  readonly amount: string
  /** Such as `0.012 USDT`. */
  readonly fee: string
  readonly clientOrderId: string
}

export interface PageProfit {
  readonly pair: string
  readonly asset: string
  /** Decimal text. */
  readonly realized: string
  readonly unrealized: string
  readonly fees: string
  readonly funding: string
  readonly net: string
}

export interface PageFeed {
  readonly endpoint: string
  readonly state: string
  readonly receiver: string | null
  readonly messages: number
  readonly messagesPerSecond: number
  /** Datagrams that were dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  readonly receiveBufferBytes: number
  /** What waits in subscribers' queues at present, and how often one was full. */
  readonly queues: readonly {
    readonly pair: string
    readonly waiting: number
    readonly capacity: number
    readonly dropped: number
  }[]
}

export interface PageRing {
  readonly state: string
  readonly inFlight: number
  readonly slots: number
  readonly timeouts: number
  readonly answered: number
}

export interface PageLogLine {
  readonly timeMs: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
}
