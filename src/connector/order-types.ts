import type { Decimal, DecimalInput } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { ErrorCode } from '../errors.ts'

/** The side of an order or a trade. */
export type TradeType = 'buy' | 'sell'
/** `limit`, `limitMaker` (post-only, refused where it would trade at once), or `market`. */
export type OrderType = 'limit' | 'limitMaker' | 'market'
/** How long a limit order holds: until it is cancelled, for this instant in part, or for this instant as a whole. */
export type TimeInForce = 'gtc' | 'ioc' | 'fok'
/** Whether an order opens a position or closes one. */
export type PositionAction = 'open' | 'close'

/**
 * Where an order stands. `submitUnknown`: sent, and no answer says what became of it; it may be live, and is looked
 * up until it is known. The last three are final, except that fills can prove `canceled` and `failed` wrong.
 */
export type OrderState =
  | 'pendingCreate'
  | 'submitUnknown'
  | 'open'
  | 'partiallyFilled'
  | 'pendingCancel'
  | 'canceled'
  | 'filled'
  | 'failed'

/** What a strategy may say beyond pair, amount, type and price. */
export interface OrderOptions {
  /** Found from the position when not given. */
  readonly positionAction?: PositionAction
  /** Limit orders only; `gtc` by default. */
  readonly timeInForce?: TimeInForce
  /** Market orders: how far from the best price the order may fill, as a fraction; the connector's by default. */
  readonly maxSlippage?: DecimalInput
}

/** What the exchange, or QTX, says about an order as a whole. At least one of the two ids is there. */
export interface OrderUpdate {
  readonly pair: TradingPair
  readonly clientOrderId?: string | undefined
  readonly exchangeOrderId?: string | undefined
  readonly state: 'open' | 'partiallyFilled' | 'pendingCancel' | 'canceled' | 'filled' | 'failed'
  /** Cumulative executed amount in base units, where the source says it. */
  readonly executedAmount?: Decimal | undefined
  /** The exchange's time of the change, milliseconds since 1970. */
  readonly updateMs: number
  readonly source: 'answer' | 'stream' | 'rest'
  /** Why, for `failed` and `canceled`. */
  readonly reason?: OrderReason | undefined
}

/** Why an order or a cancel ended as it did. */
export interface OrderReason {
  readonly code: ErrorCode | 'EXPIRED'
  readonly message: string
}

/** One fill. */
export interface TradeUpdate {
  readonly pair: TradingPair
  /** Unique per pair on the exchange. */
  readonly tradeId: string
  readonly clientOrderId?: string
  readonly exchangeOrderId?: string
  readonly tradeType: TradeType
  readonly price: Decimal
  /** Base units, positive. */
  readonly amount: Decimal
  /** Paid when positive, a rebate when negative. Absent where the source does not say it. */
  readonly fee?: { readonly asset: string; readonly amount: Decimal }
  readonly isMaker: boolean
  /** The exchange's time of the fill, milliseconds since 1970. */
  readonly fillMs: number
}

/**
 * What became of a request: the exchange took it, refused it, or nobody knows. An exception from a hook means that
 * nothing was sent.
 */
export type PlaceOutcome =
  | {
      readonly kind: 'accepted'
      readonly exchangeOrderId?: string | undefined
      /** Anything but `open` when the answer already says more. */
      readonly state?: OrderUpdate['state'] | undefined
      readonly executedAmount?: Decimal | undefined
      readonly updateMs: number
      readonly reason?: OrderReason | undefined
    }
  | { readonly kind: 'rejected'; readonly reason: OrderReason }
  | {
      readonly kind: 'unknown'
      readonly reason: OrderReason
      /** The request was taken back before anybody had read it, as far as can be known. */
      readonly wasWithdrawn?: boolean
    }

/** What became of a cancel, as far as it is known. */
export type CancelOutcome =
  /** With `executedAmount` the answer itself says that the order is canceled, and what had filled; else the stream will. */
  | { readonly kind: 'accepted'; readonly executedAmount?: Decimal; readonly updateMs: number }
  /** `notFound`: the exchange knows no such open order. It may have filled: it is looked up, never assumed. */
  | { readonly kind: 'rejected'; readonly notFound: boolean; readonly reason: OrderReason }
  | { readonly kind: 'unknown'; readonly reason: OrderReason }

/** One row of `cancelAll`. */
export interface CancelResult {
  readonly clientOrderId: string
  readonly success: boolean
  readonly reason?: string
}
