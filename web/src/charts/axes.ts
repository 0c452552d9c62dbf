import type uPlot from 'uplot'
import { formatMinute, formatTime } from '../model/format.ts'
import type { Colours } from './colours.ts'

const FONT = '11px system-ui, sans-serif'

/** An axis in the theme's colours. */
export function axis(colours: Colours, changes: uPlot.Axis): uPlot.Axis {
  const line = { stroke: () => colours.of('grid'), width: 1 }
  return {
    stroke: () => colours.of('muted'),
    font: FONT,
    labelFont: FONT,
    gap: 3,
    grid: line,
    ticks: { ...line, size: 3 },
    ...changes,
  }
}

/** Local time of day. */
export function timeAxis(colours: Colours): uPlot.Axis {
  return axis(colours, {
    size: 22,
    space: 70,
    values: (_plot, splits, _index, _space, stepSeconds) =>
      splits.map((second) => (stepSeconds < 60 ? formatTime(second * 1e3) : formatMinute(second * 1e3))),
  })
}

/** Numbers at the left. */
export function valueAxis(colours: Colours, size: number, format: (value: number) => string): uPlot.Axis {
  return axis(colours, {
    size,
    space: 28,
    values: (_plot, splits) => splits.map(format),
  })
}
