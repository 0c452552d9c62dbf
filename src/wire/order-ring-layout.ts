/**
 * The order ring in shared memory: offsets and sizes only. Little-endian, naturally aligned (source: C SDK).
 *
 * ```
 *  0           8         16                 16 + 10,432        …            1,043,216
 *  | from idx  | to idx  | slot 0           | slot 1           | … slot 99 |
 *  | i64       | i64     |
 *    manager     client
 *    writes      writes
 *
 *  one slot
 *  0      8      16         24                32           40            48            56
 *  | mode | side | pos side | client order id | order type | price match | place ts ns | res ts ns |
 *  | i64  | i64  | i64      | u64             | u64        | u64         | u64         | u64       |
 *  64         96          128            228               328           428                10,428  10,432
 *  | size[32] | price[32] | api key[100] | api secret[100] | symbol[100] | res msg[10,000] | padding |
 * ```
 */
export const RING = {
  FROM_INDEX: 0,
  TO_INDEX: 8,
  SLOTS: 16,
  SLOT_COUNT: 100,
  LENGTH_BYTES: 1_043_216,
} as const

export const SLOT = {
  MODE: 0,
  SIDE: 8,
  POSITION_SIDE: 16,
  CLIENT_ORDER_ID: 24,
  ORDER_TYPE: 32,
  PRICE_MATCH: 40,
  PLACE_NS: 48,
  ANSWER_NS: 56,
  SIZE: 64,
  PRICE: 96,
  API_KEY: 128,
  API_SECRET: 228,
  SYMBOL: 328,
  ANSWER: 428,
  LENGTH_BYTES: 10_432,
} as const

/** Bytes of the text fields, terminator included. */
export const SLOT_TEXT = {
  SIZE: 32,
  PRICE: 32,
  API_KEY: 100,
  API_SECRET: 100,
  SYMBOL: 100,
  ANSWER: 10_000,
} as const

export const SLOT_MODE = { SET_KEY: 0, PLACE: 1, CANCEL: -1 } as const
export const SLOT_SIDE = { BUY: 1, SELL: -1 } as const
/** QTX takes one-way positions only. */
export const SLOT_POSITION_SIDE = { BOTH: 0 } as const
export const SLOT_ORDER_TYPE = { IOC: 0, POST_ONLY: 1, GTC: 2, FOK: 3 } as const
export const SLOT_PRICE_MATCH = { NONE: 0, QUEUE: 1, QUEUE_5: 2, OPPONENT: 3, OPPONENT_5: 4 } as const

/** Byte offset of a slot in the segment. */
export function slotOffset(slot: number): number {
  return RING.SLOTS + slot * SLOT.LENGTH_BYTES
}
