import type {
  AnswerRecord,
  JournalRecord,
  NewOrder,
  OrderRecord,
  OrderStateRecord,
} from './journal-record.ts'
import { FieldReader, FieldWriter, unfit } from './record-fields.ts'

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

type OrderHead = Omit<OrderRecord, 'kind' | 'amount' | 'price' | 'maxSlippage'>

/**
 * Writes records into memory, as a byte that tells the kind and then each field in the order of its type, as
 * `FieldWriter` writes it.
 */
export class RecordEncoder {
  readonly #fields: FieldWriter

  constructor(bytes: Uint8Array) {
    this.#fields = new FieldWriter(bytes)
  }

  /**
   * Writes at `offset`, where `MAX_RECORD_BYTES` must be left, and returns where the record ends.
   * @throws QtxError `QTX_JOURNAL_FAILED` for what no record can hold.
   */
  encode(record: JournalRecord, offset: number): number {
    const fields = this.#fields
    fields.begin(offset)
    switch (record.kind) {
      case 'order':
        this.#orderHead(record)
        fields.string(record.amount)
        fields.optional(record.price)
        fields.string(record.maxSlippage)
        this.#orderTail(record)
        break
      case 'answer':
        fields.byte(1)
        fields.string(record.clientOrderId)
        fields.string(record.pair)
        fields.word(REQUESTS, record.request)
        fields.word(OUTCOMES, record.outcome)
        fields.optional(record.exchangeOrderId)
        fields.cut(record.code)
        fields.cut(record.message)
        fields.number(record.atMs)
        break
      case 'state':
        fields.byte(2)
        fields.string(record.clientOrderId)
        fields.string(record.pair)
        fields.word(STATES, record.state)
        fields.optional(record.exchangeOrderId)
        fields.cut(record.code)
        fields.cut(record.message)
        fields.number(record.atMs)
        break
      case 'fill':
        fields.byte(3)
        fields.string(record.pair)
        fields.string(record.tradeId)
        fields.string(record.clientOrderId)
        fields.optional(record.exchangeOrderId)
        fields.word(SIDES, record.tradeType)
        fields.word(ACTIONS, record.positionAction)
        fields.string(record.price)
        fields.string(record.amount)
        fields.optional(record.feeAsset)
        fields.optional(record.feeAmount)
        fields.byte(record.isMaker ? 1 : 0)
        fields.number(record.fillMs)
        break
      case 'funding':
        fields.byte(4)
        fields.string(record.pair)
        fields.string(record.paymentId)
        fields.string(record.asset)
        fields.string(record.amount)
        fields.number(record.paidMs)
        break
      case 'balance':
        fields.byte(5)
        fields.string(record.asset)
        fields.string(record.total)
        fields.number(record.atMs)
        break
      case 'position':
        fields.byte(6)
        fields.string(record.pair)
        fields.string(record.amount)
        fields.string(record.entryPrice)
        fields.number(record.atMs)
        break
      default:
        throw unfit('kind', (record as { readonly kind: unknown }).kind)
    }
    return fields.end
  }

  /** As `encode` writes the record of the order. */
  encodeOrder(order: NewOrder, offset: number): number {
    const fields = this.#fields
    fields.begin(offset)
    this.#orderHead(order)
    fields.decimal(order.amount)
    fields.optionalDecimal(order.price)
    fields.decimal(order.maxSlippage)
    this.#orderTail(order)
    return fields.end
  }

  #orderHead(order: OrderHead): void {
    const fields = this.#fields
    fields.byte(0)
    fields.string(order.clientOrderId)
    fields.string(order.pair)
    fields.word(SIDES, order.tradeType)
    fields.word(ORDER_TYPES, order.orderType)
    fields.word(TIMES_IN_FORCE, order.timeInForce)
    fields.word(ACTIONS, order.positionAction)
  }

  #orderTail(order: OrderHead): void {
    this.#fields.number(order.leverage)
    this.#fields.number(order.createdMs)
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
