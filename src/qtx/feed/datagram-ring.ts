/**
 * A ring of datagrams in memory that two threads share: one writes, one reads, neither waits for the other. Positions
 * count units of 8 bytes and wrap at 2^32, so that they are never ambiguous. A datagram never wraps: what does not fit
 * before the end begins at the start, and a mark says so.
 */

/** Indices of the ring's own words. Each that one thread writes has a line of the cache to itself. */
export const RING_WORD = {
  /** Position up to which is written; of the writer. */
  WRITTEN: 0,
  /** Datagrams that found no room; of the writer. */
  DROPS: 1,
  /** Datagrams of other senders; of the writer. */
  OTHER_SENDER: 2,
  /** Datagrams that the kernel handed over several in one piece; of the writer. */
  COALESCED: 3,
  /** Position up to which is read; of the reader. */
  READ: 16,
  /** 1 while the reader sleeps; set by the reader, cleared by whoever wakes it. */
  SLEEPING: 32,
  /** 1 once the writer is to end. */
  STOPPED: 48,
} as const

/** Where the units begin. */
export const RING_START_BYTES = 256

/** Of a datagram in the ring, in bytes. */
export const ENTRY = {
  /** Length of the datagram, or `SKIPPED`. */
  LENGTH: 0,
  /** What the kernel had dropped before it, since the socket was opened. */
  KERNEL_DROPS: 4,
  /** What had found no room in the ring before it. */
  RING_DROPS: 8,
  /** When it was received, in microseconds of the reader's monotonic clock, modulo 2^32. */
  RECEIVED_US: 12,
  KERNEL_MS: 16,
  DATA: 24,
} as const

/** Stands for a length where the rest of the ring is left out. */
export const SKIPPED = -1

/** Twice the longest datagram, so that an empty ring has room for any, wherever it stands. */
export const SMALLEST_RING_BYTES = 262_144
export const LARGEST_RING_BYTES = 1 << 30

/** Memory for a ring of at least so many bytes, the next power of two. */
export function createDatagramRing(lengthBytes: number): SharedArrayBuffer {
  const wanted = Math.min(LARGEST_RING_BYTES, Math.max(SMALLEST_RING_BYTES, lengthBytes))
  return new SharedArrayBuffer(RING_START_BYTES + 2 ** Math.ceil(Math.log2(wanted)))
}
