import type uPlot from 'uplot'
import { formatCount } from '../model/format.ts'
import { usePage } from '../page.ts'
import { timeAxis, valueAxis } from './axes.ts'
import { Chart, type ChartProps } from './chart.tsx'
import type { Colours } from './colours.ts'

/** Messages a second over time. */
export function RateChart() {
  const { store } = usePage()
  const data = (): uPlot.AlignedData => {
    const { times, messagesPerSecond } = store.history.value.lines
    return [times, messagesPerSecond]
  }
  return <Chart label="Messages a second over time" height={110} options={options} data={data} />
}

function options(colours: Colours): ReturnType<ChartProps['options']> {
  return {
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false } },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(10, (max || 0) * 1.1)] } },
    axes: [timeAxis(colours), valueAxis(colours, 52, formatCount)],
    series: [
      {},
      {
        label: 'messages/s',
        stroke: () => colours.of('line'),
        fill: () => colours.of('line-fill'),
        width: 1.25,
        points: { show: false },
      },
    ],
  }
}
