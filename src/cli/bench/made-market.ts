import { encodeDepth, encodeSingle } from '../../wire/market-data-codec.ts'
import { DEPTH, HEADER, LEVEL_BYTES, MESSAGE_TYPE, SINGLE } from '../../wire/market-data-layout.ts'
import type { DatagramKind } from './bench-results.ts'

/** The pair of the made market. */
export const PAIR = 'BTC-USDT'
/** Instrument index that its datagrams carry. */
export const INDEX = 1
/** Levels of a side in a depth message. */
export const DEPTH_LEVELS = 20

const MIDDLE = 60_000
const TICK = 0.1
const BOOK_LEVELS = 1_000
/** Depth messages change levels among so many best ones. */
const CHANGED_LEVELS = 200
const TEMPLATES = 256
const TWO_32 = 4_294_967_296

/** Best first, price and size alternating. */
export function wholeSide(isBid: boolean): Float64Array {
  const levels = new Float64Array(2 * BOOK_LEVELS)
  for (let i = 0; i < BOOK_LEVELS; i++) {
    levels[2 * i] = priceOf(isBid, i)
    levels[2 * i + 1] = 1 + (i % 7)
  }
  return levels
}

/** Tickers of 56 bytes, or depth messages of 20 + 20 levels; the same every time. */
export function makeDatagrams(kind: DatagramKind): Uint8Array<ArrayBuffer>[] {
  const draw = createDraw()
  return Array.from({ length: TEMPLATES }, (_, i) => {
    if (kind === 'depth') return encodeDepth(EMPTY_HEADER, makeSide(false, draw), makeSide(true, draw))
    const isBid = i % 2 === 0
    const type = isBid ? MESSAGE_TYPE.BID : MESSAGE_TYPE.ASK
    return encodeSingle(type, EMPTY_HEADER, priceOf(isBid, 0), drawSize(draw))
  })
}

/**
 * One market's datagrams, one after the other, numbered and stamped. Tops and depth agree: a depth message repeats the
 * best levels that the tops before it told. Allocates nothing for a datagram.
 */
export class DatagramSequence {
  readonly #templates: Readonly<Record<DatagramKind, readonly Template[]>>
  #position = 0
  #sequence = 0
  #bestBidSize = 1
  #bestAskSize = 1

  constructor() {
    const prepare = (kind: DatagramKind): Template[] =>
      makeDatagrams(kind).map((bytes) => new Template(bytes))
    this.#templates = { ticker: prepare('ticker'), depth: prepare('depth') }
  }

  /**
   * The next datagram; its bytes are used again later.
   * @param wallMs goes into the exchange's times.
   * @param stampNs goes where QTX's own receive time stands.
   */
  next(kind: DatagramKind, wallMs: number, stampNs: number): Uint8Array<ArrayBuffer> {
    const templates = this.#templates[kind]
    const template = templates[this.#position++ % templates.length]!
    template.stamp(++this.#sequence, wallMs, stampNs)
    if (kind === 'depth') template.setBest(this.#bestAskSize, this.#bestBidSize)
    else if (template.isBid) this.#bestBidSize = template.size
    else this.#bestAskSize = template.size
    return template.bytes
  }
}

class Template {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly isBid: boolean
  /** Of a ticker. */
  readonly size: number
  readonly #words: Uint32Array
  readonly #floats: Float64Array

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes
    this.#words = new Uint32Array(bytes.buffer)
    this.#floats = new Float64Array(bytes.buffer)
    this.isBid = new Int32Array(bytes.buffer)[HEADER.TYPE >> 2] === MESSAGE_TYPE.BID
    this.size = this.#floats[SINGLE.SIZE >> 3]!
  }

  stamp(sequence: number, wallMs: number, stampNs: number): void {
    this.#write(HEADER.TX_MS, wallMs)
    this.#write(HEADER.EVENT_MS, wallMs)
    this.#write(HEADER.LOCAL_NS, stampNs)
    this.#write(HEADER.SEQUENCE, sequence)
  }

  /** A side's best level is the first of its levels. */
  setBest(askSize: number, bidSize: number): void {
    this.#floats[(DEPTH.LEVELS + 8) >> 3] = askSize
    this.#floats[(DEPTH.LEVELS + DEPTH_LEVELS * LEVEL_BYTES + 8) >> 3] = bidSize
  }

  #write(offset: number, value: number): void {
    this.#words[offset >> 2] = value % TWO_32
    this.#words[(offset >> 2) + 1] = value / TWO_32
  }
}

const EMPTY_HEADER = { index: INDEX, txMs: 0, eventMs: 0, localNs: 0n, sequence: 0n }

/** The best level, and others each once; every fourth of those goes, and comes back with a later message. */
function makeSide(isBid: boolean, draw: (limit: number) => number): (readonly [number, number])[] {
  const stride = CHANGED_LEVELS / DEPTH_LEVELS
  return Array.from({ length: DEPTH_LEVELS }, (_, i) => {
    if (i === 0) return [priceOf(isBid, 0), 1] as const
    return [priceOf(isBid, i * stride + draw(stride)), draw(4) === 0 ? 0 : drawSize(draw)] as const
  })
}

function drawSize(draw: (limit: number) => number): number {
  return 1 + draw(1_000) / 1_000
}

function priceOf(isBid: boolean, distance: number): number {
  return Number((isBid ? MIDDLE - distance * TICK : MIDDLE + (distance + 1) * TICK).toFixed(1))
}

/** Whole numbers below a limit that only need to be spread, the same in every process. */
function createDraw(): (limit: number) => number {
  let state = 12_345
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % limit
  }
}
