import type { Refusal, ErrorMeaning } from '../ccxt-errors.ts'
import { asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'

/** Codes of OKX whose meaning ccxt's class does not give, or gives otherwise. */
export const OKX_ERROR_CODES: Readonly<Record<string, ErrorMeaning>> = {
  // OKX's own words for these: whether the order was placed has to be looked up.
  '50001': 'outcome-unknown',
  '50004': 'outcome-unknown',
  '50013': 'outcome-unknown',
  '50026': 'outcome-unknown',
  '51149': 'outcome-unknown',
  '63999': 'outcome-unknown',
  '50011': 'QTX_RATE_LIMITED',
  '50061': 'QTX_RATE_LIMITED',
  '60014': 'QTX_RATE_LIMITED',
  '50102': 'QTX_CLOCK_SKEW',
  '50112': 'QTX_CLOCK_SKEW',
  '60006': 'QTX_CLOCK_SKEW',
  '50100': 'QTX_AUTH',
  '60009': 'QTX_AUTH',
  '60024': 'QTX_AUTH',
  '60032': 'QTX_AUTH',
  '51400': 'QTX_ORDER_NOT_FOUND',
  '51401': 'QTX_ORDER_NOT_FOUND',
  '51402': 'QTX_ORDER_NOT_FOUND',
  '51603': 'QTX_ORDER_NOT_FOUND',
}

/** What a request as a whole, or its first row, was refused with: the row says more. */
export function readOkxRefusal(body: UntrustedRecord): Refusal {
  const row = asRecord(asList(body['data'])[0])
  const rowCode = asText(row?.['sCode'])
  if (rowCode !== undefined && rowCode !== '0') return { code: rowCode, words: asText(row?.['sMsg']) }
  return { code: asText(body['code']), words: asText(body['msg']) }
}
