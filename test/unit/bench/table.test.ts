import { describe, expect, it } from 'vitest'
import { render, renderTable, summariseRows } from '../../../bench/table.ts'

describe('a table of the bench', () => {
  const table = {
    title: 'Something',
    unit: 'µs',
    baseline: 'peer',
    rows: [
      { name: 'peer', samples: [4, 1, 2] },
      { name: 'ours', samples: [1, 9] },
    ],
  }

  it('tells medians, spread, and ratios of medians', () => {
    expect(summariseRows(table)).toEqual([
      { name: 'peer', median: 2, min: 1, max: 4, runs: 3, ratio: 1 },
      { name: 'ours', median: 5, min: 1, max: 9, runs: 2, ratio: 2.5 },
    ])
  })

  it('is Markdown', () => {
    expect(renderTable({ ...table, notes: ['A note.'] }).split('\n')).toEqual([
      '| Something | µs  | lowest – highest | runs | ratio |',
      '| --------- | --- | ---------------- | ---- | ----- |',
      '| peer      | 2   | 1 – 4            | 3    | 1.00  |',
      '| ours      | 5   | 1 – 9            | 2    | 2.50  |',
      '',
      'A note.',
    ])
  })
})

describe('a curve of the bench', () => {
  const curve = {
    title: 'Cost',
    unit: 'µs',
    xTitle: 'pairs',
    xs: [1, 1_000],
    baseline: 'peer',
    series: [
      { name: 'peer', samples: [[2], [4, 4, 5]] },
      { name: 'ours', samples: [[1], [8]] },
    ],
  }

  it('is a table with a column for each x, and ratios to the baseline there', () => {
    expect(render(curve).split('\n')).toEqual([
      '| Cost, µs; pairs: | 1          | 1,000      |',
      '| ---------------- | ---------- | ---------- |',
      '| peer             | 2          | 4          |',
      '| ours             | 1 (0.50 ×) | 8 (2.00 ×) |',
    ])
  })

  it('is no table when it has many points', () => {
    const xs = Array.from({ length: 60 }, (_, i) => i)
    expect(render({ ...curve, xs, series: [{ name: 'peer', samples: xs.map((x) => [x]) }] })).toBe('')
  })
})
