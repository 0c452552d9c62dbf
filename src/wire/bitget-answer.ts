import {
  asId,
  idOf,
  receiptOf,
  refusalOf,
  type AcceptanceForm,
  type AnswerFormat,
  type RefusalCodes,
} from './answer-format.ts'
import { isJsonObject, memberOf, textOf, type ExactJson } from './exact-json.ts'

const ASSUMED_BITGET_CODES: RefusalCodes = {
  /** Timed out, system abnormal, service error, server busy, unknown error. */
  unsure: new Set(['40010', '40015', '40604', '40725', '45001', '50008']),
  notFound: new Set(['22001', '25204', '40109', '40768', '43001']),
  duplicate: new Set(['40786']),
}

/**
 * Bitget (assumed): `{"event":"trade","arg":[{"channel":"place-order","params":{"orderId":…,"clientOid":…}}],"code":0}`,
 * `{"event":"error","code":…,"msg":…}`, `{"event":"login","code":0}`, or as REST answers,
 * `{"code":"00000","data":{"orderId":…,"clientOid":…}}`. It says the ids, and nothing of what became of the order.
 */
export const BITGET: AnswerFormat = (root, request) => {
  const event = textOf(root, 'event')
  const code = textOf(root, 'code')
  if (code === undefined || !/^\d{1,6}$/.test(code)) return 'unrecognised'
  if (memberOf(root, 'event') !== undefined && !EVENTS.has(event ?? '')) return 'unrecognised'
  const isSuccess = event === undefined ? code === '00000' : code === '0' || code === '00000'
  if (!isSuccess) {
    if (/^0+$/.test(code)) return 'unrecognised'
    return refusalOf(ASSUMED_BITGET_CODES, code, textOf(root, 'msg'))
  }
  if (event === 'error') return 'contradictory'
  if ((event === 'login') !== (request === 'key') && event !== undefined) return 'unrecognised'
  const ids = request === 'key' ? undefined : idsOf(root)
  if (request !== 'key' && !isJsonObject(ids)) return 'unrecognised'
  return receiptOf(idOf(ids, 'orderId'), textOf(ids, 'clientOid'))
}

const EVENTS: ReadonlySet<string> = new Set(['trade', 'error', 'login'])

/** Of the one order that the answer is about; undefined where it is about several, or none. */
function idsOf(root: ExactJson): ExactJson | undefined {
  const list = memberOf(root, 'arg') ?? memberOf(root, 'args') ?? memberOf(root, 'data')
  if (!Array.isArray(list)) return list
  const rows = list as readonly ExactJson[]
  const row = rows.length === 1 ? rows[0] : undefined
  return memberOf(row, 'params') ?? row
}

/** What `BITGET` reads of `{"event":"trade","arg":[{"params":{…}}],"code":0}`. */
export const BITGET_ACCEPTANCE: AcceptanceForm = {
  example: (id) =>
    `{"event":"trade","arg":[{"id":"1","channel":"place-order","params":{"orderId":"1917641","clientOid":"${id}"}}],"code":0,"msg":"Success"}`,
  names: { event: {}, code: {}, arg: { params: { orderId: {}, clientOid: {} } } },
  reader(scan) {
    const [event, code, rows] = [scan.numberOf('event'), scan.numberOf('code'), scan.numberOf('arg')]
    const parameters = scan.numberOf('arg.params')
    const orderId = scan.numberOf('arg.params.orderId')
    const clientId = scan.numberOf('arg.params.clientOid')
    return () => {
      if (!scan.isText(event, 'trade') || !scan.isText(code, '0')) return undefined
      if (!scan.isListOfOne(rows) || !scan.isObject(parameters)) return undefined
      return receiptOf(asId(scan.textOf(orderId)), scan.textOf(clientId))
    }
  },
}
