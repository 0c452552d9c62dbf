import type { Decimal } from '../common/decimal.ts'

/** How long an order in a slot holds (C SDK). */
export type SlotTimeInForce = 'gtc' | 'ioc' | 'fok'
/** Which price of the book a slot asks the exchange to take (C SDK). */
export type SlotPriceMatch = 'none' | 'queue' | 'queue5' | 'opponent' | 'opponent5'

/** A placement, as a slot can carry it. There are no market orders. */
export interface SlotOrder {
  /** Decimal text of an unsigned 64-bit number, or the number. Never hashed, never shortened. */
  readonly clientOrderId: string | bigint
  /** The exchange's own symbol, such as `BTCUSDT`. */
  readonly symbol: string
  readonly tradeType: 'buy' | 'sell'
  /** `limitMaker` is post-only: refused by the exchange when it would take. */
  readonly orderType: 'limit' | 'limitMaker'
  /** `gtc` when absent; a `limitMaker` can be nothing else. */
  readonly timeInForce?: SlotTimeInForce | undefined
  /** `none` when absent. */
  readonly priceMatch?: SlotPriceMatch | undefined
  /** A decimal, or plain decimal text, at most 31 characters. */
  readonly price: string | Decimal
  /** The same, in the exchange's own unit. */
  readonly size: string | Decimal
}

/** A cancel as it stands in a slot. */
export interface SlotCancel {
  readonly clientOrderId: string | bigint
  readonly symbol: string
}
