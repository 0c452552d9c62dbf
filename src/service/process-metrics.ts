import { each, counter, gauge, one, type MetricRow } from './metric-rows.ts'

const NS_PER_SECOND = 1e9
/** How often the event loop is looked at. */
export const EVENT_LOOP_RESOLUTION_MS = 20
const US_PER_SECOND = 1e6

/** The process itself. */
export const PROCESS_METRICS: readonly MetricRow[] = [
  gauge(
    'qtx_service_information',
    'Always 1; its labels say what runs.',
    ['connector', 'exchange', 'node'],
    ({ context }) =>
      context && [
        {
          labels: { connector: context.connector.name, exchange: context.exchange, node: process.version },
          value: 1,
        },
      ],
  ),
  gauge('qtx_service_uptime_seconds', 'Since the process began.', [], () => one(process.uptime())),
  counter('qtx_process_cpu_seconds_total', 'Time on a processor.', ['mode'], () => {
    const { user, system } = process.cpuUsage()
    return each('mode', { user: user / US_PER_SECOND, system: system / US_PER_SECOND })
  }),
  gauge('qtx_process_memory_bytes', 'Memory of the process.', ['kind'], () => {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
    return each('kind', { resident: rss, heapUsed, heapTotal, external })
  }),
  gauge(
    'qtx_event_loop_delay_seconds',
    'How late timers were since the last time that metrics were read. Quantile 1 is the maximum.',
    ['quantile'],
    ({ eventLoop }) =>
      eventLoop.count === 0
        ? []
        : [
            { labels: { quantile: '0.5' }, value: lateSeconds(eventLoop.percentile(50)) },
            { labels: { quantile: '0.99' }, value: lateSeconds(eventLoop.percentile(99)) },
            { labels: { quantile: '1' }, value: lateSeconds(eventLoop.max) },
          ],
  ),
]

/** What is measured is the time between two looks. */
function lateSeconds(betweenNs: number): number {
  return Math.max(0, betweenNs / NS_PER_SECOND - EVENT_LOOP_RESOLUTION_MS / 1_000)
}
