/**
 * A record of a block begins at a multiple of 8 with
 *
 *     0  time             float64  when it was received, milliseconds since 1970
 *     8  kernel time      float64  when the kernel received it; 0 where it did not say
 *    16  length           uint32   of what follows
 *    20  kind             uint32
 *
 * little endian, and its content is filled up to a multiple of 8.
 */
export const RECORD_HEAD_BYTES = 24
export const RECORD = { TIME: 0, KERNEL_TIME: 8, LENGTH: 16, KIND: 20 } as const

/** What a record is. */
export const RECORD_KIND = {
  /** A datagram from the socket, text answers too. */
  DATAGRAM: 1,
  /** A message that did not come over the network. */
  MESSAGE: 2,
  /** Text `index:symbol`: which index meant which symbol when the block began. */
  INDEX: 3,
  /** float64: at least so many messages were overwritten unread in the stream ring. */
  LAPPED: 4,
  /** float64: so many datagrams were dropped for want of buffer. */
  KERNEL_DROPS: 5,
  /** Text: what the socket reported. */
  SOCKET_ERROR: 6,
  /** float64, float64: so many datagrams, of so many bytes, are not in the recording; the feed had them. */
  LEFT_OUT: 7,
} as const
export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND]

/** Bytes that a record with so much content takes. */
export function recordBytes(lengthBytes: number): number {
  return RECORD_HEAD_BYTES + ((lengthBytes + 7) & ~7)
}
