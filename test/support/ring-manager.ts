/** A request as it stands in a slot, read by literal offsets. */
export interface RingRequest {
  readonly slot: number
  readonly mode: bigint
  readonly side: bigint
  readonly positionSide: bigint
  readonly clientOrderId: bigint
  readonly orderType: bigint
  readonly priceMatch: bigint
  readonly placeNs: bigint
  readonly size: string
  readonly price: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly symbol: string
}

/**
 * The order manager's side of the ring for tests. It is written from the table of the protocol, with literal numbers,
 * and shares nothing with the code under test.
 */
export class RingManager {
  static readonly LENGTH_BYTES = 1_043_216
  readonly #view: DataView
  readonly #bytes: Uint8Array

  constructor(buffer: ArrayBuffer) {
    this.#view = new DataView(buffer)
    this.#bytes = new Uint8Array(buffer)
  }

  get from(): number {
    return Number(this.#view.getBigInt64(0, true))
  }

  set from(index: number) {
    this.#view.setBigInt64(0, BigInt(index), true)
  }

  get to(): number {
    return Number(this.#view.getBigInt64(8, true))
  }

  set to(index: number) {
    this.#view.setBigInt64(8, BigInt(index), true)
  }

  /** Takes the next request and moves on; undefined when there is none. */
  take(): RingRequest | undefined {
    const from = this.from
    if (from === this.to) return undefined
    const request = this.peek(from)
    this.from = (from + 1) % 100
    return request
  }

  peek(slot: number): RingRequest {
    const at = 16 + slot * 10_432
    return {
      slot,
      mode: this.#view.getBigInt64(at, true),
      side: this.#view.getBigInt64(at + 8, true),
      positionSide: this.#view.getBigInt64(at + 16, true),
      clientOrderId: this.#view.getBigUint64(at + 24, true),
      orderType: this.#view.getBigUint64(at + 32, true),
      priceMatch: this.#view.getBigUint64(at + 40, true),
      placeNs: this.#view.getBigUint64(at + 48, true),
      size: this.#text(at + 64, 32),
      price: this.#text(at + 96, 32),
      apiKey: this.#text(at + 128, 100),
      apiSecret: this.#text(at + 228, 100),
      symbol: this.#text(at + 328, 100),
    }
  }

  /** Writes the text, its terminator unless it fills the field, then the time. */
  answer(slot: number, text: string, answerNs = 1_748_231_160_127_601_357n): void {
    const at = 16 + slot * 10_432
    const bytes = new TextEncoder().encode(text)
    this.#bytes.set(bytes.subarray(0, 10_000), at + 428)
    if (bytes.length < 10_000) this.#bytes[at + 428 + bytes.length] = 0
    this.#view.setBigUint64(at + 56, answerNs, true)
  }

  /** The whole slot, copied. */
  slotBytes(slot: number): Uint8Array {
    return this.#bytes.slice(16 + slot * 10_432, 16 + (slot + 1) * 10_432)
  }

  #text(at: number, lengthBytes: number): string {
    let end = at
    while (end < at + lengthBytes && this.#bytes[end] !== 0) end++
    return Buffer.from(this.#bytes.subarray(at, end)).toString('latin1')
  }
}

/** Binance's acceptance of an order. */
export function acceptance(clientOrderId: bigint | string, orderId = '283194212', status = 'NEW'): string {
  return `{"id":"1","status":200,"result":{"orderId":${orderId},"symbol":"BTCUSDT","status":"${status}","clientOrderId":"${clientOrderId}","price":"1","origQty":"1","executedQty":"0","updateTime":1748231160127}}`
}

/** Binance's refusal. */
export function refusal(code: number, message: string): string {
  return `{"id":"1","status":400,"error":{"code":${code},"msg":"${message}"}}`
}
