import type { QtxConnectorConfigInput } from '../src/config/connector-config.ts'

/** What the trader is started with. */
export interface TraderPlan {
  readonly configs: readonly QtxConnectorConfigInput[]
  readonly seed: number
  /** Where each connector's events go. */
  readonly eventFiles: readonly string[]
  /** Of each connector. */
  readonly orderIntervalMs: number
}

/** From the soak to the trader. */
export type ToTrader = { readonly kind: 'plan'; readonly plan: TraderPlan } | { readonly kind: 'finish' }

/** One connector's life, counted. */
export interface LifeCounts {
  submitted: number
  /** Wishes that were refused before anything was sent, by why. */
  refused: Record<string, number>
  adopted: number
  missedFills: number
  anomalies: string[]
  fallbacks: number
}

/** From the trader to the soak. */
export type FromTrader =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'counts'
      readonly counts: Readonly<Record<string, LifeCounts>>
      /** Of the process, as the system counts it. */
      readonly memoryMb: number
    }
  | { readonly kind: 'finished'; readonly ends: Readonly<Record<string, TraderEnd>> }
  | { readonly kind: 'failed'; readonly reason: string }

/** How a connector ended, told before it stopped. */
export interface TraderEnd {
  readonly balance: string
  readonly positions: Readonly<Record<string, string>>
  /** Client order ids of what is not done, with their states. */
  readonly open: Readonly<Record<string, string>>
}
