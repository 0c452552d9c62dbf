/**
 * Market data in shared memory on QTX's own host: offsets and sizes only. Two objects; little-endian, naturally aligned
 * (source: C SDK).
 *
 * ```
 *  messages, 5,600,016 bytes
 *  0        8        16         72                      5,600,016
 *  | from   | to     | slot 0   | slot 1   | … slot 99,999 |
 *  | i64    | i64    | 56 bytes |
 *
 *  one slot: header and content as in a datagram, but of a depth message
 *  40         44         48         52         56
 *  | asks idx | asks len | bids idx | bids len |          positions and counts in the ring of levels
 *  | i32      | i32      | i32      | i32      |
 *
 *  levels, 1,600,016 bytes
 *  0        8        16            32                      1,600,016
 *  | from   | to     | level 0     | level 1     | … level 99,999 |
 *  | i64    | i64    | f64, f64    |
 * ```
 *
 * `to` is where the writer writes next; it begins again at 0 after 99,999.
 */
export const STREAM_RING = {
  FROM_INDEX: 0,
  TO_INDEX: 8,
  SLOTS: 16,
  SLOT_COUNT: 100_000,
  SLOT_BYTES: 56,
  LENGTH_BYTES: 5_600_016,
} as const

/** Of a depth message in the ring, in place of its counts. */
export const STREAM_DEPTH = { ASKS_INDEX: 40, ASK_COUNT: 44, BIDS_INDEX: 48, BID_COUNT: 52 } as const

export const LEVEL_RING = {
  FROM_INDEX: 0,
  TO_INDEX: 8,
  LEVELS: 16,
  LEVEL_COUNT: 100_000,
  LENGTH_BYTES: 1_600_016,
} as const

/** Names of the two shared memory objects. */
export interface StreamRingNames {
  readonly messages: string
  readonly levels: string
}

/** What QTX calls them (C SDK). */
export const DEFAULT_STREAM_RINGS: StreamRingNames = { messages: '/stream_lite', levels: '/stream_lite_l2' }

/**
 * Assumed: the writer never has more than so many slots or levels begun and not yet told by `to`; what is so near to
 * being overwritten is not read.
 */
export const ASSUMED_UNTOLD_SLOTS = 4_096
export const ASSUMED_UNTOLD_LEVELS = 8_192
