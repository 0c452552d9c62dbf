import type { FrameVerdict } from './ccxt-profile.ts'
import type { ExchangeSymbol, SymbolLookup } from './exchange-symbols.ts'
import { asRecord, asText, type UntrustedRecord } from './untrusted-fields.ts'

/**
 * Reads the rows of a frame, all of them, whatever one of them is.
 * @param rows malformed where it is no list.
 * @param read false for a row that cannot be read.
 */
export function readRows(rows: unknown, read: (row: UntrustedRecord) => boolean): FrameVerdict {
  if (!Array.isArray(rows)) return 'malformed'
  let isWhole = true
  for (const each of rows as readonly unknown[]) {
    const row = asRecord(each)
    if (!row || !read(row)) isWhole = false
  }
  return isWhole ? 'read' : 'malformed'
}

/**
 * The same for rows of which each is about one pair; those of pairs that are not tracked are left out.
 * @param symbolField has the exchange's symbol.
 */
export function readPairRows(
  rows: unknown,
  symbolField: string,
  symbols: SymbolLookup,
  read: (row: UntrustedRecord, symbol: ExchangeSymbol) => boolean,
): FrameVerdict {
  return readRows(rows, (row) => {
    const exchangeSymbol = asText(row[symbolField])
    if (exchangeSymbol === undefined) return false
    const symbol = symbols(exchangeSymbol)
    return !symbol || read(row, symbol)
  })
}
