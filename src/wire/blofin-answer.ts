import type { AcceptanceForm, AnswerFormat, RefusalCodes } from './answer-format.ts'
import { memberOf, type ExactJson } from './exact-json.ts'
import { codeOf, loginAnswer, rowAcceptance, rowAnswer, type RowFields } from './row-answer.ts'

const ASSUMED_BLOFIN_CODES: RefusalCodes = {
  /** The exchange's own failures. */
  unsure: new Set(['500', '103013', '152421', '102148']),
  notFound: new Set(['1000', '102068']),
  duplicate: new Set(['102002', '150003', '152030']),
}
const FIELDS: RowFields = {
  code: 'code',
  words: 'msg',
  exchangeOrderId: 'orderId',
  clientOrderId: 'clientOrderId',
}

/**
 * BloFin (assumed; its websocket takes no orders, so the manager's answers are taken to be REST's):
 * `{"code":"0","msg":"","data":[{"orderId":…,"clientOrderId":…,"code":"0","msg":""}]}`, of a key
 * `{"event":"login","code":"0"}`. An acceptance says that the request was taken, not where the order stands.
 */
export const BLOFIN: AnswerFormat = (root, request) => {
  const code = codeOf(root)
  if (code === undefined) return 'unrecognised'
  if (request === 'key') return loginAnswer(root, code, ASSUMED_BLOFIN_CODES)
  const data = memberOf(root, 'data')
  // One row may stand in a list or by itself.
  const rows = Array.isArray(data) ? (data as readonly ExactJson[]) : [data]
  return rowAnswer(root, code, rows, FIELDS, ASSUMED_BLOFIN_CODES)
}

/** What `BLOFIN` reads of `{"code":"0","data":[{…,"code":"0"}]}`. */
export const BLOFIN_ACCEPTANCE: AcceptanceForm = rowAcceptance(FIELDS, undefined)
