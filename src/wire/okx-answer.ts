import {
  idOf,
  rejection,
  type AnswerFormat,
  type FoundAcceptance,
  type RejectedAnswer,
  type UnclearAnswer,
} from './answer-format.ts'
import { memberOf, textOf, type ExactJson } from './exact-json.ts'

/**
 * Codes after which the request may or may not have been executed: service unavailable, timeout, busy, system error,
 * an order that timed out, and a cancel that is under way already.
 */
const ASSUMED_OKX_UNSURE = new Set(['50001', '50004', '50005', '50013', '50026', '51149', '51410', '63999'])
const ASSUMED_OKX_NOT_FOUND = new Set(['51400', '51401', '51402', '51603'])
/** The id is in use: as ids are unique, it is this very order that is there. */
const ASSUMED_OKX_DUPLICATE = new Set(['51016'])

const SUCCESS = '0'
const OPS: Readonly<Record<'place' | 'cancel', readonly string[]>> = {
  place: ['order', 'batch-orders'],
  cancel: ['cancel-order', 'batch-cancel-orders'],
}
/** The request as a whole failed, or some of it: its row says why. */
const SOME_FAILED = new Set(['1', '2'])

/**
 * OKX (assumed): `{"op":"order","code":"0","data":[{"ordId":…,"clOrdId":…,"sCode":"0","sMsg":""}]}`, of a key
 * `{"event":"login","code":"0"}`. An acceptance says that the request was taken, not where the order stands.
 */
export const OKX: AnswerFormat = (root, request) => {
  const code = textOf(root, 'code')
  if (code === undefined || !/^\d{1,6}$/.test(code)) return 'unrecognised'
  if (request === 'key') return keyAnswer(root, code)
  const op = textOf(root, 'op')
  if (op !== undefined && !OPS[request].includes(op)) return 'unrecognised'
  const [row, ...others] = rowsOf(root)
  if (others.length > 0) return 'unrecognised'
  const rowCode = textOf(row, 'sCode')
  if (rowCode !== undefined && !/^\d{1,6}$/.test(rowCode)) return 'unrecognised'
  if (rowCode === SUCCESS) return code === SUCCESS ? acceptanceOf(row) : 'contradictory'
  if (rowCode === undefined) {
    // Without a row, these say only that a row would have said why.
    return code === SUCCESS || SOME_FAILED.has(code) ? 'unrecognised' : refusalOf(code, textOf(root, 'msg'))
  }
  return refusalOf(rowCode, textOf(row, 'sMsg') || textOf(root, 'msg'))
}

function keyAnswer(root: ExactJson, code: string): FoundAcceptance | RejectedAnswer | UnclearAnswer {
  const event = textOf(root, 'event')
  if (code === SUCCESS) return event === 'login' ? acceptanceOf(undefined) : 'unrecognised'
  return event === 'login' ? 'contradictory' : refusalOf(code, textOf(root, 'msg'))
}

function rowsOf(root: ExactJson): readonly ExactJson[] {
  const data = memberOf(root, 'data')
  return Array.isArray(data) ? (data as readonly ExactJson[]) : []
}

function acceptanceOf(row: ExactJson | undefined): FoundAcceptance {
  return {
    kind: 'accepted',
    exchangeOrderId: idOf(row, 'ordId'),
    exchangeStatus: undefined,
    state: undefined,
    executedSize: undefined,
    clientOrderIds: [textOf(row, 'clOrdId') || undefined],
  }
}

function refusalOf(code: string, words: string | undefined): RejectedAnswer | UnclearAnswer {
  if (ASSUMED_OKX_UNSURE.has(code)) return 'exchange-unsure'
  if (ASSUMED_OKX_DUPLICATE.has(code)) return 'duplicate-id'
  return rejection(code, words ?? '', ASSUMED_OKX_NOT_FOUND.has(code))
}
