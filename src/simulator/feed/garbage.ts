import { DEPTH, HEADER, MESSAGE_TYPE, SINGLE } from '../../wire/market-data-layout.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What is wrong with a garbage datagram. Everything else about it is right, so that a reader counts just this. */
export const GARBAGE_KINDS = ['short', 'length', 'type', 'value', 'index'] as const
export type GarbageKind = (typeof GARBAGE_KINDS)[number]

/** A datagram that no careful client takes for market data, made from a good ticker's index. */
export function makeGarbage(
  kind: GarbageKind,
  index: number,
  unknownIndex: number,
  random: SeededRandom,
): Uint8Array {
  switch (kind) {
    case 'short':
      return ticker(index).subarray(0, 1 + random.integer(HEADER.LENGTH_BYTES - 1))
    case 'length':
      return random.chance(0.5) ? depthOfAbsurdCounts(index, random) : ticker(index).subarray(0, SINGLE.SIZE)
    case 'type': {
      const bytes = ticker(index)
      new DataView(bytes.buffer).setInt32(HEADER.TYPE, 4 + random.integer(20), true)
      return bytes
    }
    case 'value': {
      const bytes = ticker(index)
      const values = [NaN, Infinity, -Infinity, -1]
      const offset = random.chance(0.5) ? SINGLE.PRICE : SINGLE.SIZE
      new DataView(bytes.buffer).setFloat64(offset, values[random.integer(values.length)]!, true)
      return bytes
    }
    case 'index':
      return ticker(unknownIndex)
  }
}

function ticker(index: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(SINGLE.LENGTH_BYTES))
  view.setInt32(HEADER.TYPE, MESSAGE_TYPE.BID, true)
  view.setInt32(HEADER.INDEX, index, true)
  view.setBigInt64(HEADER.SEQUENCE, 1n, true)
  view.setFloat64(SINGLE.PRICE, 1, true)
  view.setFloat64(SINGLE.SIZE, 1, true)
  return new Uint8Array(view.buffer)
}

function depthOfAbsurdCounts(index: number, random: SeededRandom): Uint8Array {
  const counts = [1n, 0xffff_ffffn, 0x7fff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn]
  const view = new DataView(new ArrayBuffer(DEPTH.LEVELS))
  view.setInt32(HEADER.TYPE, MESSAGE_TYPE.DEPTH, true)
  view.setInt32(HEADER.INDEX, index, true)
  view.setBigInt64(HEADER.SEQUENCE, 1n, true)
  view.setBigUint64(DEPTH.ASK_COUNT, counts[random.integer(counts.length)]!, true)
  return new Uint8Array(view.buffer)
}
