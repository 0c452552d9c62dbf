import { ERRORS, QtxError, messageOf, type ErrorCode } from '../errors.ts'
import type { SecretScrubber } from './secret-scrubber.ts'

/** What one side of the control socket takes from the other. */
export const CONTROL_LIMITS = {
  /** The longest request, bytes. */
  requestBytes: 64 * 1024,
  /** The longest answer, bytes. */
  answerBytes: 8 * 1024 * 1024,
  /** Connections at once. */
  connections: 32,
  /** Requests of one connection that are being answered. */
  requestsAtOnce: 16,
  subscriptionsAtOnce: 8,
  /** Requests of one connection that could not be read; it is closed then. */
  unreadable: 8,
  /** Answers that a connection has not read; it is closed then. */
  unreadBytes: 16 * 1024 * 1024,
  /** How long the rest of a request may take, milliseconds. */
  partialRequestMs: 10_000,
  /** How long a connection may ask nothing, milliseconds. */
  idleMs: 300_000,
} as const

/** A request; one line of JSON. */
export interface ControlRequest {
  /** The client's own; it stands in every answer. */
  readonly id: number
  readonly method: string
  readonly params: unknown
}

/** What was asked for could not be done. */
export interface ControlFailure {
  readonly code: string
  /** What failed, without the remedy. */
  readonly message: string
  readonly remedy: string
  readonly outcome: 'none' | 'rejected' | 'unknown'
}

/** An answer; one line of JSON. Of a stream many come, each with an item, until its end. */
export type ControlAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number | null; readonly error: ControlFailure }
  | { readonly id: number; readonly item: unknown }

/** Reads a line from outside. @throws QtxError `QTX_SERVICE_REQUEST` for what is no request. */
export function readRequest(line: string): ControlRequest {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw unreadable('it is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable('it is no object')
  const { id, method, params = {} } = value as Readonly<Record<string, unknown>>
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
    throw unreadable('its id is no whole number from 0')
  if (typeof method !== 'string' || method.length > 64) throw unreadable('it names no method')
  return { id, method, params }
}

/** An error as it is told to the other side. */
export function toFailure(error: unknown): ControlFailure {
  if (!(error instanceof QtxError)) {
    const { remedy, outcome } = ERRORS.QTX_SERVICE_REQUEST
    return { code: 'QTX_SERVICE_REQUEST', message: messageOf(error), remedy, outcome }
  }
  const { code, message, remedy, outcome } = error
  return { code, message: withoutRemedy(message, remedy), remedy, outcome }
}

/** The error that the other side told of. */
export function fromFailure(failure: Partial<ControlFailure>): QtxError {
  const { code = '', message = 'no reason was given', remedy } = failure
  const known: ErrorCode = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'QTX_SERVICE_REQUEST'
  return new QtxError(known, message, remedy === undefined ? {} : { remedy })
}

/** The same error without secrets. */
export function withoutSecrets(error: unknown, scrubber: SecretScrubber): QtxError {
  const { message, ...failure } = toFailure(error)
  const { remedy } = failure
  return fromFailure({ ...failure, message: scrubber.scrub(message), remedy: scrubber.scrub(remedy) })
}

function withoutRemedy(message: string, remedy: string): string {
  return message.endsWith(`: ${remedy}`) ? message.slice(0, -remedy.length - 2) : message
}

function unreadable(why: string): QtxError {
  return new QtxError('QTX_SERVICE_REQUEST', `a request could not be read: ${why}`, {
    remedy: 'send one line of JSON: {"id": 1, "method": "status", "params": {}}',
  })
}
