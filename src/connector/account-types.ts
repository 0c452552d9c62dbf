import type { Decimal } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'

/** `oneWay`: one position for each pair; `hedge`: a long and a short one. */
export type PositionMode = 'oneWay' | 'hedge'

/** What the account has of an asset. */
export interface Balance {
  readonly asset: string
  readonly total: Decimal
  /** What can be used for new orders. Absent where the source, a stream, does not say it. */
  readonly available?: Decimal
}

/** A one-way position. `amount` is signed, base units; zero means that there is none. */
export interface Position {
  readonly pair: TradingPair
  readonly amount: Decimal
  readonly entryPrice: Decimal
  /** Quote units. */
  readonly unrealizedPnl: Decimal
  readonly leverage?: number
}

/** A pair’s funding, as the exchange tells it. */
export interface FundingInfo {
  readonly pair: TradingPair
  readonly markPrice: Decimal
  readonly indexPrice: Decimal
  /** Fraction paid by longs to shorts at the next settlement. */
  readonly rate: Decimal
  readonly nextFundingMs: number
  /** When it was received, milliseconds since 1970. */
  readonly receivedMs: number
  readonly source: 'rest' | 'stream'
}

/** Funding that was paid or received on a position. */
export interface FundingPayment {
  readonly pair: TradingPair
  readonly paymentId: string
  readonly asset: string
  /** Received when positive, paid when negative. */
  readonly amount: Decimal
  readonly paidMs: number
}

/** How old what is known of the account is. */
export interface AccountAge {
  /** Since balances were last fetched whole, milliseconds; undefined before the first time. The stream may be newer. */
  readonly balancesMs: number | undefined
  /** Since positions were last fetched whole, milliseconds; undefined before the first time. The stream may be newer. */
  readonly positionsMs: number | undefined
  /** Since the private stream's last frame of any kind, milliseconds; undefined before the first. */
  readonly streamMs: number | undefined
  /** Nothing tells of changes at the moment, or what was missed is still being fetched. */
  readonly isStale: boolean
}
