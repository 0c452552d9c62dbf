import { describe, expect, it } from 'vitest'
import { axisFor, axisOf } from '../../../../bench/charts/axis.ts'
import { barChart } from '../../../../bench/charts/bar-chart.ts'
import { chartsOf } from '../../../../bench/charts/charts.ts'
import { lineChart } from '../../../../bench/charts/line-chart.ts'

const TABLE = {
  title: 'Draining <fast> & full',
  unit: 'µs',
  baseline: 'C',
  rows: [
    { name: 'C', samples: [1, 2, 4] },
    { name: 'ours', samples: [3, 4, 40] },
  ],
}

const CURVE = {
  title: 'Cost by rate',
  unit: 'µs',
  xTitle: 'messages a second',
  xs: [1_000, 10_000, 100_000],
  series: [
    { name: 'C', samples: [[10], [5, 6, 7], [2]] },
    { name: 'ours', samples: [[20], [9], [3]] },
  ],
}

function numbers(svg: string, attribute: string): number[] {
  return [...svg.matchAll(new RegExp(` ${attribute}="([^"]+)"`, 'g'))].map((match) => Number(match[1]))
}

describe('a bar chart', () => {
  const chart = barChart(TABLE)

  it('has a bar for each row, as long as its median', () => {
    const [c, ours] = [...chart.matchAll(/<rect [^>]*width="([^"]+)"/g)].map((match) => Number(match[1]))
    expect(ours! / c!).toBeCloseTo(2, 1)
  })

  it('says medians and ratios, and escapes what it is told', () => {
    expect(chart).toContain('>2 (1.00 ×)<')
    expect(chart).toContain('>4 (2.00 ×)<')
    expect(chart).toContain('Draining &lt;fast&gt; &amp; full')
  })

  it('stays inside the picture, however far one sample is off', () => {
    for (const attribute of ['x', 'x1', 'x2']) {
      for (const x of numbers(chart, attribute)) expect(x).toBeLessThanOrEqual(720)
    }
  })
})

describe('a line chart', () => {
  const chart = lineChart(CURVE)

  it('has a line and a name for each thing, and the titles of its axes', () => {
    expect(chart.match(/<polyline /g)).toHaveLength(2)
    for (const words of ['>C<', '>ours<', '>messages a second<', '>µs; median, lowest – highest<']) {
      expect(chart).toContain(words)
    }
  })

  it('marks the spread of what was measured more than once', () => {
    expect(chart.match(/opacity="0.5"/g)).toHaveLength(1)
  })

  it('has no number that is none', () => {
    expect(chart).not.toContain('NaN')
    expect(lineChart({ ...CURVE, series: [{ name: 'C', samples: [[0], [0], [0]] }] })).not.toContain('NaN')
  })

  it('places values by their logarithm where they are far apart', () => {
    const { place } = axisOf(CURVE.xs)
    expect(CURVE.xs.map(place)).toEqual([0, 0.5, 1])
    expect(axisFor([1, 1_000]).ticks).toEqual([1, 10, 100, 1_000])
    expect(axisFor([3, 9]).ticks).toEqual([0, 2, 4, 6, 8, 10])
  })
})

describe('the charts of a section', () => {
  it('are of curves and of what is compared, each under a name of its own', () => {
    const { baseline: _, ...told } = TABLE
    const files = chartsOf('receive', [TABLE, CURVE, told]).map(({ file }) => file)
    expect(files).toEqual(['receive-draining-fast-full.svg', 'receive-cost-by-rate.svg'])
  })
})
