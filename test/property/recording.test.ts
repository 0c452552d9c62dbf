import { readFileSync, writeFileSync } from 'node:fs'
import fc from '../support/seeded-fast-check.ts'
import { afterAll, describe, expect, test } from 'vitest'
import { RecordCursor } from '../../src/recording/record-cursor.ts'
import { RECORD_KIND } from '../../src/recording/record-layout.ts'
import { FRAME_HEAD_BYTES, readFrameHead } from '../../src/recording/recording-format.ts'
import {
  RecordingFolder,
  START_MS,
  blocksOf,
  datagram,
  itemsOf,
  writeRecording,
  type PlainRecord,
} from '../support/recordings.ts'

const folder = new RecordingFolder()
afterAll(() => folder[Symbol.dispose]())

const anyRecord: fc.Arbitrary<PlainRecord> = fc.record({
  kind: fc.constantFrom(RECORD_KIND.DATAGRAM, RECORD_KIND.MESSAGE),
  atMs: fc.double({ min: 0, max: 4e12, noNaN: true }).map((ms) => ms + 0),
  kernelMs: fc.double({ min: 0, max: 4e12, noNaN: true }).map((ms) => ms + 0),
  content: fc.uint8Array({ maxLength: 1_500 }).map((bytes) => Buffer.from(bytes).toString('hex')),
})
const someBlocks = fc.array(fc.array(anyRecord, { minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 5,
})

/** Four blocks, small enough that every byte of the file can be tried. */
const SMALL: readonly (readonly PlainRecord[])[] = Array.from({ length: 4 }, (_, block) =>
  Array.from({ length: 3 }, (_, i) =>
    datagram(START_MS + 10 * block + i, Buffer.from([block, i, 0xff, 7 * i + block])),
  ),
)

async function writeSmall(): Promise<{ readonly bytes: Buffer; readonly frames: readonly FramePlace[] }> {
  const file = folder.file('small.qtxr')
  await writeRecording({ file, overwrite: true }, SMALL)
  const bytes = readFileSync(file)
  const frames: FramePlace[] = []
  for (let at = 0; at < bytes.length;) {
    const head = readFrameHead(bytes, at)!
    const end = at + FRAME_HEAD_BYTES + head.storedBytes
    frames.push({ start: at, end, kind: head.kind })
    at = end
  }
  return { bytes, frames }
}

interface FramePlace {
  readonly start: number
  readonly end: number
  readonly kind: number
}

const BLOCK = 2

describe('a recording', () => {
  test('gives back every datagram, whatever is in it, with its times, in order', async () => {
    const file = folder.file('any.qtxr')
    await fc.assert(
      fc.asyncProperty(someBlocks, async (blocks) => {
        await writeRecording({ file, overwrite: true }, blocks)
        const items = await itemsOf(file)
        expect(blocksOf(items)).toEqual(blocks)
        expect(items.filter(({ kind }) => kind === 'damage' || kind === 'unfinished')).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('that is cut at any byte gives every whole block before it, and says how much it set aside', async () => {
    const { bytes, frames } = await writeSmall()
    const file = folder.file('cut.qtxr')
    const firstHeaderEnd = frames[0]!.end
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(file, bytes.subarray(0, length))
      if (length < firstHeaderEnd) {
        await expect(itemsOf(file)).rejects.toMatchObject({ code: 'QTX_RECORDING_INVALID' })
        continue
      }
      const items = await itemsOf(file)
      const whole = frames.filter(({ end }) => end <= length)
      expect(blocksOf(items), `cut at ${length}`).toEqual(
        SMALL.slice(0, whole.filter(({ kind }) => kind === BLOCK).length),
      )
      const asideBytes = length - whole.at(-1)!.end
      const damages = items.flatMap((item) => (item.kind === 'damage' ? [item] : []))
      expect(damages.map(({ bytes: aside, isTail }) => [aside, isTail])).toEqual(
        asideBytes === 0 ? [] : [[asideBytes, true]],
      )
      expect(items.at(-1)?.kind).toBe('unfinished')
    }
  })

  test('of which any byte is flipped says so, and loses at most the block that it is in', async () => {
    const { bytes, frames } = await writeSmall()
    const file = folder.file('flipped.qtxr')
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes)
      flipped[at] = flipped[at]! ^ (1 << (at % 8))
      writeFileSync(file, flipped)
      const items = await itemsOf(file)
      const own = frames.findIndex(({ end }) => at < end)
      const ownBlock =
        frames[own]!.kind === BLOCK ? frames.slice(0, own).filter(({ kind }) => kind === BLOCK).length : -1
      expect(blocksOf(items), `flipped at ${at}`).toEqual(SMALL.filter((_, block) => block !== ownBlock))
      const damages = items.flatMap((item) => (item.kind === 'damage' ? [item] : []))
      expect(damages).toHaveLength(1)
      expect(damages[0]).toMatchObject({
        offset: frames[own]!.start,
        bytes: frames[own]!.end - frames[own]!.start,
      })
    }
  })

  test('whose block is made up of anything is read without harm', () => {
    const cursor = new RecordCursor()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_000 }), (raw) => {
        cursor.load(raw)
        let records = 0
        while (cursor.next()) {
          expect(cursor.offset + cursor.lengthBytes).toBeLessThanOrEqual(raw.length)
          records++
        }
        expect(records).toBeLessThanOrEqual(raw.length / 24)
      }),
    )
  })
})
