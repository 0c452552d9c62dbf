import { describe, expect, it } from 'vitest'
import { plainPaint, toText, widthOf } from '../../../../src/cli/terminal/line.ts'
import type { WatchReport } from '../../../../src/cli/watch/watch-report.ts'
import { summaryLines } from '../../../../src/cli/watch/watch-summary.ts'
import { watchView } from '../../../../src/cli/watch/watch-view.ts'
import { watchReport } from './reports.ts'

function view(report: WatchReport, columns: number, rows: number): string {
  const lines = watchView({ report, elapsedMs: 7_000, durationMs: 20_000 }, { columns, rows })
  expect(lines.length).toBeLessThanOrEqual(rows)
  for (const line of lines) expect(widthOf(line)).toBe(Math.max(40, columns))
  return lines.map((line) => toText(line, plainPaint)).join('\n')
}

describe('the live view of qtx watch', () => {
  it('draws the books next to each other where they fit', () => {
    const text = view(watchReport({ 'BTC-USDT': {}, 'ETH-USDT': {} }), 100, 30)
    expect(text).toMatch(/BTC-USDT +● live │ ETH-USDT +● live/)
    expect(text).toContain('250 msg/s   0:07 of 0:20')
    expect(text).toContain('latency p50 82 µs  p99 310 µs')
    expect(text).toContain('nothing dropped')
  })

  it('draws one line a pair where they do not', () => {
    const pairs = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`P${i}-USDT`, {}]))
    const text = view(watchReport(pairs), 80, 24)
    expect(text).toMatch(/P11-USDT +live +100 +101 +6/)
  })

  it('says why a pair has no data', () => {
    const silent = {
      counts: { ticker: 0, depth: 0, trade: 0 },
      feedState: 'refused',
      feedReason: 'unknown',
    } as const
    expect(view(watchReport({ 'BTC-USDT': silent }), 80, 24)).toContain('refused: unknown')
  })

  it('names what was dropped, by reason', () => {
    const report = { ...watchReport({ 'BTC-USDT': {} }), drops: { short: 2, text: 0, kernel: 7 } }
    expect(view(report, 80, 24)).toContain('dropped  short 2  kernel 7')
  })

  it('fits any terminal', () => {
    const report = watchReport({ 'BTC-USDT': {}, 'ETH-USDT': {}, 'SOL-USDT': {} })
    for (const columns of [40, 80, 132, 200]) for (const rows of [10, 24, 50]) view(report, columns, rows)
  })
})

describe('the summary of qtx watch', () => {
  it('tells best prices, counts, gaps by kind and latency of each pair', () => {
    const text = summaryLines(
      watchReport({ 'BTC-USDT': { gapsByKind: { bid: 1, ask: 2, depth: 3, trade: 4 } } }),
    )
      .map((line) => toText(line, plainPaint))
      .join('\n')
    expect(text).toContain('bid 100 × 3   ask 101 × 1')
    expect(text).toContain('ticker 3   depth 2   trade 1')
    expect(text).toContain('bid 1   ask 2   depth 3   trade 4')
    expect(text).toContain('p50 82 µs   p99 310 µs   max 400 µs')
    expect(text).toContain('6 datagrams from 127.0.0.1:8080, dropped: nothing')
  })
})
