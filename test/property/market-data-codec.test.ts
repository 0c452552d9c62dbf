import fc from '../support/seeded-fast-check.ts'
import { expect, test } from 'vitest'
import { isControlText, parseControlAnswer } from '../../src/wire/control-text.ts'
import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
  encodeDepth,
  encodeSingle,
} from '../../src/wire/market-data-codec.ts'
import { headerBytes } from '../support/bytes.ts'

const amount = fc
  .double({ min: 0, noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Object.is(value, -0))
const header = fc.record({
  index: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  txMs: fc.maxSafeNat(),
  eventMs: fc.maxSafeNat(),
  localNs: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  sequence: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
})
const side = fc.array(fc.tuple(amount, amount), { maxLength: 60 })

function decode(bytes: Uint8Array): { result: number; message: MarketDataMessage } {
  const memory = new DatagramMemory(new ArrayBuffer(65_536))
  memory.bytes.set(bytes)
  const message = new MarketDataMessage()
  return { result: decodeMarketData(memory, 0, bytes.length, message), message }
}

function readHeader(message: MarketDataMessage): unknown {
  const { index, txMs, eventMs, localNs, sequence } = message
  return { index, txMs, eventMs, localNs, sequence }
}

function readSide(message: MarketDataMessage, start: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => [
    ...message.levels.subarray(start + 2 * i, start + 2 * i + 2),
  ])
}

test('tickers and trades come back from their bytes as they were', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, -1, 3, -3), header, amount, amount, (type, fields, price, size) => {
      const { result, message } = decode(encodeSingle(type, fields, price, size))
      expect(result).toBe(DECODE.OK)
      expect(readHeader(message)).toEqual(fields)
      expect([message.type, message.price, message.size]).toEqual([type, price, size])
    }),
  )
})

test('depth comes back from its bytes as it was, sides and order included', () => {
  fc.assert(
    fc.property(header, side, side, (fields, asks, bids) => {
      const { result, message } = decode(encodeDepth(fields, asks, bids))
      expect(result).toBe(DECODE.OK)
      expect(readHeader(message)).toEqual(fields)
      expect(readSide(message, message.asksStart, message.askCount)).toEqual(asks)
      expect(readSide(message, message.bidsStart, message.bidCount)).toEqual(bids)
    }),
  )
})

test('arbitrary bytes never throw, and what is accepted has amounts only and stays within the datagram', () => {
  const known = fc
    .tuple(fc.constantFrom(1, -1, 2, 3, -3, -2, 0), fc.uint8Array({ maxLength: 200 }))
    .map(([type, rest]) => Uint8Array.from(Buffer.concat([headerBytes(type, {}), rest])))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), known), (bytes) => {
      const { result, message } = decode(bytes)
      isControlText(bytes, 0, bytes.length)
      if (result !== DECODE.OK) return
      const values =
        message.type === 2 ? [...message.levels.subarray(7, bytes.length / 8)] : [message.price, message.size]
      expect(values.every((value) => value >= 0 && value < Infinity)).toBe(true)
      expect(bytes.length).toBe(56 + 16 * (message.askCount + message.bidCount))
    }),
    { numRuns: 2_000 },
  )
})

test('arbitrary text never throws, and an index is a 31-bit number', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.tuple(fc.nat(), fc.string()).map(([n, s]) => `${n}:${s}`),
      ),
      (text) => {
        const answer = parseControlAnswer(text)
        if (answer.kind === 'index') expect(answer.index).toBeLessThan(2 ** 31)
      },
    ),
  )
})
