import {
  decimalOf,
  idOf,
  rejection,
  wordOf,
  type AnsweredState,
  type AnswerFormat,
  type RejectedAnswer,
  type UnclearAnswer,
} from './answer-format.ts'
import { isJsonObject, memberOf, textOf, type ExactJson } from './exact-json.ts'

/** Codes after which the request may or may not have been executed (Binance: internal error, unexpected, timeout). */
const BINANCE_UNSURE = new Set(['-1000', '-1001', '-1006', '-1007'])
const BINANCE_NOT_FOUND = new Set(['-2011', '-2013'])
/** The id is in use: as ids are unique, it is this very order that is there. */
const BINANCE_DUPLICATE = new Set(['-4116'])

const BINANCE_STATES: ReadonlyMap<string, AnsweredState> = new Map<string, AnsweredState>([
  ['NEW', 'open'],
  ['PARTIALLY_FILLED', 'partiallyFilled'],
  ['FILLED', 'filled'],
  ['CANCELED', 'canceled'],
  ['EXPIRED', 'canceled'],
  ['EXPIRED_IN_MATCH', 'canceled'],
])

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
    state: exchangeStatus === undefined ? undefined : BINANCE_STATES.get(exchangeStatus),
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
