import {
  idOf,
  rejection,
  type AnswerFormat,
  type FoundAcceptance,
  type RejectedAnswer,
  type UnclearAnswer,
} from './answer-format.ts'
import { memberOf, textOf, type ExactJson } from './exact-json.ts'

/** Codes after which the request may or may not have been executed: the exchange's own failures. */
const ASSUMED_BLOFIN_UNSURE = new Set(['500', '103013', '152421', '102148'])
const ASSUMED_BLOFIN_NOT_FOUND = new Set(['1000', '102068'])
/** The id is in use: as ids are unique, it is this very order that is there. */
const ASSUMED_BLOFIN_DUPLICATE = new Set(['102002', '150003', '152030'])

const SUCCESS = '0'
const CODE = /^\d{1,6}$/
/** The request as a whole failed, or some of it: its row says why. */
const SOME_FAILED = new Set(['1', '2'])

/**
 * BloFin (assumed; its websocket takes no orders, so the manager's answers are taken to be REST's):
 * `{"code":"0","msg":"","data":[{"orderId":…,"clientOrderId":…,"code":"0","msg":""}]}`, of a key
 * `{"event":"login","code":"0"}`. An acceptance says that the request was taken, not where the order stands.
 */
export const BLOFIN: AnswerFormat = (root, request) => {
  const code = textOf(root, 'code')
  if (code === undefined || !CODE.test(code)) return 'unrecognised'
  if (request === 'key') return keyAnswer(root, code)
  const [row, ...others] = rowsOf(root)
  if (others.length > 0) return 'unrecognised'
  const rowCode = textOf(row, 'code')
  if (rowCode !== undefined && !CODE.test(rowCode)) return 'unrecognised'
  if (rowCode === SUCCESS) return code === SUCCESS ? acceptanceOf(row) : 'contradictory'
  if (rowCode === undefined) {
    // Without a row, these say only that a row would have said why.
    return code === SUCCESS || SOME_FAILED.has(code) ? 'unrecognised' : refusalOf(code, textOf(root, 'msg'))
  }
  return refusalOf(rowCode, textOf(row, 'msg') || textOf(root, 'msg'))
}

function keyAnswer(root: ExactJson, code: string): FoundAcceptance | RejectedAnswer | UnclearAnswer {
  const event = textOf(root, 'event')
  if (code === SUCCESS) return event === 'login' ? acceptanceOf(undefined) : 'unrecognised'
  return event === 'login' ? 'contradictory' : refusalOf(code, textOf(root, 'msg'))
}

/** One row may stand in a list or by itself. */
function rowsOf(root: ExactJson): readonly (ExactJson | undefined)[] {
  const data = memberOf(root, 'data')
  return Array.isArray(data) ? (data as readonly ExactJson[]) : [data]
}

function acceptanceOf(row: ExactJson | undefined): FoundAcceptance {
  return {
    kind: 'accepted',
    exchangeOrderId: idOf(row, 'orderId'),
    exchangeStatus: undefined,
    state: undefined,
    executedSize: undefined,
    clientOrderIds: [textOf(row, 'clientOrderId') || undefined],
  }
}

function refusalOf(code: string, words: string | undefined): RejectedAnswer | UnclearAnswer {
  if (ASSUMED_BLOFIN_UNSURE.has(code)) return 'exchange-unsure'
  if (ASSUMED_BLOFIN_DUPLICATE.has(code)) return 'duplicate-id'
  return rejection(code, words ?? '', ASSUMED_BLOFIN_NOT_FOUND.has(code))
}
