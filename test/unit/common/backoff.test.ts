import { expect, test } from 'vitest'
import { Backoff } from '../../../src/common/backoff.ts'

test('delays grow to the greatest, and begin anew after a reset', () => {
  const backoff = new Backoff({ initialMs: 100, maxMs: 1_000, random: () => 0 })
  expect(Array.from({ length: 6 }, () => backoff.nextMs())).toEqual([100, 200, 400, 800, 1_000, 1_000])
  expect(backoff.attempts).toBe(6)
  backoff.reset()
  expect(backoff.nextMs()).toBe(100)
})

test('jitter takes off at most its part', () => {
  const delayWith = (random: number) =>
    new Backoff({ initialMs: 100, maxMs: 1_000, jitter: 0.5, random: () => random }).nextMs()
  expect(delayWith(0)).toBe(100)
  expect(delayWith(0.5)).toBe(75)
  expect(delayWith(0.999)).toBeGreaterThan(50)
})

test('stays at the greatest delay for ever', () => {
  const backoff = new Backoff({ initialMs: 100, maxMs: 1_000, factor: 10, random: () => 0 })
  for (let attempt = 0; attempt < 2_000; attempt++) backoff.nextMs()
  expect(backoff.nextMs()).toBe(1_000)
})
