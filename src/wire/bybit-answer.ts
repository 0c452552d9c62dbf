import { idOf, rejection, type AnsweredRequest, type AnswerFormat } from './answer-format.ts'
import { isJsonObject, memberOf, textOf } from './exact-json.ts'

/** After these the request may have been executed: server timeout, server error, and a request id that was sent before. */
const ASSUMED_BYBIT_UNSURE = new Set(['10000', '10016', '10014', '20006'])
/** Not there, finished, or canceled already. */
const ASSUMED_BYBIT_NOT_FOUND = new Set(['110001', '110008', '110010'])
/** The id is in use: as ids are unique, it is this very order that is there. */
const ASSUMED_BYBIT_DUPLICATE = new Set(['110072', '110030'])
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
  if (code !== '0') {
    if (ASSUMED_BYBIT_UNSURE.has(code)) return 'exchange-unsure'
    if (ASSUMED_BYBIT_DUPLICATE.has(code)) return 'duplicate-id'
    return rejection(code, textOf(root, 'retMsg') ?? '', ASSUMED_BYBIT_NOT_FOUND.has(code))
  }
  const op = memberOf(root, 'op')
  if (op !== undefined && op !== ASSUMED_BYBIT_OPS[request]) return 'unrecognised'
  const data = memberOf(root, 'data')
  if (request !== 'key' && !isJsonObject(data)) return 'unrecognised'
  return {
    kind: 'accepted',
    exchangeOrderId: idOf(data, 'orderId'),
    exchangeStatus: undefined,
    state: undefined,
    executedSize: undefined,
    clientOrderIds: [textOf(data, 'orderLinkId') || undefined],
  }
}
