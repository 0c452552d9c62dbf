import type { MeasuredTable } from '../measured.ts'
import { readable, summariseRows } from '../table.ts'
import { COLOURS, WIDTH, line, round, svg, text } from './svg.ts'

const LABEL_WIDTH = 250
const VALUE_WIDTH = 120
const TOP = 46
const BAR_HEIGHT = 20
const BAR_STEP = 32
/** A spread that goes further than so many of the longest bar is cut off. */
const LONGEST_WHISKER = 1.6

/** A bar for each row: its median, with a whisker from the lowest to the highest, and its ratio to the baseline. */
export function barChart(table: MeasuredTable): string {
  const rows = summariseRows(table)
  const longest = Math.max(...rows.map(({ median }) => median))
  const end = Math.min(Math.max(...rows.map(({ max }) => max)), longest * LONGEST_WHISKER) || 1
  const scale = (value: number): number =>
    LABEL_WIDTH + (Math.min(value, end) / end) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH)
  const bars = rows.flatMap((row, i) => {
    const y = TOP + i * BAR_STEP
    const middle = y + BAR_HEIGHT / 2
    const ratio = row.ratio === undefined ? '' : ` (${row.ratio.toFixed(2)} ×)`
    const isBaseline = row.name === table.baseline
    return [
      text(LABEL_WIDTH - 10, middle + 4, row.name, { anchor: 'end' }),
      `<rect x="${LABEL_WIDTH}" y="${y}" width="${round(Math.max(1, scale(row.median) - LABEL_WIDTH))}" height="${BAR_HEIGHT}" rx="2" fill="${isBaseline ? COLOURS[7]! : COLOURS[0]!}" opacity="0.85"/>`,
      ...(row.runs > 1 ? whisker(scale(row.min), scale(row.max), middle) : []),
      text(Math.max(scale(row.median), scale(row.max)) + 8, middle + 4, `${readable(row.median)}${ratio}`),
    ]
  })
  return svg(TOP + rows.length * BAR_STEP + 6, table.title, [
    text(4, 16, table.title, { className: 'title' }),
    text(4, 34, `${table.unit}; median, lowest – highest`, { className: 'faint' }),
    line(LABEL_WIDTH, TOP - 4, LABEL_WIDTH, TOP + rows.length * BAR_STEP - 6, 'line'),
    ...bars,
  ])
}

function whisker(from: number, to: number, y: number): string[] {
  return [
    line(from, y, to, y, 'whisker'),
    line(from, y - 5, from, y + 5, 'whisker'),
    line(to, y - 5, to, y + 5, 'whisker'),
  ]
}
