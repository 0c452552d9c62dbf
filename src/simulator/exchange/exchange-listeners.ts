import type { Decimal } from '../../common/decimal.ts'
import type { Level, MarketEvent } from '../market-event.ts'
import type { Account } from './account.ts'
import type { Fill, OrderState } from './order.ts'
import type { PositionState } from './position.ts'

/** A symbol's book as the exchange shows it: the source's liquidity and the users' orders together. */
export interface BookView {
  readonly symbol: string
  /** Sequence of the last depth event or snapshot; a snapshot taken now has everything up to it. */
  readonly depthSequence: bigint
  /** Best level first. */
  levels(side: 'bid' | 'ask', limit: number): Level[]
  top(side: 'bid' | 'ask'): Level | undefined
}

export interface OrderUpdate {
  readonly account: Account
  readonly order: OrderState
  readonly execution: 'new' | 'trade' | 'canceled' | 'expired'
  /** Present where `execution` is `trade`. */
  readonly fill: Fill | undefined
  readonly timeMs: number
}

export interface BalanceChange {
  readonly asset: string
  readonly walletBalance: Decimal
  /** Part of the change that is neither profit nor fee: deposits and funding. */
  readonly transferred: Decimal
}

export interface AccountUpdate {
  readonly account: Account
  readonly reason: 'order' | 'funding' | 'deposit'
  readonly balances: readonly BalanceChange[]
  readonly positions: readonly PositionState[]
  readonly timeMs: number
}

export interface LeverageUpdate {
  readonly account: Account
  readonly symbol: string
  readonly leverage: number
  readonly timeMs: number
}

/**
 * What the engine tells, in the order it happens. A listener may call the engine; what that causes is told after
 * what is being told.
 */
export interface ExchangeListeners {
  readonly onMarketEvent?: ((event: MarketEvent, book: BookView) => void) | undefined
  /** The new size of one price level, 0 when it is gone. Told before the market event that it belongs to. */
  readonly onLevel?: ((symbol: string, side: 'bid' | 'ask', price: number, size: number) => void) | undefined
  /** For a fill, told before the order's own update. */
  readonly onAccountUpdate?: ((update: AccountUpdate) => void) | undefined
  readonly onOrderUpdate?: ((update: OrderUpdate) => void) | undefined
  readonly onLeverage?: ((update: LeverageUpdate) => void) | undefined
}
