import { QtxError } from '../errors.ts'
import {
  RING,
  SLOT,
  SLOT_MODE,
  SLOT_ORDER_TYPE,
  SLOT_POSITION_SIDE,
  SLOT_PRICE_MATCH,
  SLOT_SIDE,
  SLOT_TEXT,
  slotOffset,
} from './order-ring-layout.ts'
import { assertDecimal, assertSecret, assertText, codeOf, quote } from './order-slot-checks.ts'

export type SlotTimeInForce = 'gtc' | 'ioc' | 'fok'
export type SlotPriceMatch = 'none' | 'queue' | 'queue5' | 'opponent' | 'opponent5'

/** A placement, as a slot can carry it. There are no market orders. */
export interface SlotOrder {
  /** Decimal text of an unsigned 64-bit number, or the number. Never hashed, never shortened. */
  readonly clientOrderId: string | bigint
  /** The exchange's own symbol, such as `BTCUSDT`. */
  readonly symbol: string
  readonly tradeType: 'buy' | 'sell'
  /** `limitMaker` is post-only: refused by the exchange when it would take. */
  readonly orderType: 'limit' | 'limitMaker'
  /** `gtc` when absent; a `limitMaker` can be nothing else. */
  readonly timeInForce?: SlotTimeInForce | undefined
  /** `none` when absent. */
  readonly priceMatch?: SlotPriceMatch | undefined
  /** Plain decimal text, at most 31 characters. */
  readonly price: string
  /** Plain decimal text in the exchange's own unit, at most 31 characters. */
  readonly size: string
}

export interface SlotCancel {
  readonly clientOrderId: string | bigint
  readonly symbol: string
}

/** What stands in a slot, for diagnosis. The key and the secret are not read. */
export interface SlotContent {
  readonly slot: number
  readonly mode: 'key' | 'place' | 'cancel' | 'unreadable'
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: 'buy' | 'sell' | 'none'
  readonly orderType: number
  readonly priceMatch: number
  readonly price: string
  readonly size: string
  /** The client's time, nanoseconds since 1970; 0 in cancels and keys. */
  readonly placeNs: bigint
  /** The manager's answer time, nanoseconds since 1970; 0 until it has answered. */
  readonly answerNs: bigint
  /** Empty for a key slot: what a manager says to a key may repeat the key. */
  readonly answer: string
}

const SIDE: Readonly<Record<SlotOrder['tradeType'], number>> = { buy: SLOT_SIDE.BUY, sell: SLOT_SIDE.SELL }
const POST_ONLY: Readonly<Record<SlotOrder['orderType'], number>> = { limit: 0, limitMaker: 1 }
const TIME_IN_FORCE: Readonly<Record<SlotTimeInForce, number>> = {
  gtc: SLOT_ORDER_TYPE.GTC,
  ioc: SLOT_ORDER_TYPE.IOC,
  fok: SLOT_ORDER_TYPE.FOK,
}
const PRICE_MATCH: Readonly<Record<SlotPriceMatch, number>> = {
  none: SLOT_PRICE_MATCH.NONE,
  queue: SLOT_PRICE_MATCH.QUEUE,
  queue5: SLOT_PRICE_MATCH.QUEUE_5,
  opponent: SLOT_PRICE_MATCH.OPPONENT,
  opponent5: SLOT_PRICE_MATCH.OPPONENT_5,
}

const TWO_32 = 4_294_967_296
/** A slot's remembered lengths: size, price, symbol, answer. */
const LENGTHS = 4
const decoder = new TextDecoder('utf-8')

/**
 * The slots of a ring, read and written in place: numbers through typed arrays, text byte by byte. Everything is
 * checked before the first byte is written. Only the bytes that the previous content used are cleared; a slot's first
 * use clears all of it, because what an earlier process left there is not known.
 *
 * Publishing is not its business: nothing here touches the ring's two indices.
 */
export class OrderSlots {
  readonly #bytes: Uint8Array
  readonly #int32: Int32Array
  readonly #int64: BigInt64Array
  readonly #answers: readonly Uint8Array[]
  readonly #cleared = new Uint8Array(RING.SLOT_COUNT)
  readonly #lengths = new Uint16Array(RING.SLOT_COUNT * LENGTHS)
  #idLow = 0
  #idHigh = 0

  /** @param buffer the whole segment, `RING.LENGTH_BYTES` long. */
  constructor(buffer: ArrayBuffer) {
    this.#bytes = new Uint8Array(buffer)
    this.#int32 = new Int32Array(buffer)
    this.#int64 = new BigInt64Array(buffer)
    this.#answers = Array.from(
      { length: RING.SLOT_COUNT },
      (_, slot) => new Uint8Array(buffer, slotOffset(slot) + SLOT.ANSWER, SLOT_TEXT.ANSWER),
    )
  }

  /** Writes a placement. @throws QtxError `QTX_RING_TEXT`, `QTX_ORDER_INVALID`; nothing has been written then. */
  writeOrder(slot: number, order: SlotOrder, placeNs: bigint): void {
    this.#readId(order.clientOrderId)
    assertText(order.symbol, 'symbol', SLOT_TEXT.SYMBOL - 1)
    assertDecimal(order.price, 'price', SLOT_TEXT.PRICE - 1)
    assertDecimal(order.size, 'size', SLOT_TEXT.SIZE - 1)
    const side = sideOf(order)
    const orderType = orderTypeOf(order)
    const priceMatch = priceMatchOf(order)

    const offset = this.#clear(slot)
    this.#writeNumber(offset + SLOT.MODE, SLOT_MODE.PLACE)
    this.#writeNumber(offset + SLOT.SIDE, side)
    this.#writeNumber(offset + SLOT.ORDER_TYPE, orderType)
    this.#writeNumber(offset + SLOT.PRICE_MATCH, priceMatch)
    this.#writeId(offset)
    this.#int64[(offset + SLOT.PLACE_NS) >> 3] = placeNs
    this.#lengths[slot * LENGTHS] = this.#writeText(offset + SLOT.SIZE, order.size)
    this.#lengths[slot * LENGTHS + 1] = this.#writeText(offset + SLOT.PRICE, order.price)
    this.#lengths[slot * LENGTHS + 2] = this.#writeText(offset + SLOT.SYMBOL, order.symbol)
  }

  /** Writes a cancellation. @throws QtxError `QTX_RING_TEXT`; nothing has been written then. */
  writeCancel(slot: number, cancel: SlotCancel): void {
    this.#readId(cancel.clientOrderId)
    assertText(cancel.symbol, 'symbol', SLOT_TEXT.SYMBOL - 1)

    const offset = this.#clear(slot)
    this.#writeNumber(offset + SLOT.MODE, SLOT_MODE.CANCEL)
    this.#writeId(offset)
    this.#lengths[slot * LENGTHS + 2] = this.#writeText(offset + SLOT.SYMBOL, cancel.symbol)
  }

  /** Writes the key that later orders are signed with. @throws QtxError `QTX_RING_TEXT`, without the text. */
  writeKey(slot: number, apiKey: string, apiSecret: string): void {
    assertSecret(apiKey, 'API key', SLOT_TEXT.API_KEY - 1)
    assertSecret(apiSecret, 'API secret', SLOT_TEXT.API_SECRET - 1)

    const offset = this.#clear(slot)
    this.#writeNumber(offset + SLOT.MODE, SLOT_MODE.SET_KEY)
    this.#writeText(offset + SLOT.API_KEY, apiKey)
    this.#writeText(offset + SLOT.API_SECRET, apiSecret)
  }

  /** Overwrites the key and the secret of a slot with zeros. */
  wipeKey(slot: number): void {
    const start = slotOffset(slot) + SLOT.API_KEY
    this.#bytes.fill(0, start, start + SLOT_TEXT.API_KEY + SLOT_TEXT.API_SECRET)
  }

  /** Overwrites the answer of a slot with zeros: an answer to a key may repeat it. */
  wipeAnswer(slot: number): void {
    this.#answers[slot]!.fill(0)
  }

  /**
   * Whether the manager has answered: an acquiring read of its answer time, so the text may be read after it. The
   * time is read as two halves, which are never both 0 after 1970.
   */
  isAnswered(slot: number): boolean {
    const word = (slotOffset(slot) + SLOT.ANSWER_NS) >> 2
    return Atomics.load(this.#int32, word) !== 0 || Atomics.load(this.#int32, word + 1) !== 0
  }

  /** The answer's text, up to its terminator or 10,000 bytes; undefined until the slot is answered. */
  readAnswer(slot: number): string | undefined {
    if (!this.isAnswered(slot)) return undefined
    const field = this.#answers[slot]!
    const end = field.indexOf(0)
    const lengthBytes = end < 0 ? SLOT_TEXT.ANSWER : end
    this.#lengths[slot * LENGTHS + 3] = lengthBytes
    return decoder.decode(field.subarray(0, lengthBytes))
  }

  /** Turns a placement into a cancellation of the same order, with one atomic store of its mode. */
  turnIntoCancel(slot: number): void {
    Atomics.store(this.#int64, (slotOffset(slot) + SLOT.MODE) >> 3, BigInt(SLOT_MODE.CANCEL))
  }

  /** Whether anything was ever written into the slot, as far as its numbers and its symbol tell. */
  isBlank(slot: number): boolean {
    const offset = slotOffset(slot)
    for (let at = offset; at < offset + SLOT.SIZE; at += 4) {
      if (this.#int32[at >> 2] !== 0) return false
    }
    return this.#bytes[offset + SLOT.SYMBOL] === 0 && this.#bytes[offset + SLOT.API_KEY] === 0
  }

  /** Reads a slot for diagnosis: it allocates, and it never contains the key or the secret. */
  read(slot: number): SlotContent {
    const offset = slotOffset(slot)
    const mode = modeOf(this.#readNumber(offset + SLOT.MODE))
    const side = this.#readNumber(offset + SLOT.SIDE)
    return {
      slot,
      mode,
      clientOrderId: BigInt.asUintN(64, this.#readNumber(offset + SLOT.CLIENT_ORDER_ID)).toString(),
      symbol: this.#readText(offset + SLOT.SYMBOL, SLOT_TEXT.SYMBOL),
      side: side === BigInt(SLOT_SIDE.BUY) ? 'buy' : side === BigInt(SLOT_SIDE.SELL) ? 'sell' : 'none',
      orderType: Number(this.#readNumber(offset + SLOT.ORDER_TYPE)),
      priceMatch: Number(this.#readNumber(offset + SLOT.PRICE_MATCH)),
      price: this.#readText(offset + SLOT.PRICE, SLOT_TEXT.PRICE),
      size: this.#readText(offset + SLOT.SIZE, SLOT_TEXT.SIZE),
      placeNs: this.#readNumber(offset + SLOT.PLACE_NS),
      answerNs: this.#readNumber(offset + SLOT.ANSWER_NS),
      answer: mode === 'key' ? '' : this.#readText(offset + SLOT.ANSWER, SLOT_TEXT.ANSWER),
    }
  }

  /** Clears what the slot's last content used, and returns the slot's offset. */
  #clear(slot: number): number {
    const offset = slotOffset(slot)
    if (this.#cleared[slot] === 0) {
      this.#cleared[slot] = 1
      this.#bytes.fill(0, offset, offset + SLOT.LENGTH_BYTES)
    } else {
      const first = slot * LENGTHS
      this.#int32.fill(0, offset >> 2, (offset + SLOT.SIZE) >> 2)
      this.#clearText(offset + SLOT.SIZE, this.#lengths[first]!)
      this.#clearText(offset + SLOT.PRICE, this.#lengths[first + 1]!)
      this.#clearText(offset + SLOT.SYMBOL, this.#lengths[first + 2]!)
      if (this.#bytes[offset + SLOT.API_KEY] !== 0) this.wipeKey(slot)
      this.#bytes.fill(0, offset + SLOT.ANSWER, offset + SLOT.ANSWER + this.#lengths[first + 3]!)
    }
    this.#lengths.fill(0, slot * LENGTHS, slot * LENGTHS + LENGTHS)
    this.#writeNumber(offset + SLOT.POSITION_SIDE, SLOT_POSITION_SIDE.BOTH)
    return offset
  }

  #clearText(start: number, lengthBytes: number): void {
    for (let at = start; at < start + lengthBytes; at++) this.#bytes[at] = 0
  }

  #writeText(start: number, text: string): number {
    for (let i = 0; i < text.length; i++) this.#bytes[start + i] = text.charCodeAt(i)
    return text.length
  }

  #writeNumber(at: number, value: number): void {
    this.#int32[at >> 2] = value
    this.#int32[(at >> 2) + 1] = value < 0 ? -1 : 0
  }

  #writeId(offset: number): void {
    this.#int32[(offset + SLOT.CLIENT_ORDER_ID) >> 2] = this.#idLow
    this.#int32[((offset + SLOT.CLIENT_ORDER_ID) >> 2) + 1] = this.#idHigh
  }

  #readNumber(at: number): bigint {
    return this.#int64[at >> 3]!
  }

  #readText(start: number, fieldBytes: number): string {
    const field = this.#bytes.subarray(start, start + fieldBytes)
    const end = field.indexOf(0)
    return decoder.decode(end < 0 ? field : field.subarray(0, end))
  }

  /** Splits a decimal id into two 32-bit halves, without a BigInt; refuses what is not exactly a u64. */
  #readId(clientOrderId: string | bigint): void {
    const text = typeof clientOrderId === 'bigint' ? clientOrderId.toString() : clientOrderId
    let low = 0
    let high = 0
    let valid = typeof text === 'string' && text.length > 0 && text.length <= 20
    // A leading zero would be lost in the number, and the answer would then name another text.
    if (valid && text.length > 1 && text.charCodeAt(0) === 0x30) valid = false
    for (let i = 0; valid && i < text.length; i++) {
      const digit = text.charCodeAt(i) - 0x30
      low = low * 10 + digit
      const carry = Math.floor(low / TWO_32)
      low -= carry * TWO_32
      high = high * 10 + carry
      valid = digit >= 0 && digit <= 9 && high < TWO_32
    }
    if (!valid) {
      throw new QtxError(
        'QTX_RING_TEXT',
        `client order id ${quote(text)} is not a number from 0 to 18446744073709551615`,
        { remedy: 'use an id that the connector made, or plain digits without a leading zero' },
      )
    }
    this.#idLow = low
    this.#idHigh = high
  }
}

function modeOf(mode: bigint): SlotContent['mode'] {
  if (mode === BigInt(SLOT_MODE.PLACE)) return 'place'
  if (mode === BigInt(SLOT_MODE.CANCEL)) return 'cancel'
  return mode === BigInt(SLOT_MODE.SET_KEY) ? 'key' : 'unreadable'
}

function sideOf(order: SlotOrder): number {
  return codeOf(SIDE, order.tradeType, 'trade type')
}

function orderTypeOf(order: SlotOrder): number {
  const timeInForce = order.timeInForce ?? 'gtc'
  const orderType = codeOf(TIME_IN_FORCE, timeInForce, 'time in force')
  const postOnly = codeOf(POST_ONLY, order.orderType, 'order type')
  if (postOnly === 0) return orderType
  if (timeInForce === 'gtc') return SLOT_ORDER_TYPE.POST_ONLY
  throw new QtxError('QTX_ORDER_INVALID', `a limitMaker order cannot be ${timeInForce}: it never takes`, {
    details: { orderType: order.orderType, timeInForce },
  })
}

function priceMatchOf(order: SlotOrder): number {
  return codeOf(PRICE_MATCH, order.priceMatch ?? 'none', 'price match')
}
