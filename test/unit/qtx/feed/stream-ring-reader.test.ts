import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from '../../../support/seeded-fast-check.ts'
import { afterEach, describe, expect, test } from 'vitest'
import { StreamRingReader, TAKEN } from '../../../../src/qtx/feed/stream-ring-reader.ts'
import { DECODE, MarketDataMessage, decodeMarketData } from '../../../../src/wire/market-data-codec.ts'
import { depthBytes, singleBytes } from '../../../support/bytes.ts'
import { StreamRings } from '../../../support/stream-rings.ts'

const SLOTS = 100_000

const opened: StreamRings[] = []
afterEach(() => {
  for (const rings of opened.splice(0)) rings.close()
})

function open(start?: number): { rings: StreamRings; reader: StreamRingReader } {
  const rings = new StreamRings(start)
  opened.push(rings)
  return { rings, reader: readerOf(rings) }
}

function readerOf(rings: StreamRings): StreamRingReader {
  const reader = new StreamRingReader(
    rings.messages.buffer as ArrayBuffer,
    rings.levels.buffer as ArrayBuffer,
  )
  expect(reader.take()).toBe(0)
  return reader
}

function copies(reader: StreamRingReader, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const offset = reader.offset(i)
    return Buffer.from(reader.memory.bytes.subarray(offset, offset + reader.lengthBytes(i))).toString('hex')
  })
}

/** Everything that waits; fails on anything but messages. */
function drain(reader: StreamRingReader): string[] {
  const all: string[] = []
  for (;;) {
    const count = reader.take()
    expect(count).toBeGreaterThanOrEqual(0)
    if (count === 0) return all
    all.push(...copies(reader, count))
  }
}

function ticker(sn: number): Buffer {
  return singleBytes('bid', { sn, localNs: BigInt(sn) })
}

function depth(sn: number, levels: number): Buffer {
  const side = Array.from({ length: levels / 2 }, (_, i) => [sn, i] as const)
  return depthBytes({ sn, localNs: BigInt(sn) }, side, side)
}

describe.skipIf(process.platform !== 'linux')('reading the stream rings (Linux only)', () => {
  test('begins with the next message that is written, and an untold one is not read', () => {
    const rings = new StreamRings()
    opened.push(rings)
    rings.write(ticker(1))
    const reader = readerOf(rings)
    rings.write(ticker(2))
    rings.writeUntold(ticker(3))
    expect(drain(reader)).toEqual([ticker(2).toString('hex')])
    rings.publish()
    expect(drain(reader)).toEqual([ticker(3).toString('hex')])
  })

  test('whatever is written in whatever portions, across the ends of both rings, is read once and in order', () => {
    const portions = fc.array(fc.array(fc.nat(30), { maxLength: 90 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(portions, fc.integer({ min: SLOTS - 300, max: SLOTS - 1 }), (all, start) => {
        const rings = new StreamRings(start)
        try {
          const reader = readerOf(rings)
          let sn = 0
          for (const portion of all) {
            const written = portion.map((levels) =>
              levels % 3 === 0 ? ticker(++sn) : depth(++sn, levels * 2),
            )
            for (const message of written) rings.write(message)
            expect(drain(reader)).toEqual(written.map((message) => message.toString('hex')))
          }
        } finally {
          rings.close()
        }
      }),
      { numRuns: 40 },
    )
  })

  test('most of a ring behind, everything is still read', () => {
    const { rings, reader } = open(7)
    for (let sn = 1; sn <= 90_000; sn++) rings.write(ticker(sn))
    expect(drain(reader).length).toBe(90_000)
  })

  test.each([SLOTS - 1_000, SLOTS, SLOTS + 5, 2 * SLOTS + 50_000])(
    'a writer that is %i messages ahead has lapped: nothing overwritten is handed out, and the next is read again',
    (count) => {
      const { rings, reader } = open()
      for (let sn = 1; sn <= 3; sn++) rings.write(ticker(sn))
      expect(drain(reader).length).toBe(3)
      for (let sn = 4; sn < 4 + count; sn++) rings.writeUntold(ticker(sn))
      rings.publish()
      // A whole round leaves `to` where it was: the next message shows it.
      rings.write(ticker(4 + count))
      expect(reader.take()).toBe(TAKEN.LAPPED)
      expect(reader.take()).toBe(0)
      rings.write(ticker(9_999_999))
      expect(drain(reader)).toEqual([ticker(9_999_999).toString('hex')])
    },
  )

  test('levels that were overwritten before their message was read are a lap too, however few the messages', () => {
    const { rings, reader } = open(500)
    for (let sn = 1; sn <= 2_200; sn++) rings.write(depth(sn, 40))
    expect(drain(reader).length).toBe(2_200)
    for (let sn = 1; sn <= 2_600; sn++) rings.write(depth(sn, 40))
    expect(reader.take()).toBe(TAKEN.LAPPED)
    expect(reader.lastSkipped).toBe(2_600)
    rings.write(depth(1, 40))
    expect(drain(reader)).toEqual([depth(1, 40).toString('hex')])
  })

  test('a position that is none is said to be, and reading goes on once it is one again', () => {
    const { rings, reader } = open()
    rings.write(ticker(1))
    for (const bad of [-1n, 100_000n, 1n << 32n, (1n << 63n) - 1n]) {
      rings.messages.setBigInt64(8, bad, true)
      const isSeen = Number(BigInt.asIntN(32, bad)) !== 0
      expect(reader.take()).toBe(isSeen ? TAKEN.BAD_INDEX : 0)
    }
    rings.messages.setBigInt64(8, 1n, true)
    expect(drain(reader)).toEqual([ticker(1).toString('hex')])
  })

  test.each([
    ['a negative count', 0, -1, 0, 1],
    ['more levels than the ring has', 0, 99_999, 5, 2],
    ['asks from beyond the ring', 100_000, 1, 0, 0],
    ['bids from before the ring', 0, 0, -5, 1],
  ])(
    'a depth message with %s is no message, and those after it are read',
    (_, asksAt, asks, bidsAt, bids) => {
      const { rings, reader } = open()
      const at = 16 + 56 * rings.slot
      rings.writeUntold(depth(1, 2))
      ;[asksAt, asks, bidsAt, bids].forEach((value, i) =>
        rings.messages.setInt32(at + 40 + 4 * i, value, true),
      )
      rings.write(ticker(2))
      expect(reader.take()).toBe(2)
      const message = new MarketDataMessage()
      const decode = (i: number) =>
        decodeMarketData(reader.memory, reader.offset(i), reader.lengthBytes(i), message)
      expect(decode(0)).toBe(DECODE.LENGTH)
      expect(decode(1)).toBe(DECODE.OK)
    },
  )

  test('rings full of anything at all neither throw nor end the reading', () => {
    const { rings, reader } = open()
    const message = new MarketDataMessage()
    const random = (seed: number) => Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ (seed << 7)
    for (let word = 4; word < 14 * SLOTS; word++) {
      const value = word % 14 === 4 ? 2 : random(word) >> (word % 5 === 0 ? 14 : 20)
      rings.messages.setInt32(4 * word, value, true)
    }
    for (let to = 40_000; to < 90_000; to += 10_000) {
      rings.messages.setBigInt64(8, BigInt(to), true)
      for (let count = reader.take(); count !== 0; count = reader.take()) {
        for (let i = 0; i < count; i++) {
          decodeMarketData(reader.memory, reader.offset(i), reader.lengthBytes(i), message)
        }
      }
    }
    rings.messages.setBigInt64(8, 5n, true)
    reader.take()
  })

  test('beside a writer in another process that waits for nobody, no message is torn, and none is left out but by a lap', async () => {
    const { rings, reader } = open()
    const script = fileURLToPath(new URL('../../../support/stream-ring-storm.ts', import.meta.url))
    const writer = spawn(
      process.execPath,
      ['--import', 'tsx', script, rings.names.messages, rings.names.levels],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    )
    const ended = new Promise((resolve) => writer.once('close', resolve))
    try {
      const message = new MarketDataMessage()
      let last = 0
      let messages = 0
      let laps = 0
      let isAfterLap = true
      while (messages < 150_000 || laps < 8) {
        const count = reader.take()
        if (count === TAKEN.LAPPED) {
          laps++
          isAfterLap = true
        }
        for (let i = 0; i < count; i++) {
          const result = decodeMarketData(reader.memory, reader.offset(i), reader.lengthBytes(i), message)
          const sn = message.sequenceLow
          const isDepth = sn % 4 === 0
          const isWhole =
            result === DECODE.OK &&
            message.txMs === sn &&
            message.eventMs === sn &&
            message.localNsLow === sn &&
            message.type === (isDepth ? 2 : 1) &&
            (isDepth ? areLevelsOf(message, sn) : message.price === sn && message.size === sn)
          if (!isWhole) expect.unreachable(`message ${sn} is torn (${result})`)
          if (!isAfterLap && sn !== last + 1) expect.unreachable(`${sn} follows ${last}`)
          isAfterLap = false
          last = sn
          messages++
        }
        if (count > 0) continue
        await new Promise((resolve) => setImmediate(resolve))
        // Now and then the reader is away for long enough to be lapped.
        if (messages > laps * 20_000) await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(last).toBeGreaterThan(messages)
    } finally {
      writer.stdin.end()
      await ended
    }
  })
})

function areLevelsOf(message: MarketDataMessage, sn: number): boolean {
  if (message.askCount !== 20 || message.bidCount !== 0) return false
  for (let i = 0; i < 20; i++) {
    const at = message.asksStart + 2 * i
    if (message.levels[at] !== sn || message.levels[at + 1] !== i) return false
  }
  return true
}
