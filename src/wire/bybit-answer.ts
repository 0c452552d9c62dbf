import {
  asId,
  idOf,
  receiptOf,
  refusalOf,
  type AcceptanceForm,
  type AnsweredRequest,
  type AnswerFormat,
  type RefusalCodes,
} from './answer-format.ts'
import { isJsonObject, memberOf, textOf } from './exact-json.ts'

const ASSUMED_BYBIT_CODES: RefusalCodes = {
  /** Server timeout, server error, and a request id that was sent before. */
  unsure: new Set(['10000', '10016', '10014', '20006']),
  /** Not there, finished, or canceled already. */
  notFound: new Set(['110001', '110008', '110010']),
  duplicate: new Set(['110072', '110030']),
}
/** What the trade socket calls each request; an answer to another one is not this one's. */
const ASSUMED_BYBIT_OPS: Readonly<Record<AnsweredRequest, string>> = {
  key: 'auth',
  place: 'order.create',
  cancel: 'order.cancel',
}

/**
 * Bybit (assumed): `{"retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":…,"orderLinkId":…}}`. An acceptance
 * is a receipt: it has no state, and a post-only order that is canceled at once is accepted like any other.
 */
export const BYBIT: AnswerFormat = (root, request) => {
  const code = textOf(root, 'retCode')
  if (code === undefined || !/^-?\d{1,9}$/.test(code)) return 'unrecognised'
  if (code !== '0') return refusalOf(ASSUMED_BYBIT_CODES, code, textOf(root, 'retMsg'))
  const op = memberOf(root, 'op')
  if (op !== undefined && op !== ASSUMED_BYBIT_OPS[request]) return 'unrecognised'
  const data = memberOf(root, 'data')
  if (request !== 'key' && !isJsonObject(data)) return 'unrecognised'
  return receiptOf(idOf(data, 'orderId'), textOf(data, 'orderLinkId'))
}

/** What `BYBIT` reads of `{"retCode":0,"op":…,"data":{…}}`. */
export const BYBIT_ACCEPTANCE: AcceptanceForm = {
  example: (id) =>
    `{"reqId":"1","retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":"1917641","orderLinkId":"${id}"}}`,
  names: { retCode: {}, op: {}, data: { orderId: {}, orderLinkId: {} } },
  reader(scan) {
    const [code, op, data] = [scan.numberOf('retCode'), scan.numberOf('op'), scan.numberOf('data')]
    const [orderId, linkId] = [scan.numberOf('data.orderId'), scan.numberOf('data.orderLinkId')]
    return (request) => {
      if (!scan.isText(code, '0') || !scan.isText(op, ASSUMED_BYBIT_OPS[request])) return undefined
      return scan.isObject(data) ? receiptOf(asId(scan.textOf(orderId)), scan.textOf(linkId)) : undefined
    }
  },
}
