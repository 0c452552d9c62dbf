import type { ConnectorOptions } from '../connector/connector-options.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type { MarketDataSource } from '../connector/market-data-source.ts'
import type { CancelOutcome, PlaceOutcome } from '../connector/order-types.ts'
import type { UserStream } from '../connector/user-stream.ts'
import type { PerpetualDerivative } from '../connector/perpetual-derivative.ts'
import type { ExchangeBackend } from '../wire/symbol-names.ts'
import type { OrderRoute } from './connector-protocol.ts'
import type { FeedPool } from './feed/feed-pool.ts'
import type { QtxUdpManagerOptions } from './feed/udp-manager-options.ts'

/** What QTX's layers need beyond what every connector takes. */
export interface QtxOptions extends ConnectorOptions {
  readonly qtx: {
    readonly backend: ExchangeBackend
    /** Whether the exchange numbers depth and top-of-book changes in one sequence. */
    readonly sequencesComparable: boolean
    /** What QTX counts sizes in, in the feed and in the ring: base units, or the exchange's own (contracts on some). */
    readonly sizeUnit: 'base' | 'exchange'
    readonly feedPool: FeedPool
    readonly feed: QtxUdpManagerOptions
    /** Undefined: orders go by the parent's own API. */
    readonly sharedMemoryName: string | undefined
    readonly orderTimeoutMs: number | undefined
    /** How long sending an order blocks for its answer, microseconds. */
    readonly orderSpinUs: number | undefined
    /** By default the ring where there is one. */
    readonly orderRoute?: OrderRoute | undefined
    /** How long the feed may be silent before the parent's websocket takes over; undefined: it never does. */
    readonly fallbackAfterMs?: number | undefined
  }
}

/** A class that layers extend: a parent, or a parent with layers. Its hooks are there, so layers may call `super`. */
export type ConnectorClass = abstract new (options: QtxOptions) => ParentConnector

declare abstract class ParentConnector extends PerpetualDerivative {
  override get name(): string
  protected override get notFoundIsProofAfterMs(): number | undefined
  protected override createMarketDataSource(): MarketDataSource
  protected override createUserStream(): UserStream
  protected override placeOrder(order: InFlightOrder): Promise<PlaceOutcome>
  protected override placeCancel(order: InFlightOrder): Promise<CancelOutcome>
}

/** One layer: a function from class to class. QTX's own overrides are the first; users add theirs. */
export type ConnectorPlugin = (Parent: ConnectorClass) => ConnectorClass
