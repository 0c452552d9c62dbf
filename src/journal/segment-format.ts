import { crc32 } from './checksum.ts'
import type { JournalRecord } from './journal-record.ts'
import { MAX_RECORD_BYTES, decodeRecord } from './record-codec.ts'

/** Bytes at the start of a segment that say what it is; records follow. */
export const HEADER_BYTES = 512
/** Length, checksum, sequence number and time of a record stand before it. */
export const FRAME_BYTES = 24
/** A record and what stands before it take at most this much. */
export const MAX_FRAME_BYTES = FRAME_BYTES + MAX_RECORD_BYTES
export const MAX_ACCOUNT_BYTES = 256
export const FORMAT_VERSION = 1

const MAGIC = Buffer.from('QTXJRNL\n', 'latin1')
const VERSION_AT = 8
const HEADER_CHECKSUM_AT = 12
const FIRST_SEQUENCE_AT = 16
const NUMBER_AT = 24
const SEGMENT_BYTES_AT = 32
const CREATED_AT = 40
const ACCOUNT_AT = 48

/** Where the fields of a frame stand from its start. */
export const FRAME = { LENGTH: 0, CHECKSUM: 4, SEQUENCE: 8, TIME: 16 } as const

export interface SegmentHeader {
  /** Rises by one with every file. */
  readonly number: number
  /** Sequence number of the first record. */
  readonly firstSequence: number
  /** Length that the file was made with. */
  readonly segmentBytes: number
  readonly createdMs: number
  readonly account: string
}

/** A record as it was found. */
export interface Frame {
  readonly sequence: number
  /** When it was appended, milliseconds since 1970. */
  readonly recordedMs: number
  readonly record: JournalRecord
}

/** Why nothing can be read from `offset` on. */
export interface Damage {
  readonly kind: 'cut' | 'corrupt'
  readonly offset: number
  readonly reason: string
}

/** Where the next frame starts after one that ends at `end`: lengths are stored in one aligned piece. */
export function alignFrame(end: number): number {
  return (end + 7) & ~7
}

/** Writes the header; the rest of the segment must be zeros. */
export function writeHeader(bytes: Uint8Array, header: SegmentHeader): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const account = new TextEncoder().encode(header.account)
  bytes.set(MAGIC)
  view.setUint32(VERSION_AT, FORMAT_VERSION, true)
  view.setFloat64(FIRST_SEQUENCE_AT, header.firstSequence, true)
  view.setFloat64(NUMBER_AT, header.number, true)
  view.setFloat64(SEGMENT_BYTES_AT, header.segmentBytes, true)
  view.setFloat64(CREATED_AT, header.createdMs, true)
  view.setUint16(ACCOUNT_AT, account.length, true)
  bytes.set(account, ACCOUNT_AT + 2)
  view.setUint32(HEADER_CHECKSUM_AT, headerChecksum(bytes), true)
}

/** What a segment is; a reason when these bytes are no readable header; `version` when another version wrote it. */
export function readHeader(
  bytes: Uint8Array,
): SegmentHeader | { readonly damage: Damage } | { readonly version: number } {
  if (bytes.length < HEADER_BYTES) {
    return { damage: { kind: 'cut', offset: 0, reason: `the file is only ${bytes.length} bytes` } }
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isMagic = MAGIC.every((byte, i) => bytes[i] === byte)
  if (!isMagic || view.getUint32(HEADER_CHECKSUM_AT, true) !== headerChecksum(bytes)) {
    return { damage: { kind: 'corrupt', offset: 0, reason: 'the file’s header is not that of a segment' } }
  }
  const version = view.getUint32(VERSION_AT, true)
  if (version !== FORMAT_VERSION) return { version }
  const accountBytes = Math.min(view.getUint16(ACCOUNT_AT, true), MAX_ACCOUNT_BYTES)
  return {
    number: view.getFloat64(NUMBER_AT, true),
    firstSequence: view.getFloat64(FIRST_SEQUENCE_AT, true),
    segmentBytes: view.getFloat64(SEGMENT_BYTES_AT, true),
    createdMs: view.getFloat64(CREATED_AT, true),
    account: new TextDecoder().decode(bytes.slice(ACCOUNT_AT + 2, ACCOUNT_AT + 2 + accountBytes)),
  }
}

function headerChecksum(bytes: Uint8Array): number {
  return crc32(bytes, HEADER_CHECKSUM_AT + 4, HEADER_BYTES, crc32(bytes, 0, HEADER_CHECKSUM_AT))
}

/** Checksum of a frame whose fields are written, all but the length, which is taken as given. */
export function frameChecksum(bytes: Uint8Array, offset: number, lengthBytes: number): number {
  return crc32(bytes, offset + FRAME.SEQUENCE, offset + FRAME_BYTES + lengthBytes, lengthBytes)
}

/** Reads the records of a segment one by one, up to its end or to the first damage. Never throws. */
export class FrameReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = HEADER_BYTES
  #sequence: number
  #damage: Damage | undefined

  constructor(bytes: Uint8Array, firstSequence: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#sequence = firstSequence
  }

  /** Where the next record would start. */
  get offset(): number {
    return this.#offset
  }

  /** Sequence number that the next record must have. */
  get nextSequence(): number {
    return this.#sequence
  }

  /** Why the reader stopped before the end; undefined while it has not, and at a clean end. */
  get damage(): Damage | undefined {
    return this.#damage
  }

  /** The next record; undefined at the end, at damage, and for good after damage. */
  next(): Frame | undefined {
    const start = this.#offset
    if (this.#damage || start + FRAME_BYTES > this.#bytes.length) return undefined
    const lengthBytes = this.#view.getUint32(start + FRAME.LENGTH, true)
    if (lengthBytes === 0) return undefined
    const end = start + FRAME_BYTES + lengthBytes
    if (lengthBytes > MAX_RECORD_BYTES) return this.#stop('corrupt', `a record has length ${lengthBytes}`)
    if (end > this.#bytes.length) return this.#stop('cut', 'the file ends within a record')
    if (
      this.#view.getUint32(start + FRAME.CHECKSUM, true) !== frameChecksum(this.#bytes, start, lengthBytes)
    ) {
      return this.#stop('corrupt', 'a record does not match its checksum')
    }
    const sequence = this.#view.getFloat64(start + FRAME.SEQUENCE, true)
    if (sequence !== this.#sequence) {
      return this.#stop('corrupt', `record ${sequence} stands where ${this.#sequence} must`)
    }
    const record = decodeRecord(this.#bytes, start + FRAME_BYTES, end)
    if (!record) return this.#stop('corrupt', `record ${sequence} cannot be understood`)
    this.#offset = alignFrame(end)
    this.#sequence = sequence + 1
    return { sequence, recordedMs: this.#view.getFloat64(start + FRAME.TIME, true), record }
  }

  /** Looks for leftovers behind the last record of a segment that was made with `segmentBytes`. */
  checkEnd(segmentBytes: number): Damage | undefined {
    if (this.#damage) return this.#damage
    const leftover = lastNonZero(this.#bytes, this.#offset)
    if (leftover >= 0) {
      const isOneRecord = leftover < this.#offset + MAX_FRAME_BYTES
      return isOneRecord
        ? this.#fail('cut', 'the last record was not finished')
        : this.#fail('corrupt', 'there are bytes behind the last record')
    }
    if (this.#bytes.length < segmentBytes) {
      this.#fail('cut', `the file is ${this.#bytes.length} bytes, it was made with ${segmentBytes}`)
    }
    return this.#damage
  }

  #stop(kind: Damage['kind'], reason: string): Frame | undefined {
    this.#fail(kind, reason)
    return undefined
  }

  #fail(kind: Damage['kind'], reason: string): Damage {
    this.#damage = { kind, offset: this.#offset, reason }
    return this.#damage
  }
}

const ZEROS = Buffer.alloc(65_536)

/** Index of the last byte from `start` on that is not zero; -1 when there is none. */
export function lastNonZero(bytes: Uint8Array, start: number): number {
  for (let end = bytes.length; end > start; end -= ZEROS.length) {
    const from = Math.max(start, end - ZEROS.length)
    if (ZEROS.compare(bytes, from, end, 0, end - from) === 0) continue
    for (let i = end - 1; i >= from; i--) if (bytes[i] !== 0) return i
  }
  return -1
}
