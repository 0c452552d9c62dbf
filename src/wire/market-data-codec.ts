import { DEPTH, HEADER, LEVEL_BYTES, MESSAGE_TYPE, SINGLE } from './market-data-layout.ts'

/** Why a datagram is not a message; `OK` when it is one. Small integers, so that counting them is an array access. */
export const DECODE = { OK: 0, SHORT: 1, LENGTH: 2, TYPE: 3, VALUE: 4 } as const
export type DecodeResult = (typeof DECODE)[keyof typeof DECODE]

const TWO_32 = 4_294_967_296

/**
 * Memory that datagrams are received into, with the views that decoding reads through. Datagrams must begin at
 * multiples of 8, so that every field is aligned.
 */
export class DatagramMemory {
  readonly bytes: Uint8Array
  readonly int32: Int32Array
  readonly uint32: Uint32Array
  readonly float64: Float64Array
  /** When the kernel received what is handed on now, milliseconds since 1970; 0 where it does not say. */
  kernelMs = 0

  /** @param buffer its length must be a multiple of 8. */
  constructor(buffer: ArrayBufferLike) {
    this.bytes = new Uint8Array(buffer)
    this.int32 = new Int32Array(buffer)
    this.uint32 = new Uint32Array(buffer)
    this.float64 = new Float64Array(buffer)
  }
}

/** As long as a ticker, so that a message that was never placed is all zeros. */
const NO_MEMORY = new DatagramMemory(new ArrayBuffer(SINGLE.LENGTH_BYTES))

/**
 * One decoded message: a view of the datagram where it was received, read when it is asked for. It is reused: whoever
 * keeps anything copies it before returning. 64-bit integers are halves, because a BigInt a message costs more than the
 * whole decoding.
 */
export class MarketDataMessage {
  /** One of `MESSAGE_TYPE`. */
  type = 0
  /** The instrument index: which subscription it belongs to. */
  index = 0
  /** Depth: price and size alternate in `levels`, from these element indices on. */
  asksStart = 0
  askCount = 0
  bidsStart = 0
  bidCount = 0
  #memory = NO_MEMORY
  #offset = 0

  /** Says where the message lies. @param offset a multiple of 8. */
  place(memory: DatagramMemory, offset: number): void {
    // The same one nearly always; storing a reference costs more than looking.
    if (this.#memory !== memory) this.#memory = memory
    this.#offset = offset
  }

  /** The exchange's transaction time, milliseconds since 1970. */
  get txMs(): number {
    return this.#number64(HEADER.TX_MS)
  }

  /** The exchange's event time, milliseconds since 1970. */
  get eventMs(): number {
    return this.#number64(HEADER.EVENT_MS)
  }

  /** When this host's kernel received it, milliseconds since 1970; 0 unless it was asked to say. */
  get kernelMs(): number {
    return this.#memory.kernelMs
  }

  get localNsLow(): number {
    return this.#memory.uint32[(this.#offset + HEADER.LOCAL_NS) >> 2]!
  }

  get localNsHigh(): number {
    return this.#memory.int32[(this.#offset + HEADER.LOCAL_NS + 4) >> 2]!
  }

  get sequenceLow(): number {
    return this.#memory.uint32[(this.#offset + HEADER.SEQUENCE) >> 2]!
  }

  get sequenceHigh(): number {
    return this.#memory.int32[(this.#offset + HEADER.SEQUENCE + 4) >> 2]!
  }

  /** Ticker and trade. */
  get price(): number {
    return this.#memory.float64[(this.#offset + SINGLE.PRICE) >> 3]!
  }

  /** Ticker and trade. */
  get size(): number {
    return this.#memory.float64[(this.#offset + SINGLE.SIZE) >> 3]!
  }

  /** Depth. */
  get levels(): Float64Array {
    return this.#memory.float64
  }

  /** Sequence number (ticker, depth) or trade id (trade), exact to 2^63. Allocates: not for the hot path. */
  get sequence(): bigint {
    return join64(this.sequenceHigh, this.sequenceLow)
  }

  /** When QTX received it, nanoseconds since 1970 of the QTX host's clock. Allocates: not for the hot path. */
  get localNs(): bigint {
    return join64(this.localNsHigh, this.localNsLow)
  }

  /** `localNs` in milliseconds, exact to about a quarter of a microsecond. */
  get localMs(): number {
    return this.#number64(HEADER.LOCAL_NS) / 1e6
  }

  /** A 64-bit integer, exact to 2^53. */
  #number64(field: number): number {
    const word = (this.#offset + field) >> 2
    return this.#memory.int32[word + 1]! * TWO_32 + this.#memory.uint32[word]!
  }
}

/** A number of 64 bits from its halves. Allocates: not for the hot path. */
export function join64(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low)
}

/**
 * Reads the datagram of `lengthBytes` at `offset` (a multiple of 8) into `message`, in place, allocating nothing.
 * On any result but `OK` the message's content is undefined.
 */
export function decodeMarketData(
  memory: DatagramMemory,
  offset: number,
  lengthBytes: number,
  message: MarketDataMessage,
): DecodeResult {
  if (lengthBytes < HEADER.LENGTH_BYTES) return DECODE.SHORT
  const { int32, float64 } = memory
  const word = offset >> 2
  const type = int32[word]!
  if (type === MESSAGE_TYPE.DEPTH) {
    if (lengthBytes < DEPTH.LEVELS) return DECODE.LENGTH
  } else if (
    type === MESSAGE_TYPE.BID ||
    type === MESSAGE_TYPE.ASK ||
    type === MESSAGE_TYPE.BUY_TRADE ||
    type === MESSAGE_TYPE.SELL_TRADE
  ) {
    if (lengthBytes !== SINGLE.LENGTH_BYTES) return DECODE.LENGTH
  } else {
    return DECODE.TYPE
  }

  const highs = int32[word + 3]! | int32[word + 5]! | int32[word + 7]! | int32[word + 9]!
  if (highs < 0) return DECODE.VALUE
  message.place(memory, offset)
  message.type = type
  message.index = int32[word + 1]!
  if (type === MESSAGE_TYPE.DEPTH) return decodeLevels(memory, offset, lengthBytes, message)
  message.askCount = 0
  message.bidCount = 0
  const isValid =
    isAmount(float64[(offset + SINGLE.PRICE) >> 3]!) && isAmount(float64[(offset + SINGLE.SIZE) >> 3]!)
  return isValid ? DECODE.OK : DECODE.VALUE
}

function decodeLevels(
  memory: DatagramMemory,
  offset: number,
  lengthBytes: number,
  message: MarketDataMessage,
): DecodeResult {
  const { uint32, float64 } = memory
  const counts = (offset + DEPTH.ASK_COUNT) >> 2
  // A count that needs its upper half cannot fit a datagram.
  if (uint32[counts + 1] !== 0 || uint32[counts + 3] !== 0) return DECODE.LENGTH
  const askCount = uint32[counts]!
  const bidCount = uint32[counts + 2]!
  if (DEPTH.LEVELS + LEVEL_BYTES * (askCount + bidCount) !== lengthBytes) return DECODE.LENGTH
  const start = (offset + DEPTH.LEVELS) >> 3
  if (!areAmounts(float64, start, askCount + bidCount)) return DECODE.VALUE
  message.asksStart = start
  message.askCount = askCount
  message.bidsStart = start + 2 * askCount
  message.bidCount = bidCount
  return DECODE.OK
}

function isAmount(value: number): boolean {
  return value >= 0 && value < Infinity
}

/** Four numbers at a time, because each turn of a loop and each branch costs more than the comparison. */
function areAmounts(values: Float64Array, start: number, levelCount: number): boolean {
  let sum = 0
  let i = start
  for (const end = start + 2 * (levelCount - 1); i < end; i += 4) {
    const price = values[i]!
    const size = values[i + 1]!
    const nextPrice = values[i + 2]!
    const nextSize = values[i + 3]!
    if (!(price >= 0 && size >= 0 && nextPrice >= 0 && nextSize >= 0)) return false
    sum += price + size + nextPrice + nextSize
  }
  const last = start + 2 * levelCount
  for (; i < last; i++) {
    if (!isAmount(values[i]!)) return false
  }
  if (sum < Infinity) return true
  // One of them is infinite, or finite ones add up to it.
  for (i = start; i < last; i++) {
    if (!isAmount(values[i]!)) return false
  }
  return true
}

/** What every message says before its content. */
export interface MessageHeader {
  readonly index: number
  readonly txMs: number
  readonly eventMs: number
  readonly localNs: bigint
  readonly sequence: bigint
}

/** Writes a ticker (`BID`, `ASK`) or a trade (`BUY_TRADE`, `SELL_TRADE`) as one datagram. */
export function encodeSingle(
  type: Exclude<(typeof MESSAGE_TYPE)[keyof typeof MESSAGE_TYPE], typeof MESSAGE_TYPE.DEPTH>,
  header: MessageHeader,
  price: number,
  size: number,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(SINGLE.LENGTH_BYTES))
  writeHeader(view, type, header)
  view.setFloat64(SINGLE.PRICE, price, true)
  view.setFloat64(SINGLE.SIZE, size, true)
  return new Uint8Array(view.buffer)
}

/** Writes a depth message as one datagram, asks first. */
export function encodeDepth(
  header: MessageHeader,
  asks: readonly (readonly [price: number, size: number])[],
  bids: readonly (readonly [price: number, size: number])[],
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(DEPTH.LEVELS + LEVEL_BYTES * (asks.length + bids.length)))
  writeHeader(view, MESSAGE_TYPE.DEPTH, header)
  view.setBigUint64(DEPTH.ASK_COUNT, BigInt(asks.length), true)
  view.setBigUint64(DEPTH.BID_COUNT, BigInt(bids.length), true)
  ;[...asks, ...bids].forEach(([price, size], i) => {
    view.setFloat64(DEPTH.LEVELS + LEVEL_BYTES * i, price, true)
    view.setFloat64(DEPTH.LEVELS + LEVEL_BYTES * i + 8, size, true)
  })
  return new Uint8Array(view.buffer)
}

function writeHeader(view: DataView, type: number, header: MessageHeader): void {
  view.setInt32(HEADER.TYPE, type, true)
  view.setInt32(HEADER.INDEX, header.index, true)
  view.setBigInt64(HEADER.TX_MS, BigInt(header.txMs), true)
  view.setBigInt64(HEADER.EVENT_MS, BigInt(header.eventMs), true)
  view.setBigInt64(HEADER.LOCAL_NS, header.localNs, true)
  view.setBigInt64(HEADER.SEQUENCE, header.sequence, true)
}
