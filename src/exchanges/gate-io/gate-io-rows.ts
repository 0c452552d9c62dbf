import type { Decimal } from '../../common/decimal.ts'
import type { Position } from '../../connector/account-types.ts'
import type { OrderReason, OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import type { ExchangeSymbol } from '../exchange-symbols.ts'
import { EXCHANGE_TRAITS } from '../exchange-traits.ts'
import { asDecimal, asInteger, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { type OrderIds, orderIdsOf, toFill, toOrder } from '../order-rows.ts'
import { toPosition } from '../position-rows.ts'
import { readable } from '../unreadable.ts'

/** What every order's text begins with that an API user has placed. */
const { clientIdPrefix: TEXT_PREFIX } = EXCHANGE_TRAITS.gate_io

const SETTLE_ASSET = 'USDT'
/** Fees can be paid in points. */
const POINTS = 'POINT'
/** Times of this size and above are milliseconds, those below seconds. */
const FIRST_MILLISECONDS = 100_000_000_000

/** An order as REST, the private stream and answers have it; undefined where it cannot be read. */
export function readOrderRow(
  value: unknown,
  symbol: ExchangeSymbol,
  source: OrderUpdate['source'],
): OrderUpdate | undefined {
  const row = asRecord(value)
  const size = asDecimal(row?.['size'])?.abs()
  const left = asDecimal(row?.['left'])?.abs()
  if (!row) return undefined
  const ending = row['status'] === 'finished' ? endingOf(row, left) : undefined
  if (!ending && row['status'] !== 'open') return undefined
  const executed = executedContracts(size, left, ending?.state)
  return toOrder(symbol, idsOf(row, row['id_string'] ?? row['id']), {
    state: ending?.state ?? (executed?.gt(0) ? 'partiallyFilled' : 'open'),
    executed,
    updateMs: orderTimeMs(row),
    source,
    reason: ending?.reason,
  })
}

/** An order of a REST answer. @throws QtxError `QTX_EXCHANGE_ANSWER`. */
export function gateIoOrderOf(row: unknown, symbol: ExchangeSymbol): OrderUpdate {
  return readable(readOrderRow(row, symbol, 'rest'), `an order of ${symbol.pair}`)
}

/** A fill as REST and the private stream have it; undefined where it cannot be read. */
export function readTradeRow(value: unknown, symbol: ExchangeSymbol): TradeUpdate | undefined {
  const row = asRecord(value)
  if (!row) return undefined
  const contracts = asDecimal(row['size'])
  return toFill(symbol, idsOf(row, row['order_id']), {
    tradeId: asText(row['id']) ?? asText(row['trade_id']),
    side: contracts?.isNegative() ? 'sell' : 'buy',
    price: asDecimal(row['price']),
    size: contracts?.abs(),
    fee: feeOf(row),
    isMaker: row['role'] === 'maker',
    fillMs: timeMsOf(row['create_time_ms']) ?? timeMsOf(row['create_time']),
  })
}

/** A position as REST and the private stream have it. Sides of an account in dual mode are left out. */
export function readPositionRow(value: unknown, symbol: ExchangeSymbol): Position | 'left-out' | undefined {
  const row = asRecord(value)
  if (!row) return undefined
  if (row['mode'] !== undefined && row['mode'] !== 'single') return 'left-out'
  return toPosition(symbol, {
    size: asDecimal(row['size']),
    entryPrice: asDecimal(row['entry_price']),
    unrealizedPnl: asDecimal(row['unrealised_pnl']),
    leverage: readLeverage(row),
  })
}

/** A leverage of 0 means crossed margin, whose leverage is in another field; undefined where there is none. */
export function readLeverage(position: UntrustedRecord): number | undefined {
  const isolated = wholeOf(position['leverage'])
  return isolated !== undefined && isolated > 0
    ? isolated
    : positive(wholeOf(position['cross_leverage_limit']))
}

/** A time in seconds, with a fraction or without, or in milliseconds; undefined for zero. */
export function timeMsOf(value: unknown): number | undefined {
  const time = asDecimal(value)
  if (!time?.gt(0)) return undefined
  const ms = (time.lt(FIRST_MILLISECONDS) ? time.mul(1_000) : time).floor().toNumber()
  return Number.isSafeInteger(ms) ? ms : undefined
}

function idsOf(row: UntrustedRecord, id: unknown): OrderIds | undefined {
  const text = asText(row['text'])
  const clientOrderId = text?.startsWith(TEXT_PREFIX) ? text.slice(TEXT_PREFIX.length) : text
  return orderIdsOf(clientOrderId || undefined, asText(id))
}

/** When it last changed; the finish is that of the last change in the stream's open orders. */
function orderTimeMs(row: UntrustedRecord): number | undefined {
  return (
    timeMsOf(row['finish_time_ms']) ??
    timeMsOf(row['finish_time']) ??
    timeMsOf(row['update_time']) ??
    timeMsOf(row['create_time_ms']) ??
    timeMsOf(row['create_time'])
  )
}

interface Ending {
  readonly state: 'filled' | 'canceled'
  readonly reason?: OrderReason
}

/** How a finished order ended. What is not filled by its word, or by nothing being left, is canceled. */
function endingOf(row: UntrustedRecord, left: Decimal | undefined): Ending {
  const word = asText(row['finish_as'])
  if (word === 'filled') return { state: 'filled' }
  if (word === 'cancelled') return { state: 'canceled' }
  if (word === undefined && left?.isZero()) return { state: 'filled' }
  const message = `the exchange expired the order (${word ?? 'no reason'})`
  return { state: 'canceled', reason: { code: 'EXPIRED', message } }
}

function executedContracts(
  size: Decimal | undefined,
  left: Decimal | undefined,
  state: Ending['state'] | undefined,
): Decimal | undefined {
  if (!size) return undefined
  if (!left) return state === 'filled' ? size : undefined
  return left.lte(size) ? size.minus(left) : undefined
}

/** Paid when positive. */
function feeOf(row: UntrustedRecord): { readonly asset: string; readonly amount: Decimal } | undefined {
  const fee = asDecimal(row['fee'])
  const points = asDecimal(row['point_fee'])
  if (points && !points.isZero() && (!fee || fee.isZero())) return { asset: POINTS, amount: points }
  return fee && { asset: SETTLE_ASSET, amount: fee }
}

function wholeOf(value: unknown): number | undefined {
  const decimal = asDecimal(value)
  return decimal?.isInteger() ? asInteger(decimal.toString()) : undefined
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}
