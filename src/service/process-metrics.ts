import { each, counter, gauge, one, type MetricRow } from './metric-rows.ts'

const NS_PER_SECOND = 1e9
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
            { labels: { quantile: '0.5' }, value: eventLoop.percentile(50) / NS_PER_SECOND },
            { labels: { quantile: '0.99' }, value: eventLoop.percentile(99) / NS_PER_SECOND },
            { labels: { quantile: '1' }, value: eventLoop.max / NS_PER_SECOND },
          ],
  ),
]
