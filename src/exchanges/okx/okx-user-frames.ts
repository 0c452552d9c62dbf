import { ZERO, type Decimal } from '../../common/decimal.ts'
import type { Balance, Position } from '../../connector/account-types.ts'
import type { OrderReason, OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import type { FrameVerdict, UserFrameSink } from '../ccxt-profile.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { asDecimal, asInteger, asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { readPrivateChannels, type PrivateReaders } from '../channel-frames.ts'
import { readRows } from '../frame-rows.ts'
import { type OrderIds, orderIdsOf, toFill, toOrder } from '../order-rows.ts'
import { toPosition } from '../position-rows.ts'
import { readable } from '../unreadable.ts'

type State = OrderUpdate['state']

const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ['live', 'open'],
  ['partially_filled', 'partiallyFilled'],
  ['filled', 'filled'],
  ['canceled', 'canceled'],
  ['mmp_canceled', 'canceled'],
  ['order_failed', 'failed'],
])

/** Sources of a cancel that nobody asked for: the order's own time in force did not let it rest. */
const EXPIRIES: ReadonlyMap<string, string> = new Map([
  ['13', 'fill-or-kill order could not fill whole'],
  ['14', 'what an immediate-or-cancel order left over'],
  ['31', 'post-only order would have taken'],
])

/** Asked for by the user, or by an order of the same account. */
const CANCELED_BY_USER = new Set(['1', '20'])

/** The private channels, as `readPrivateChannels` has them. */
export function readOkxUserFrame(frame: unknown, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  return readPrivateChannels(frame, symbols, sink, READERS)
}

const READERS: PrivateReaders = {
  order: readOrder,
  account: (data, sink) => readRows(data, (row) => readAccount(row, sink)),
  position: readPosition,
}

/** False when the row could not be read in full. */
function readOrder(row: UntrustedRecord, symbol: ExchangeSymbol, sink: UserFrameSink): boolean {
  const ids = idsOf(row)
  if (!ids) return false
  const isFill = asText(row['tradeId']) !== undefined && asDecimal(row['fillSz'])?.isZero() !== true
  const trade = isFill ? tradeOf(row, symbol, ids) : undefined
  if (trade) sink.tradeUpdate(trade)
  const update = updateOf(row, symbol, ids)
  if (update) sink.orderUpdate(update)
  return update !== undefined && (trade !== undefined || !isFill)
}

function idsOf(row: UntrustedRecord): OrderIds | undefined {
  return orderIdsOf(asText(row['clOrdId']), asText(row['ordId']))
}

function tradeOf(row: UntrustedRecord, symbol: ExchangeSymbol, ids: OrderIds): TradeUpdate | undefined {
  return toFill(symbol, ids, {
    tradeId: asText(row['tradeId']),
    side: row['side'],
    price: asDecimal(row['fillPx']),
    size: asDecimal(row['fillSz']),
    fee: feeOf(row),
    isMaker: row['execType'] === 'M',
    fillMs: asInteger(row['fillTime']) ?? asInteger(row['uTime']),
  })
}

/** An order of REST's list. @throws QtxError `QTX_EXCHANGE_ANSWER`. */
export function okxOrderOf(row: UntrustedRecord, symbol: ExchangeSymbol): OrderUpdate {
  const ids = idsOf(row)
  const update = readable(ids && updateOf(row, symbol, ids), `an order of ${symbol.pair}`, {
    pair: symbol.pair,
    status: asText(row['state']),
  })
  return { ...update, source: 'rest' }
}

/** A fill of REST's list. @throws QtxError `QTX_EXCHANGE_ANSWER`. */
export function okxFillOf(row: UntrustedRecord, clientOrderId: string, symbol: ExchangeSymbol): TradeUpdate {
  const exchangeOrderId = asText(row['ordId'])
  const ids = { clientOrderId, ...(exchangeOrderId !== undefined && { exchangeOrderId }) }
  const fields = { ...row, fillFee: row['fee'], fillFeeCcy: row['feeCcy'], uTime: row['ts'] }
  return readable(tradeOf(fields, symbol, ids), `a fill of order ${clientOrderId}`, { clientOrderId })
}

/** OKX's fee is what the balance changed by: negative when paid. */
function feeOf(row: UntrustedRecord): { readonly asset: string; readonly amount: Decimal } | undefined {
  const asset = asText(row['fillFeeCcy'])
  const change = asDecimal(row['fillFee'])
  return asset !== undefined && change ? { asset, amount: change.isZero() ? ZERO : change.neg() } : undefined
}

function updateOf(row: UntrustedRecord, symbol: ExchangeSymbol, ids: OrderIds): OrderUpdate | undefined {
  return toOrder(symbol, ids, {
    state: STATES.get(asText(row['state']) ?? ''),
    executed: asDecimal(row['accFillSz']),
    updateMs: asInteger(row['uTime']) ?? asInteger(row['cTime']),
    source: 'stream',
    reason: okxReasonOf(row),
  })
}

/** Why an order that the user did not cancel was canceled; the same fields are in REST's orders. */
export function okxReasonOf(order: unknown): OrderReason | undefined {
  const row = asRecord(order) ?? {}
  const state = asText(row['state'])
  if (state === 'order_failed') {
    return { code: 'QTX_ORDER_REJECTED', message: 'the exchange rejected the order' }
  }
  const source = asText(row['cancelSource'])
  if ((state !== 'canceled' && state !== 'mmp_canceled') || source === undefined) return undefined
  if (CANCELED_BY_USER.has(source)) return undefined
  const words = asText(row['cancelSourceReason'])
  const why = EXPIRIES.get(source) ?? words ?? 'no reason'
  return { code: 'EXPIRED', message: `the exchange canceled the order (cancel source ${source}: ${why})` }
}

/** The wallet's balance and what new orders may use; the equity has profit in it that is not realised. */
export function okxBalanceOf(row: unknown): Balance | undefined {
  const fields = asRecord(row)
  const asset = asText(fields?.['ccy'])
  const total = asDecimal(fields?.['cashBal'])
  // Equity is empty in the account mode without futures.
  const available = asDecimal(fields?.['availEq']) ?? asDecimal(fields?.['availBal'])
  return asset !== undefined && total ? { asset, total, ...(available && { available }) } : undefined
}

function readAccount(row: UntrustedRecord, sink: UserFrameSink): boolean {
  const balances = asList(row['details']).map(okxBalanceOf)
  const read = balances.filter((balance) => balance !== undefined)
  if (read.length > 0) sink.balances(read)
  return read.length === balances.length
}

/** Sides of a hedged account are not one-way positions and are left out. */
function readPosition(row: UntrustedRecord, symbol: ExchangeSymbol, sink: UserFrameSink): boolean {
  if (row['posSide'] !== undefined && row['posSide'] !== 'net') return true
  const position = positionOf(row, symbol)
  if (position) sink.positions([position])
  return position !== undefined
}

/** A position that is closed has no price and no profit. */
function positionOf(row: UntrustedRecord, symbol: ExchangeSymbol): Position | undefined {
  const size = asDecimal(row['pos'])
  return toPosition(symbol, {
    size,
    entryPrice: asDecimal(row['avgPx']) ?? (size?.isZero() ? ZERO : undefined),
    unrealizedPnl: asDecimal(row['upl']),
    leverage: asDecimal(row['lever'])?.toNumber(),
  })
}
