import type { ErrorMeaning } from '../ccxt-errors.ts'

/** Codes whose meaning ccxt's class does not give, or gives otherwise. */
export const BITGET_ERROR_CODES: Readonly<Record<string, ErrorMeaning>> = {
  // Timed out, system abnormal, service error, unknown error: the order may be there.
  '40010': 'outcome-unknown',
  '40015': 'outcome-unknown',
  '40725': 'outcome-unknown',
  '45001': 'outcome-unknown',
  // The client id is in use: as ids are unique, it is this very order that is there.
  '40786': 'outcome-unknown',
  '22001': 'QTX_ORDER_NOT_FOUND',
  '25204': 'QTX_ORDER_NOT_FOUND',
  '40109': 'QTX_ORDER_NOT_FOUND',
  '40768': 'QTX_ORDER_NOT_FOUND',
  '43001': 'QTX_ORDER_NOT_FOUND',
}
