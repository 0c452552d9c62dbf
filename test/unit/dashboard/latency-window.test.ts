import { expect, test } from 'vitest'
import { LatencyBuckets } from '../../../src/common/latency-buckets.ts'
import { LatencyWindow } from '../../../src/dashboard/latency-window.ts'

/** How wide a bucket is of what it holds, at most. */
const WIDTH = 1 / 32

test('nothing sampled is nothing, not zero', () => {
  const window = new LatencyWindow(3, 1)
  const counts = new LatencyBuckets().read()
  window.step(counts)
  expect(window.lastStep).toEqual({ p50: null, p90: null, p99: null, max: null })
  expect(window.span(counts)).toEqual({ samples: 0, p50: null, p90: null, p99: null, max: null, buckets: [] })
})

test('percentiles are of what came lately, the histogram of everything', () => {
  const buckets = new LatencyBuckets()
  const window = new LatencyWindow(3, 1)
  for (let i = 0; i < 100; i++) buckets.count(5_000)
  for (let step = 0; step < 4; step++) window.step(buckets.read())
  for (let i = 0; i < 10; i++) buckets.count(100)
  const span = window.span(buckets.read())
  expect(span.samples).toBe(110)
  expect(span.p99).toBeLessThanOrEqual(100 * (1 + WIDTH))
  expect(span.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(110)
  window.step(buckets.read())
  expect(window.lastStep.p50).toBeGreaterThanOrEqual(100 * (1 - WIDTH))
  window.step(buckets.read())
  expect(window.lastStep.p50).toBeNull()
})

test.each([
  [1, 10],
  [5, 60],
])(
  'what is older than the window, of marks every %d steps, does not count any more',
  (stepsPerMark, marks) => {
    const buckets = new LatencyBuckets()
    const window = new LatencyWindow(marks, stepsPerMark)
    buckets.count(700)
    for (let step = 0; step < (marks - 1) * stepsPerMark; step++) {
      window.step(buckets.read())
      expect(window.span(buckets.read()).p50).not.toBeNull()
    }
    for (let step = 0; step < 2 * stepsPerMark; step++) window.step(buckets.read())
    expect(window.span(buckets.read()).p50).toBeNull()
  },
)

test('percentiles are within a bucket of the true ones', () => {
  const buckets = new LatencyBuckets()
  for (let us = 1; us <= 10_000; us++) buckets.count(us)
  const { p50, p90, p99, max } = new LatencyWindow(1, 1).span(buckets.read())
  for (const [found, wanted] of [
    [p50, 5_000],
    [p90, 9_000],
    [p99, 9_900],
    [max, 10_000],
  ] as const)
    expect(Math.abs(found! / wanted - 1)).toBeLessThan(WIDTH)
})

test('counts that begin anew do not make anything negative', () => {
  const buckets = new LatencyBuckets()
  for (let i = 0; i < 100; i++) buckets.count(50)
  const window = new LatencyWindow(2, 1)
  for (let step = 0; step < 3; step++) window.step(buckets.read())
  const anew = new LatencyBuckets()
  anew.count(900)
  window.step(anew.read())
  expect(window.lastStep.p50).toBeGreaterThan(800)
})

test('buckets follow one another without a hole, and the last one says where the one before ends', () => {
  const buckets = new LatencyBuckets()
  buckets.count(3)
  buckets.count(40_000)
  const { buckets: shown } = new LatencyWindow(1, 1).span(buckets.read())
  expect(shown[0]?.count).toBe(1)
  expect(shown[0]?.fromUs).toBeLessThanOrEqual(3)
  expect(shown[1]?.fromUs).toBeGreaterThan(3)
  expect(shown.at(-1)?.count).toBe(0)
  expect(shown.at(-2)?.fromUs).toBeLessThanOrEqual(40_000)
  expect(shown.at(-1)?.fromUs).toBeGreaterThan(40_000)
  for (let i = 1; i < shown.length; i++) expect(shown[i]!.fromUs).toBeGreaterThan(shown[i - 1]!.fromUs)
})
