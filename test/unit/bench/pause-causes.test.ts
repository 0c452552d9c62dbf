import { describe, expect, it } from 'vitest'
import { pauseCauses } from '../../../bench/pause-causes.ts'

const NONE = { collection: 0, work: 0, catchingUp: 0, machine: 0, longestOwnMs: 0, longestMs: 0 }

describe('the cause of a pause', () => {
  it('is the machine where the process hardly used the processor', () => {
    const pauses = [{ startMs: 100, endMs: 110, cpuMs: 0.4 }]
    expect(pauseCauses(pauses, [], 1)).toEqual({ ...NONE, machine: 1, longestMs: 10 })
  })

  it('is work where the process used the processor all the time', () => {
    const pauses = [{ startMs: 100, endMs: 103, cpuMs: 2.9 }]
    expect(pauseCauses(pauses, [], 1)).toEqual({ ...NONE, work: 1, longestOwnMs: 3, longestMs: 3 })
  })

  it('is a garbage collection where that took most of it', () => {
    const pauses = [{ startMs: 100, endMs: 103, cpuMs: 2.9 }]
    const collections = [{ startMs: 100.5, durationMs: 2 }]
    expect(pauseCauses(pauses, collections, 1)).toEqual({
      ...NONE,
      collection: 1,
      longestOwnMs: 3,
      longestMs: 3,
    })
  })

  it('is not a garbage collection of another time, or a short one', () => {
    const pauses = [{ startMs: 100, endMs: 103, cpuMs: 2.9 }]
    const collections = [
      { startMs: 90, durationMs: 5 },
      { startMs: 101, durationMs: 0.5 },
    ]
    expect(pauseCauses(pauses, collections, 1)).toMatchObject({ collection: 0, work: 1 })
  })

  it('is catching up where the machine was away first, in that turn or the one before', () => {
    const sameTurn = [{ startMs: 100, endMs: 108, cpuMs: 1.5 }]
    expect(pauseCauses(sameTurn, [], 1)).toMatchObject({ catchingUp: 1, work: 0 })
    const nextTurn = [
      { startMs: 100, endMs: 108, cpuMs: 0.1 },
      { startMs: 108.2, endMs: 110, cpuMs: 1.8 },
    ]
    expect(pauseCauses(nextTurn, [], 1)).toMatchObject({ machine: 1, catchingUp: 1, work: 0 })
  })

  it('is not asked for pauses that are short enough', () => {
    expect(pauseCauses([{ startMs: 1, endMs: 2, cpuMs: 1 }], [], 1)).toEqual(NONE)
  })
})
