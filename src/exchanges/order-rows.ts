import type { Decimal } from '../common/decimal.ts'
import type { OrderReason, OrderUpdate, TradeUpdate } from '../connector/order-types.ts'
import { toBaseAmount } from './contract-size.ts'
import type { ExchangeSymbol } from './exchange-symbols.ts'

/** What an order is called; at least one of the two is there. */
export interface OrderIds {
  readonly clientOrderId?: string
  readonly exchangeOrderId?: string
}

/** Undefined where a row names no order. */
export function orderIdsOf(
  clientOrderId: string | undefined,
  exchangeOrderId: string | undefined,
): OrderIds | undefined {
  if (clientOrderId === undefined && exchangeOrderId === undefined) return undefined
  return {
    ...(clientOrderId !== undefined && { clientOrderId }),
    ...(exchangeOrderId !== undefined && { exchangeOrderId }),
  }
}

/** What an exchange's row says of an order, as far as it could be read. */
export interface OrderRow {
  readonly state: OrderUpdate['state'] | undefined
  /** In the exchange's unit; a negative one is not used. */
  readonly executed: Decimal | undefined
  readonly updateMs: number | undefined
  readonly source: OrderUpdate['source']
  readonly reason?: OrderReason | undefined
}

/** The order, in base units; undefined where the row does not say which it is, where it stands, or when. */
export function toOrder(
  symbol: ExchangeSymbol,
  ids: OrderIds | undefined,
  { state, executed, updateMs, source, reason }: OrderRow,
): OrderUpdate | undefined {
  if (!ids || state === undefined || updateMs === undefined) return undefined
  return {
    pair: symbol.pair,
    ...ids,
    state,
    ...(executed &&
      !executed.isNegative() && { executedAmount: toBaseAmount(executed, symbol.contractSize) }),
    updateMs,
    source,
    ...(reason && { reason }),
  }
}

/** What an exchange's row says of a fill, as far as it could be read. */
export interface FillRow {
  readonly tradeId: string | undefined
  readonly side: unknown
  readonly price: Decimal | undefined
  /** In the exchange's unit. */
  readonly size: Decimal | undefined
  readonly fee?: TradeUpdate['fee'] | undefined
  readonly isMaker: boolean
  readonly fillMs: number | undefined
}

/** The fill, in base units; undefined where the row lacks more than the fee. */
export function toFill(
  symbol: ExchangeSymbol,
  ids: OrderIds | undefined,
  { tradeId, side, price, size, fee, isMaker, fillMs }: FillRow,
): TradeUpdate | undefined {
  if (!ids || tradeId === undefined || fillMs === undefined) return undefined
  if (!price?.gt(0) || !size?.gt(0) || (side !== 'buy' && side !== 'sell')) return undefined
  return {
    pair: symbol.pair,
    tradeId,
    ...ids,
    tradeType: side,
    price,
    amount: toBaseAmount(size, symbol.contractSize),
    ...(fee && { fee }),
    isMaker,
    fillMs,
  }
}
