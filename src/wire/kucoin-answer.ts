import {
  asId,
  idOf,
  receiptOf,
  refusalOf,
  type AcceptanceForm,
  type AnsweredRequest,
  type AnswerFormat,
  type FoundAcceptance,
  type RefusalCodes,
  type UnclearAnswer,
} from './answer-format.ts'
import { isJsonObject, memberOf, textOf, type ExactJson } from './exact-json.ts'

const SUCCESS = '200000'
const ASSUMED_KUCOIN_CODES: RefusalCodes = {
  unsure: new Set(['408000', '500000', '503000']),
  notFound: new Set(['100004']),
  duplicate: new Set(['300018']),
}
/** This code means unreadable parameters too: the words tell which. */
const ASSUMED_KUCOIN_NO_SUCH_ORDER = '100001'
const NO_SUCH_ORDER = /order.?not.?exist|order does not exist/i

/** What an answer repeats of the request, where it does. */
const ASSUMED_KUCOIN_OPERATIONS: Readonly<Record<AnsweredRequest, string | undefined>> = {
  key: undefined,
  place: 'futures.order',
  cancel: 'futures.cancel',
}

/**
 * KuCoin (assumed): `{"op":"futures.order","code":"200000","data":{"orderId":…,"clientOid":…}}`, to a cancel
 * `{"op":"futures.cancel","code":"200000","data":{"clientOid":…}}` or `"data":{"cancelledOrderIds":[…]}`, to the key
 * `{"sessionId":…,"data":"welcome"}`; a refusal is `{"code":…,"msg":…}`.
 */
export const KUCOIN: AnswerFormat = (root, request) => {
  const code = textOf(root, 'code')
  if (code === undefined) return readWelcome(root, request)
  const operation = textOf(root, 'op')
  const wanted = ASSUMED_KUCOIN_OPERATIONS[request]
  if (operation !== undefined && wanted !== undefined && operation !== wanted) return 'contradictory'
  if (!/^\d{3,9}$/.test(code)) return 'unrecognised'
  if (code === SUCCESS) return readData(memberOf(root, 'data'))
  if (memberOf(root, 'data') !== undefined && isJsonObject(memberOf(root, 'data'))) return 'contradictory'
  const words = textOf(root, 'msg') ?? ''
  const saysAbsent = code === ASSUMED_KUCOIN_NO_SUCH_ORDER && NO_SUCH_ORDER.test(words)
  return refusalOf(ASSUMED_KUCOIN_CODES, code, words, saysAbsent)
}

function readWelcome(root: ExactJson, request: AnsweredRequest): FoundAcceptance | UnclearAnswer {
  const isWelcome = textOf(root, 'data') === 'welcome' && textOf(root, 'sessionId') !== undefined
  return request === 'key' && isWelcome ? receiptOf(undefined, undefined) : 'unrecognised'
}

/** An accepted order may still be canceled at once: the answer says no state. */
function readData(data: ExactJson | undefined): FoundAcceptance | UnclearAnswer {
  if (!isJsonObject(data)) return 'unrecognised'
  const canceled = memberOf(data, 'cancelledOrderIds')
  if (canceled === undefined) return receiptOf(idOf(data, 'orderId'), textOf(data, 'clientOid'))
  const ids = Array.isArray(canceled) ? (canceled as readonly ExactJson[]) : []
  const [id] = ids
  if (ids.length !== 1 || typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id)) return 'unrecognised'
  return receiptOf(id, textOf(data, 'clientOid'))
}

/** What `KUCOIN` reads of `{"op":…,"code":"200000","data":{…}}`. */
export const KUCOIN_ACCEPTANCE: AcceptanceForm = {
  example: (id) =>
    `{"id":"1","op":"futures.order","code":"200000","data":{"orderId":"1917641","clientOid":"${id}"}}`,
  names: { op: {}, code: {}, data: { orderId: {}, clientOid: {}, cancelledOrderIds: {} } },
  reader(scan) {
    const [op, code, data] = [scan.numberOf('op'), scan.numberOf('code'), scan.numberOf('data')]
    const [orderId, clientId] = [scan.numberOf('data.orderId'), scan.numberOf('data.clientOid')]
    const canceled = scan.numberOf('data.cancelledOrderIds')
    return (request) => {
      const operation = ASSUMED_KUCOIN_OPERATIONS[request]
      if (!scan.isText(code, SUCCESS) || operation === undefined || !scan.isText(op, operation))
        return undefined
      if (!scan.isObject(data) || !scan.isAbsent(canceled)) return undefined
      return receiptOf(asId(scan.textOf(orderId)), scan.textOf(clientId))
    }
  },
}
