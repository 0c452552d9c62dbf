import type { FrameVerdict, UserFrameSink } from '../ccxt-profile.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { readRows } from '../frame-rows.ts'
import {
  bybitBalancesOf,
  bybitFillOf,
  bybitFundingOf,
  bybitOrderOf,
  bybitPositionOf,
  isBybitFill,
} from './bybit-rows.ts'

/** Reads one row; false when it cannot be read. */
type RowReader = (row: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink) => boolean

const READERS: ReadonlyMap<string, RowReader> = new Map<string, RowReader>([
  ['order', readOrder],
  ['execution', readExecution],
  ['position', readPosition],
  ['wallet', readWallet],
])

/** Reads a frame of the private stream: orders, executions with funding among them, positions, the wallet. */
export function readBybitUserFrame(frame: unknown, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  const fields = asRecord(frame)
  if (fields?.['op'] === 'subscribe') return fields['success'] === true ? 'acknowledged' : 'refused'
  // A topic may be narrowed to a category, such as `order.linear`.
  const topic = asText(fields?.['topic'])?.split('.')[0]
  const read = topic === undefined ? undefined : READERS.get(topic)
  if (!fields || !read) return 'ignored'
  return readRows(fields['data'], (row) => read(row, symbols, sink))
}

function readOrder(row: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink): boolean {
  const symbol = symbolOf(row, symbols)
  if (typeof symbol === 'string') return symbol === 'other'
  const update = bybitOrderOf(row, symbol, 'stream')
  if (update) sink.orderUpdate(update)
  return update !== undefined
}

function readExecution(row: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink): boolean {
  const symbol = symbolOf(row, symbols)
  if (typeof symbol === 'string') return symbol === 'other'
  if (row['execType'] === 'Funding') {
    const payment = bybitFundingOf(row, symbol)
    if (payment) sink.fundingPayment(payment)
    return payment !== undefined
  }
  if (!isBybitFill(row)) return row['execType'] !== undefined
  const fill = bybitFillOf(row, symbol)
  if (fill) sink.tradeUpdate(fill)
  return fill !== undefined
}

function readPosition(row: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink): boolean {
  const symbol = symbolOf(row, symbols)
  if (typeof symbol === 'string') return symbol === 'other'
  const position = bybitPositionOf(row, symbol)
  // Sides of a hedged account are not one-way positions.
  if (typeof position === 'object') sink.positions([position])
  return position !== undefined
}

function readWallet(row: UntrustedRecord, _symbols: SymbolLookup, sink: UserFrameSink): boolean {
  const balances = bybitBalancesOf(row)
  if (balances && balances.length > 0) sink.balances(balances)
  return balances !== undefined
}

/** `other`: of a pair that is not tracked, or of another category, which has symbols of the same names. */
function symbolOf(row: UntrustedRecord, symbols: SymbolLookup): ExchangeSymbol | 'other' | 'malformed' {
  const name = asText(row['symbol'])
  if (name === undefined) return 'malformed'
  const { category } = row
  return category === undefined || category === 'linear' ? (symbols(name) ?? 'other') : 'other'
}
