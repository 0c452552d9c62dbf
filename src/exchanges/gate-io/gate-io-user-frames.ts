import type { Balance, Position } from '../../connector/account-types.ts'
import type { FrameVerdict, UserFrameSink } from '../ccxt-profile.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { asDecimal, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { fundingIdOfHour } from '../funding-payment-id.ts'
import { readOrderRow, readPositionRow, readTradeRow, timeMsOf } from './gate-io-rows.ts'

const DEFAULT_ASSET = 'USDT'

/** Reads a message of the private futures channels. What comes is rows, each of one order, fill, position or change. */
export function readGateIoUserFrame(
  frame: unknown,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): FrameVerdict {
  const fields = asRecord(frame)
  const read = typeof fields?.['channel'] === 'string' ? READERS.get(fields['channel']) : undefined
  if (!fields || !read) return 'ignored'
  if (fields['event'] === 'subscribe') return readAcknowledgement(fields)
  if (fields['event'] !== 'update') return 'ignored'
  const rows = fields['result']
  if (!Array.isArray(rows)) return 'malformed'
  return read(rows as readonly unknown[], symbols, sink) ? 'read' : 'malformed'
}

type Reader = (rows: readonly unknown[], symbols: SymbolLookup, sink: UserFrameSink) => boolean

const READERS: ReadonlyMap<string, Reader> = new Map([
  ['futures.orders', readOrders],
  ['futures.usertrades', readTrades],
  ['futures.positions', readPositions],
  ['futures.balances', readBalances],
])

/** A refusal that ccxt can tell to whom it concerns is left to ccxt, which says the exchange's words. */
function readAcknowledgement(fields: UntrustedRecord): FrameVerdict {
  const error = asRecord(fields['error'])
  if (error && fields['id'] !== undefined) return 'ignored'
  return !error && asRecord(fields['result'])?.['status'] === 'success' ? 'acknowledged' : 'refused'
}

function readOrders(rows: readonly unknown[], symbols: SymbolLookup, sink: UserFrameSink): boolean {
  return everyRow(rows, symbols, (row, symbol) => {
    const update = readOrderRow(row, symbol, 'stream')
    if (update) sink.orderUpdate(update)
    return update !== undefined
  })
}

function readTrades(rows: readonly unknown[], symbols: SymbolLookup, sink: UserFrameSink): boolean {
  return everyRow(rows, symbols, (row, symbol) => {
    const trade = readTradeRow(row, symbol)
    if (trade) sink.tradeUpdate(trade)
    return trade !== undefined
  })
}

function readPositions(rows: readonly unknown[], symbols: SymbolLookup, sink: UserFrameSink): boolean {
  const positions: Position[] = []
  const isReadable = everyRow(rows, symbols, (row, symbol) => {
    const position = readPositionRow(row, symbol)
    if (typeof position === 'object') positions.push(position)
    return position !== undefined
  })
  if (positions.length > 0) sink.positions(positions)
  return isReadable
}

/** Each row is one change and the balance after it: of several, the last one counts. */
function readBalances(rows: readonly unknown[], symbols: SymbolLookup, sink: UserFrameSink): boolean {
  const changed = new Map<string, Balance>()
  let isReadable = true
  for (const value of rows) {
    const row = asRecord(value)
    const asset = (asText(row?.['currency']) ?? DEFAULT_ASSET).toUpperCase()
    const total = asDecimal(row?.['balance'])
    if (row && total) changed.set(asset, { asset, total })
    else isReadable = false
  }
  if (changed.size > 0) sink.balances([...changed.values()])
  for (const value of rows) readFunding(asRecord(value), symbols, sink)
  return isReadable
}

/** The text of funding begins with its contract. */
function readFunding(row: UntrustedRecord | undefined, symbols: SymbolLookup, sink: UserFrameSink): void {
  if (row?.['type'] !== 'fund') return
  const symbol = symbols(asText(row['text'])?.split(':')[0] ?? '')
  const amount = asDecimal(row['change'])
  const paidMs = timeMsOf(row['time_ms']) ?? timeMsOf(row['time'])
  if (!symbol || !amount || paidMs === undefined) return
  const asset = (asText(row['currency']) ?? DEFAULT_ASSET).toUpperCase()
  const { pair } = symbol
  sink.fundingPayment({
    pair,
    paymentId: fundingIdOfHour(pair, asset, paidMs),
    asset,
    amount,
    paidMs,
  })
}

/** Reads the rows of tracked contracts, all of them, whatever one of them is; false when one could not be read. */
function everyRow(
  rows: readonly unknown[],
  symbols: SymbolLookup,
  read: (row: unknown, symbol: ExchangeSymbol) => boolean,
): boolean {
  let isReadable = true
  for (const row of rows) {
    const contract = asText(asRecord(row)?.['contract'])
    const symbol = contract === undefined ? undefined : symbols(contract)
    if (contract === undefined || (symbol && !read(row, symbol))) isReadable = false
  }
  return isReadable
}
