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
    fc.property(fc.double({ min: 0, max: 2 ** 26 - 2, noNaN: true }), (us) => {
      const bucket = bucketOf(us)
      expect(bucketFromUs(bucket)).toBeLessThanOrEqual(us)
      if (bucket < LATENCY_BUCKET_COUNT - 1) expect(bucketFromUs(bucket + 1)).toBeGreaterThan(us)
    }),
  )
})

test('buckets rise, and are at most an eighth wide of where they begin, or a microsecond', () => {
  for (let bucket = 1; bucket < LATENCY_BUCKET_COUNT; bucket++) {
    const [from, to] = [bucketFromUs(bucket - 1), bucketFromUs(bucket)]
    expect(to - from).toBeGreaterThan(0)
    expect(to - from).toBeLessThanOrEqual(Math.max(1, from / 8))
  }
})

test.each([
  [-5, 0],
  [Number.NaN, 0],
  [2 ** 26, LATENCY_BUCKET_COUNT - 1],
  [Infinity, LATENCY_BUCKET_COUNT - 1],
])('%d is counted in bucket %d', (us, bucket) => expect(bucketOf(us)).toBe(bucket))
