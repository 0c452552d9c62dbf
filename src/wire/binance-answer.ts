import {
  decimalOf,
  idOf,
  refusalOf,
  rejection,
  wordOf,
  type AnsweredState,
  type AnswerFormat,
  type RefusalCodes,
  type RejectedAnswer,
  type UnclearAnswer,
} from './answer-format.ts'
import { isJsonObject, memberOf, textOf, type ExactJson } from './exact-json.ts'

const BINANCE_CODES: RefusalCodes = {
  /** Internal error, unexpected, timeout. */
  unsure: new Set(['-1000', '-1001', '-1006', '-1007']),
  notFound: new Set(['-2011', '-2013']),
  duplicate: new Set(['-4116']),
}

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
  return refusalOf(BINANCE_CODES, code, textOf(error, 'msg'))
}
