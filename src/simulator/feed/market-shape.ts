/** What the traffic of a simulated market looks like. Shares are parts of all messages and add up to 1. */
export interface MarketShape {
  readonly tickerShare: number
  readonly tradeShare: number
  readonly depthShare: number
  /** Changed levels in a depth message, mean. */
  readonly levelsPerDepth: number
  /** Part of the levels in depth messages that are deletions. */
  readonly deletionShare: number
  /** A burst: so many messages more, in so long. */
  readonly burstMessages: number
  readonly burstMs: number
  /** Part of all messages that come in bursts. */
  readonly burstShare: number
  /** Messages per second for each symbol, unless a rate is given. */
  readonly messagesPerSecondPerSymbol: number
}

/** The traffic of liquid perpetuals, BTCUSDT and ETHUSDT on Binance, in round figures, bursts included. */
export const LIQUID_SHAPE: MarketShape = {
  tickerShare: 0.7,
  tradeShare: 0.21,
  depthShare: 0.09,
  levelsPerDepth: 33,
  deletionShare: 0.16,
  burstMessages: 300,
  burstMs: 100,
  burstShare: 0.12,
  messagesPerSecondPerSymbol: 130,
}

/** One market of the model. */
export interface ModelSymbol {
  /** The exchange's own symbol, such as `BTCUSDT`. */
  readonly symbol: string
  /** Decimal text. */
  readonly tickSize: string
  /** Decimal text. */
  readonly stepSize: string
  /** Where the price starts and what it returns to, decimal text. */
  readonly price: string
}
