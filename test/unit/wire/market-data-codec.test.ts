import { describe, expect, test } from 'vitest'
import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
  encodeDepth,
  encodeSingle,
  type DecodeResult,
} from '../../../src/wire/market-data-codec.ts'
import { MAX_DATAGRAM_BYTES, MAX_DEPTH_LEVELS, MESSAGE_TYPE } from '../../../src/wire/market-data-layout.ts'
import { depthBytes, headerBytes, singleBytes } from '../../support/bytes.ts'
import { MESSAGE_VECTORS, REJECTED_VECTORS } from '../../support/message-vectors.ts'

const TYPES = {
  bid: MESSAGE_TYPE.BID,
  ask: MESSAGE_TYPE.ASK,
  depth: MESSAGE_TYPE.DEPTH,
  buy: MESSAGE_TYPE.BUY_TRADE,
  sell: MESSAGE_TYPE.SELL_TRADE,
}
const REASONS = { short: DECODE.SHORT, length: DECODE.LENGTH, type: DECODE.TYPE, value: DECODE.VALUE }

/** Decodes the bytes as they would lie in the third place of a receive ring full of rubbish. */
function decode(bytes: Uint8Array): { result: DecodeResult; message: MarketDataMessage } {
  const offset = 2 * 65_536
  const memory = new DatagramMemory(new ArrayBuffer(3 * 65_536))
  memory.bytes.fill(0xa5)
  memory.bytes.set(bytes, offset)
  const message = new MarketDataMessage()
  return { result: decodeMarketData(memory, offset, bytes.length, message), message }
}

function levels(message: MarketDataMessage, start: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => [
    message.levels[start + 2 * i]!,
    message.levels[start + 2 * i + 1]!,
  ])
}

describe('decoding market data', () => {
  test.each(MESSAGE_VECTORS)(
    'Q12: reads every field of "$name" where the C SDK puts it',
    ({ hex, expect: expected }) => {
      const { result, message } = decode(Buffer.from(hex, 'hex'))
      expect(result).toBe(DECODE.OK)
      expect(message.type).toBe(TYPES[expected.kind])
      expect(message.index).toBe(expected.index)
      expect(message.txMs).toBe(expected.txMs)
      expect(message.eventMs).toBe(expected.eventMs)
      expect(message.localNs).toBe(BigInt(expected.localNs))
      expect(message.localMs).toBeCloseTo(Number(BigInt(expected.localNs) / 1_000n) / 1_000, 2)
      expect(message.sequence).toBe(BigInt(expected.sn))
      if (expected.kind === 'depth') {
        expect(levels(message, message.asksStart, message.askCount)).toEqual(expected.asks)
        expect(levels(message, message.bidsStart, message.bidCount)).toEqual(expected.bids)
      } else {
        expect([message.price, message.size]).toEqual([expected.price, expected.size])
        expect([message.askCount, message.bidCount]).toEqual([0, 0])
      }
    },
  )

  test.each(REJECTED_VECTORS)('refuses "$name": $reason', ({ hex, reason }) => {
    expect(decode(Buffer.from(hex, 'hex')).result).toBe(REASONS[reason])
  })

  test('Q14: a level of size 0 is passed on: it deletes', () => {
    const { result, message } = decode(depthBytes({}, [[101, 0]], [[100, 0]]))
    expect(result).toBe(DECODE.OK)
    expect(levels(message, message.asksStart, 1)).toEqual([[101, 0]])
    expect(levels(message, message.bidsStart, 1)).toEqual([[100, 0]])
  })

  test('Q41: type -2 is refused as an unknown type, whatever its length', () => {
    expect(decode(headerBytes(-2, {})).result).toBe(DECODE.TYPE)
    expect(decode(Buffer.concat([headerBytes(-2, {}), Buffer.alloc(16)])).result).toBe(DECODE.TYPE)
  })

  test.each(['txMs', 'eventMs', 'localNs', 'sn'] as const)('refuses a negative %s', (field) => {
    const value = field === 'localNs' || field === 'sn' ? -1n : -1
    expect(decode(singleBytes('bid', { [field]: value })).result).toBe(DECODE.VALUE)
  })

  test('reads the largest depth that fits a datagram', () => {
    const side = Array.from({ length: MAX_DEPTH_LEVELS }, (_, i) => [i + 1, i] as const)
    const bytes = depthBytes({}, side, [])
    expect(bytes.length).toBeLessThanOrEqual(MAX_DATAGRAM_BYTES)
    const { result, message } = decode(bytes)
    expect(result).toBe(DECODE.OK)
    expect(levels(message, message.asksStart, message.askCount)).toEqual(side)
  })

  test('refuses counts whose sum overflows into the right length', () => {
    const bytes = depthBytes({}, [[1, 1]], [])
    bytes.writeBigUInt64LE(2n ** 60n + 1n, 40)
    expect(decode(bytes).result).toBe(DECODE.LENGTH)
    bytes.writeUInt32LE(0xffffffff, 40)
    bytes.writeUInt32LE(0, 44)
    bytes.writeBigUInt64LE(2n, 48)
    expect(decode(bytes).result).toBe(DECODE.LENGTH)
  })
})

describe('encoding market data', () => {
  test.each(MESSAGE_VECTORS)('makes the very bytes of "$name"', ({ hex, expect: expected }) => {
    const header = {
      index: expected.index,
      txMs: expected.txMs,
      eventMs: expected.eventMs,
      localNs: BigInt(expected.localNs),
      sequence: BigInt(expected.sn),
    }
    const bytes =
      expected.kind === 'depth'
        ? encodeDepth(header, expected.asks ?? [], expected.bids ?? [])
        : encodeSingle(TYPES[expected.kind], header, expected.price ?? 0, expected.size ?? 0)
    expect(Buffer.from(bytes).toString('hex')).toBe(hex)
  })
})
