import { describe, expect, it } from 'vitest'
import type { DemoPicture } from '../../../../src/cli/demo/demo-picture.ts'
import { demoView } from '../../../../src/cli/demo/demo-view.ts'
import { plainPaint, toText, widthOf } from '../../../../src/cli/terminal/line.ts'
import { demoPicture, stepResult } from './pictures.ts'

function view(picture: DemoPicture, columns = 98, rows = 30): string {
  const lines = demoView(picture, { columns, rows })
  for (const line of lines) expect(widthOf(line)).toBe(Math.max(60, columns))
  return lines.map((line) => toText(line, plainPaint)).join('\n')
}

describe('the live view of qtx demo', () => {
  it('shows books, readiness, script, orders, feed and account in 100 by 30', () => {
    const text = view(demoPicture())
    expect(text.split('\n').length).toBeLessThanOrEqual(30)
    expect(text).toMatch(/BTC-USDT +● live │ ETH-USDT +● live/)
    expect(text).toContain('QTX demo  page http://127.0.0.1:9464/  feed 127.0.0.1:4000')
    expect(text).toContain('Readiness  1 of 2')
    expect(text).toContain('… orderRing connecting')
    expect(text).toContain('Script  2 of 3')
    expect(text).toContain('order → answer  2.0 ms   4.0 ms')
    expect(text).toContain('order → fill    5.0 ms')
    expect(text).toContain('2.865 s  filled    buy 0.016 BTC-USDT at 61800.1')
    expect(text).toContain('228 msg/s  latency p50 170 µs, p99 399 µs')
    expect(text).toContain('position 0.016 BTC-USDT at 61,800.10  pnl -0.05')
  })

  it('fits 80 by 24 with as many checks as the connector has', () => {
    const checks = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`check${i}`, { ok: true, reason: 'fine', remedy: '' }]),
    )
    expect(view(demoPicture({ checks }), 78, 24).split('\n').length).toBeLessThanOrEqual(24)
  })

  it('gives a taller terminal more levels', () => {
    const levels = Array.from({ length: 20 }, (_, i) => [100 - i, 1] as const)
    const books = demoPicture().books.map((book) => ({ ...book, bids: levels }))
    const shown = (rows: number): number => view(demoPicture({ books }), 98, rows).split('█').length
    expect(shown(50)).toBeGreaterThan(shown(30))
  })

  it('shows the reason of a step that failed, and says when every step was seen', () => {
    const failed = stepResult({ state: 'failed', reason: 'the fill was not seen' })
    expect(view(demoPicture({ steps: [failed] }))).toContain('✗ the fill was not seen')
    expect(view(demoPicture({ steps: [stepResult()] }))).toContain('✓ every step was seen')
  })

  it('can be drawn before anything runs', () => {
    const nothing = {
      checks: {},
      lines: [],
      feed: undefined,
      account: undefined,
      pageUrl: undefined,
      feedEndpoint: undefined,
    } as const
    expect(view(demoPicture(nothing))).toContain('QTX demo  starting')
  })
})
