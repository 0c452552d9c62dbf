import type { Decimal } from '../../common/decimal.ts'
import type { Balance, Position } from '../../connector/account-types.ts'
import type { OrderReason, OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import type { FrameVerdict, UserFrameSink } from '../ccxt-profile.ts'
import { toBaseAmount } from '../contract-size.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { asDecimal, asInteger, asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { fundingIdOfHour } from '../funding-payment-id.ts'
import { type OrderIds, orderIdsOf, toFill, toOrder } from '../order-rows.ts'

type State = OrderUpdate['state']

const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ['NEW', 'open'],
  ['PARTIALLY_FILLED', 'partiallyFilled'],
  ['FILLED', 'filled'],
  ['PENDING_CANCEL', 'pendingCancel'],
  ['CANCELED', 'canceled'],
  ['EXPIRED', 'canceled'],
  ['EXPIRED_IN_MATCH', 'canceled'],
  ['REJECTED', 'failed'],
])

/** Reads a frame of the USD-M user data stream, plain or wrapped by a combined stream. */
export function readBinanceUserFrame(
  frame: unknown,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): FrameVerdict {
  const outer = asRecord(frame)
  const fields = asRecord(outer?.['data']) ?? outer
  switch (fields?.['e']) {
    case 'ORDER_TRADE_UPDATE':
      return readOrder(fields, symbols, sink)
    case 'ACCOUNT_UPDATE':
      return readAccount(fields, symbols, sink)
    case 'listenKeyExpired':
    case 'eventStreamTerminated':
      return 'login-lost'
    default:
      return 'ignored'
  }
}

function readOrder(frame: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  const order = asRecord(frame['o'])
  const exchangeSymbol = asText(order?.['s'])
  if (!order || exchangeSymbol === undefined) return 'malformed'
  const symbol = symbols(exchangeSymbol)
  if (!symbol) return 'read'
  const ids = idsOf(order)
  const updateMs = asInteger(order['T']) ?? asInteger(frame['T']) ?? asInteger(frame['E'])
  if (!ids || updateMs === undefined) return 'malformed'
  const isFill = order['x'] === 'TRADE' || order['x'] === 'CALCULATED'
  const trade = isFill ? tradeOf(order, symbol, ids, updateMs) : undefined
  if (trade) sink.tradeUpdate(trade)
  const update = updateOf(order, symbol, ids, updateMs)
  if (update) sink.orderUpdate(update)
  return update && (trade || !isFill) ? 'read' : 'malformed'
}

function idsOf(order: UntrustedRecord): OrderIds | undefined {
  // Where a cancel has an id of its own, the order's is in C.
  const original = order['x'] === 'CANCELED' ? asText(order['C']) : undefined
  return orderIdsOf(original ?? asText(order['c']), asText(order['i']))
}

function tradeOf(
  order: UntrustedRecord,
  symbol: ExchangeSymbol,
  ids: OrderIds,
  fillMs: number,
): TradeUpdate | undefined {
  const tradeId = asText(order['t'])
  const side = order['S']
  return toFill(symbol, ids, {
    tradeId: tradeId === '0' ? undefined : tradeId,
    side: side === 'BUY' ? 'buy' : side === 'SELL' ? 'sell' : undefined,
    price: asDecimal(order['L']),
    size: asDecimal(order['l']),
    fee: feeOf(order),
    isMaker: order['m'] === true,
    fillMs,
  })
}

/** `n` is paid when positive. */
function feeOf(order: UntrustedRecord): { readonly asset: string; readonly amount: Decimal } | undefined {
  const asset = asText(order['N'])
  const amount = asDecimal(order['n'])
  return asset !== undefined && amount ? { asset, amount } : undefined
}

function updateOf(
  order: UntrustedRecord,
  symbol: ExchangeSymbol,
  ids: OrderIds,
  updateMs: number,
): OrderUpdate | undefined {
  const status = asText(order['X']) ?? ''
  return toOrder(symbol, ids, {
    state: STATES.get(status),
    executed: asDecimal(order['z']),
    updateMs,
    source: 'stream',
    reason: reasonOf(status, order),
  })
}

function reasonOf(status: string, order: UntrustedRecord): OrderReason | undefined {
  switch (status) {
    case 'EXPIRED':
      return {
        code: 'EXPIRED',
        message: `the exchange expired the order (${asText(order['f']) ?? 'no reason'})`,
      }
    case 'EXPIRED_IN_MATCH':
      return {
        code: 'EXPIRED',
        message: 'the exchange expired the order: it would have met one of this account',
      }
    case 'REJECTED':
      return { code: 'QTX_ORDER_REJECTED', message: 'the exchange rejected the order' }
    default:
      return undefined
  }
}

function readAccount(frame: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  const account = asRecord(frame['a'])
  if (!account) return 'malformed'
  const balances = asList(account['B']).map(balanceOf)
  const positions = asList(account['P']).map((row) => positionOf(row, symbols))
  const readBalances = balances.filter((balance) => balance !== undefined)
  const readPositions = positions.filter((position) => typeof position === 'object')
  if (readBalances.length > 0) sink.balances(readBalances)
  if (readPositions.length > 0) sink.positions(readPositions)
  if (account['m'] === 'FUNDING_FEE') readFunding(frame, account, symbols, sink)
  return balances.includes(undefined) || positions.includes('malformed') ? 'malformed' : 'read'
}

function balanceOf(row: unknown): Balance | undefined {
  const fields = asRecord(row)
  const asset = asText(fields?.['a'])
  const total = asDecimal(fields?.['wb'])
  return asset !== undefined && total ? { asset, total } : undefined
}

/** Sides of a hedged account are not one-way positions and are left out, as are pairs that are not tracked. */
function positionOf(row: unknown, symbols: SymbolLookup): Position | 'left-out' | 'malformed' {
  const fields = asRecord(row)
  const exchangeSymbol = asText(fields?.['s'])
  if (!fields || exchangeSymbol === undefined) return 'malformed'
  const symbol = symbols(exchangeSymbol)
  const isOneWay = fields['ps'] === undefined || fields['ps'] === 'BOTH'
  if (!symbol || !isOneWay) return 'left-out'
  const size = asDecimal(fields['pa'])
  const entryPrice = asDecimal(fields['ep'])
  const unrealizedPnl = asDecimal(fields['up'])
  if (!size || !entryPrice || !unrealizedPnl) return 'malformed'
  return {
    pair: symbol.pair,
    amount: toBaseAmount(size, symbol.contractSize),
    entryPrice,
    unrealizedPnl,
  }
}

/** With crossed margin the frame does not say whose funding it is: the history does. */
function readFunding(
  frame: UntrustedRecord,
  account: UntrustedRecord,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): void {
  const positions = asList(account['P'])
  const balances = asList(account['B'])
  if (positions.length !== 1 || balances.length !== 1) return
  const symbol = symbols(asText(asRecord(positions[0])?.['s']) ?? '')
  const balance = asRecord(balances[0])
  const asset = asText(balance?.['a'])
  const amount = asDecimal(balance?.['bc'])
  const paidMs = asInteger(frame['T']) ?? asInteger(frame['E'])
  if (!symbol || asset === undefined || !amount || paidMs === undefined) return
  const paymentId = fundingIdOfHour(symbol.pair, asset, paidMs)
  sink.fundingPayment({ pair: symbol.pair, paymentId, asset, amount, paidMs })
}
