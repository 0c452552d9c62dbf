import { SLOT, SLOT_MODE, SLOT_SIDE, SLOT_TEXT, slotOffset } from './order-ring-layout.ts'

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

const decoder = new TextDecoder('utf-8')

/** Reads slots as they stand, whoever wrote them, for diagnosis and for taking a ring over: it allocates. */
export class SlotContentReader {
  readonly #bytes: Uint8Array
  readonly #int64: BigInt64Array

  /** @param buffer the whole segment, `RING.LENGTH_BYTES` long. */
  constructor(buffer: ArrayBuffer) {
    this.#bytes = new Uint8Array(buffer)
    this.#int64 = new BigInt64Array(buffer)
  }

  /** Reads a slot; the result never contains the key or the secret. */
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

  /** Whether nothing was ever written into the slot, as far as its numbers, its symbol and its key tell. */
  isBlank(slot: number): boolean {
    const offset = slotOffset(slot)
    for (let at = offset; at < offset + SLOT.SIZE; at += 8) {
      if (this.#readNumber(at) !== 0n) return false
    }
    return this.#bytes[offset + SLOT.SYMBOL] === 0 && this.#bytes[offset + SLOT.API_KEY] === 0
  }

  #readNumber(at: number): bigint {
    return this.#int64[at >> 3]!
  }

  #readText(start: number, fieldBytes: number): string {
    const field = this.#bytes.subarray(start, start + fieldBytes)
    const end = field.indexOf(0)
    return decoder.decode(end < 0 ? field : field.subarray(0, end))
  }
}

function modeOf(mode: bigint): SlotContent['mode'] {
  if (mode === BigInt(SLOT_MODE.PLACE)) return 'place'
  if (mode === BigInt(SLOT_MODE.CANCEL)) return 'cancel'
  return mode === BigInt(SLOT_MODE.SET_KEY) ? 'key' : 'unreadable'
}
