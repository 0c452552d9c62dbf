import { expect, test } from 'vitest'
import { NanosecondClock, type NanosecondTime } from '../../../src/common/nanosecond-time.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const whole = ({ low, high }: NanosecondTime) => (BigInt(high) << 32n) | BigInt(low)

test('the time is that of the wall clock, to the nanosecond, read as two halves', () => {
  const clock = new FakeClock()
  const time = new NanosecondClock(clock)
  let readings = 0
  const counted = { nowNs: () => (readings++, clock.nowNs()) }
  const sparing = new NanosecondClock(Object.assign(Object.create(clock) as FakeClock, counted))
  for (let i = 0; i < 50_000; i++) {
    clock.advance(0.75)
    expect(whole(time.read(clock.monotonicMs()))).toBe(clock.nowNs())
    sparing.read(clock.monotonicMs())
  }
  // 37.5 seconds, in which the lower half went over several times.
  expect(readings).toBeGreaterThan(30)
  expect(readings).toBeLessThan(50)
})

test('a wall clock that is set is followed within a second, and a monotonic time before the last is no matter', () => {
  let wallNs = 1_748_231_160_126_789_012n
  const clock = Object.assign(new FakeClock(), { nowNs: () => wallNs })
  const time = new NanosecondClock(clock)
  expect(whole(time.read(1_000))).toBe(wallNs)
  wallNs += 3_600_000_000_000n
  expect(whole(time.read(1_999))).toBe(wallNs - 3_600_000_000_000n + 999_000_000n)
  expect(whole(time.read(2_000))).toBe(wallNs)
  expect(whole(time.read(1_500))).toBe(wallNs)
})
