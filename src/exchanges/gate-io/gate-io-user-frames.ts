import type { Balance, Position } from '../../connector/account-types.ts'
import type { FrameVerdict, UserFrameSink } from '../ccxt-profile.ts'
import type { SymbolLookup } from '../exchange-symbols.ts'
import { readPairRows, readRows } from '../frame-rows.ts'
import { asDecimal, asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
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
  return read(fields['result'], symbols, sink)
}

type Reader = (rows: unknown, symbols: SymbolLookup, sink: UserFrameSink) => FrameVerdict

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

function readOrders(rows: unknown, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  return readPairRows(rows, 'contract', symbols, (row, symbol) => {
    const update = readOrderRow(row, symbol, 'stream')
    if (update) sink.orderUpdate(update)
    return update !== undefined
  })
}

function readTrades(rows: unknown, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  return readPairRows(rows, 'contract', symbols, (row, symbol) => {
    const trade = readTradeRow(row, symbol)
    if (trade) sink.tradeUpdate(trade)
    return trade !== undefined
  })
}

function readPositions(rows: unknown, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  const positions: Position[] = []
  const verdict = readPairRows(rows, 'contract', symbols, (row, symbol) => {
    const position = readPositionRow(row, symbol)
    if (typeof position === 'object') positions.push(position)
    return position !== undefined
  })
  if (positions.length > 0) sink.positions(positions)
  return verdict
}

/** Each row is one change and the balance after it: of several, the last one counts. */
function readBalances(rows: unknown, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  const changed = new Map<string, Balance>()
  const verdict = readRows(rows, (row) => {
    const asset = (asText(row['currency']) ?? DEFAULT_ASSET).toUpperCase()
    const total = asDecimal(row['balance'])
    if (total) changed.set(asset, { asset, total })
    return total !== undefined
  })
  if (changed.size > 0) sink.balances([...changed.values()])
  for (const value of asList(rows)) readFunding(asRecord(value), symbols, sink)
  return verdict
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
