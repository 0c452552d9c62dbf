import { describe, expect, test } from 'vitest'
import { SystemClock, sleep } from '../../../src/common/clock.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('the system’s clock', () => {
  const clock = new SystemClock()

  test('tells the same wall time in milliseconds and nanoseconds', () => {
    const before = clock.nowMs()
    const now = Number(clock.nowNs() / 1_000n) / 1_000
    const after = clock.nowMs()
    // The system may correct its clock between the two.
    expect(now).toBeGreaterThan(before - 1_000)
    expect(now).toBeLessThan(after + 1_000)
  })

  test('has a monotonic time that never goes back', () => {
    const times = Array.from({ length: 1_000 }, () => clock.monotonicMs())
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  test('calls back, in the order of the delays, unless that was cancelled', async () => {
    const called: string[] = []
    await new Promise<void>((resolve) => {
      clock.schedule(2, () => {
        called.push('second')
        resolve()
      })
      clock.schedule(0, () => called.push('first'))
      const cancel = clock.schedule(1, () => called.push('cancelled'))
      cancel()
    })
    expect(called).toEqual(['first', 'second'])
  })
})

describe('sleeping', () => {
  test('ends when the time is over', async () => {
    const clock = new FakeClock()
    const sleeping = sleep(clock, 1_000)
    clock.advance(999)
    expect(clock.pending).toBe(1)
    clock.advance(1)
    await sleeping
  })

  test('ends at once, quietly, when the signal aborts, and leaves no timer', async () => {
    const clock = new FakeClock()
    const abort = new AbortController()
    const sleeping = sleep(clock, 1_000, abort.signal)
    abort.abort()
    await sleeping
    expect(clock.pending).toBe(0)
  })

  test('does not begin when the signal aborted before', async () => {
    const clock = new FakeClock()
    await sleep(clock, 1_000, AbortSignal.abort())
    expect(clock.pending).toBe(0)
  })
})
