import type { Decimal } from '../../common/decimal.ts'
import type { Instrument } from './instrument.ts'

export type OrderSide = 'buy' | 'sell'
export type OrderKind = 'limit' | 'market'
export type TimeInForce = 'gtc' | 'ioc' | 'fok' | 'post-only'

/** `queue` takes the best price of the order's own side, `opponent` that of the other; `level` 1 is the best. */
export interface PriceMatch {
  readonly from: 'queue' | 'opponent'
  readonly level: number
}

/** What a user asks for. */
export interface OrderRequest {
  readonly symbol: string
  readonly side: OrderSide
  readonly kind: OrderKind
  readonly timeInForce: TimeInForce
  /** Base units. */
  readonly size: Decimal
  /** Left out of market orders and where `priceMatch` finds the price. */
  readonly price?: Decimal | undefined
  readonly priceMatch?: PriceMatch | undefined
  /** Made by the exchange where the user gives none. */
  readonly clientOrderId?: string | undefined
  readonly reduceOnly?: boolean | undefined
  /** `both` in one-way mode, the only one that the simulated exchange trades in. */
  readonly positionSide?: 'both' | 'long' | 'short' | undefined
}

export type OrderStatus = 'new' | 'partially-filled' | 'filled' | 'canceled' | 'expired'

/** One execution of one order. */
export interface Fill {
  /** Unique and rising per symbol; both orders of one trade carry the same. */
  readonly tradeId: bigint
  readonly orderId: number
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: OrderSide
  readonly price: Decimal
  readonly size: Decimal
  readonly maker: boolean
  /** Paid when positive. */
  readonly fee: Decimal
  readonly feeAsset: string
  readonly realizedPnl: Decimal
  readonly timeMs: number
}

/** An order's state at one moment; never changes once handed out. */
export interface OrderState {
  readonly orderId: number
  readonly clientOrderId: string
  readonly instrument: Instrument
  readonly side: OrderSide
  readonly kind: OrderKind
  readonly timeInForce: TimeInForce
  readonly priceMatch: PriceMatch | undefined
  readonly reduceOnly: boolean
  /** Zero for market orders. */
  readonly price: Decimal
  readonly size: Decimal
  readonly status: OrderStatus
  /** Canceled at once, because its time in force did not let it in. */
  readonly unplaceable?: boolean | undefined
  readonly filledSize: Decimal
  /** Quote units of all fills. */
  readonly filledQuote: Decimal
  readonly createdMs: number
  readonly updatedMs: number
}

/** Average price of what is filled; zero before the first fill. */
export function averagePrice(order: OrderState): Decimal {
  return order.filledSize.isZero() ? order.filledSize : order.filledQuote.div(order.filledSize)
}

/** What the order still wants. */
export function remainingSize(order: OrderState): Decimal {
  return order.size.minus(order.filledSize)
}
