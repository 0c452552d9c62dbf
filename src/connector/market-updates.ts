/**
 * What a source tells of a market, one message at a time. A source may use the same object for every message: it is
 * valid during the call only. They are objects so that numbers go from one function to the next without being copied
 * to the heap.
 */

/** Changed levels: price and size alternate in `levels` from the start indices on; size 0 deletes. */
export interface DepthUpdate {
  /** The exchange's update id; comparable with that of a top where the source says so. */
  readonly sequence: number
  /** Milliseconds since 1970, of the exchange's clock. */
  readonly eventMs: number
  /** Milliseconds since 1970. */
  readonly receivedMs: number
  readonly levels: Float64Array
  readonly asksStart: number
  readonly askCount: number
  readonly bidsStart: number
  readonly bidCount: number
}

/** The best bid or ask changed. */
export interface TopUpdate {
  readonly isBid: boolean
  readonly price: number
  /** Base units. */
  readonly size: number
  readonly sequence: number
  readonly eventMs: number
  readonly receivedMs: number
}

/** Somebody's trade; the id is in halves of 32 bits. */
export interface PublicTrade {
  readonly isBuyTaker: boolean
  readonly price: number
  /** Base units. */
  readonly size: number
  readonly tradeIdHigh: number
  readonly tradeIdLow: number
  readonly eventMs: number
  readonly receivedMs: number
}
