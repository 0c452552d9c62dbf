import { expect, test } from 'vitest'
import { LATENCY_BUCKET_COUNT, LatencyBuckets, bucketFromUs } from '../../../src/common/latency-buckets.ts'
import fc from '../../support/seeded-fast-check.ts'

function bucketOf(us: number): number {
  const buckets = new LatencyBuckets()
  buckets.count(us)
  return buckets.read().indexOf(1)
}

test('every latency is counted once, in the bucket that begins at or below it and ends above it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2 ** 26 - 1, noNaN: true }), (us) => {
      const bucket = bucketOf(us)
      expect(bucketFromUs(bucket)).toBeLessThanOrEqual(us)
      if (bucket < LATENCY_BUCKET_COUNT - 1) expect(bucketFromUs(bucket + 1)).toBeGreaterThan(us)
    }),
  )
})

test('buckets rise, and are at most a 32nd wide of where they begin, or a sixteenth of a microsecond', () => {
  for (let bucket = 1; bucket < LATENCY_BUCKET_COUNT; bucket++) {
    const [from, to] = [bucketFromUs(bucket - 1), bucketFromUs(bucket)]
    expect(to - from).toBeGreaterThan(0)
    expect(to - from).toBeLessThanOrEqual(Math.max(1 / 16, from / 32))
  }
})

test.each([
  [-5, 0],
  [Number.NaN, 0],
  [2 ** 26, LATENCY_BUCKET_COUNT - 1],
  [Infinity, LATENCY_BUCKET_COUNT - 1],
])('%d is counted in bucket %d', (us, bucket) => expect(bucketOf(us)).toBe(bucket))

test('percentiles are within a 32nd of the true ones, and the longest and the mean are exact', () => {
  const buckets = new LatencyBuckets()
  for (let us = 0.5; us <= 20_000; us += 0.5) buckets.count(us)
  for (const fraction of [0.01, 0.5, 0.9, 0.99, 1]) {
    expect(Math.abs(buckets.percentileUs(fraction) / (20_000 * fraction) - 1)).toBeLessThan(1 / 32)
  }
  expect(buckets.maxUs).toBe(20_000)
  expect(buckets.meanUs).toBeCloseTo(10_000.25, 6)
  expect(buckets.samples).toBe(40_000)
})

test('no percentile is above the longest, and without samples everything is zero', () => {
  const buckets = new LatencyBuckets()
  expect([buckets.percentileUs(0.5), buckets.maxUs, buckets.meanUs, buckets.samples]).toEqual([0, 0, 0, 0])
  buckets.count(1_000)
  expect(buckets.percentileUs(0.99)).toBeLessThanOrEqual(1_000)
  expect(buckets.percentileUs(0.99)).toBeGreaterThan(1_000 * (1 - 1 / 32))
})
