import {
  asId,
  refusalOf,
  type AcceptanceForm,
  type AnsweredState,
  type AnswerFormat,
  type FoundAcceptance,
  type RefusalCodes,
  type RejectedAnswer,
  type UnclearAnswer,
} from './answer-format.ts'
import { isJsonObject, memberOf, textOf, type ExactJson } from './exact-json.ts'

/** Labels, Gate.io's codes. */
const ASSUMED_GATE_IO_LABELS: RefusalCodes = {
  unsure: new Set(['INTERNAL', 'SERVER_ERROR', 'TOO_BUSY']),
  notFound: new Set(['ORDER_NOT_FOUND', 'ORDER_FINISHED']),
  duplicate: new Set(['REPEATED_CREATION']),
}
/** What the order manager puts in front of the ring's number: the exchange takes no other text. */
const ASSUMED_GATE_IO_TEXT_PREFIX = 't-'

/** How a finished order ended, where it was not filled. */
const CANCELED_AS = new Set([
  'cancelled',
  'ioc',
  'fok',
  'poc',
  'stp',
  'reduce_only',
  'reduce_out',
  'position_closed',
  'liquidated',
  'auto_deleveraged',
])

/**
 * Gate.io (assumed): `{"request_id":…,"ack":false,"header":{"status":"200",…},"data":{"result":{"id":…,"text":…,…}}}`,
 * `{"header":{"status":"400",…},"data":{"errs":{"label":…,"message":…}}}`, or flat `{"label":…,"message":…}`. A message
 * with `"ack":true` only says that the request was received.
 */
export const GATE_IO: AnswerFormat = (root) => {
  const flat = textOf(root, 'label') === undefined ? undefined : root
  const data = memberOf(root, 'data')
  const error = memberOf(data, 'errs') ?? flat
  const result = memberOf(data, 'result')
  const status = textOf(memberOf(root, 'header'), 'status')
  if (status !== undefined && !/^[1-5]\d\d$/.test(status)) return 'unrecognised'
  if (status !== undefined && (status >= '500' || status === '408')) return 'exchange-unsure'
  if (error !== undefined && (result !== undefined || status?.startsWith('2'))) return 'contradictory'
  if (error !== undefined) return refusal(error)
  if (status !== '200' || memberOf(root, 'ack') === true || !isJsonObject(result)) return 'unrecognised'
  return acceptance((name) => textOf(result, name))
}

/** What `GATE_IO` reads of `{"header":{"status":"200"},"data":{"result":{…}}}`. */
export const GATE_IO_ACCEPTANCE: AcceptanceForm = {
  example: (id) =>
    `{"request_id":"1","ack":false,"header":{"status":"200"},"data":{"result":{"id":1917641,"text":"t-${id}","status":"open","size":10,"left":10}}}`,
  names: {
    header: { status: {} },
    ack: {},
    label: {},
    data: { errs: {}, result: { id: {}, text: {}, status: {}, finish_as: {}, size: {}, left: {} } },
  },
  reader(scan) {
    const [ack, label, header] = [scan.numberOf('ack'), scan.numberOf('label'), scan.numberOf('header')]
    const status = scan.numberOf('header.status')
    const [data, errors, result] = [
      scan.numberOf('data'),
      scan.numberOf('data.errs'),
      scan.numberOf('data.result'),
    ]
    const fields = new Map(RESULT_FIELDS.map((name) => [name, scan.numberOf(`data.result.${name}`)] as const))
    const textOfField = (name: ResultField) => scan.textOf(fields.get(name)!)
    return () => {
      if (!scan.isObject(header) || !scan.isText(status, '200')) return undefined
      if (scan.isTrue(ack) || !scan.isAbsent(label) || !scan.isAbsent(errors)) return undefined
      if (!scan.isObject(data) || !scan.isObject(result)) return undefined
      return acceptance(textOfField)
    }
  },
}

const RESULT_FIELDS = ['id', 'text', 'status', 'finish_as', 'size', 'left'] as const
type ResultField = (typeof RESULT_FIELDS)[number]
type TextOfField = (name: ResultField) => string | undefined

function refusal(error: ExactJson): RejectedAnswer | UnclearAnswer {
  const label = textOf(error, 'label')
  if (label === undefined || !/^[A-Z_]{1,64}$/.test(label)) return 'unrecognised'
  return refusalOf(ASSUMED_GATE_IO_LABELS, label, textOf(error, 'message') || textOf(error, 'detail'))
}

function acceptance(textOfField: TextOfField): FoundAcceptance {
  const status = asWord(textOfField('status'))
  const finishedAs = asWord(textOfField('finish_as'))
  const size = contractsOf(textOfField('size'))
  const left = contractsOf(textOfField('left'))
  const executed = finishedAs === 'filled' && left === undefined ? size : difference(size, left)
  return {
    kind: 'accepted',
    exchangeOrderId: asId(textOfField('id')),
    exchangeStatus: status === 'finished' ? (finishedAs ?? status) : status,
    state: stateOf(status, finishedAs, executed),
    executedSize: executed?.toString(),
    clientOrderIds: [clientIdOf(textOfField('text'))],
  }
}

function stateOf(
  status: string | undefined,
  finishedAs: string | undefined,
  executed: bigint | undefined,
): AnsweredState | undefined {
  if (status === 'open') return executed !== undefined && executed > 0n ? 'partiallyFilled' : 'open'
  if (status !== 'finished' || finishedAs === undefined) return undefined
  if (finishedAs === 'filled') return 'filled'
  return CANCELED_AS.has(finishedAs) ? 'canceled' : undefined
}

/** The ring's number, with the exchange's prefix or without. */
function clientIdOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  return text.startsWith(ASSUMED_GATE_IO_TEXT_PREFIX) ? text.slice(ASSUMED_GATE_IO_TEXT_PREFIX.length) : text
}

function asWord(text: string | undefined): string | undefined {
  return text !== undefined && /^[a-z_]{1,32}$/.test(text) ? text : undefined
}

/** A signed number of contracts, without its sign. */
function contractsOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^-?\d{1,20}$/.test(text) ? BigInt(text.replace('-', '')) : undefined
}

function difference(size: bigint | undefined, left: bigint | undefined): bigint | undefined {
  return size === undefined || left === undefined || left > size ? undefined : size - left
}
