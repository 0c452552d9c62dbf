import { describe, expect, it } from 'vitest'
import { ReplayClock } from '../../../src/recording/replay-clock.ts'
import { START_MS } from '../../support/recordings.ts'

/** Goes to a time as a replay does. */
function goTo(clock: ReplayClock, wallMs: number): void {
  clock.leaveFor(wallMs)
  while (clock.isTimerDue) clock.fireNext()
  clock.arrive()
}

describe('the clock of a replay', () => {
  it('shows the recorded time exactly, with its fractions', () => {
    const clock = new ReplayClock(START_MS)
    const odd = START_MS + 0.123456789
    goTo(clock, odd)
    expect(clock.wallMs).toBe(odd)
    expect(clock.nowMs()).toBe(START_MS)
    expect(Number(clock.nowNs())).toBe(Math.round(odd * 1e6))
  })

  it('calls timers back in order, each at its own time, before what happens later', () => {
    const clock = new ReplayClock(START_MS)
    const called: [string, number][] = []
    const note = (name: string) => () => called.push([name, clock.wallMs - START_MS])
    clock.schedule(20, note('second'))
    clock.schedule(10, () => {
      note('first')()
      clock.schedule(5, note('within'))
    })
    clock.schedule(20, note('third'))
    const cancel = clock.schedule(12, note('cancelled'))
    cancel()
    clock.schedule(31, note('not yet'))
    goTo(clock, START_MS + 30)
    expect(called).toEqual([
      ['first', 10],
      ['within', 15],
      ['second', 20],
      ['third', 20],
    ])
  })

  it('never lets its steady time go back when the recorded wall clock was set back', () => {
    const clock = new ReplayClock(START_MS)
    goTo(clock, START_MS + 1_000)
    const before = clock.monotonicMs()
    goTo(clock, START_MS - 5_000)
    expect(clock.wallMs).toBe(START_MS - 5_000)
    expect(clock.monotonicMs()).toBe(before)
    let isCalled = false
    clock.schedule(10, () => (isCalled = true))
    goTo(clock, START_MS - 4_990)
    expect(isCalled).toBe(true)
  })

  it('plays a pause of years as one of an hour, so that timers do not fall due without end', () => {
    const clock = new ReplayClock(0)
    let ticks = 0
    const tick = (): void => {
      ticks++
      clock.schedule(1_000, tick)
    }
    tick()
    goTo(clock, 8e15)
    expect(clock.wallMs).toBe(8e15)
    expect(ticks).toBe(3_601)
  })
})
