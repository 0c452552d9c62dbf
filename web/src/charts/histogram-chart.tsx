import uPlot from 'uplot'
import { formatCount, formatMicros } from '../model/format.ts'
import { usePage } from '../page.ts'
import { axis, valueAxis } from './axes.ts'
import { Chart, type ChartProps } from './chart.tsx'
import type { SpanChartProps } from './latency-chart.tsx'

/** How many samples were how long, since the start; both scales are logarithmic. */
export function HistogramChart({ span, title }: SpanChartProps) {
  const { store } = usePage()
  const buckets = store.buckets[span]
  const data = (): uPlot.AlignedData => {
    const counts = buckets.value.map(({ count }) => count)
    // The height of one sample stands out from none.
    return [counts.map((_, index) => index), counts.map((count) => (count > 0 ? Math.log10(count) + 1 : 0))]
  }
  const boundOf = (index: number): string => {
    const bucket = buckets.peek()[index]
    return bucket && Number.isInteger(index) ? formatMicros(bucket.fromUs) : ''
  }
  const options: ChartProps['options'] = (colours) => ({
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_plot, _min, max) => [-0.5, (max || 0) + 0.5] },
      y: { range: (_plot, _min, max) => [0, Math.max(2, Math.ceil(max || 0))] },
    },
    axes: [
      axis(colours, {
        size: 20,
        space: 56,
        incrs: [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32],
        grid: { show: false },
        values: (_plot, splits) => splits.map(boundOf),
      }),
      {
        ...valueAxis(colours, 52, (log) => (log === 0 ? '0' : formatCount(10 ** (log - 1)))),
        space: 20,
        incrs: [1, 2, 3],
      },
    ],
    series: [
      {},
      {
        label: 'samples',
        stroke: () => colours.of('line'),
        fill: () => colours.of('bar-fill'),
        width: 1,
        paths: uPlot.paths.bars!({ size: [0.9, 60] }),
        points: { show: false },
      },
    ],
  })
  return <Chart label={`${title}: samples by length`} height={110} options={options} data={data} />
}
