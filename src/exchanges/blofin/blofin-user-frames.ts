import { ZERO } from '../../common/decimal.ts'
import type { Balance, Position } from '../../connector/account-types.ts'
import type { OrderReason, OrderUpdate } from '../../connector/order-types.ts'
import type { FrameVerdict, UserFrameSink } from '../ccxt-profile.ts'
import { readPrivateChannels, type PrivateReaders } from '../channel-frames.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { orderIdsOf, toOrder } from '../order-rows.ts'
import { toPosition } from '../position-rows.ts'
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

/** The private channels, as `readPrivateChannels` has them. An order's row has no fill: what is executed adds up in it. */
export function readBlofinUserFrame(
  frame: unknown,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): FrameVerdict {
  return readPrivateChannels(frame, symbols, sink, READERS)
}

const READERS: PrivateReaders = {
  order: readOrder,
  account: readAccount,
  position: readPosition,
}

/** False when the row could not be read. */
function readOrder(row: UntrustedRecord, symbol: ExchangeSymbol, sink: UserFrameSink): boolean {
  const exchangeOrderId = asText(row['orderId'])
  if (exchangeOrderId === undefined) return false
  const update = toOrder(symbol, orderIdsOf(asText(row['clientOrderId']), exchangeOrderId), {
    state: STATES.get(asText(row['state']) ?? ''),
    executed: asDecimal(row['filledSize']),
    updateMs: asInteger(row['updateTime']) ?? asInteger(row['createTime']),
    source: 'stream',
    reason: blofinReasonOf(row),
  })
  if (update) sink.orderUpdate(update)
  return update !== undefined
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

function readAccount(data: unknown, sink: UserFrameSink): FrameVerdict {
  const balances = blofinBalancesOf(data) ?? []
  const read = balances.filter((balance) => balance !== undefined)
  if (read.length > 0) sink.balances(read)
  return read.length > 0 && read.length === balances.length ? 'read' : 'malformed'
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
  return toPosition(symbol, {
    size,
    entryPrice: size?.isZero() ? ZERO : asDecimal(row['averagePrice']),
    unrealizedPnl: asDecimal(row['unrealizedPnl']),
    leverage: asDecimal(row['leverage'])?.toNumber(),
  })
}
