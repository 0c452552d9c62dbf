import type { IntervalHistogram } from 'node:perf_hooks'
import type { ConnectorStatus } from '../connector/status.ts'
import type { RequestBudgetStatistics } from '../connector/request-budget.ts'
import type { FeedStatistics } from '../qtx/feed/feed-statistics.ts'
import type { SharedMemoryStatistics } from '../qtx/orders/shared-memory-options.ts'
import { ACCOUNT_METRICS } from './account-metrics.ts'
import { FEED_METRICS } from './feed-metrics.ts'
import { ORDER_METRICS } from './order-metrics.ts'
import { PROCESS_METRICS } from './process-metrics.ts'
import type { ServiceContext } from './service-context.ts'

/** What metrics are read from, taken once for each time that they are asked for. */
export interface MetricSource {
  readonly context: ServiceContext | undefined
  readonly status: ConnectorStatus
  readonly feed: FeedStatistics | undefined
  readonly ring: SharedMemoryStatistics | undefined
  readonly requests: RequestBudgetStatistics | undefined
  readonly eventLoop: IntervalHistogram
}

export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** One metric: what it is called, what it means, and where it is read. */
export interface MetricRow {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly labels: readonly string[]
  readonly read: (source: MetricSource) => Iterable<MetricSample>
}

/** Every metric of a service, in the order in which they are documented. */
export const METRICS: readonly MetricRow[] = [
  ...FEED_METRICS,
  ...ORDER_METRICS,
  ...ACCOUNT_METRICS,
  ...PROCESS_METRICS,
]
