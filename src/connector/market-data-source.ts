import type { TradingPair } from '../common/trading-pair.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from './market-updates.ts'

/**
 * Where a pair's market data goes: called by a source, synchronously, for each message, in order. What is passed is
 * valid during the call only. Late and duplicate messages have been dropped before.
 */
export interface MarketDataSink {
  depth(update: DepthUpdate): void
  top(update: TopUpdate): void
  /** The stream begins with, or goes on from, the whole book that it sent itself. */
  snapshot?(snapshot: BookSnapshot): void
  trade(trade: PublicTrade): void
  /** The data stopped or can no longer be trusted. `stale`: nothing arrives; `invalid`: something was lost. */
  interrupted(state: 'stale' | 'invalid', reason: string): void
  /** Something was lost, perhaps of the depth: a live book is to be compared with a snapshot. */
  doubted?(reason: string): void
  /** The source (re)subscribed: what follows is a new stream, and sequences start anew. */
  restarted(): void
  /** Whether what was built can be relied on. */
  readonly isLive?: boolean
  /** Begins a second book of the pair, for another source, while this one is served on. */
  shadow?(options: ShadowOptions): ShadowBook
}

export interface ShadowOptions {
  /** Of the other source. */
  readonly sequencesComparable: boolean
  /** Whether the other source's depth messages carry changed levels or the whole book. */
  readonly depthMode: 'diff' | 'full'
  /** Called in the middle of a message; `serve` may be called from it. */
  readonly onLive: () => void
  /** It was live, and is not any more. */
  readonly onLost: () => void
}

/** A book that is built beside the one that is served, and is shown to nobody until it takes its place. */
export interface ShadowBook {
  readonly sink: MarketDataSink
  readonly isLive: boolean
  /** What it has becomes the served book's, in one step; then it ends. The served book is live after that. */
  serve(reason: string): void
  end(): void
}

/** A whole book at one sequence. Prices and sizes alternate, best first. */
export interface BookSnapshot {
  readonly sequence: number
  readonly eventMs: number
  readonly bids: Float64Array
  readonly asks: Float64Array
}

/** A supply of market data. It keeps its own connection, retries and resubscribes by itself. */
export interface MarketDataSource {
  /** Whether update ids of depth and top can be compared; otherwise event times are. */
  readonly sequencesComparable: boolean
  start(): Promise<void>
  /** Ends everything; nothing is delivered afterwards. */
  stop(): Promise<void>
  /** Returns at once; what becomes of the subscription is told to the sink. */
  subscribe(pair: TradingPair, sink: MarketDataSink): void
  unsubscribe(pair: TradingPair): void
  /** A snapshot to seed the book with, where there is one to be had. */
  snapshot?(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot>
}
