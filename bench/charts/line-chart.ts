import type { MeasuredCurve } from '../measured.ts'
import { medianOf } from '../../src/cli/bench/percentiles.ts'
import { readable } from '../table.ts'
import { axisFor, axisOf } from './axis.ts'
import { COLOURS, WIDTH, line, round, svg, text } from './svg.ts'

const LEFT = 80
const RIGHT = 30
const LEGEND_LINE = 20
const TITLE_HEIGHT = 44
const PLOT_HEIGHT = 240
const BELOW = 48
const LEGEND_COLUMNS = 2

/** A line for each thing: medians, with whiskers from the lowest to the highest. */
export function lineChart(curve: MeasuredCurve): string {
  const top = TITLE_HEIGHT + Math.ceil(curve.series.length / LEGEND_COLUMNS) * LEGEND_LINE + 10
  const bottom = top + PLOT_HEIGHT
  const xAxis = axisOf(curve.xs)
  const yAxis = axisFor(curve.series.flatMap(({ samples }) => samples.map(medianOf)))
  const xOf = (x: number): number => LEFT + xAxis.place(x) * (WIDTH - LEFT - RIGHT)
  const yOf = (y: number): number => bottom - Math.min(1, Math.max(0, yAxis.place(y))) * PLOT_HEIGHT
  const isDense = curve.xs.length > 12
  return svg(bottom + BELOW, curve.title, [
    text(4, 16, curve.title, { className: 'title' }),
    text(4, 34, `${curve.unit}; median, lowest – highest`, { className: 'faint' }),
    ...curve.series.map(({ name }, i) => legend(name, i)),
    ...yAxis.ticks.flatMap((tick) => [
      line(LEFT, yOf(tick), WIDTH - RIGHT, yOf(tick), 'grid'),
      text(LEFT - 8, yOf(tick) + 4, readable(tick), { anchor: 'end', className: 'faint' }),
    ]),
    ...xAxis.ticks.flatMap((tick) => [
      line(xOf(tick), bottom, xOf(tick), bottom + 4, 'line'),
      text(xOf(tick), bottom + 19, readable(tick), { anchor: 'middle', className: 'faint' }),
    ]),
    line(LEFT, bottom, WIDTH - RIGHT, bottom, 'line'),
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 39, curve.xTitle, { anchor: 'middle' }),
    ...curve.series.flatMap(({ samples }, i) => {
      const points = samples.map((own, x) => [xOf(curve.xs[x]!), yOf(medianOf(own))] as const)
      const colour = COLOURS[i % COLOURS.length]!
      return [
        `<polyline points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...(isDense
          ? []
          : points.flatMap(([x, y], p) => [
              ...spread(samples[p]!, x, yOf, colour),
              `<circle cx="${round(x)}" cy="${round(y)}" r="3.5" fill="${colour}"/>`,
            ])),
      ]
    }),
  ])
}

function spread(samples: readonly number[], x: number, yOf: (y: number) => number, colour: string): string[] {
  if (samples.length < 2) return []
  const [from, to] = [yOf(Math.min(...samples)), yOf(Math.max(...samples))]
  return [
    `<line x1="${round(x)}" y1="${round(from)}" x2="${round(x)}" y2="${round(to)}" stroke="${colour}" stroke-width="1.5" opacity="0.5"/>`,
  ]
}

function legend(name: string, i: number): string {
  const x = LEFT + (i % LEGEND_COLUMNS) * ((WIDTH - LEFT) / LEGEND_COLUMNS)
  const y = TITLE_HEIGHT + Math.floor(i / LEGEND_COLUMNS) * LEGEND_LINE + 12
  const colour = COLOURS[i % COLOURS.length]!
  return [
    `<line x1="${round(x)}" y1="${y - 4}" x2="${round(x + 22)}" y2="${y - 4}" stroke="${colour}" stroke-width="3"/>`,
    text(x + 30, y, name),
  ].join('')
}
