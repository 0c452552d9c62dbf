import type { ErrorMeaning, Refusal } from '../ccxt-errors.ts'
import { asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'

/** Codes of BloFin whose meaning ccxt's class does not give, or gives otherwise. */
export const BLOFIN_ERROR_CODES: Readonly<Record<string, ErrorMeaning>> = {
  // Assumed: the exchange's own failures say nothing about the request.
  '500': 'outcome-unknown',
  '103013': 'outcome-unknown',
  '429': 'QTX_RATE_LIMITED',
  '152405': 'QTX_CLOCK_SKEW',
  '401': 'QTX_AUTH',
  '152401': 'QTX_AUTH',
  '152402': 'QTX_AUTH',
  '152404': 'QTX_AUTH',
  '152406': 'QTX_AUTH',
  '152408': 'QTX_AUTH',
  '152409': 'QTX_AUTH',
  '60009': 'QTX_AUTH',
  // Documented as words of a refused cancel: filled, canceled, or never there.
  '1000': 'QTX_ORDER_NOT_FOUND',
  '102068': 'QTX_ORDER_NOT_FOUND',
}

/** What a request as a whole, or its first row, was refused with: the row says more. */
export function readBlofinRefusal(body: UntrustedRecord): Refusal {
  const row = rowOf(body)
  const rowCode = asText(row?.['code'])
  if (rowCode !== undefined && rowCode !== '0') return { code: rowCode, words: asText(row?.['msg']) }
  return { code: asText(body['code']), words: asText(body['msg']) }
}

/** The only row of an answer, in a list or by itself: its documents have both. */
function rowOf(body: UntrustedRecord): UntrustedRecord | undefined {
  return asRecord(asList(body['data'])[0]) ?? asRecord(body['data'])
}
