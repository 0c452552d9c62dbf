import type { Decimal } from '../common/decimal.ts'

/** Decimal numbers are plain decimal text, times are milliseconds since 1970. */
export type JournalRecord =
  OrderRecord | AnswerRecord | OrderStateRecord | FillRecord | FundingRecord | BalanceRecord | PositionRecord

/** An order that is about to be sent: on record before anything of it leaves the process. */
export interface OrderRecord {
  readonly kind: 'order'
  readonly clientOrderId: string
  readonly pair: string
  readonly tradeType: 'buy' | 'sell'
  readonly orderType: 'limit' | 'limitMaker' | 'market'
  readonly timeInForce: 'gtc' | 'ioc' | 'fok'
  readonly positionAction: 'open' | 'close'
  /** Base units. */
  readonly amount: string
  /** Undefined for market orders. */
  readonly price: string | undefined
  /** A fraction; how far from the best price a market order may fill. */
  readonly maxSlippage: string
  readonly leverage: number
  readonly createdMs: number
}

/** An order before it is on record: numbers that are not text yet are written without making one. */
export type NewOrder = Omit<OrderRecord, 'kind' | 'amount' | 'price' | 'maxSlippage'> & {
  readonly amount: Decimal
  readonly price: Decimal | undefined
  readonly maxSlippage: Decimal
}

/** What came of a request, as it was read: before it is acted on. */
export interface AnswerRecord {
  readonly kind: 'answer'
  readonly clientOrderId: string
  readonly pair: string
  readonly request: 'place' | 'cancel'
  readonly outcome: 'accepted' | 'rejected' | 'unknown' | 'not-sent'
  readonly exchangeOrderId: string | undefined
  /** Code of the reason. */
  readonly code: string | undefined
  readonly message: string | undefined
  readonly atMs: number
}

/** An order's new state. */
export interface OrderStateRecord {
  readonly kind: 'state'
  readonly clientOrderId: string
  readonly pair: string
  readonly state:
    | 'pendingCreate'
    | 'submitUnknown'
    | 'open'
    | 'partiallyFilled'
    | 'pendingCancel'
    | 'canceled'
    | 'filled'
    | 'failed'
  readonly exchangeOrderId: string | undefined
  readonly code: string | undefined
  readonly message: string | undefined
  readonly atMs: number
}

/** One fill, of an order of ours or adopted. Unique by pair, trade id and order. */
export interface FillRecord {
  readonly kind: 'fill'
  readonly pair: string
  readonly tradeId: string
  readonly clientOrderId: string
  readonly exchangeOrderId: string | undefined
  readonly tradeType: 'buy' | 'sell'
  readonly positionAction: 'open' | 'close'
  readonly price: string
  /** Base units, positive. */
  readonly amount: string
  readonly feeAsset: string | undefined
  /** Paid when positive, a rebate when negative. */
  readonly feeAmount: string | undefined
  readonly isMaker: boolean
  readonly fillMs: number
}

/** Funding paid (negative) or received (positive). Unique by pair and payment id. */
export interface FundingRecord {
  readonly kind: 'funding'
  readonly pair: string
  readonly paymentId: string
  readonly asset: string
  readonly amount: string
  readonly paidMs: number
}

/** A balance as the connector last knew it. */
export interface BalanceRecord {
  readonly kind: 'balance'
  readonly asset: string
  readonly total: string
  readonly atMs: number
}

/** A position as the connector last knew it; amount 0 is closed. */
export interface PositionRecord {
  readonly kind: 'position'
  readonly pair: string
  /** Base units, negative when short. */
  readonly amount: string
  readonly entryPrice: string
  readonly atMs: number
}
