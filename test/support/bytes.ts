/**
 * Builds QTX datagrams for tests with `Buffer` writes of its own: it shares nothing with the code under test, so that
 * both cannot be wrong in the same way.
 */
export interface MessageFields {
  readonly index?: number
  readonly txMs?: number
  readonly eventMs?: number
  readonly localNs?: bigint
  readonly sn?: bigint | number
}

export type LevelPair = readonly [price: number, size: number]

const TYPES = { bid: 1, ask: -1, depth: 2, buy: 3, sell: -3 } as const

/** A ticker (`bid`, `ask`) or a trade (`buy`, `sell`). */
export function singleBytes(
  kind: 'bid' | 'ask' | 'buy' | 'sell',
  fields: MessageFields,
  price = 100,
  size = 1,
): Buffer {
  const tail = Buffer.alloc(16)
  tail.writeDoubleLE(price, 0)
  tail.writeDoubleLE(size, 8)
  return Buffer.concat([headerBytes(TYPES[kind], fields), tail])
}

export function depthBytes(
  fields: MessageFields,
  asks: readonly LevelPair[],
  bids: readonly LevelPair[],
): Buffer {
  const counts = Buffer.alloc(16)
  counts.writeBigUInt64LE(BigInt(asks.length), 0)
  counts.writeBigUInt64LE(BigInt(bids.length), 8)
  const levels = [...asks, ...bids].map(([price, size]) => {
    const level = Buffer.alloc(16)
    level.writeDoubleLE(price, 0)
    level.writeDoubleLE(size, 8)
    return level
  })
  return Buffer.concat([headerBytes(TYPES.depth, fields), counts, ...levels])
}

/** The 40 bytes that every message begins with. */
export function headerBytes(type: number, fields: MessageFields): Buffer {
  const header = Buffer.alloc(40)
  header.writeInt32LE(type, 0)
  header.writeInt32LE(fields.index ?? 0, 4)
  header.writeBigInt64LE(BigInt(fields.txMs ?? 1_748_231_160_123), 8)
  header.writeBigInt64LE(BigInt(fields.eventMs ?? 1_748_231_160_125), 16)
  header.writeBigInt64LE(fields.localNs ?? 1_748_231_160_126_789_012n, 24)
  header.writeBigInt64LE(BigInt(fields.sn ?? 1), 32)
  return header
}
