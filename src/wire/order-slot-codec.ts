import { writeDecimal } from '../common/decimal-text.ts'
import type { Decimal } from '../common/decimal.ts'
import type { NanosecondTime } from '../common/nanosecond-time.ts'
import { QtxError } from '../errors.ts'
import { RING, SLOT, SLOT_MODE, SLOT_POSITION_SIDE, SLOT_TEXT, slotOffset } from './order-ring-layout.ts'
import { assertDecimal, assertSecret, assertText, quote } from './order-slot-checks.ts'
import { orderTypeOf, priceMatchOf, sideOf } from './order-slot-codes.ts'
import type { SlotCancel, SlotOrder } from './order-slot-request.ts'

const TWO_32 = 4_294_967_296
/** A slot's remembered lengths: size, price, symbol, answer. */
const LENGTHS = 4
// What is known of a slot's content: nothing, its lengths, or that it is zeros.
const UNSEEN = 0
const USED = 1
const CLEAN = 2
/** Four bytes at once: the highest bit of each, the lowest of each. */
const HIGH_BITS = 0x80808080 | 0
const LOW_BITS = 0x01010101
/** More words are cleared by a call. */
const MOST_LOOPED_WORDS = 128
const decoder = new TextDecoder('utf-8')

/**
 * The slots of a ring, where requests are written and answers read in place: numbers through typed arrays, text byte
 * by byte. Everything is checked before the first byte is written. Only the bytes that the previous content used are cleared; a slot's first
 * use clears all of it, because what an earlier process left there is not known.
 *
 * Publishing is not its business: nothing here touches the ring's two indices.
 */
export class OrderSlots {
  readonly #bytes: Uint8Array
  readonly #int32: Int32Array
  readonly #int64: BigInt64Array
  readonly #answers: readonly Uint8Array[]
  readonly #states = new Uint8Array(RING.SLOT_COUNT)
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

  /**
   * Writes a placement. @param clientOrderId the order's own, where that is known as text already.
   * @throws QtxError `QTX_RING_TEXT`, `QTX_ORDER_INVALID`; nothing has been written then.
   */
  writeOrder(
    slot: number,
    order: SlotOrder,
    placeNs: NanosecondTime,
    clientOrderId = order.clientOrderId,
  ): void {
    this.#readId(clientOrderId)
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
    this.#int32[(offset + SLOT.PLACE_NS) >> 2] = placeNs.low
    this.#int32[((offset + SLOT.PLACE_NS) >> 2) + 1] = placeNs.high
    this.#lengths[slot * LENGTHS] = this.#writeAmount(offset + SLOT.SIZE, order.size)
    this.#lengths[slot * LENGTHS + 1] = this.#writeAmount(offset + SLOT.PRICE, order.price)
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

  /**
   * Copies the answer, up to its terminator, and returns its length; -1 where it is not there, not ASCII, or too long for
   * the copy: `readAnswer` is to be asked then. What the manager writes later does not change the copy.
   */
  copyAnswer(slot: number, copy: Int32Array): number {
    if (!this.isAnswered(slot)) return -1
    const start = (slotOffset(slot) + SLOT.ANSWER) >> 2
    for (let i = 0; i < copy.length; i++) {
      const word = this.#int32[start + i]!
      copy[i] = word
      if ((word & HIGH_BITS) !== 0) return -1
      // A byte that is zero borrows.
      if (((word - LOW_BITS) & HIGH_BITS) === 0) continue
      const lengthBytes = 4 * i + bytesBeforeZero(word)
      this.#lengths[slot * LENGTHS + 3] = lengthBytes
      return lengthBytes
    }
    return -1
  }

  /** Turns a placement into a cancellation of the same order, with one atomic store of its mode. */
  turnIntoCancel(slot: number): void {
    Atomics.store(this.#int64, (slotOffset(slot) + SLOT.MODE) >> 3, BigInt(SLOT_MODE.CANCEL))
  }

  /**
   * Clears the slot that the next request will go into, which must be free: its memory was last in the hands of the
   * order manager's processor, and fetching it back takes longer than writing a request.
   */
  prepare(slot: number): void {
    this.#clear(slot)
    this.#states[slot] = CLEAN
  }

  /** Clears what the slot's last content used, and returns the slot's offset. */
  #clear(slot: number): number {
    const offset = slotOffset(slot)
    const state = this.#states[slot]
    this.#states[slot] = USED
    if (state === CLEAN) return offset
    if (state === UNSEEN) {
      this.#bytes.fill(0, offset, offset + SLOT.LENGTH_BYTES)
    } else {
      const first = slot * LENGTHS
      this.#clearWords(offset, SLOT.SIZE)
      this.#clearWords(offset + SLOT.SIZE, this.#lengths[first]!)
      this.#clearWords(offset + SLOT.PRICE, this.#lengths[first + 1]!)
      this.#clearWords(offset + SLOT.SYMBOL, this.#lengths[first + 2]!)
      if (this.#bytes[offset + SLOT.API_KEY] !== 0) this.wipeKey(slot)
      this.#clearWords(offset + SLOT.ANSWER, this.#lengths[first + 3]!)
    }
    for (let i = 0; i < LENGTHS; i++) this.#lengths[slot * LENGTHS + i] = 0
    this.#writeNumber(offset + SLOT.POSITION_SIDE, SLOT_POSITION_SIDE.BOTH)
    return offset
  }

  /** Fields begin and end at whole words, so that the last word belongs to the field too. A few words take no call. */
  #clearWords(start: number, lengthBytes: number): void {
    const first = start >> 2
    const end = (start + lengthBytes + 3) >> 2
    if (end - first > MOST_LOOPED_WORDS) this.#int32.fill(0, first, end)
    else for (let at = first; at < end; at++) this.#int32[at] = 0
  }

  #writeAmount(start: number, amount: string | Decimal): number {
    if (typeof amount === 'string') return this.#writeText(start, amount)
    return writeDecimal(this.#bytes, start, amount) - start
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

/** How many of the four bytes, in the order of memory, stand before the one that is zero. */
function bytesBeforeZero(word: number): number {
  if ((word & 0xff) === 0) return 0
  if ((word & 0xff00) === 0) return 1
  return (word & 0xff0000) === 0 ? 2 : 3
}
