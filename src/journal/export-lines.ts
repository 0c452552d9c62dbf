import type { HistoryKind, HistoryRows } from './history.ts'

/** Columns of each kind, named as the fields of its rows. */
const COLUMNS: { readonly [Kind in HistoryKind]: readonly string[] } = {
  orders: [
    'createdMs',
    'pair',
    'clientOrderId',
    'exchangeOrderId',
    'tradeType',
    'orderType',
    'timeInForce',
    'positionAction',
    'amount',
    'price',
    'maxSlippage',
    'leverage',
    'state',
    'placeOutcome',
    'cancelOutcome',
    'code',
    'message',
    'updatedMs',
  ],
  fills: [
    'fillMs',
    'pair',
    'tradeId',
    'clientOrderId',
    'exchangeOrderId',
    'tradeType',
    'positionAction',
    'price',
    'amount',
    'feeAsset',
    'feeAmount',
    'isMaker',
  ],
  funding: ['paidMs', 'pair', 'paymentId', 'asset', 'amount'],
  changes: [
    'atMs',
    'kind',
    'pair',
    'clientOrderId',
    'exchangeOrderId',
    'request',
    'outcome',
    'state',
    'code',
    'message',
  ],
}

const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/
/** What a spreadsheet would take for a formula. */
const FORMULA_START = /^[=+\-@\t\r]/

/** The first line of a CSV file; undefined for JSON lines. */
export function exportHeader(kind: HistoryKind, format: 'csv' | 'jsonl'): string | undefined {
  return format === 'csv' ? `${COLUMNS[kind].join(',')}\n` : undefined
}

/**
 * One row as a line, with its line feed. CSV is quoted as RFC 4180 says; a text that a spreadsheet would take for a
 * formula has an apostrophe put before it. JSON lines have the row's fields, null for what is not there.
 */
export function exportLine<Kind extends HistoryKind>(
  kind: Kind,
  format: 'csv' | 'jsonl',
  row: HistoryRows[Kind],
): string {
  const fields = new Map<string, string | number | boolean | undefined>(Object.entries(row))
  const values = COLUMNS[kind].map((column) => [column, fields.get(column) ?? null] as const)
  if (format === 'jsonl') return `${JSON.stringify(Object.fromEntries(values))}\n`
  return `${values.map(([, value]) => cell(value)).join(',')}\n`
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return ''
  const text = String(value)
  const isFormula = FORMULA_START.test(text) && !PLAIN_NUMBER.test(text)
  const safe = isFormula ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
