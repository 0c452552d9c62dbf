import { describe, expect, it } from 'vitest'
import { RateLine, barsOf } from '../../../../src/cli/recording/rate-line.ts'

describe('a line of rates', () => {
  it('keeps every message in its place while the pieces grow with the time', () => {
    const line = new RateLine(4)
    for (const atMs of [1_000, 1_001, 1_010, 1_035]) line.count(atMs, 1_000)
    expect([line.bucketMs, line.counts]).toEqual([10, [2, 1, 0, 1]])
    line.count(1_079, 1_000)
    expect([line.bucketMs, line.counts]).toEqual([20, [3, 1, 0, 1]])
    line.count(1_000 + 3_600_000, 1_000)
    expect(line.counts.reduce((sum, count) => sum + count, 0)).toBe(6)
    expect(line.counts.length).toBeLessThanOrEqual(4)
  })

  it('counts what lies before the beginning as the beginning', () => {
    const line = new RateLine()
    line.count(500, 1_000)
    expect(line.counts).toEqual([1])
  })

  it('is drawn with its highest piece full and an empty one blank', () => {
    expect(barsOf([0, 1, 4, 8])).toBe(' ▂▅█')
    expect(barsOf([])).toBe('')
  })
})
