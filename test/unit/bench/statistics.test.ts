import { describe, expect, it } from 'vitest'
import { medianOf, percentileOf, percentilesOf } from '../../../src/cli/bench/percentiles.ts'
import { theilSen } from '../../../bench/theil-sen.ts'

describe('the statistics of the bench', () => {
  it('take the middle of odd and the mean of the two middles of even numbers', () => {
    expect(medianOf([5, 1, 3])).toBe(3)
    expect(medianOf([4, 1, 3, 2])).toBe(2.5)
  })

  it('take percentiles of sorted values, and none of none', () => {
    const values = Array.from({ length: 101 }, (_, i) => i)
    expect(percentileOf(values, 0.9)).toBe(90)
    expect(percentileOf([], 0.5)).toBeNaN()
    expect(percentilesOf(Float64Array.from(values).reverse())).toEqual({ p50: 50, p90: 90, p99: 99 })
  })
})

describe('a Theil–Sen slope', () => {
  const xs = Array.from({ length: 40 }, (_, i) => i)

  it('is that of a straight line', () => {
    const { slope, lowest, highest } = theilSen(
      xs,
      xs.map((x) => 7 + 0.5 * x),
    )
    expect([slope, lowest, highest]).toEqual([0.5, 0.5, 0.5])
  })

  it('is hardly moved by single points that are far off', () => {
    const ys = xs.map((x) => (x % 10 === 3 ? 1_000 : 2 * x))
    expect(theilSen(xs, ys).slope).toBeCloseTo(2, 1)
  })

  it('is not sure of a slope where there is none', () => {
    const { lowest, highest } = theilSen(
      xs,
      xs.map((x) => (x * 7) % 11),
    )
    expect(lowest).toBeLessThan(0)
    expect(highest).toBeGreaterThan(0)
  })

  it('is sure of one that is there among noise', () => {
    const { lowest, slope, highest } = theilSen(
      xs,
      xs.map((x) => x + ((x * 7) % 11)),
    )
    expect(lowest).toBeGreaterThan(0.5)
    expect(lowest).toBeLessThanOrEqual(slope)
    expect(slope).toBeLessThanOrEqual(highest)
  })
})
