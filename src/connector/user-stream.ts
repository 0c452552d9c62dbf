import type { Balance, FundingPayment, Position } from './account-types.ts'
import type { OrderUpdate, TradeUpdate } from './order-types.ts'

/** Where private events go. Called synchronously, in the order in which the exchange sent them. */
export interface UserStreamSink {
  orderUpdate(update: OrderUpdate): void
  tradeUpdate(update: TradeUpdate): void
  /** Only the assets that changed. */
  balances(changed: readonly Balance[]): void
  /** Only the positions that changed; amount zero means closed. */
  positions(changed: readonly Position[]): void
  fundingPayment(payment: FundingPayment): void
  /** Logged in and subscribed, the first time and after every reconnect: what was missed must be fetched. */
  connected(): void
  disconnected(reason: string): void
}

/** The exchange's private stream. It reconnects by itself, with backoff, until stopped. */
export interface UserStream {
  start(sink: UserStreamSink): Promise<void>
  stop(): Promise<void>
  /** When the last frame of any kind arrived, milliseconds since 1970; undefined before the first. */
  readonly lastReceivedMs: number | undefined
}
