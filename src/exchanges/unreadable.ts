import { QtxError } from '../errors.ts'

/** `QTX_EXCHANGE_ANSWER`: `what` of the exchange's answer has another shape than expected. */
export function unreadable(what: string, details: Readonly<Record<string, string>> = {}): QtxError {
  return new QtxError('QTX_EXCHANGE_ANSWER', `${what} could not be read`, {
    details,
    remedy: 'none known; the exchange’s answer has another shape than expected',
  })
}
