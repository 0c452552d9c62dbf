import type uPlot from 'uplot'
import type { LatencySpanName } from '../../../src/dashboard/page-frames.ts'
import { formatMicros, formatTime } from '../model/format.ts'
import { PERCENTILES } from '../model/history-lines.ts'
import { decades, logarithms } from '../model/logarithms.ts'
import { usePage } from '../page.ts'
import { timeAxis, valueAxis } from './axes.ts'
import { Chart, type ChartProps } from './chart.tsx'

/** Apart by dash as well as by colour. */
const DASHES = { p50: [], p90: [8, 3], p99: [3, 2] } as const

export interface SpanChartProps {
  readonly span: LatencySpanName
  readonly title: string
}

/** Percentiles over time, on a logarithmic scale. */
export function LatencyChart({ span, title }: SpanChartProps) {
  const { store } = usePage()
  const data = (): uPlot.AlignedData => {
    const { lines } = store.history.value
    return [lines.times, ...PERCENTILES.map((percentile) => logarithms(lines.latencies(span, percentile)))]
  }
  const options: ChartProps['options'] = (colours) => ({
    legend: { show: true, live: true },
    cursor: { y: false, drag: { setScale: false } },
    scales: { y: { range: (_plot, min, max) => decades(min, max) } },
    axes: [
      timeAxis(colours),
      { ...valueAxis(colours, 52, (log) => formatMicros(10 ** log)), incrs: [1, 2, 3] },
    ],
    series: [
      {
        label: 'time',
        value: (_plot: uPlot, second: number | null) => (second === null ? '' : formatTime(second * 1e3)),
      },
      ...PERCENTILES.map((percentile) => ({
        label: percentile,
        stroke: () => colours.of(percentile),
        dash: [...DASHES[percentile]],
        width: 1.25,
        points: { show: false },
        value: (_plot: uPlot, log: number | null) => formatMicros(log === null ? null : 10 ** log),
      })),
    ],
  })
  return <Chart label={`${title}: percentiles over time`} height={130} options={options} data={data} />
}
