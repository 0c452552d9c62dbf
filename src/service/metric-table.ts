import { ACCOUNT_METRICS } from './account-metrics.ts'
import { FEED_METRICS } from './feed-metrics.ts'
import type { MetricRow } from './metric-rows.ts'
import { ORDER_METRICS } from './order-metrics.ts'
import { PROCESS_METRICS } from './process-metrics.ts'

/** Every metric of a service, in the order in which they are documented. */
export const METRICS: readonly MetricRow[] = [
  ...FEED_METRICS,
  ...ORDER_METRICS,
  ...ACCOUNT_METRICS,
  ...PROCESS_METRICS,
]
