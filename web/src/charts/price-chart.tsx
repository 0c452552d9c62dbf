import type uPlot from 'uplot'
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { formatNumber } from '../model/format.ts'
import { fillMarks, orderMarks, priceRange, type Marks } from '../model/price-marks.ts'
import { usePage } from '../page.ts'
import { timeAxis, valueAxis } from './axes.ts'
import { Chart, type ChartProps } from './chart.tsx'
import { drawMarks, type DrawnMarks } from './draw-marks.ts'

/** The middle between best bid and best ask over time; triangles are own fills, dashed lines open orders. */
export function PriceChart({ pair }: { readonly pair: string }) {
  const { store } = usePage()
  const drawn = useSignal<DrawnMarks>({ buys: 0, sells: 0, orders: 0 })
  const { priceDecimals } = store.pair(pair)
  const marks = useRef<Marks>({ fills: [], orders: [] })
  const data = (): uPlot.AlignedData => {
    const { lines } = store.history.value
    const { times } = lines
    marks.current = {
      // The newest fill is up to a step newer than the line's end.
      fills: fillMarks(store.fills.value, pair, times[0] ?? 0, (times.at(-1) ?? 0) + 1),
      orders: orderMarks(store.orders.value, pair),
    }
    return [times, lines.midPrices(pair)]
  }
  const options: ChartProps['options'] = (colours) => ({
    legend: { show: false },
    cursor: { drag: { setScale: false } },
    scales: {
      x: { range: (_plot, min, max) => [Math.min(min, max + 1 - SHORTEST_SECONDS), max + 1] },
      y: { range: (_plot, min, max) => priceRange(min, max, marks.current) },
    },
    axes: [timeAxis(colours), valueAxis(colours, 68, (price) => formatNumber(price, priceDecimals))],
    series: [{}, { label: 'middle', stroke: () => colours.of('line'), width: 1.25, points: { show: false } }],
    hooks: {
      draw: [
        (plot) => {
          const now = drawMarks(plot, colours, marks.current)
          const { buys, sells, orders: lines } = drawn.peek()
          if (now.buys !== buys || now.sells !== sells || now.orders !== lines) drawn.value = now
        },
      ],
    },
  })
  const { buys, sells, orders: lines } = drawn.value
  return (
    <>
      <Chart
        label={`Price of ${pair} over time, with ${buys} own buys, ${sells} own sells and ${lines} open orders`}
        options={options}
        data={data}
      />
      <p class="chart-key">
        <span class="mid-key">— middle</span>
        <span class="buy">▲ own buys {buys}</span>
        <span class="sell">▼ own sells {sells}</span>
        <span>┄ open orders {lines}</span>
      </p>
    </>
  )
}

/** A chart that has just begun is not stretched. */
const SHORTEST_SECONDS = 60
