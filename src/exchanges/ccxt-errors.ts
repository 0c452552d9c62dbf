import { REDACTED, SecretForms, withoutNamedSecrets } from '../common/secret-forms.ts'
import { messageOf, QtxError, type ErrorCode } from '../errors.ts'
import type { CancelOutcome, OrderReason, PlaceOutcome } from '../connector/order-types.ts'
import { TransportError } from './http-transport.ts'
import { asRecord, asText, type UntrustedRecord } from './untrusted-fields.ts'

/**
 * What an exchange's own error code means, where ccxt's class says too little or something else.
 * `outcome-unknown`: the exchange itself does not know what became of the request.
 */
export type ErrorMeaning = ErrorCode | 'outcome-unknown'

/** What an exchange says when it refuses. */
export interface Refusal {
  readonly code?: string | undefined
  readonly words?: string | undefined
}

export interface ErrorReading {
  /** By the exchange's code. */
  readonly codes: Readonly<Record<string, ErrorMeaning>>
  /** ccxt puts it in front of its messages. */
  readonly exchangeId: string
  /** Reads the body of a refusal; `code` and `msg` by default. */
  readonly readRefusal?: ((body: UntrustedRecord) => Refusal) | undefined
  /** Never repeated in a message. */
  readonly secrets: readonly string[]
}

/** What is known after a request failed. */
export interface Diagnosis {
  readonly code: ErrorCode
  /** The failure in words, without secrets. */
  readonly words: string
  /** Whether the request was never sent, was refused, or may have been executed. */
  readonly certainty: 'not-sent' | 'refused' | 'unknown'
  readonly details: Readonly<Record<string, unknown>>
}

const LONGEST_WORDS = 300

/** First match wins: subclasses before their parents. */
const MEANING_OF_CLASS: readonly (readonly [string, ErrorCode, Diagnosis['certainty']])[] = [
  ['OrderNotFound', 'QTX_ORDER_NOT_FOUND', 'refused'],
  ['AuthenticationError', 'QTX_AUTH', 'refused'],
  ['RateLimitExceeded', 'QTX_RATE_LIMITED', 'refused'],
  ['DDoSProtection', 'QTX_RATE_LIMITED', 'refused'],
  ['InvalidNonce', 'QTX_CLOCK_SKEW', 'refused'],
  ['NetworkError', 'QTX_EXCHANGE_DOWN', 'unknown'],
  ['OperationFailed', 'QTX_EXCHANGE_ANSWER', 'unknown'],
  ['BadSymbol', 'QTX_PAIR_UNKNOWN', 'refused'],
  ['InsufficientFunds', 'QTX_ORDER_REJECTED', 'refused'],
  ['InvalidOrder', 'QTX_ORDER_REJECTED', 'refused'],
  ['ExchangeError', 'QTX_EXCHANGE_ANSWER', 'refused'],
]

/** Reads whatever ccxt or the transport threw. */
export function diagnose(error: unknown, reading: ErrorReading): Diagnosis {
  if (error instanceof TransportError) return diagnoseTransport(error, reading)
  const classes = classNamesOf(error)
  const refusal = readRefusal(messageOf(error), reading)
  const words = redact(
    refusal.code === undefined ? refusal.words : `${refusal.code} ${refusal.words}`,
    reading.secrets,
  )
  const details = {
    ...(refusal.code !== undefined && { exchangeCode: refusal.code }),
    exchangeWords: redact(refusal.words, reading.secrets),
  }
  const meaning = refusal.code === undefined ? undefined : reading.codes[refusal.code]
  if (meaning === 'outcome-unknown')
    return { code: 'QTX_EXCHANGE_DOWN', words, certainty: 'unknown', details }
  if (meaning !== undefined) return { code: meaning, words, certainty: 'refused', details }
  const row = MEANING_OF_CLASS.find(([name]) => classes.includes(name))
  if (row) return { code: row[1], words, certainty: row[2], details }
  return {
    code: 'QTX_EXCHANGE_ANSWER',
    words: `answer could not be read: ${words}`,
    certainty: 'unknown',
    details,
  }
}

/** A failed request as an error; `what` names the request, such as `fetching balances`. */
export function toQtxError(error: unknown, what: string, reading: ErrorReading): QtxError {
  if (error instanceof QtxError) return error
  const { code, words, details } = diagnose(error, reading)
  return new QtxError(code, `${what} failed: ${words}`, { details })
}

/**
 * What a failed order request means. Only what the exchange refused in so many words is rejected.
 * @throws QtxError when nothing was sent.
 */
export function toPlaceOutcome(
  error: unknown,
  what: string,
  wasSent: boolean,
  reading: ErrorReading,
): PlaceOutcome {
  const { certainty, ...diagnosis } = diagnoseSent(error, what, wasSent, reading)
  const code = certainty === 'refused' ? refusalCode(diagnosis.code) : unknownCode(error)
  const reason: OrderReason = { code, message: `${what} failed: ${diagnosis.words}` }
  return certainty === 'refused' ? { kind: 'rejected', reason } : { kind: 'unknown', reason }
}

/** Like `toPlaceOutcome`, for cancelling. */
export function toCancelOutcome(
  error: unknown,
  what: string,
  wasSent: boolean,
  reading: ErrorReading,
): CancelOutcome {
  const { certainty, ...diagnosis } = diagnoseSent(error, what, wasSent, reading)
  const code = certainty === 'refused' ? refusalCode(diagnosis.code) : unknownCode(error)
  const reason: OrderReason = { code, message: `${what} failed: ${diagnosis.words}` }
  if (certainty === 'unknown') return { kind: 'unknown', reason }
  return { kind: 'rejected', notFound: diagnosis.code === 'QTX_ORDER_NOT_FOUND', reason }
}

/** Takes secrets, signatures and the queries of addresses out of a text, and shortens it. */
export function redact(text: string, secrets: readonly string[]): string {
  return withoutNamedSecrets(new SecretForms(secrets).takeOut(text))
    .replace(/((?:https?|wss?):\/\/[^\s?"']+)\?[^\s"']*/g, '$1')
    .replace(/\b(token)(["']?\s*[=:]\s*["']?)[^\s&"',}]+/gi, `$1$2${REDACTED}`)
    .slice(0, LONGEST_WORDS)
}

function diagnoseTransport(error: TransportError, reading: ErrorReading): Diagnosis {
  const words = redact(error.message, reading.secrets)
  const details = {
    ...(error.httpStatus !== undefined && { httpStatus: error.httpStatus }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  }
  if (error.failure === 'rate-limited')
    return { code: 'QTX_RATE_LIMITED', words, certainty: 'refused', details }
  const certainty = error.failure === 'unreachable' ? 'not-sent' : 'unknown'
  return { code: 'QTX_EXCHANGE_DOWN', words, certainty, details }
}

function diagnoseSent(
  error: unknown,
  what: string,
  wasSent: boolean,
  reading: ErrorReading,
): Diagnosis & { readonly certainty: 'refused' | 'unknown' } {
  const diagnosis = diagnose(error, reading)
  const { certainty } = diagnosis
  if (!wasSent || certainty === 'not-sent') throw toQtxError(error, what, reading)
  return { ...diagnosis, certainty }
}

function refusalCode(code: ErrorCode): ErrorCode {
  return code === 'QTX_EXCHANGE_ANSWER' ? 'QTX_ORDER_REJECTED' : code
}

function unknownCode(error: unknown): ErrorCode {
  return error instanceof TransportError && error.failure === 'timeout'
    ? 'QTX_ORDER_TIMEOUT'
    : 'QTX_ORDER_UNKNOWN_OUTCOME'
}

function classNamesOf(error: unknown): readonly string[] {
  const names: string[] = []
  let prototype: unknown = error instanceof Error ? Object.getPrototypeOf(error) : null
  while (typeof prototype === 'object' && prototype !== null) {
    names.push((prototype.constructor as { readonly name: string }).name)
    prototype = Object.getPrototypeOf(prototype) as unknown
  }
  return names
}

/** ccxt's message is its exchange's id and then the body of the answer. */
function readRefusal(
  message: string,
  { exchangeId, readRefusal: read = codeAndMsg }: ErrorReading,
): Refusal & { readonly words: string } {
  const words = message.startsWith(`${exchangeId} `) ? message.slice(exchangeId.length + 1) : message
  const bodyStart = words.indexOf('{')
  if (bodyStart < 0) return { words }
  try {
    const body = asRecord(JSON.parse(words.slice(bodyStart)))
    const refusal = body && read(body)
    return { code: refusal?.code, words: refusal?.words ?? words }
  } catch {
    return { words }
  }
}

function codeAndMsg(body: UntrustedRecord): Refusal {
  return { code: asText(body['code']), words: asText(body['msg']) }
}
