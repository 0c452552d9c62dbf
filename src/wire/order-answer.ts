import type {
  AcceptanceForm,
  AcceptedRequest,
  AnsweredRequest,
  AnsweredState,
  AnswerFormat,
  FoundAcceptance,
  RejectedAnswer,
  UnclearAnswer,
} from './answer-format.ts'
import { AnswerScan } from './answer-scan.ts'
import { BINANCE, BINANCE_ACCEPTANCE } from './binance-answer.ts'
import { BITGET, BITGET_ACCEPTANCE } from './bitget-answer.ts'
import { BLOFIN, BLOFIN_ACCEPTANCE } from './blofin-answer.ts'
import { BYBIT, BYBIT_ACCEPTANCE } from './bybit-answer.ts'
import { parseExactJson } from './exact-json.ts'
import { GATE_IO, GATE_IO_ACCEPTANCE } from './gate-io-answer.ts'
import { KUCOIN, KUCOIN_ACCEPTANCE } from './kucoin-answer.ts'
import { OKX, OKX_ACCEPTANCE } from './okx-answer.ts'
import type { ExchangeBackend } from './symbol-names.ts'

export interface AcceptedAnswer {
  readonly kind: 'accepted'
  /** Exactly as the exchange wrote it; undefined when the answer lacks it, never a stand-in. */
  readonly exchangeOrderId: string | undefined
  /** The exchange's own word, such as `NEW` or `EXPIRED`. */
  readonly exchangeStatus: string | undefined
  /** What that word means. */
  readonly state: AnsweredState | undefined
  readonly clientOrderId: string | undefined
  /** Decimal text, the exchange's own unit. */
  readonly executedSize: string | undefined
}

export interface UnknownAnswer {
  readonly kind: 'unknown'
  readonly reason: UnclearAnswer
  /** The beginning of the answer, made printable. */
  readonly text: string
}

export type OrderAnswer = AcceptedAnswer | RejectedAnswer | UnknownAnswer

/** How one exchange's answers are read. */
interface AnswerRow {
  readonly format: AnswerFormat
  readonly acceptance: AcceptanceForm
  /** Its codes for a key that it does not take; the order manager is assumed to answer so without a key as well. */
  readonly assumedKeyMissing: readonly string[]
}

/** One row per exchange. Binance is known (C SDK), the others are assumed. */
const ANSWERS: Readonly<Record<ExchangeBackend, AnswerRow>> = {
  binance: { format: BINANCE, acceptance: BINANCE_ACCEPTANCE, assumedKeyMissing: ['-2014', '-2015'] },
  okx: {
    format: OKX,
    acceptance: OKX_ACCEPTANCE,
    assumedKeyMissing: ['50111', '60005', '60009', '60011', '60032'],
  },
  bybit: { format: BYBIT, acceptance: BYBIT_ACCEPTANCE, assumedKeyMissing: ['10003', '10004', '33004'] },
  bitget: {
    format: BITGET,
    acceptance: BITGET_ACCEPTANCE,
    assumedKeyMissing: ['30004', '30011', '40006', '40037'],
  },
  kucoin: { format: KUCOIN, acceptance: KUCOIN_ACCEPTANCE, assumedKeyMissing: ['400001', '400003'] },
  gate_io: {
    format: GATE_IO,
    acceptance: GATE_IO_ACCEPTANCE,
    assumedKeyMissing: ['INVALID_KEY', 'AUTHENTICATION_FAILED'],
  },
  blofin: {
    format: BLOFIN,
    acceptance: BLOFIN_ACCEPTANCE,
    assumedKeyMissing: ['60009', '60011', '152401', '152409'],
  },
}

/** By backend; a backend that is not among them is not understood. */
const ANSWER_ROWS: ReadonlyMap<string, AnswerRow> = new Map(Object.entries(ANSWERS))

/** Whether a refusal with this code means that the key did not reach the exchange. */
export function saysKeyIsMissing(backend: string, exchangeCode: string | undefined): boolean {
  const row = ANSWER_ROWS.get(backend.toLowerCase())
  return exchangeCode !== undefined && (row?.assumedKeyMissing.includes(exchangeCode) ?? false)
}

/** The acceptance of a placement, as the backend's exchange usually writes it; undefined for a backend that is none. */
export function exampleAcceptance(backend: string, clientOrderId: string): string | undefined {
  return ANSWER_ROWS.get(backend.toLowerCase())?.acceptance.example(clientOrderId)
}

const MAX_TEXT = 200

/**
 * Reads the order manager's answer: the exchange's own answer as text. Only what is recognised in full is `accepted` or
 * `rejected`; everything else is `unknown`, because calling a live order failed, or a failed one live, loses money.
 *
 * An answer that names another order than `clientOrderId` is `unknown`: it is not this order's answer.
 */
export function decodeOrderAnswer(
  backend: string,
  request: AnsweredRequest,
  clientOrderId: string,
  text: string,
): OrderAnswer {
  const trimmed = text.trim()
  if (trimmed === '') return unclear('empty', text)
  if (!/^[{["]/.test(trimmed)) return decodeWords(request, trimmed)
  const root = parseExactJson(trimmed)
  if (root === undefined) return unclear('malformed', text)
  const row = ANSWER_ROWS.get(backend.toLowerCase())
  const found = row?.format(root, request) ?? 'unrecognised'
  if (typeof found === 'string') return unclear(found, text)
  if (found.kind === 'rejected') {
    const words =
      found.message || (found.exchangeCode === undefined ? 'no reason given' : `code ${found.exchangeCode}`)
    return { ...found, message: printable(words), notFound: request === 'cancel' && found.notFound }
  }
  const accepted = acceptedAs(found, request, clientOrderId)
  return typeof accepted === 'string' ? unclear(accepted, text) : accepted
}

/** What was accepted, if it can be this order; else why it is unclear. */
function acceptedAs(
  found: FoundAcceptance,
  request: AnsweredRequest,
  clientOrderId: string,
): AcceptedAnswer | UnclearAnswer {
  let isNamed = false
  let isOurs = false
  const { clientOrderIds } = found
  for (let i = 0; i < clientOrderIds.length; i++) {
    const id = clientOrderIds[i]
    if (id !== undefined) isNamed = true
    if (id === clientOrderId) isOurs = true
  }
  if (isNamed && !isOurs) return 'other-order'
  if (request !== 'key' && !isNamed && found.exchangeOrderId === undefined) return 'unrecognised'
  return {
    kind: 'accepted',
    exchangeOrderId: found.exchangeOrderId,
    exchangeStatus: found.exchangeStatus,
    state: found.state,
    clientOrderId: isNamed ? clientOrderId : undefined,
    executedSize: found.executedSize,
  }
}

/**
 * Reads one backend's answers as `decodeOrderAnswer` does, an acceptance in the exchange's usual form in a third of the
 * time.
 */
export class OrderAnswerReader {
  readonly #backend: string
  readonly #scan: AnswerScan | undefined
  readonly #readAcceptance: ((request: AcceptedRequest) => FoundAcceptance | undefined) | undefined

  constructor(backend: string) {
    this.#backend = backend
    const form = ANSWER_ROWS.get(backend.toLowerCase())?.acceptance
    if (!form) return
    this.#scan = new AnswerScan(form.names)
    this.#readAcceptance = form.reader(this.#scan)
  }

  /** @see decodeOrderAnswer */
  read(request: AnsweredRequest, clientOrderId: string, text: string): OrderAnswer {
    return (
      this.readAcceptance(request, clientOrderId, text) ??
      decodeOrderAnswer(this.#backend, request, clientOrderId, text)
    )
  }

  /** The acceptance of a request, where it is in the usual form; undefined for everything else, and for the key. */
  readAcceptance(request: AnsweredRequest, clientOrderId: string, text: string): AcceptedAnswer | undefined {
    if (request === 'key' || !this.#scan?.scan(text)) return undefined
    return this.#acceptance(request, clientOrderId)
  }

  /** Where an answer in bytes is copied to; undefined for a backend of which no usual form is known. */
  get words(): Int32Array | undefined {
    return this.#scan?.words
  }

  /** As `readAcceptance`, of the answer that stands in `words`. */
  readAcceptanceInWords(
    request: AnsweredRequest,
    clientOrderId: string,
    lengthBytes: number,
  ): AcceptedAnswer | undefined {
    if (request === 'key' || !this.#scan?.scanWords(lengthBytes, clientOrderId)) return undefined
    return this.#acceptance(request, clientOrderId)
  }

  #acceptance(request: AcceptedRequest, clientOrderId: string): AcceptedAnswer | undefined {
    const found = this.#readAcceptance?.(request)
    const accepted = found && acceptedAs(found, request, clientOrderId)
    return typeof accepted === 'object' ? accepted : undefined
  }
}

const SUCCESS_WORDS: Readonly<Record<AnsweredRequest, RegExp>> = {
  key: /^(success|executed)$/,
  place: /^(success|executed)$/,
  cancel: /^(success|cancell?ed)$/,
}
const NEGATION =
  /^(not|non|never|false|cannot|can't|couldn't|wasn't|isn't|un\w+|fail\w*|reject\w*|invalid|denied|refused)$/
const HEDGE = /^(no|without|unknown|timeout|timed|pending|partial\w*|if|may|might|maybe)$/

/**
 * The plain-text rule (C SDK), for text that is not JSON: whole words only, and a word that could turn the meaning
 * round leaves the outcome unknown.
 */
function decodeWords(request: AnsweredRequest, text: string): OrderAnswer {
  const words = text.toLowerCase().match(/[\w']+/g) ?? []
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word))
  const succeeded = has(SUCCESS_WORDS[request])
  const failed = has(/^errors?$/)
  if (has(HEDGE) || succeeded === failed) return unclear('unrecognised', text)
  if (failed) return { kind: 'rejected', exchangeCode: undefined, message: printable(text), notFound: false }
  if (has(NEGATION)) return unclear('unrecognised', text)
  return {
    kind: 'accepted',
    exchangeOrderId: undefined,
    exchangeStatus: undefined,
    state: undefined,
    clientOrderId: undefined,
    executedSize: undefined,
  }
}

function unclear(reason: UnclearAnswer, text: string): UnknownAnswer {
  return { kind: 'unknown', reason, text: printable(text) }
}

/** Text from outside for a message or a log: one line, printable ASCII, cut. */
export function printable(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
  return cut.replace(/[^\x20-\x7e…]/g, '?')
}
