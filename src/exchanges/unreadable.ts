import { QtxError } from '../errors.ts'

/** `QTX_EXCHANGE_ANSWER`: `what` of the exchange's answer has another shape than expected. */
export function unreadable(what: string, details: Readonly<Record<string, unknown>> = {}): QtxError {
  return new QtxError('QTX_EXCHANGE_ANSWER', `${what} could not be read`, {
    details,
    remedy: 'none known; the exchange’s answer has another shape than expected',
  })
}

/** The value. @throws QtxError `QTX_EXCHANGE_ANSWER` where `what` could not be read. */
export function readable<T>(
  value: T | undefined,
  what: string,
  details?: Readonly<Record<string, unknown>>,
): T {
  if (value === undefined) throw unreadable(what, details)
  return value
}
