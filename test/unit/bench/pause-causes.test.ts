import { describe, expect, it } from 'vitest'
import { pauseCauses, type Collection, type Pause } from '../../../bench/pause-causes.ts'

const NONE = {
  collection: 0,
  work: 0,
  helpers: 0,
  catchingUp: 0,
  charged: 0,
  machine: 0,
  longestOwnMs: 0,
  longestMs: 0,
}

function pause(
  startMs: number,
  endMs: number,
  cpuMs: number,
  threadMs = cpuMs,
  explainedMs = threadMs,
): Pause {
  return { startMs, endMs, cpuMs, threadMs, explainedMs }
}

function young(startMs: number, durationMs: number): Collection {
  return { startMs, durationMs, kind: 'young objects' }
}

describe('the cause of a pause', () => {
  it('is the machine where the process hardly used the processor', () => {
    const pauses = [pause(100, 110, 0.4)]
    expect(pauseCauses(pauses, [], 1)).toEqual({ ...NONE, machine: 1, longestMs: 10 })
  })

  it('is work where the process used the processor all the time', () => {
    const pauses = [pause(100, 103, 2.9)]
    expect(pauseCauses(pauses, [], 1)).toEqual({ ...NONE, work: 1, longestOwnMs: 3, longestMs: 3 })
  })

  it('is Node’s other threads where they had the core that the thread needed', () => {
    const pauses = [pause(100, 103, 2.9, 0.3)]
    expect(pauseCauses(pauses, [], 1)).toEqual({ ...NONE, helpers: 1, longestOwnMs: 3, longestMs: 3 })
  })

  it('is the machine where the thread was charged for far more than it did', () => {
    const pauses = [pause(100, 103, 2.9, 2.9, 1.3)]
    expect(pauseCauses(pauses, [], 1)).toEqual({ ...NONE, charged: 1, longestMs: 3 })
    expect(pauseCauses([pause(100, 103, 2.9, 2.9, 1.6)], [], 1)).toMatchObject({ work: 1, charged: 0 })
  })

  it('is a garbage collection where that took most of it', () => {
    const pauses = [pause(100, 103, 2.9)]
    const collections = [young(100.5, 2)]
    expect(pauseCauses(pauses, collections, 1)).toEqual({
      ...NONE,
      collection: 1,
      longestOwnMs: 3,
      longestMs: 3,
    })
  })

  it('is not a garbage collection of another time, or a short one', () => {
    const pauses = [pause(100, 103, 2.9)]
    const collections = [young(90, 5), young(101, 0.5)]
    expect(pauseCauses(pauses, collections, 1)).toMatchObject({ collection: 0, work: 1 })
  })

  it('is catching up where the machine was away first, in that turn or the one before', () => {
    const sameTurn = [pause(100, 108, 1.5)]
    expect(pauseCauses(sameTurn, [], 1)).toMatchObject({ catchingUp: 1, work: 0 })
    const nextTurn = [pause(100, 108, 0.1), pause(108.2, 110, 1.8)]
    expect(pauseCauses(nextTurn, [], 1)).toMatchObject({ machine: 1, catchingUp: 1, work: 0 })
  })

  it('is not asked for pauses that are short enough', () => {
    expect(pauseCauses([pause(1, 2, 1)], [], 1)).toEqual(NONE)
  })
})
