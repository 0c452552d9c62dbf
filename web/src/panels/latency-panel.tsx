import type { LatencySpanName } from '../../../src/dashboard/page-frames.ts'
import { HistogramChart } from '../charts/histogram-chart.tsx'
import { LatencyChart } from '../charts/latency-chart.tsx'
import { formatCount, formatMicros } from '../model/format.ts'
import { usePage } from '../page.ts'
import { Panel } from './panel.tsx'

const TITLES: Readonly<Record<LatencySpanName, string>> = {
  feedToBook: 'Latency: feed → book',
  bookToStrategy: 'Latency: book → strategy',
  orderToAnswer: 'Latency: order → answer',
}

/** Why a span has no samples. */
const NOTES: Readonly<Record<LatencySpanName, string>> = {
  feedToBook: 'Measured from the first message on.',
  bookToStrategy: "Only subscribers' queues are measured: listeners are called at once and wait for nothing.",
  orderToAnswer: 'Measured from the first order on.',
}

/** One span of time that updates or orders take: percentiles at present, all samples by length, percentiles over time. */
export function LatencyPanel({ span }: { readonly span: LatencySpanName }) {
  const { store } = usePage()
  const { samples, p50, p90, p99, max } = store.spans[span].value
  const values = [
    ['p50', p50],
    ['p90', p90],
    ['p99', p99],
    ['max', max],
  ] as const
  return (
    <Panel
      id={`latency-${span}`}
      title={TITLES[span]}
      aside={samples === 0 ? 'no sample yet' : `${formatCount(samples)} samples`}
    >
      <dl class="figures">
        {values.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{formatMicros(value)}</dd>
          </div>
        ))}
      </dl>
      {samples === 0 ? (
        <p class="empty">{NOTES[span]}</p>
      ) : (
        <>
          <HistogramChart span={span} title={TITLES[span]} />
          <LatencyChart span={span} title={TITLES[span]} />
        </>
      )}
    </Panel>
  )
}
