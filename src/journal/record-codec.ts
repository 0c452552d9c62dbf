import { decimalTextLength, writeDecimal } from '../common/decimal-text.ts'
import type { Decimal } from '../common/decimal.ts'
import { QtxError } from '../errors.ts'
import type {
  AnswerRecord,
  JournalRecord,
  NewOrder,
  OrderRecord,
  OrderStateRecord,
} from './journal-record.ts'

/** Longest text of a record, in bytes of UTF-8. A longer `message` or `code` is cut, any other is refused. */
export const MAX_TEXT_BYTES = 1_024
/** No encoded record is longer. */
export const MAX_RECORD_BYTES = 9_216

const KINDS = ['order', 'answer', 'state', 'fill', 'funding', 'balance', 'position'] as const
const SIDES = ['buy', 'sell'] as const
const ACTIONS = ['open', 'close'] as const
const ORDER_TYPES: readonly OrderRecord['orderType'][] = ['limit', 'limitMaker', 'market']
const TIMES_IN_FORCE: readonly OrderRecord['timeInForce'][] = ['gtc', 'ioc', 'fok']
const REQUESTS: readonly AnswerRecord['request'][] = ['place', 'cancel']
const OUTCOMES: readonly AnswerRecord['outcome'][] = ['accepted', 'rejected', 'unknown', 'not-sent']
const STATES: readonly OrderStateRecord['state'][] = [
  'pendingCreate',
  'submitUnknown',
  'open',
  'partiallyFilled',
  'pendingCancel',
  'canceled',
  'filled',
  'failed',
]
const NO_TEXT = 0xffff

type OrderHead = Omit<OrderRecord, 'kind' | 'amount' | 'price' | 'maxSlippage'>

/**
 * Writes records into memory, as a byte that tells the kind and then each field in the order of its type: texts with
 * a 16-bit length, words of a fixed list as one byte, numbers as 64-bit floats; all little-endian.
 */
export class RecordEncoder {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #text = new TextEncoder()
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /**
   * Writes at `offset`, where `MAX_RECORD_BYTES` must be left, and returns where the record ends.
   * @throws QtxError `QTX_JOURNAL_FAILED` for what no record can hold.
   */
  encode(record: JournalRecord, offset: number): number {
    this.#at = offset
    switch (record.kind) {
      case 'order':
        this.#orderHead(record)
        this.#string(record.amount)
        this.#optional(record.price)
        this.#string(record.maxSlippage)
        this.#orderTail(record)
        break
      case 'answer':
        this.#byte(1)
        this.#string(record.clientOrderId)
        this.#string(record.pair)
        this.#word(REQUESTS, record.request)
        this.#word(OUTCOMES, record.outcome)
        this.#optional(record.exchangeOrderId)
        this.#cut(record.code)
        this.#cut(record.message)
        this.#number(record.atMs)
        break
      case 'state':
        this.#byte(2)
        this.#string(record.clientOrderId)
        this.#string(record.pair)
        this.#word(STATES, record.state)
        this.#optional(record.exchangeOrderId)
        this.#cut(record.code)
        this.#cut(record.message)
        this.#number(record.atMs)
        break
      case 'fill':
        this.#byte(3)
        this.#string(record.pair)
        this.#string(record.tradeId)
        this.#string(record.clientOrderId)
        this.#optional(record.exchangeOrderId)
        this.#word(SIDES, record.tradeType)
        this.#word(ACTIONS, record.positionAction)
        this.#string(record.price)
        this.#string(record.amount)
        this.#optional(record.feeAsset)
        this.#optional(record.feeAmount)
        this.#byte(record.isMaker ? 1 : 0)
        this.#number(record.fillMs)
        break
      case 'funding':
        this.#byte(4)
        this.#string(record.pair)
        this.#string(record.paymentId)
        this.#string(record.asset)
        this.#string(record.amount)
        this.#number(record.paidMs)
        break
      case 'balance':
        this.#byte(5)
        this.#string(record.asset)
        this.#string(record.total)
        this.#number(record.atMs)
        break
      case 'position':
        this.#byte(6)
        this.#string(record.pair)
        this.#string(record.amount)
        this.#string(record.entryPrice)
        this.#number(record.atMs)
        break
      default:
        throw unfit('kind', (record as { readonly kind: unknown }).kind)
    }
    return this.#at
  }

  /** As `encode` writes the record of the order. */
  encodeOrder(order: NewOrder, offset: number): number {
    this.#at = offset
    this.#orderHead(order)
    this.#decimal(order.amount)
    if (order.price === undefined) this.#length(NO_TEXT)
    else this.#decimal(order.price)
    this.#decimal(order.maxSlippage)
    this.#orderTail(order)
    return this.#at
  }

  #orderHead(order: OrderHead): void {
    this.#byte(0)
    this.#string(order.clientOrderId)
    this.#string(order.pair)
    this.#word(SIDES, order.tradeType)
    this.#word(ORDER_TYPES, order.orderType)
    this.#word(TIMES_IN_FORCE, order.timeInForce)
    this.#word(ACTIONS, order.positionAction)
  }

  #orderTail(order: OrderHead): void {
    this.#number(order.leverage)
    this.#number(order.createdMs)
  }

  #decimal(value: Decimal): void {
    if (!value.isFinite() || value.isNegative()) {
      this.#string(value.toString())
      return
    }
    const length = decimalTextLength(value)
    if (length > MAX_TEXT_BYTES) throw unfit('text', `${value.toString().slice(0, 40)}…`)
    this.#length(length)
    this.#at = writeDecimal(this.#bytes, this.#at, value)
  }

  #byte(value: number): void {
    this.#bytes[this.#at++] = value
  }

  #number(value: number): void {
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  #word(words: readonly string[], word: string): void {
    const index = words.indexOf(word)
    if (index < 0) throw unfit('word', word)
    this.#bytes[this.#at++] = index
  }

  #optional(text: string | undefined): void {
    if (text === undefined) this.#length(NO_TEXT)
    else this.#string(text)
  }

  /** Digits and names are ASCII: they are copied without a call out of this code. */
  #string(text: string): void {
    const length = text.length
    if (length > MAX_TEXT_BYTES) throw unfit('text', `${text.slice(0, 40)}…`)
    const bytes = this.#bytes
    let at = this.#at + 2
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) {
        this.#wide(text, false)
        return
      }
      bytes[at++] = code
    }
    this.#length(length)
    this.#at = at
  }

  #cut(text: string | undefined): void {
    if (text === undefined) this.#length(NO_TEXT)
    else if (text.length <= MAX_TEXT_BYTES / 3) this.#string(text)
    else this.#wide(text, true)
  }

  #wide(text: string, mayCut: boolean): void {
    const start = this.#at + 2
    const { read, written } = this.#text.encodeInto(text, this.#bytes.subarray(start, start + MAX_TEXT_BYTES))
    if (read < text.length && !mayCut) throw unfit('text', `${text.slice(0, 40)}…`)
    this.#length(written)
    this.#at += written
  }

  #length(length: number): void {
    this.#bytes[this.#at++] = length & 0xff
    this.#bytes[this.#at++] = length >>> 8
  }
}

/** The record that stands between `start` and `end`, exactly; undefined when there is none. Never throws. */
export function decodeRecord(bytes: Uint8Array, start: number, end: number): JournalRecord | undefined {
  if (start < 0 || end > bytes.length || start >= end) return undefined
  const fields = new FieldReader(bytes, start, end)
  const record = readRecord(fields)
  return fields.isComplete ? record : undefined
}

function readRecord(fields: FieldReader): JournalRecord | undefined {
  const kind = fields.word(KINDS)
  switch (kind) {
    case 'order':
      return {
        kind,
        clientOrderId: fields.string(),
        pair: fields.string(),
        tradeType: fields.word(SIDES),
        orderType: fields.word(ORDER_TYPES),
        timeInForce: fields.word(TIMES_IN_FORCE),
        positionAction: fields.word(ACTIONS),
        amount: fields.string(),
        price: fields.optional(),
        maxSlippage: fields.string(),
        leverage: fields.number(),
        createdMs: fields.number(),
      }
    case 'answer':
      return {
        kind,
        clientOrderId: fields.string(),
        pair: fields.string(),
        request: fields.word(REQUESTS),
        outcome: fields.word(OUTCOMES),
        exchangeOrderId: fields.optional(),
        code: fields.optional(),
        message: fields.optional(),
        atMs: fields.number(),
      }
    case 'state':
      return {
        kind,
        clientOrderId: fields.string(),
        pair: fields.string(),
        state: fields.word(STATES),
        exchangeOrderId: fields.optional(),
        code: fields.optional(),
        message: fields.optional(),
        atMs: fields.number(),
      }
    case 'fill':
      return {
        kind,
        pair: fields.string(),
        tradeId: fields.string(),
        clientOrderId: fields.string(),
        exchangeOrderId: fields.optional(),
        tradeType: fields.word(SIDES),
        positionAction: fields.word(ACTIONS),
        price: fields.string(),
        amount: fields.string(),
        feeAsset: fields.optional(),
        feeAmount: fields.optional(),
        isMaker: fields.flag(),
        fillMs: fields.number(),
      }
    case 'funding':
      return {
        kind,
        pair: fields.string(),
        paymentId: fields.string(),
        asset: fields.string(),
        amount: fields.string(),
        paidMs: fields.number(),
      }
    case 'balance':
      return { kind, asset: fields.string(), total: fields.string(), atMs: fields.number() }
    case 'position':
      return {
        kind,
        pair: fields.string(),
        amount: fields.string(),
        entryPrice: fields.string(),
        atMs: fields.number(),
      }
  }
}

/** Reads fields within bounds; after the first that does not fit, `isComplete` stays false. */
class FieldReader {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number
  #isBroken = false

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = start
    this.#end = end
  }

  /** Every field fitted, and nothing is left. */
  get isComplete(): boolean {
    return !this.#isBroken && this.#at === this.#end
  }

  word<Word extends string>(words: readonly Word[]): Word {
    const word = this.#take(1) ? words[this.#bytes[this.#at - 1]!] : undefined
    if (word === undefined) this.#isBroken = true
    return word ?? words[0]!
  }

  flag(): boolean {
    const value = this.#take(1) ? this.#bytes[this.#at - 1]! : 2
    if (value > 1) this.#isBroken = true
    return value === 1
  }

  number(): number {
    return this.#take(8) ? this.#bytes.readDoubleLE(this.#at - 8) : 0
  }

  string(): string {
    const text = this.optional()
    if (text === undefined) this.#isBroken = true
    return text ?? ''
  }

  optional(): string | undefined {
    const length = this.#take(2) ? this.#bytes.readUInt16LE(this.#at - 2) : NO_TEXT
    if (length === NO_TEXT || !this.#take(length)) return undefined
    return this.#bytes.toString('utf8', this.#at - length, this.#at)
  }

  #take(lengthBytes: number): boolean {
    if (this.#isBroken || this.#at + lengthBytes > this.#end) {
      this.#isBroken = true
      return false
    }
    this.#at += lengthBytes
    return true
  }
}

function unfit(what: string, value: unknown): QtxError {
  return new QtxError('QTX_JOURNAL_FAILED', `a ${what} does not fit the journal (${String(value)})`, {
    remedy: `use the words of the interface, and texts of at most ${MAX_TEXT_BYTES} bytes`,
  })
}
