import {
  asDecimal,
  asId,
  asWord,
  refusalOf,
  rejection,
  type AcceptanceForm,
  type AnsweredState,
  type AnswerFormat,
  type FoundAcceptance,
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
  const exchangeStatus = textOf(result, 'status')
  if (exchangeStatus === 'REJECTED') return rejection(undefined, 'order status REJECTED', false)
  return acceptance(
    exchangeStatus,
    textOf(result, 'orderId'),
    textOf(result, 'executedQty'),
    textOf(result, 'clientOrderId'),
    textOf(result, 'origClientOrderId'),
  )
}

/** What `BINANCE` reads of `{"status":200,"result":{…}}`. */
export const BINANCE_ACCEPTANCE: AcceptanceForm = {
  example: (id) =>
    `{"id":"1","status":200,"result":{"orderId":1917641,"symbol":"BTCUSDT","status":"NEW","clientOrderId":"${id}","price":"61800.10","origQty":"0.010","executedQty":"0.000","updateTime":1748231160127}}`,
  names: {
    status: {},
    error: {},
    code: {},
    result: { orderId: {}, status: {}, clientOrderId: {}, origClientOrderId: {}, executedQty: {} },
  },
  reader(scan) {
    const [status, error, code] = [scan.numberOf('status'), scan.numberOf('error'), scan.numberOf('code')]
    const result = scan.numberOf('result')
    const exchangeStatus = scan.numberOf('result.status')
    const orderId = scan.numberOf('result.orderId')
    const executed = scan.numberOf('result.executedQty')
    const clientOrderId = scan.numberOf('result.clientOrderId')
    const original = scan.numberOf('result.origClientOrderId')
    return () => {
      if (!scan.isText(status, '200') || !scan.isAbsent(error) || !scan.isAbsent(code)) return undefined
      if (!scan.isObject(result) || scan.isText(exchangeStatus, 'REJECTED')) return undefined
      return acceptance(
        scan.textOf(exchangeStatus),
        scan.textOf(orderId),
        scan.textOf(executed),
        scan.textOf(clientOrderId),
        scan.textOf(original),
      )
    }
  },
}

function acceptance(
  status: string | undefined,
  orderId: string | undefined,
  executedSize: string | undefined,
  clientOrderId: string | undefined,
  originalId: string | undefined,
): FoundAcceptance {
  const exchangeStatus = asWord(status)
  return {
    kind: 'accepted',
    exchangeOrderId: asId(orderId),
    exchangeStatus,
    state: exchangeStatus === undefined ? undefined : BINANCE_STATES.get(exchangeStatus),
    executedSize: asDecimal(executedSize),
    clientOrderIds: [clientOrderId, originalId],
  }
}

function binanceRejection(error: ExactJson): RejectedAnswer | UnclearAnswer {
  const code = textOf(error, 'code')
  if (code === undefined || !/^-\d{1,9}$/.test(code)) return 'unrecognised'
  return refusalOf(BINANCE_CODES, code, textOf(error, 'msg'))
}
