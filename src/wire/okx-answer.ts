import { idOf, rejection, type AnswerFormat } from './answer-format.ts'
import { memberOf, textOf, type ExactJson } from './exact-json.ts'

const ASSUMED_OKX_UNSURE = new Set(['50001', '50004', '50026'])
const ASSUMED_OKX_NOT_FOUND = new Set(['51400', '51401', '51402', '51603'])
const ASSUMED_OKX_DUPLICATE = new Set(['51016'])

/** OKX (assumed): `{"op":"order","code":"0","data":[{"ordId":…,"clOrdId":…,"sCode":"0","sMsg":""}]}`. */
export const OKX: AnswerFormat = (root) => {
  const code = textOf(root, 'code')
  const data = memberOf(root, 'data')
  if (code === undefined || !/^\d{1,6}$/.test(code)) return 'unrecognised'
  const rows: readonly ExactJson[] = Array.isArray(data) ? (data as readonly ExactJson[]) : []
  if (rows.length > 1) return 'unrecognised'
  const row = rows[0]
  const rowCode = textOf(row, 'sCode')
  const failure = rowCode !== undefined && rowCode !== '0' ? rowCode : code
  if (code === '0' && rowCode === '0') {
    return {
      kind: 'accepted',
      exchangeOrderId: idOf(row, 'ordId'),
      exchangeStatus: undefined,
      state: undefined,
      executedSize: undefined,
      clientOrderIds: [textOf(row, 'clOrdId') || undefined],
    }
  }
  if (failure === '0') return 'unrecognised'
  if (code !== '0' && rowCode === '0') return 'contradictory'
  if (ASSUMED_OKX_UNSURE.has(failure)) return 'exchange-unsure'
  if (ASSUMED_OKX_DUPLICATE.has(failure)) return 'duplicate-id'
  const words = textOf(row, 'sMsg') || textOf(root, 'msg') || ''
  return rejection(failure, words, ASSUMED_OKX_NOT_FOUND.has(failure))
}
