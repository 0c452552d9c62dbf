import type { ErrorMeaning, Refusal } from '../ccxt-errors.ts'
import { asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'

/** Labels of APIv4 whose meaning ccxt's class does not give, or gives otherwise. */
export const GATE_IO_ERROR_CODES: Readonly<Record<string, ErrorMeaning>> = {
  INTERNAL: 'outcome-unknown',
  SERVER_ERROR: 'outcome-unknown',
  TOO_BUSY: 'outcome-unknown',
  MISSING_REQUIRED_HEADER: 'QTX_AUTH',
  INVALID_CREDENTIALS: 'QTX_AUTH',
  INVALID_KEY: 'QTX_AUTH',
  INVALID_SIGNATURE: 'QTX_AUTH',
  AUTHENTICATION_FAILED: 'QTX_AUTH',
  IP_FORBIDDEN: 'QTX_AUTH',
  READ_ONLY: 'QTX_AUTH',
  FORBIDDEN: 'QTX_AUTH',
  ACCOUNT_LOCKED: 'QTX_AUTH',
  USER_NOT_FOUND: 'QTX_AUTH',
  TOO_MANY_REQUESTS: 'QTX_RATE_LIMITED',
  TOO_FAST: 'QTX_RATE_LIMITED',
  // ccxt takes it for a wrong key.
  REQUEST_EXPIRED: 'QTX_CLOCK_SKEW',
  ORDER_NOT_FOUND: 'QTX_ORDER_NOT_FOUND',
  // The answer to a cancel that comes too late: the order is to be looked up.
  ORDER_FINISHED: 'QTX_ORDER_NOT_FOUND',
}

/** The label to ask for the position mode that is set already. */
export const NO_CHANGE = 'NO_CHANGE'

/** The body of a refusal, of REST or of the websocket, which has a refusal of the key as JSON in a text. */
export function readGateIoRefusal(body: UntrustedRecord): Refusal {
  const error = asRecord(body['error'])
  const nested = parseRecord(error?.['message']) ?? body
  const label = asText(nested['label']) ?? asText(error?.['code'])
  const words = asText(nested['message']) ?? asText(nested['detail']) ?? asText(error?.['message'])
  return { code: label, words }
}

function parseRecord(text: unknown): UntrustedRecord | undefined {
  if (typeof text !== 'string' || !text.startsWith('{')) return undefined
  try {
    return asRecord(JSON.parse(text))
  } catch {
    return undefined
  }
}
