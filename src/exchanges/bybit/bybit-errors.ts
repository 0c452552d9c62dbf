import type { ErrorMeaning, Refusal } from '../ccxt-errors.ts'
import { asText, type UntrustedRecord } from '../untrusted-fields.ts'

/** The mode that was asked for is set already. */
export const POSITION_MODE_UNCHANGED = '110025'
/** The leverage that was asked for is set already. */
export const LEVERAGE_UNCHANGED = '110043'

/** Codes of version 5 whose meaning ccxt's class does not give, or gives otherwise. */
export const BYBIT_ERROR_CODES: Readonly<Record<string, ErrorMeaning>> = {
  // Bybit's own words for these: server timeout, server error. ccxt takes them for refusals.
  '10000': 'outcome-unknown',
  '10016': 'outcome-unknown',
  '10002': 'QTX_CLOCK_SKEW',
  '10003': 'QTX_AUTH',
  '10004': 'QTX_AUTH',
  '10005': 'QTX_AUTH',
  '10007': 'QTX_AUTH',
  '10010': 'QTX_AUTH',
  '33004': 'QTX_AUTH',
  '10006': 'QTX_RATE_LIMITED',
  '10018': 'QTX_RATE_LIMITED',
  '10429': 'QTX_RATE_LIMITED',
  // Not there, finished, canceled: of each of them nothing is open any more.
  '110001': 'QTX_ORDER_NOT_FOUND',
  '110008': 'QTX_ORDER_NOT_FOUND',
  '110010': 'QTX_ORDER_NOT_FOUND',
}

/** A refusal's body; it comes with HTTP status 200. */
export function readBybitRefusal(body: UntrustedRecord): Refusal {
  return { code: asText(body['retCode']), words: asText(body['retMsg']) }
}
