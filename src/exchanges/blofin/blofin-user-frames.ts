import { ZERO } from '../../common/decimal.ts'
import type { Balance, Position } from '../../connector/account-types.ts'
import type { OrderReason, OrderUpdate } from '../../connector/order-types.ts'
import type { FrameVerdict, UserFrameSink } from '../ccxt-profile.ts'
import { toBaseAmount } from '../contract-size.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { asDecimal, asInteger, asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'

type State = OrderUpdate['state']

/** `partially_canceled` is assumed; the others are in ccxt too. */
const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ['live', 'open'],
  ['partially_filled', 'partiallyFilled'],
  ['filled', 'filled'],
  ['canceled', 'canceled'],
  ['partially_canceled', 'canceled'],
  ['order_failed', 'failed'],
])

/**
 * Reads the frames of the private channels `orders`, `account` and `positions`, and answers to subscribing. Errors are
 * left to ccxt, which ends the connection with them. An order's row has no fill: what is executed adds up in it.
 */
export function readBlofinUserFrame(
  frame: unknown,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): FrameVerdict {
  const fields = asRecord(frame)
  if (fields?.['event'] === 'subscribe') return 'acknowledged'
  const read = READERS.get(asText(asRecord(fields?.['arg'])?.['channel']) ?? '')
  if (!fields || !read || fields['event'] !== undefined) return 'ignored'
  return read(fields['data'], symbols, sink) ? 'read' : 'malformed'
}

/** False when the data could not be read in full. */
type DataReader = (data: unknown, symbols: SymbolLookup, sink: UserFrameSink) => boolean

const READERS: ReadonlyMap<string, DataReader> = new Map<string, DataReader>([
  ['orders', (data, symbols, sink) => readRows(data, symbols, (row, symbol) => readOrder(row, symbol, sink))],
  ['account', (data, _symbols, sink) => readAccount(data, sink)],
  [
    'positions',
    (data, symbols, sink) => readRows(data, symbols, (row, symbol) => readPosition(row, symbol, sink)),
  ],
])

/** Rows of pairs that are not tracked are left out. */
function readRows(
  data: unknown,
  symbols: SymbolLookup,
  read: (row: UntrustedRecord, symbol: ExchangeSymbol) => boolean,
): boolean {
  if (!Array.isArray(data)) return false
  const isRead = asList(data).map((value) => {
    const row = asRecord(value)
    const exchangeSymbol = asText(row?.['instId'])
    if (!row || exchangeSymbol === undefined) return false
    const symbol = symbols(exchangeSymbol)
    return !symbol || read(row, symbol)
  })
  return isRead.every(Boolean)
}

function readOrder(row: UntrustedRecord, symbol: ExchangeSymbol, sink: UserFrameSink): boolean {
  const clientOrderId = asText(row['clientOrderId'])
  const exchangeOrderId = asText(row['orderId'])
  const state = STATES.get(asText(row['state']) ?? '')
  const updateMs = asInteger(row['updateTime']) ?? asInteger(row['createTime'])
  if (state === undefined || updateMs === undefined || exchangeOrderId === undefined) return false
  const executed = asDecimal(row['filledSize'])
  const reason = blofinReasonOf(row)
  sink.orderUpdate({
    pair: symbol.pair,
    ...(clientOrderId !== undefined && { clientOrderId }),
    exchangeOrderId,
    state,
    ...(executed?.gte(0) && { executedAmount: toBaseAmount(executed, symbol.contractSize) }),
    updateMs,
    source: 'stream',
    ...(reason && { reason }),
  })
  return true
}

/** Why an order that the user did not cancel was canceled; the same fields are in REST's orders. */
export function blofinReasonOf(order: unknown): OrderReason | undefined {
  const row = asRecord(order)
  if (row?.['state'] === 'order_failed') {
    return { code: 'QTX_ORDER_REJECTED', message: 'the exchange rejected the order' }
  }
  if (row?.['cancelSource'] !== 'system_canceled') return undefined
  const why = asText(row['cancelSourceReason']) ?? 'no reason given'
  return { code: 'EXPIRED', message: `the exchange canceled the order: ${why}` }
}

/** The wallet's balance and what new orders may use; the equity has profit in it that is not realised. */
export function blofinBalancesOf(data: unknown): readonly (Balance | undefined)[] | undefined {
  const details = asRecord(data)?.['details']
  if (!Array.isArray(details)) return undefined
  return asList(details).map((value) => {
    const row = asRecord(value)
    const asset = asText(row?.['currency'])
    const total = asDecimal(row?.['balance'])
    const available = asDecimal(row?.['available'])
    return asset !== undefined && total ? { asset, total, ...(available && { available }) } : undefined
  })
}

function readAccount(data: unknown, sink: UserFrameSink): boolean {
  const balances = blofinBalancesOf(data) ?? []
  const read = balances.filter((balance) => balance !== undefined)
  if (read.length > 0) sink.balances(read)
  return read.length > 0 && read.length === balances.length
}

/** Sides of a hedged account are not one-way positions and are left out. */
function readPosition(row: UntrustedRecord, symbol: ExchangeSymbol, sink: UserFrameSink): boolean {
  if (row['positionSide'] !== undefined && row['positionSide'] !== 'net') return true
  const position = positionOf(row, symbol)
  if (position) sink.positions([position])
  return position !== undefined
}

function positionOf(row: UntrustedRecord, symbol: ExchangeSymbol): Position | undefined {
  const size = asDecimal(row['positions'])
  const entryPrice = size?.isZero() ? ZERO : asDecimal(row['averagePrice'])
  if (!size || !entryPrice) return undefined
  const leverage = asDecimal(row['leverage'])
  return {
    pair: symbol.pair,
    amount: toBaseAmount(size, symbol.contractSize),
    entryPrice,
    unrealizedPnl: asDecimal(row['unrealizedPnl']) ?? ZERO,
    ...(leverage?.gt(0) && { leverage: leverage.toNumber() }),
  }
}
