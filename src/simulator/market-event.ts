/**
 * What the simulated market does, in the order it does it. A source (the market model or a recording) makes these;
 * the simulated exchange applies them, adds what its users' orders change, and hands the result to the feed server.
 * Prices and sizes are base units as doubles, as in QTX's messages.
 */
export type MarketEvent = DepthEvent | TickerEvent | TradeEvent | SnapshotEvent

interface EventHead {
  /** The exchange's own symbol, such as `BTCUSDT`. */
  readonly symbol: string
  /** The exchange's transaction time, milliseconds since 1970. */
  readonly txMs: number
  /** The exchange's event time, milliseconds since 1970. */
  readonly eventMs: number
}

/** `[price, size]`; in a depth event size 0 deletes the level. */
export type Level = readonly [price: number, size: number]

export interface DepthEvent extends EventHead {
  readonly kind: 'depth'
  /** Update id; rises per symbol, not by one. */
  readonly sequence: bigint
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** One side of the top of the book changed. */
export interface TickerEvent extends EventHead {
  readonly kind: 'ticker'
  readonly sequence: bigint
  readonly side: 'bid' | 'ask'
  readonly price: number
  readonly size: number
}

export interface TradeEvent extends EventHead {
  readonly kind: 'trade'
  readonly tradeId: bigint
  readonly takerSide: 'buy' | 'sell'
  readonly price: number
  readonly size: number
}

/** The whole book; never sent by the feed, it sets the exchange's own book. */
export interface SnapshotEvent extends EventHead {
  readonly kind: 'snapshot'
  readonly sequence: bigint
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

export type MarketListener = (event: MarketEvent) => void
