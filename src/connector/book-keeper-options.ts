import type { BackoffOptions } from '../common/backoff.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { BookStateChange } from './events.ts'
import type { PublicTrade } from './market-updates.ts'
import type { DepthMode, OrderBookView } from './order-book.ts'

/** How books are kept; everything has a default. */
export interface BookKeeperOptions {
  /** Whether a depth message carries changed levels, the default, or the whole book. */
  readonly depthMode?: DepthMode
  /** How long a book without a snapshot must have been whole and uncrossed before it is live; 1,000. */
  readonly settleMs?: number
  /** Depth messages that may cross a live book before it is invalid; 3. Each proves that something was lost. */
  readonly crossedLimit?: number
  /** About so often a live book is compared with a snapshot, so that what was lost unseen heals; never by default. */
  readonly verifyMs?: number
  /** How long a snapshot may take; 5,000. */
  readonly snapshotTimeoutMs?: number
  /** Between failed snapshots; from 1 to 30 seconds. */
  readonly snapshotRetry?: BackoffOptions
}

/** Where a book's changes are told. Called synchronously, in the receive path. */
export interface BookCallbacks {
  /** After each message that changed the book: the live view itself. */
  readonly onUpdate?: (view: OrderBookView) => void
  readonly onTrade?: (pair: TradingPair, trade: PublicTrade) => void
  readonly onStateChange?: (change: BookStateChange) => void
}
