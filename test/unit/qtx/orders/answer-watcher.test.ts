import { afterEach, describe, expect, test, vi } from 'vitest'
import { AnswerWatcher, type AnswerWatcherOptions } from '../../../../src/qtx/orders/answer-watcher.ts'
import { RingClock } from '../../../support/ring-clock.ts'

function start(options: Partial<AnswerWatcherOptions> = {}) {
  const answered = new Set<number>()
  const events: string[] = []
  const clock = new RingClock()
  const looks = { count: 0 }
  const watcher: AnswerWatcher = new AnswerWatcher(
    {
      isAnswered: (slot) => {
        looks.count++
        return answered.has(slot)
      },
    },
    {
      onAnswer: (slot) => events.push(`answer ${slot}`),
      onDeadline: (slot) => events.push(`deadline ${slot}`),
    },
    clock,
    { timeoutMs: 100, spinUs: 0, busyMs: 0, ...options },
  )
  return { watcher, answered, events, clock, looks }
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('nothing is scheduled while nothing is in flight', () => {
  const immediate = vi.spyOn(globalThis, 'setImmediate')
  const { watcher, answered, clock, events } = start()
  expect(clock.timerCount).toBe(0)
  watcher.watch(3)
  expect(clock.timerCount).toBe(1)
  answered.add(3)
  clock.advance(1)
  expect(events).toEqual(['answer 3'])
  expect([clock.timerCount, watcher.watchedCount, immediate.mock.calls.length]).toEqual([0, 0, 0])
})

test('Q46: the ring is looked at in every turn of the event loop while an answer is expected soon', async () => {
  const { watcher, answered, events, clock, looks } = start({ busyMs: 5 })
  watcher.watch(3)
  expect(clock.timerCount).toBe(0)
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(looks.count).toBeGreaterThanOrEqual(2)
  answered.add(3)
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  expect(events).toEqual(['answer 3'])
})

test('Q46: then timers look, ever less often, and never more than 10 ms apart', async () => {
  const { watcher, clock } = start({ busyMs: 5, timeoutMs: 10_000 })
  watcher.watch(3)
  clock.advance(5)
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  const delaysMs: number[] = []
  for (let elapsedMs = 5; elapsedMs < 200;) {
    expect(clock.timerCount).toBe(1)
    const delayMs = clock.nextDelayMs
    delaysMs.push(delayMs)
    clock.advance(delayMs)
    elapsedMs += delayMs
  }
  expect(delaysMs[0]).toBe(1)
  expect(delaysMs).toEqual([...delaysMs].sort((a, b) => a - b))
  expect(delaysMs.at(-1)).toBe(10)
  watcher.stop()
})

test('Q46: a hundred requests share one timer', () => {
  const { watcher, clock } = start()
  for (let slot = 0; slot < 100; slot++) watcher.watch(slot)
  expect([watcher.watchedCount, clock.timerCount]).toEqual([100, 1])
  watcher.stop()
})

test('spinning sees an answer before watch() returns, and gives up in time', () => {
  const { watcher, answered, events } = start({ spinUs: 50 })
  answered.add(9)
  watcher.watch(9)
  expect(events).toEqual(['answer 9'])

  let nowMs = 0
  const ticking = new RingClock()
  vi.spyOn(ticking, 'monotonicMs').mockImplementation(() => (nowMs += 0.01))
  const unanswered = new AnswerWatcher(
    { isAnswered: () => false },
    { onAnswer: () => undefined, onDeadline: () => undefined },
    ticking,
    { timeoutMs: 100, spinUs: 50, busyMs: 0 },
  )
  unanswered.watch(1)
  expect(nowMs).toBeLessThan(0.2)
  unanswered.stop()
})

describe('deadlines', () => {
  test('each request has its own, and a late answer is still seen', () => {
    const { watcher, answered, events, clock } = start()
    watcher.watch(1)
    clock.advance(50)
    watcher.watch(2)
    clock.advance(50)
    expect(events).toEqual(['deadline 1'])
    clock.advance(50)
    expect(events).toEqual(['deadline 1', 'deadline 2'])
    expect(watcher.watchedCount).toBe(2)
    answered.add(1)
    clock.advance(100)
    expect(events).toEqual(['deadline 1', 'deadline 2', 'answer 1'])
    expect(clock.nextDelayMs).toBe(100)
    watcher.stop()
  })

  test('an answer that is there at the deadline counts', () => {
    const { watcher, answered, events, clock } = start({ timeoutMs: 1 })
    watcher.watch(1)
    answered.add(1)
    clock.advance(1)
    expect(events).toEqual(['answer 1'])
  })
})

test('a listener may publish, and may stop, from within an answer', () => {
  const events: string[] = []
  const answered = new Set([1, 2, 3])
  const clock = new RingClock()
  const watcher: AnswerWatcher = new AnswerWatcher(
    { isAnswered: (slot) => answered.has(slot) },
    {
      onAnswer: (slot) => {
        events.push(`answer ${slot}`)
        if (slot === 3) watcher.watch(4)
        if (slot === 2) watcher.stop()
      },
      onDeadline: () => undefined,
    },
    clock,
    { timeoutMs: 100, spinUs: 0, busyMs: 0 },
  )
  for (const slot of [1, 2, 3]) watcher.watch(slot)
  watcher.poll()
  expect(events).toEqual(['answer 3', 'answer 2'])
  expect([watcher.watchedCount, clock.timerCount]).toEqual([0, 0])
})
