import { encodeDepth, encodeSingle } from '../src/wire/market-data-codec.ts'
import { MESSAGE_TYPE } from '../src/wire/market-data-layout.ts'

/** The price that the made market stands at. */
export const MIDDLE = 60_000
export const TICK = 0.1
/** Levels a side that the made book has. */
export const BOOK_LEVELS = 1_000

const TEMPLATES = 256
const LEVELS = 20
/** Depth messages change levels among so many best ones. */
const CHANGED_LEVELS = 200

export type DatagramKind = 'ticker' | 'depth'

/** Bids and asks of 56 bytes, or depth messages of 20 + 20 levels; the same every time. */
export function makeDatagrams(kind: DatagramKind): Uint8Array[] {
  const random = new Sequence()
  return Array.from({ length: TEMPLATES }, (_, i) => (kind === 'ticker' ? ticker(i, random) : depth(random)))
}

/** As the peers' sender reads them: a 32-bit length before each. */
export function packDatagrams(datagrams: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    datagrams.flatMap((bytes) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    }),
  )
}

/** Best first, prices and sizes alternating. */
export function wholeSide(isBid: boolean): Float64Array {
  const levels = new Float64Array(2 * BOOK_LEVELS)
  for (let i = 0; i < BOOK_LEVELS; i++) {
    levels[2 * i] = priceOf(isBid, i)
    levels[2 * i + 1] = 1 + (i % 7)
  }
  return levels
}

function ticker(i: number, random: Sequence): Uint8Array {
  const isBid = i % 2 === 0
  return encodeSingle(
    isBid ? MESSAGE_TYPE.BID : MESSAGE_TYPE.ASK,
    HEADER,
    priceOf(isBid, 0),
    1 + random.below(1_000) / 1_000,
  )
}

function depth(random: Sequence): Uint8Array {
  return encodeDepth(HEADER, side(false, random), side(true, random))
}

/** Ascending distances, each once; every fourth size is 0: the level goes, and comes back with a later message. */
function side(isBid: boolean, random: Sequence): (readonly [number, number])[] {
  return Array.from({ length: LEVELS }, (_, i) => {
    const distance = i * (CHANGED_LEVELS / LEVELS) + random.below(CHANGED_LEVELS / LEVELS)
    const size = random.below(4) === 0 ? 0 : 1 + random.below(1_000) / 1_000
    return [priceOf(isBid, distance), size] as const
  })
}

function priceOf(isBid: boolean, distance: number): number {
  return Number((isBid ? MIDDLE - distance * TICK : MIDDLE + (distance + 1) * TICK).toFixed(1))
}

const HEADER = {
  index: 1,
  txMs: 1_748_231_160_123,
  eventMs: 1_748_231_160_125,
  localNs: 1_748_231_160_126_789_012n,
  sequence: 1n,
}

/** A small generator of numbers that only need to be spread. */
class Sequence {
  #state = 12_345

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (this.#state >>> 8) % limit
  }
}
