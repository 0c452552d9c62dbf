import { crc32 } from 'node:zlib'

/**
 * A recording is a row of frames. Each begins with
 *
 *     0  magic            8 bytes
 *     8  checksum         uint32   of bytes 12 to 48
 *    12  kind             uint16   1 header, 2 block, 3 end
 *    14  version          uint16
 *    16  stored bytes     uint32   of what follows the head
 *    20  stored checksum  uint32   of what follows the head
 *    24  raw bytes        uint32   before compression
 *    28  records          uint32
 *    32  first time       float64  milliseconds since 1970
 *    40  last time        float64
 *
 * all little endian. A header and an end are JSON; a block is raw deflate. Checksums are CRC-32 as in zip.
 */
export const FRAME_HEAD_BYTES = 48
export const FORMAT_VERSION = 1
export const FRAME = { HEADER: 1, BLOCK: 2, END: 3 } as const
export type FrameKind = (typeof FRAME)[keyof typeof FRAME]

/** A block before compression, and any frame as it is stored, is at most this long. */
export const MAX_BLOCK_BYTES = 1 << 20
/** What does not compress becomes a little longer. */
export const MAX_STORED_BYTES = MAX_BLOCK_BYTES + 65_536

/** No text and no JSON begins so, and a copy that changed line ends shows. */
export const MAGIC = Buffer.from([0x89, 0x51, 0x54, 0x58, 0x52, 0x0d, 0x0a, 0x1a])

/** What stands before the content of a frame. */
export interface FrameHead {
  readonly kind: FrameKind
  readonly version: number
  readonly storedBytes: number
  readonly storedChecksum: number
  readonly rawBytes: number
  readonly records: number
  readonly firstMs: number
  readonly lastMs: number
}

/** Puts a head before what is stored. */
export function frameOf(
  stored: Uint8Array,
  head: Pick<FrameHead, 'kind' | 'rawBytes' | 'records' | 'firstMs' | 'lastMs'>,
): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + stored.length)
  MAGIC.copy(frame)
  frame.writeUInt16LE(head.kind, 12)
  frame.writeUInt16LE(FORMAT_VERSION, 14)
  frame.writeUInt32LE(stored.length, 16)
  frame.writeUInt32LE(crc32(stored), 20)
  frame.writeUInt32LE(head.rawBytes, 24)
  frame.writeUInt32LE(head.records, 28)
  frame.writeDoubleLE(head.firstMs, 32)
  frame.writeDoubleLE(head.lastMs, 40)
  frame.writeUInt32LE(crc32(frame.subarray(12, FRAME_HEAD_BYTES)), 8)
  frame.set(stored, FRAME_HEAD_BYTES)
  return frame
}

/** Puts a head before JSON. */
export function jsonFrame(kind: FrameKind, value: unknown, atMs: number): Buffer {
  const stored = Buffer.from(JSON.stringify(value))
  return frameOf(stored, { kind, rawBytes: stored.length, records: 0, firstMs: atMs, lastMs: atMs })
}

/** Reads the head at `offset`; undefined when there is none, or it is damaged. Of another version it is read as well. */
export function readFrameHead(bytes: Buffer, offset = 0): FrameHead | undefined {
  if (bytes.length - offset < FRAME_HEAD_BYTES) return undefined
  if (bytes.compare(MAGIC, 0, MAGIC.length, offset, offset + MAGIC.length) !== 0) return undefined
  const checked = bytes.subarray(offset + 12, offset + FRAME_HEAD_BYTES)
  if (crc32(checked) !== bytes.readUInt32LE(offset + 8)) return undefined
  const kind = bytes.readUInt16LE(offset + 12)
  if (kind !== FRAME.HEADER && kind !== FRAME.BLOCK && kind !== FRAME.END) return undefined
  const head = {
    kind,
    version: bytes.readUInt16LE(offset + 14),
    storedBytes: bytes.readUInt32LE(offset + 16),
    storedChecksum: bytes.readUInt32LE(offset + 20),
    rawBytes: bytes.readUInt32LE(offset + 24),
    records: bytes.readUInt32LE(offset + 28),
    firstMs: bytes.readDoubleLE(offset + 32),
    lastMs: bytes.readDoubleLE(offset + 40),
  }
  return head.storedBytes <= MAX_STORED_BYTES && head.rawBytes <= MAX_BLOCK_BYTES ? head : undefined
}
