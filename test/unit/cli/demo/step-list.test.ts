import { describe, expect, it } from 'vitest'
import { StepList, type Step, type StepResult } from '../../../../src/cli/demo/step-list.ts'

const NEVER = new AbortController().signal
const pauseNot = (): Promise<void> => Promise.resolve()

function step(name: string, run: Step['run']): Step {
  return { name, title: `do ${name}`, run }
}

const seen =
  (reason: string): (() => Promise<{ reason: string }>) =>
  () =>
    Promise.resolve({ reason })

describe('a list of steps', () => {
  it('runs them in order, and tells what each saw and how long it took', async () => {
    let nowMs = 0
    const told: StepResult[] = []
    const steps = new StepList(
      [
        step('first', () => {
          nowMs += 5
          return Promise.resolve({ reason: 'seen', times: { orderToAnswerMs: 3 } })
        }),
        step('second', seen('also')),
      ],
      () => nowMs,
      (result) => told.push(result),
    )
    expect(steps.ok).toBe(false)
    await steps.run(NEVER, pauseNot)
    expect(steps.ok).toBe(true)
    expect(steps.results[0]).toMatchObject({
      state: 'ok',
      reason: 'seen',
      tookMs: 5,
      times: { orderToAnswerMs: 3 },
    })
    expect(told.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'first running',
      'first ok',
      'second running',
      'second ok',
    ])
  })

  it('runs nothing after a step that failed, and keeps the error', async () => {
    const steps = new StepList(
      [step('a', seen('x')), step('b', () => Promise.reject(new Error('no fill'))), step('c', seen('y'))],
      () => 0,
      () => undefined,
    )
    await steps.run(NEVER, pauseNot)
    expect(steps.results.map(({ state }) => state)).toEqual(['ok', 'failed', 'notRun'])
    expect(steps.results.map(({ reason }) => reason)).toEqual(['x', 'no fill', 'not run: b failed'])
    expect(steps.error).toEqual(new Error('no fill'))
    expect(steps.ok).toBe(false)
  })

  it('begins no step once it was stopped, so that no order is sent after Ctrl-C', async () => {
    const abort = new AbortController()
    let sent = 0
    const order = step('order', () => Promise.resolve({ reason: String(++sent) }))
    const steps = new StepList(
      [order, order],
      () => 0,
      () => undefined,
    )
    await steps.run(abort.signal, () => {
      abort.abort()
      return Promise.resolve()
    })
    expect(sent).toBe(1)
    expect(steps.results[1]).toMatchObject({ state: 'failed' })
  })
})
