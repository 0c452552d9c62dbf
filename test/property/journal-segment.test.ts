import fc from '../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { crc32 } from '../../src/journal/checksum.ts'
import type { JournalRecord } from '../../src/journal/journal-record.ts'
import { MAX_RECORD_BYTES, RecordEncoder, decodeRecord } from '../../src/journal/record-codec.ts'
import {
  FRAME,
  FRAME_BYTES,
  FrameReader,
  HEADER_BYTES,
  alignFrame,
  frameChecksum,
  lastNonZero,
  readHeader,
  writeHeader,
  type Damage,
  type Frame,
} from '../../src/journal/segment-format.ts'
import { anyRecord } from '../support/journal-records.ts'

const SEGMENT_BYTES = 65_536
const FIRST_SEQUENCE = 500

interface Written {
  readonly bytes: Uint8Array
  /** Where each record ends. */
  readonly ends: readonly number[]
}

function writeSegment(records: readonly JournalRecord[]): Written {
  const bytes = new Uint8Array(SEGMENT_BYTES)
  const view = new DataView(bytes.buffer)
  const header = { number: 3, firstSequence: FIRST_SEQUENCE, segmentBytes: SEGMENT_BYTES, createdMs: 1 }
  writeHeader(bytes, { ...header, account: 'binance:test' })
  const encoder = new RecordEncoder(bytes)
  let start = HEADER_BYTES
  const ends = records.map((record, i) => {
    const end = encoder.encode(record, start + FRAME_BYTES)
    const lengthBytes = end - start - FRAME_BYTES
    view.setFloat64(start + FRAME.SEQUENCE, FIRST_SEQUENCE + i, true)
    view.setFloat64(start + FRAME.TIME, 1_000 + i, true)
    view.setUint32(start + FRAME.CHECKSUM, frameChecksum(bytes, start, lengthBytes), true)
    view.setUint32(start + FRAME.LENGTH, lengthBytes, true)
    start = alignFrame(end)
    return end
  })
  return { bytes, ends }
}

function readSegment(bytes: Uint8Array): { readonly frames: Frame[]; readonly damage: Damage | undefined } {
  const header = readHeader(bytes)
  if (!('firstSequence' in header))
    return { frames: [], damage: 'damage' in header ? header.damage : undefined }
  const reader = new FrameReader(bytes, header.firstSequence)
  const frames: Frame[] = []
  for (let frame = reader.next(); frame; frame = reader.next()) frames.push(frame)
  return { frames, damage: reader.checkEnd(header.segmentBytes) }
}

const someRecords = fc.array(anyRecord, { minLength: 1, maxLength: 12 })

function isPrefix(frames: readonly Frame[], records: readonly JournalRecord[]): void {
  expect(frames.map(({ sequence }) => sequence)).toEqual(frames.map((_, i) => FIRST_SEQUENCE + i))
  expect(frames.map(({ record }) => record)).toEqual(records.slice(0, frames.length))
}

describe('the journal’s segments', () => {
  test('what was written is read back, exactly and in order, with nothing to complain about', () => {
    fc.assert(
      fc.property(someRecords, (records) => {
        const { frames, damage } = readSegment(writeSegment(records).bytes)
        isPrefix(frames, records)
        expect(frames.length).toBe(records.length)
        expect(damage).toBeUndefined()
      }),
    )
  })

  test('a file that is cut anywhere gives what was complete before the cut, and says that it is cut', () => {
    fc.assert(
      fc.property(someRecords, fc.nat(), (records, at) => {
        const { bytes, ends } = writeSegment(records)
        const cutAt = at % (ends.at(-1)! + 64)
        const { frames, damage } = readSegment(bytes.slice(0, cutAt))
        isPrefix(frames, records)
        expect(frames.length).toBe(ends.filter((end) => end <= cutAt).length)
        expect(damage).toBeDefined()
      }),
    )
  })

  test('zeros from anywhere on, as a lost page leaves them, give what was complete before', () => {
    fc.assert(
      fc.property(someRecords, fc.nat(), (records, at) => {
        const { bytes, ends } = writeSegment(records)
        const zeroFrom = HEADER_BYTES + (at % (ends.at(-1)! - HEADER_BYTES))
        bytes.fill(0, zeroFrom)
        const { frames } = readSegment(bytes)
        isPrefix(frames, records)
        expect(frames.length).toBeGreaterThanOrEqual(ends.filter((end) => end <= zeroFrom).length)
      }),
    )
  })

  test('a flip of any single bit is recognised: what stands before it is read, and nothing that was not written', () => {
    const records = fc.sample(anyRecord, { numRuns: 9, seed: 42 })
    const { bytes, ends } = writeSegment(records)
    for (let at = 0; at < ends.at(-1)!; at++) {
      for (let bit = 0; bit < 8; bit++) {
        bytes[at]! ^= 1 << bit
        const { frames, damage } = readSegment(bytes)
        bytes[at]! ^= 1 << bit
        const before = at < HEADER_BYTES ? 0 : ends.filter((end) => end <= at).length
        const isPadding = ends.some((end) => at >= end && at < alignFrame(end))
        if (frames.length !== (isPadding ? records.length : before)) {
          expect([at, bit, frames.length]).toEqual([at, bit, before])
        }
        if (frames.length > 0 && bit === at % 8) isPrefix(frames, records)
        if (!isPadding && damage === undefined) {
          expect([at, bit, 'damage']).toEqual([at, bit, 'none'])
        }
      }
    }
  })

  test('random changes of many bytes never invent, repeat or reorder a record', () => {
    const change = fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 60 }))
    fc.assert(
      fc.property(someRecords, fc.array(change, { minLength: 1, maxLength: 5 }), (records, changes) => {
        const { bytes, ends } = writeSegment(records)
        for (const [at, garbage] of changes) {
          bytes.set(garbage, HEADER_BYTES + (at % (ends.at(-1)! - HEADER_BYTES)))
        }
        isPrefix(readSegment(bytes).frames, records)
      }),
    )
  })

  test('a whole record that stands where another must is not taken, however intact it is', () => {
    fc.assert(
      fc.property(someRecords, fc.nat(), (records, which) => {
        const { bytes, ends } = writeSegment(records)
        const index = which % records.length
        const start = index === 0 ? HEADER_BYTES : alignFrame(ends[index - 1]!)
        bytes.copyWithin(alignFrame(ends.at(-1)!), start, ends[index])
        const { frames, damage } = readSegment(bytes)
        isPrefix(frames, records)
        expect(frames.length).toBe(records.length)
        expect(damage?.kind).toBe('corrupt')
      }),
    )
  })

  test('arbitrary bytes are no segment, and hurt nobody', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_096 }), (bytes) => {
        expect(readSegment(bytes).frames).toEqual([])
      }),
    )
  })

  test('arbitrary bytes behind a good header give no record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 4_096 }), (garbage) => {
        const { bytes } = writeSegment([])
        bytes.set(garbage, HEADER_BYTES)
        const { frames, damage } = readSegment(bytes)
        expect(frames).toEqual([])
        expect(damage !== undefined).toBe(garbage.some((byte) => byte !== 0))
      }),
    )
  })

  test('arbitrary bytes are decoded to a record or to nothing, within their bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(6), (bytes, kind) => {
        bytes[0] = kind
        const record = decodeRecord(bytes, 0, bytes.length)
        if (!record) return
        const again = new Uint8Array(MAX_RECORD_BYTES)
        expect(new RecordEncoder(again).encode(record, 0)).toBeLessThanOrEqual(MAX_RECORD_BYTES)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a record that says it has a field more or less than it has is none', () => {
    fc.assert(
      fc.property(anyRecord, fc.integer({ min: 1, max: 9 }), (record, extra) => {
        const bytes = new Uint8Array(MAX_RECORD_BYTES + 16)
        const end = new RecordEncoder(bytes).encode(record, 0)
        expect(decodeRecord(bytes, 0, end)).toEqual(record)
        expect(decodeRecord(bytes, 0, end + extra)).toBeUndefined()
        expect(decodeRecord(bytes, 0, end - 1)).toBeUndefined()
        expect(decodeRecord(bytes, 0, bytes.length + extra)).toBeUndefined()
      }),
    )
  })
})

test('the checksum is CRC-32 as everybody computes it', () => {
  expect(crc32(Buffer.from('123456789'), 0, 9)).toBe(0xcbf43926)
  expect(crc32(Buffer.from('56789'), 0, 5, crc32(Buffer.from('1234'), 0, 4))).toBe(0xcbf43926)
})

test('the last byte that is not zero is found wherever it stands', () => {
  fc.assert(
    fc.property(fc.nat(200_000), fc.nat(200_000), (a, b) => {
      const bytes = new Uint8Array(200_001)
      bytes[a] = 1
      expect(lastNonZero(bytes, b)).toBe(a >= b ? a : -1)
    }),
    { numRuns: 50 },
  )
})
