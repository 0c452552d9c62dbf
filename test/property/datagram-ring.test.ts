import fc from '../support/seeded-fast-check.ts'
import { afterEach, expect, test } from 'vitest'
import { startModuleThread } from '../../src/common/module-thread.ts'
import { DatagramRingReader } from '../../src/qtx/feed/datagram-ring-reader.ts'
import { DatagramRingWriter } from '../../src/qtx/feed/datagram-ring-writer.ts'
import {
  ENTRY,
  RING_START_BYTES,
  RING_WORD,
  SMALLEST_RING_BYTES,
  createDatagramRing,
} from '../../src/qtx/feed/datagram-ring.ts'
import { DatagramMemory } from '../../src/wire/market-data-codec.ts'
import { byteOf, lengthOf } from '../support/ring-pattern.ts'
import { until } from '../support/until.ts'

const LONGEST_BYTES = 65_507

const threads: { terminate(): Promise<number> }[] = []
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.terminate()
})

/** What is expected of one datagram that found room. */
interface Written {
  readonly lengthBytes: number
  readonly seed: number
  readonly receivedUs: number
  readonly kernelMs: number
  readonly kernelDrops: number
  readonly ringDrops: number
}

const length = fc.oneof(
  fc.constantFrom(0, 1, 7, 8, 9, 56, 696, LONGEST_BYTES),
  fc.integer({ min: 0, max: 2_000 }),
  fc.integer({ min: 0, max: LONGEST_BYTES }),
)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ write: length, count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 200 }) }) },
  { weight: 1, arbitrary: fc.constant({ release: true } as const) },
)

test('a ring hands on what was written, whole, aligned and in order, wherever it wraps, and says what found no room', () => {
  const source = new DatagramMemory(new ArrayBuffer(65_536))
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      // Positions wrap at 2^32, which is 2^31 as they stand in memory.
      fc.oneof(fc.constantFrom(0, -1, 0x7f_ff_ff_ff, -0x80_00_00_00, -5_000), fc.integer()),
      (steps, start) => {
        const ring = createDatagramRing(SMALLEST_RING_BYTES)
        const words = new Int32Array(ring)
        words[RING_WORD.WRITTEN] = start
        words[RING_WORD.READ] = start
        const writer = new DatagramRingWriter(ring)
        const reader = new DatagramRingReader(ring)
        const waiting: Written[] = []
        let seed = 0
        let dropped = 0
        let unreleasedUnits = 0
        const freeUnits = (): number =>
          SMALLEST_RING_BYTES / 8 -
          unreleasedUnits -
          waiting.reduce((sum, { lengthBytes }) => sum + unitsOf(lengthBytes), 0)

        const read = (): boolean => {
          const expected = waiting.shift()
          expect(reader.next()).toBe(expected !== undefined)
          if (!expected) return false
          unreleasedUnits += unitsOf(expected.lengthBytes)
          const { offset, lengthBytes, receivedUs } = reader
          const { kernelMs } = reader.memory
          const { kernelDropsBefore: kernelDrops, ringDropsBefore: ringDrops } = reader
          expect({ lengthBytes, receivedUs, kernelMs, kernelDrops, ringDrops }).toEqual({
            lengthBytes: expected.lengthBytes,
            receivedUs: expected.receivedUs,
            kernelMs: expected.kernelMs,
            kernelDrops: expected.kernelDrops,
            ringDrops: expected.ringDrops,
          })
          expect(offset % 8).toBe(0)
          expect(offset + lengthBytes).toBeLessThanOrEqual(ring.byteLength)
          const bytes = reader.memory.bytes.subarray(offset, offset + lengthBytes)
          expect(bytes.every((byte, i) => byte === byteOf(expected.seed, i))).toBe(true)
          return true
        }

        for (const one of steps) {
          if ('write' in one) {
            for (let i = 0; i < one.count; i++) {
              seed++
              const lengthBytes = one.write
              for (let at = 0; at < lengthBytes; at++) source.bytes[at] = byteOf(seed, at)
              source.kernelMs = seed * 2
              const hadRoom = freeUnits() >= unitsOf(lengthBytes)
              const isWritten = writer.write(source, 0, lengthBytes, seed * 3, seed * 4)
              if (isWritten) expect(hadRoom).toBe(true)
              // What is left out before the end of the ring costs room too, less than what did not fit there.
              else expect(freeUnits()).toBeLessThan(2 * unitsOf(lengthBytes) + unitsOf(LONGEST_BYTES))
              if (!isWritten) dropped++
              else {
                waiting.push({
                  lengthBytes,
                  seed,
                  receivedUs: (seed * 3) | 0,
                  kernelMs: seed * 2,
                  kernelDrops: seed * 4,
                  ringDrops: dropped,
                })
              }
            }
            writer.publish()
            expect(reader.drops).toBe(dropped)
          } else if ('read' in one) {
            for (let i = 0; i < one.read && read(); i++);
          } else {
            reader.release()
            unreleasedUnits = 0
          }
        }
        while (read());
        reader.release()
        // Empty, it has room for the longest, wherever it stands.
        expect(writer.write(source, 0, LONGEST_BYTES, 0, 0)).toBe(true)
      },
    ),
    { numRuns: 150, seed: 4 },
  )
})

test('nothing is read before it is published', () => {
  const ring = createDatagramRing(SMALLEST_RING_BYTES)
  const writer = new DatagramRingWriter(ring)
  const reader = new DatagramRingReader(ring)
  writer.write(new DatagramMemory(new ArrayBuffer(64)), 0, 56, 1, 0)
  expect(reader.next()).toBe(false)
  writer.publish()
  expect(reader.next()).toBe(true)
  expect(reader.next()).toBe(false)
})

test('a reader that sleeps is woken by what is published, and does not fall asleep over what is there', async () => {
  const ring = createDatagramRing(SMALLEST_RING_BYTES)
  const writer = new DatagramRingWriter(ring)
  const reader = new DatagramRingReader(ring)
  const source = new DatagramMemory(new ArrayBuffer(64))
  for (let round = 0; round < 3; round++) {
    const asleep = reader.sleep()
    expect(asleep).toBeInstanceOf(Promise)
    writer.write(source, 0, 56, 1, 0)
    writer.publish()
    await asleep
    expect(reader.sleep()).toBeUndefined()
    expect(reader.next()).toBe(true)
    reader.release()
  }
  const asleep = reader.sleep()
  reader.wake()
  await asleep
  expect(reader.next()).toBe(false)
})

test.each([
  ['keeps up', 1],
  ['lags', 50],
])(
  'between two threads, with a reader that %s, every datagram arrives whole or is said to be missing',
  async (_how, lag) => {
    const datagrams = 100_000
    const ring = createDatagramRing(SMALLEST_RING_BYTES)
    const reader = new DatagramRingReader(ring)
    const thread = startModuleThread(new URL('../support/ring-producer-thread', import.meta.url), {
      workerData: { ring, datagrams },
    })
    threads.push(thread)
    let seed = 0
    let received = 0
    let saidDrops = 0
    let isWhole = true
    let turns = 0
    const exited = new Promise((resolve) => thread.once('exit', resolve))
    let isOver = false
    void exited.then(() => (isOver = true))
    const take = (): void => {
      while (reader.next()) {
        const { offset, lengthBytes, ringDropsBefore } = reader
        seed += 1 + ringDropsBefore - saidDrops
        saidDrops = ringDropsBefore
        received++
        const { bytes } = reader.memory
        isWhole &&= lengthBytes === lengthOf(seed)
        for (let i = 0; i < lengthBytes; i++) isWhole &&= bytes[offset + i] === byteOf(seed, i)
        if (received % 7 === 0) reader.release()
      }
      reader.release()
    }
    await until(() => {
      const wasOver = isOver
      if (wasOver || ++turns % lag === 0) take()
      return wasOver
    })
    expect(isWhole).toBe(true)
    expect(received + reader.drops).toBe(datagrams)
    expect(received).toBeGreaterThan(0)
  },
)

function unitsOf(lengthBytes: number): number {
  return Math.ceil((ENTRY.DATA + lengthBytes) / 8)
}

test('the ring is the next power of two, and begins at a multiple of a cache line', () => {
  expect(createDatagramRing(1).byteLength - RING_START_BYTES).toBe(SMALLEST_RING_BYTES)
  expect(createDatagramRing(SMALLEST_RING_BYTES + 1).byteLength - RING_START_BYTES).toBe(524_288)
  expect(createDatagramRing(8_388_608).byteLength - RING_START_BYTES).toBe(8_388_608)
  expect(RING_START_BYTES % 64).toBe(0)
})
