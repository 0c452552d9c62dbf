import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DoctorCheck } from '../../src/cli/doctor/doctor-check.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { ServiceFiles } from '../support/service-files.ts'
import { CliProcess } from './cli-process.ts'

let files: ServiceFiles

beforeEach(() => {
  files = new ServiceFiles()
})

afterEach(() => files[Symbol.dispose]())

async function examine(file: string) {
  const { exitCode, stdout } = await new CliProcess('doctor', file, '--json').ended
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly DoctorCheck[] }
  const verdicts = Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]))
  return { exitCode, checks, verdicts, stdout }
}

test('where everything is there, nothing fails, no order is sent, and no secret is shown', async () => {
  await using simulator = await startSimulator({ exchange: 'okx', pairs: ['BTC-USDT'] })
  const { exitCode, verdicts, stdout } = await examine(files.configure(simulator))
  const feed = `feed ${simulator.feed.host}:${simulator.feed.port} BTC-USDT`
  expect(exitCode).toBe(0)
  expect(verdicts).toMatchObject({
    [feed]: 'ok',
    'order ring': 'ok',
    'order manager': 'ok',
    'exchange okx': 'ok',
    'exchange okx position mode': 'ok',
  })
  expect(simulator.statistics().orders.placements).toBe(0)
  expect(stdout).not.toContain(simulator.account.apiSecret)
})

test('what is wrong is named, each with what to do, and the first failure decides the exit code', async () => {
  await using simulator = await startSimulator({ exchange: 'okx', pairs: ['BTC-USDT'] })
  writeFileSync(join(files.folder, 'wrong'), 'not-the-secret', { mode: 0o600 })
  const { exitCode, checks, verdicts } = await examine(
    files.configure(simulator, {
      exchangeApiSecret: { file: 'wrong' },
      qtxPlaceOrderSharedMemoryName: `${simulator.sharedMemoryName}_nope`,
    }),
  )
  expect(verdicts).toMatchObject({ 'order ring': 'failed', 'exchange okx': 'failed' })
  expect(exitCode).toBe(3)
  for (const { verdict, remedy } of checks) if (verdict === 'failed') expect(remedy).toMatch(/\w/)
})
