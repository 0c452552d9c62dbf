import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { METRICS } from '../../src/service/metric-table.ts'

interface Panel {
  readonly title: string
  readonly gridPos: { readonly x: number; readonly w: number }
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const labelsOf = new Map(METRICS.map(({ name, labels }) => [name, new Set<string>(['instance', ...labels])]))

describe('the Grafana dashboard', () => {
  const dashboard = JSON.parse(read('ops/grafana/qtx-connector.json')) as {
    readonly panels: readonly Panel[]
  }
  const targets = dashboard.panels.flatMap(({ title, targets: all }) =>
    all.map((target) => ({ title, ...target })),
  )

  test.each(targets)('$title: $expr names metrics and labels that there are', ({ expr, legendFormat }) => {
    const names = [...expr.matchAll(/\bqtx_\w+/g)].map(([name]) => name)
    expect(names).not.toEqual([])
    const known = names.map((name) => labelsOf.get(name))
    expect(known, expr).not.toContain(undefined)
    const used = [
      ...[...expr.matchAll(/[{,](\w+)[=!]/g)].map(([, label = '']) => label),
      ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)),
      ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    ]
    for (const label of used) for (const labels of known) expect([...labels!]).toContain(label)
  })

  test('rates are taken of counters, and of nothing else', () => {
    const counters = new Set(METRICS.filter(({ type }) => type === 'counter').map(({ name }) => name))
    for (const { expr } of targets) {
      const rated = [...expr.matchAll(/rate\((qtx_\w+)/g)].map(([, name = '']) => name)
      for (const name of rated) expect([...counters]).toContain(name)
      for (const [name] of expr.matchAll(/\bqtx_\w+_total/g)) expect(rated).toContain(name)
    }
  })

  test('panels are within the width', () => {
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  })
})

test('the systemd unit starts the service with options that there are, in its runtime folder', () => {
  const unit = read('ops/systemd/qtx.service')
  expect(unit).toContain('RuntimeDirectory=qtx')
  const [, options = ''] = /^ExecStart=.* qtx start (.*)$/m.exec(unit) ?? []
  const start = createProgram().commands.find((command) => command.name() === 'start')!
  const given = options.split(' ').filter((word) => word.startsWith('--'))
  expect(given).toEqual(['--config', '--socket'])
  for (const option of given) expect(start.options.map(({ long }) => long)).toContain(option)
})
