import { isJsonObject, memberOf, textOf, type ExactJson } from './exact-json.ts'

/** What was asked of the order manager. */
export type AnsweredRequest = 'key' | 'place' | 'cancel'

export interface RejectedAnswer {
  readonly kind: 'rejected'
  readonly exchangeCode: string | undefined
  readonly message: string
  /** A cancellation of an order that the exchange does not know: it may have filled. */
  readonly notFound: boolean
}

/** Why an answer does not settle what happened. */
export type UnclearAnswer =
  | 'empty'
  | 'malformed'
  | 'unrecognised'
  | 'contradictory'
  | 'other-order'
  | 'duplicate-id'
  | 'exchange-unsure'

/** An acceptance as the exchange wrote it, before it is compared with the order that was sent. */
export interface FoundAcceptance {
  readonly kind: 'accepted'
  readonly exchangeOrderId: string | undefined
  readonly exchangeStatus: string | undefined
  readonly executedSize: string | undefined
  /** Every client id that the answer gives the order. */
  readonly clientOrderIds: readonly (string | undefined)[]
}

/** Reads one exchange's answers. Anything it does not recognise in full is a reason for an unknown outcome. */
export type AnswerFormat = (
  root: ExactJson,
  request: AnsweredRequest,
) => FoundAcceptance | RejectedAnswer | UnclearAnswer

/** Codes after which the request may or may not have been executed (Binance: internal error, unexpected, timeout). */
const BINANCE_UNSURE = new Set(['-1000', '-1001', '-1006', '-1007'])
const BINANCE_NOT_FOUND = new Set(['-2011', '-2013'])
/** The id is in use: as ids are unique, it is this very order that is there. */
const BINANCE_DUPLICATE = new Set(['-4116'])

/**
 * Binance (C SDK): `{"status":200,"result":{…}}`, `{"status":400,"error":{"code":…,"msg":…}}`, or flat
 * `{"code":…,"msg":…}`.
 */
export const BINANCE: AnswerFormat = (root) => {
  const status = textOf(root, 'status')
  const error = memberOf(root, 'error') ?? (textOf(root, 'code') === undefined ? undefined : root)
  const result = memberOf(root, 'result')
  if (status !== undefined && !/^[1-5]\d\d$/.test(status)) return 'unrecognised'
  if (status !== undefined && (status >= '500' || status === '408')) return 'exchange-unsure'
  if (error !== undefined && (result !== undefined || status?.startsWith('2'))) return 'contradictory'
  if (error !== undefined) return binanceRejection(error)
  if (status !== '200' || !isJsonObject(result)) return 'unrecognised'
  const exchangeStatus = wordOf(result, 'status')
  if (exchangeStatus === 'REJECTED') return rejection(undefined, 'order status REJECTED', false)
  return {
    kind: 'accepted',
    exchangeOrderId: idOf(result, 'orderId'),
    exchangeStatus,
    executedSize: decimalOf(result, 'executedQty'),
    clientOrderIds: [textOf(result, 'clientOrderId'), textOf(result, 'origClientOrderId')],
  }
}

function binanceRejection(error: ExactJson): RejectedAnswer | UnclearAnswer {
  const code = textOf(error, 'code')
  if (code === undefined || !/^-\d{1,9}$/.test(code)) return 'unrecognised'
  if (BINANCE_UNSURE.has(code)) return 'exchange-unsure'
  if (BINANCE_DUPLICATE.has(code)) return 'duplicate-id'
  return rejection(code, textOf(error, 'msg') ?? '', BINANCE_NOT_FOUND.has(code))
}

const ASSUMED_OKX_UNSURE = new Set(['50001', '50004', '50026'])
const ASSUMED_OKX_NOT_FOUND = new Set(['51400', '51401', '51402', '51603'])
const ASSUMED_OKX_DUPLICATE = new Set(['51016'])

/** OKX (assumed): `{"op":"order","code":"0","data":[{"ordId":…,"clOrdId":…,"sCode":"0","sMsg":""}]}`. */
export const OKX: AnswerFormat = (root) => {
  const code = textOf(root, 'code')
  const data = memberOf(root, 'data')
  if (code === undefined || !/^\d{1,6}$/.test(code)) return 'unrecognised'
  const rows: readonly ExactJson[] = Array.isArray(data) ? (data as readonly ExactJson[]) : []
  if (rows.length > 1) return 'unrecognised'
  const row = rows[0]
  const rowCode = textOf(row, 'sCode')
  const failure = rowCode !== undefined && rowCode !== '0' ? rowCode : code
  if (code === '0' && rowCode === '0') {
    return {
      kind: 'accepted',
      exchangeOrderId: idOf(row, 'ordId'),
      exchangeStatus: undefined,
      executedSize: undefined,
      clientOrderIds: [textOf(row, 'clOrdId') || undefined],
    }
  }
  if (failure === '0') return 'unrecognised'
  if (code !== '0' && rowCode === '0') return 'contradictory'
  if (ASSUMED_OKX_UNSURE.has(failure)) return 'exchange-unsure'
  if (ASSUMED_OKX_DUPLICATE.has(failure)) return 'duplicate-id'
  const words = textOf(row, 'sMsg') || textOf(root, 'msg') || ''
  return rejection(failure, words, ASSUMED_OKX_NOT_FOUND.has(failure))
}

const ASSUMED_BYBIT_UNSURE = new Set(['10000', '10016'])
const ASSUMED_BYBIT_NOT_FOUND = new Set(['110001'])
const ASSUMED_BYBIT_DUPLICATE = new Set(['110072'])

/** Bybit (assumed): `{"retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":…,"orderLinkId":…}}`. */
export const BYBIT: AnswerFormat = (root) => {
  const code = textOf(root, 'retCode')
  if (code === undefined || !/^-?\d{1,9}$/.test(code)) return 'unrecognised'
  if (code === '0') {
    const data = memberOf(root, 'data')
    if (!isJsonObject(data)) return 'unrecognised'
    return {
      kind: 'accepted',
      exchangeOrderId: idOf(data, 'orderId'),
      exchangeStatus: undefined,
      executedSize: undefined,
      clientOrderIds: [textOf(data, 'orderLinkId') || undefined],
    }
  }
  if (ASSUMED_BYBIT_UNSURE.has(code)) return 'exchange-unsure'
  if (ASSUMED_BYBIT_DUPLICATE.has(code)) return 'duplicate-id'
  return rejection(code, textOf(root, 'retMsg') ?? '', ASSUMED_BYBIT_NOT_FOUND.has(code))
}

function rejection(exchangeCode: string | undefined, message: string, notFound: boolean): RejectedAnswer {
  return { kind: 'rejected', exchangeCode, message, notFound }
}

function idOf(value: ExactJson | undefined, name: string): string | undefined {
  const id = textOf(value, name)
  return id !== undefined && /^[\w-]{1,64}$/.test(id) ? id : undefined
}

function wordOf(value: ExactJson | undefined, name: string): string | undefined {
  const word = textOf(value, name)
  return word !== undefined && /^[A-Z_]{1,32}$/.test(word) ? word : undefined
}

function decimalOf(value: ExactJson | undefined, name: string): string | undefined {
  const decimal = textOf(value, name)
  return decimal !== undefined && /^\d{1,30}(\.\d{1,30})?$/.test(decimal) ? decimal : undefined
}
