import {
  asId,
  idOf,
  receiptOf,
  refusalOf,
  type AcceptanceForm,
  type AcceptedRequest,
  type FoundAcceptance,
  type RefusalCodes,
  type RejectedAnswer,
  type UnclearAnswer,
} from './answer-format.ts'
import { textOf, type ExactJson } from './exact-json.ts'

/** What an exchange calls the fields of the one row of its answer. */
export interface RowFields {
  readonly code: string
  readonly words: string
  readonly exchangeOrderId: string
  readonly clientOrderId: string
}

const SUCCESS = '0'
const CODE = /^\d{1,6}$/
/** The request as a whole failed, or some of it: its row says why. */
const SOME_FAILED = new Set(['1', '2'])

/** The answer's own code; undefined where it is none. */
export function codeOf(root: ExactJson): string | undefined {
  const code = textOf(root, 'code')
  return code !== undefined && CODE.test(code) ? code : undefined
}

/** An answer with a code of its own and one row, whose code says more. @param code the answer's own. */
export function rowAnswer(
  root: ExactJson,
  code: string,
  rows: readonly (ExactJson | undefined)[],
  fields: RowFields,
  codes: RefusalCodes,
): FoundAcceptance | RejectedAnswer | UnclearAnswer {
  const [row, ...others] = rows
  if (others.length > 0) return 'unrecognised'
  const rowCode = textOf(row, fields.code)
  if (rowCode !== undefined && !CODE.test(rowCode)) return 'unrecognised'
  if (rowCode === SUCCESS) {
    return code === SUCCESS
      ? receiptOf(idOf(row, fields.exchangeOrderId), textOf(row, fields.clientOrderId))
      : 'contradictory'
  }
  if (rowCode === undefined) {
    // Without a row, these say only that a row would have said why.
    const saysNothing = code === SUCCESS || SOME_FAILED.has(code)
    return saysNothing ? 'unrecognised' : refusalOf(codes, code, textOf(root, 'msg'))
  }
  return refusalOf(codes, rowCode, textOf(row, fields.words) || textOf(root, 'msg'))
}

/** The answer to setting the key: `{"event":"login","code":"0"}`. @param code the answer's own. */
export function loginAnswer(
  root: ExactJson,
  code: string,
  codes: RefusalCodes,
): FoundAcceptance | RejectedAnswer | UnclearAnswer {
  const event = textOf(root, 'event')
  if (code === SUCCESS) return event === 'login' ? receiptOf(undefined, undefined) : 'unrecognised'
  return event === 'login' ? 'contradictory' : refusalOf(codes, code, textOf(root, 'msg'))
}

/**
 * What `rowAnswer` reads of a list of one row that is accepted, in an answer that is.
 * @param ops what the answer repeats of the request; undefined where the exchange does not look at it.
 */
export function rowAcceptance(
  fields: RowFields,
  ops: Readonly<Record<AcceptedRequest, string>> | undefined,
): AcceptanceForm {
  const { exchangeOrderId, clientOrderId } = fields
  return {
    example: (id) =>
      `{${ops ? `"op":"${ops.place}",` : ''}"code":"0","msg":"","data":[{"${exchangeOrderId}":"1917641","${clientOrderId}":"${id}","${fields.code}":"0"}]}`,
    names: {
      code: {},
      ...(ops && { op: {} }),
      data: { [fields.code]: {}, [fields.exchangeOrderId]: {}, [fields.clientOrderId]: {} },
    },
    reader(scan) {
      const [code, rows] = [scan.numberOf('code'), scan.numberOf('data')]
      const op = ops ? scan.numberOf('op') : -1
      const rowCode = scan.numberOf(`data.${fields.code}`)
      const orderId = scan.numberOf(`data.${fields.exchangeOrderId}`)
      const clientId = scan.numberOf(`data.${fields.clientOrderId}`)
      return (request) => {
        if (!scan.isText(code, SUCCESS) || (ops && !scan.isText(op, ops[request]))) return undefined
        if (!scan.isListOfOne(rows) || !scan.isText(rowCode, SUCCESS)) return undefined
        return receiptOf(asId(scan.textOf(orderId)), scan.textOf(clientId))
      }
    },
  }
}
