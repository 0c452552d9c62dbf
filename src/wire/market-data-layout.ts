/**
 * QTX market data as bytes: offsets and sizes only. Little-endian, naturally aligned (source: C SDK).
 *
 * ```
 *  0        4        8         16         24         32        40
 *  | type   | index  | tx ms   | event ms | local ns | sn id   |            header of every message
 *  | i32    | i32    | i64     | i64      | i64      | i64     |
 *
 *  40        48        56
 *  | price   | size    |                                                    ticker ±1, trade ±3
 *  | f64     | f64     |
 *
 *  40          48          56
 *  | asks len  | bids len  | asks: price, size … | bids: price, size … |    depth 2
 *  | u64       | u64       | f64, f64            | f64, f64            |
 * ```
 */
export const HEADER = {
  TYPE: 0,
  INDEX: 4,
  TX_MS: 8,
  EVENT_MS: 16,
  LOCAL_NS: 24,
  SEQUENCE: 32,
  LENGTH_BYTES: 40,
} as const

/** Ticker and trade: one price, one size. */
export const SINGLE = { PRICE: 40, SIZE: 48, LENGTH_BYTES: 56 } as const

export const DEPTH = { ASK_COUNT: 40, BID_COUNT: 48, LEVELS: 56 } as const

/** One level of a depth message: price and size. */
export const LEVEL_BYTES = 16

/** Values of the header's type field (C SDK). */
export const MESSAGE_TYPE = { BID: 1, ASK: -1, DEPTH: 2, BUY_TRADE: 3, SELL_TRADE: -3 } as const

/** The longest UDP payload. */
export const MAX_DATAGRAM_BYTES = 65_507

/** Levels that fit one datagram. */
export const MAX_DEPTH_LEVELS = Math.floor((MAX_DATAGRAM_BYTES - DEPTH.LEVELS) / LEVEL_BYTES)
