import type { QtxConnector } from '../qtx/connector-protocol.ts'
import type { LogTail } from './log-tail.ts'
import type { OrderOutcomes } from './order-outcomes.ts'
import type { StopView } from './service-views.ts'

/** What the methods of a service work on. */
export interface ServiceContext {
  readonly connector: QtxConnector
  /** The exchange's name. */
  readonly exchange: string
  /** The configuration file. */
  readonly configFile: string
  /** Milliseconds since 1970. */
  readonly startedMs: number
  /** Where metrics are served; undefined where they are not. */
  readonly httpUrl: string | undefined
  readonly outcomes: OrderOutcomes
  readonly logTail: LogTail
  /** Stops the connector, and then the service once this has been told. */
  stop(options: { readonly cancelAll: boolean }): Promise<StopView>
}
