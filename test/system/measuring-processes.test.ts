import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MeasuringProcesses } from '../../src/cli/bench/measuring-processes.ts'
import type { MachineResult } from '../../src/cli/bench/bench-results.ts'

const HOUR_MS = 3_600_000

let processes: MeasuringProcesses
beforeEach(() => {
  processes = new MeasuringProcesses(['--import', 'tsx'])
})
afterEach(() => processes.close())

describe('a process that measures', () => {
  it('gives its result and ends', async () => {
    const { seconds, clockReadNs } = await processes.run<MachineResult>('probe-machine', 20)
    expect(seconds).toBeGreaterThan(0.01)
    expect(clockReadNs).toBeGreaterThan(0)
  })

  it('that fails is an error with the reason that it wrote', async () => {
    const nowhere = `/qtx_test_nowhere_${process.pid}`
    await expect(processes.run('place-orders', 20, nowhere, 'default')).rejects.toMatchObject({
      code: 'QTX_STATE_INVALID',
      message: expect.stringMatching(new RegExp(`place-orders ended with 1: .*${nowhere}`)) as string,
      details: { errors: expect.stringContaining('at ') as string },
    })
  })

  it('prints what flags of Node print without harm', async () => {
    const traced = new MeasuringProcesses(['--import', 'tsx', '--trace-gc'])
    const { levelNs } = await traced.run<{ readonly levelNs: number }>('apply-book', 20)
    expect(levelNs).toBeGreaterThan(0)
    await traced.close()
  })

  it('ends at once when all are closed, whatever it was doing, and none is started after that', async () => {
    const running = processes.start('probe-machine', HOUR_MS)
    const result = running.read()
    const rejected = expect(result).rejects.toMatchObject({
      message: expect.stringContaining('SIGKILL') as string,
    })
    await processes.close()
    await rejected
    expect(() => processes.start('probe-machine', 1)).toThrow(/was stopped before probe-machine/)
  })
})
