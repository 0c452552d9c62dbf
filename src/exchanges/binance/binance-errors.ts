import type { ErrorMeaning } from '../ccxt-errors.ts'

/** Codes of USD-M futures whose meaning ccxt's class does not give, or gives otherwise. */
export const BINANCE_ERROR_CODES: Readonly<Record<string, ErrorMeaning>> = {
  // Binance's own words for these: execution status unknown.
  '-1000': 'outcome-unknown',
  '-1001': 'outcome-unknown',
  '-1006': 'outcome-unknown',
  '-1007': 'outcome-unknown',
  '-1002': 'QTX_AUTH',
  '-1022': 'QTX_AUTH',
  '-2014': 'QTX_AUTH',
  '-2015': 'QTX_AUTH',
  '-1003': 'QTX_RATE_LIMITED',
  '-1015': 'QTX_RATE_LIMITED',
  '-1021': 'QTX_CLOCK_SKEW',
  '-5028': 'QTX_CLOCK_SKEW',
  '-2011': 'QTX_ORDER_NOT_FOUND',
  '-2013': 'QTX_ORDER_NOT_FOUND',
}
