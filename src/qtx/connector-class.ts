import type { ConnectorOptions } from '../connector/connector-options.ts'
import type { PerpetualDerivative } from '../connector/perpetual-derivative.ts'
import type { ExchangeBackend } from '../wire/symbol-names.ts'
import type { FeedPool } from './feed/feed-pool.ts'
import type { UdpManagerOptions } from './feed/udp-manager.ts'

/** What QTX's layers need beyond what every connector takes. */
export interface QtxOptions extends ConnectorOptions {
  readonly qtx: {
    readonly backend: ExchangeBackend
    readonly feedPool: FeedPool
    readonly feed: UdpManagerOptions
    /** Undefined: orders go by the parent's own API. */
    readonly sharedMemoryName: string | undefined
    readonly orderTimeoutMs: number | undefined
  }
}

/** A class that layers extend: a parent, or a parent with layers. */
export type ConnectorClass = abstract new (options: QtxOptions) => PerpetualDerivative

/** One layer: a function from class to class. QTX's own overrides are the first; users add theirs. */
export type ConnectorPlugin = (Parent: ConnectorClass) => ConnectorClass
