import type { AcceptanceForm, AnswerFormat, RefusalCodes } from './answer-format.ts'
import { memberOf, textOf, type ExactJson } from './exact-json.ts'
import { codeOf, loginAnswer, rowAcceptance, rowAnswer, type RowFields } from './row-answer.ts'

const ASSUMED_OKX_CODES: RefusalCodes = {
  /**
   * Service unavailable, timeout, busy, system error, an order that timed out, and a cancel that is under way already.
   */
  unsure: new Set(['50001', '50004', '50005', '50013', '50026', '51149', '51410', '63999']),
  notFound: new Set(['51400', '51401', '51402', '51603']),
  duplicate: new Set(['51016']),
}
const FIELDS: RowFields = {
  code: 'sCode',
  words: 'sMsg',
  exchangeOrderId: 'ordId',
  clientOrderId: 'clOrdId',
}
const OPS: Readonly<Record<'place' | 'cancel', readonly string[]>> = {
  place: ['order', 'batch-orders'],
  cancel: ['cancel-order', 'batch-cancel-orders'],
}

/**
 * OKX (assumed): `{"op":"order","code":"0","data":[{"ordId":…,"clOrdId":…,"sCode":"0","sMsg":""}]}`, of a key
 * `{"event":"login","code":"0"}`. An acceptance says that the request was taken, not where the order stands.
 */
export const OKX: AnswerFormat = (root, request) => {
  const code = codeOf(root)
  if (code === undefined) return 'unrecognised'
  if (request === 'key') return loginAnswer(root, code, ASSUMED_OKX_CODES)
  const op = textOf(root, 'op')
  if (op !== undefined && !OPS[request].includes(op)) return 'unrecognised'
  const data = memberOf(root, 'data')
  const rows = Array.isArray(data) ? (data as readonly ExactJson[]) : []
  return rowAnswer(root, code, rows, FIELDS, ASSUMED_OKX_CODES)
}

/** What `OKX` reads of `{"op":"order","code":"0","data":[{…,"sCode":"0"}]}`. */
export const OKX_ACCEPTANCE: AcceptanceForm = rowAcceptance(FIELDS, {
  place: 'order',
  cancel: 'cancel-order',
})
