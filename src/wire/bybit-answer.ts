import { idOf, rejection, type AnswerFormat } from './answer-format.ts'
import { isJsonObject, memberOf, textOf } from './exact-json.ts'

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
      state: undefined,
      executedSize: undefined,
      clientOrderIds: [textOf(data, 'orderLinkId') || undefined],
    }
  }
  if (ASSUMED_BYBIT_UNSURE.has(code)) return 'exchange-unsure'
  if (ASSUMED_BYBIT_DUPLICATE.has(code)) return 'duplicate-id'
  return rejection(code, textOf(root, 'retMsg') ?? '', ASSUMED_BYBIT_NOT_FOUND.has(code))
}
