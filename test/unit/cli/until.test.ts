import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limited } from '../../../src/cli/limited.ts'
import { until } from '../../../src/cli/until.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('waiting for a check', () => {
  it('checks at once and every so often, and ends when the check says so', async () => {
    let checks = 0
    const done = until({ signal: new AbortController().signal, everyMs: 100, check: () => ++checks === 3 })
    expect(checks).toBe(1)
    await vi.advanceTimersByTimeAsync(200)
    await done
    expect(checks).toBe(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends when the time is over', async () => {
    const done = until({
      signal: new AbortController().signal,
      everyMs: 100,
      durationMs: 250,
      check: () => false,
    })
    await vi.advanceTimersByTimeAsync(250)
    await done
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends at once when it is stopped, before or meanwhile', async () => {
    const abort = new AbortController()
    const check = vi.fn(() => false)
    const done = until({ signal: abort.signal, everyMs: 100, check })
    abort.abort()
    await done
    await until({ signal: abort.signal, everyMs: 100, check })
    expect(check).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects with what the check throws', async () => {
    const check = (): boolean => {
      throw new Error('no such book')
    }
    await expect(until({ signal: new AbortController().signal, everyMs: 1, check })).rejects.toThrow(
      'no such book',
    )
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a promise with a limit', () => {
  it('gives the promise’s result', async () => {
    await expect(limited(Promise.resolve(7), 'seven', { timeoutMs: 10 })).resolves.toBe(7)
    await expect(limited(Promise.reject(new Error('why')), 'x', { timeoutMs: 10 })).rejects.toThrow('why')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('names what did not come in time', async () => {
    const never = limited(new Promise(() => undefined), 'the fill', { timeoutMs: 50 })
    const failure = expect(never).rejects.toMatchObject({
      code: 'QTX_TIMEOUT',
      message: expect.stringContaining('the fill was not seen: 50 ms passed') as string,
    })
    await vi.advanceTimersByTimeAsync(50)
    await failure
  })

  it('gives up when it is stopped', async () => {
    const never = new Promise(() => undefined)
    await expect(limited(never, 'it', { timeoutMs: 50, signal: AbortSignal.abort() })).rejects.toThrow(
      'it was not seen: it was stopped',
    )
    expect(vi.getTimerCount()).toBe(0)
  })
})
