import uPlot from 'uplot'
import { depthLines } from '../model/depth.ts'
import { formatNumber } from '../model/format.ts'
import { usePage } from '../page.ts'
import { axis, valueAxis } from './axes.ts'
import { Chart, type ChartProps } from './chart.tsx'

/** What is offered up to each price. */
export function DepthChart() {
  const { store } = usePage()
  const data = (): uPlot.AlignedData => {
    const book = store.selected.value
    const { prices, bidTotals, askTotals } = depthLines(book?.bids ?? [], book?.asks ?? [])
    return [[...prices], [...bidTotals], [...askTotals]]
  }
  const options: ChartProps['options'] = (colours) => ({
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false } },
    scales: {
      x: { time: false, range: (_plot, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) },
      y: { range: (_plot, _min, max) => [0, (max || 1) * 1.05] },
    },
    axes: [
      axis(colours, {
        size: 20,
        space: 80,
        values: (_plot, splits) => splits.map((price) => formatNumber(price, null)),
      }),
      valueAxis(colours, 46, (total) => formatNumber(total, null)),
    ],
    series: [
      {},
      {
        label: 'bids',
        stroke: () => colours.of('buy'),
        fill: () => colours.of('buy-fill'),
        // The total up to a price holds from the next better one down to it.
        paths: uPlot.paths.stepped!({ align: -1 }),
        points: { show: false },
      },
      {
        label: 'asks',
        stroke: () => colours.of('sell'),
        fill: () => colours.of('sell-fill'),
        paths: uPlot.paths.stepped!({ align: 1 }),
        points: { show: false },
      },
    ],
  })
  return <Chart label="Depth: what is offered up to each price" height={130} options={options} data={data} />
}
