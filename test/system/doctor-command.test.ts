import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DoctorCheck } from '../../src/cli/doctor/doctor-check.ts'
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.ts'
import { CliProcess } from './cli-process.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-doctor-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A configuration of that simulator, with its secrets in files. */
function configure(simulator: Simulator, changes: Readonly<Record<string, unknown>> = {}): string {
  const { feed, sharedMemoryName, exchangeEndpoints, account } = simulator
  const secrets = { key: account.apiKey, secret: account.apiSecret, passphrase: String(account.passphrase) }
  for (const [name, value] of Object.entries(secrets))
    writeFileSync(join(folder, name), value, { mode: 0o600 })
  const options = {
    exchangeBackend: simulator.exchangeBackend,
    qtxPerpetualHost: feed.host,
    qtxPerpetualPort: feed.port,
    qtxPlaceOrderSharedMemoryName: sharedMemoryName,
    exchangeApiKey: { file: 'key' },
    exchangeApiSecret: { file: 'secret' },
    exchangeApiPassphrase: { file: 'passphrase' },
    exchangeEndpoints,
    tradingPairs: ['BTC-USDT'],
    ...changes,
  }
  const file = join(folder, 'qtx.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(options))
  return file
}

async function examine(file: string) {
  const { exitCode, stdout } = await new CliProcess('doctor', file, '--json').ended
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly DoctorCheck[] }
  const verdicts = Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]))
  return { exitCode, checks, verdicts, stdout }
}

test('where everything is there, nothing fails, no order is sent, and no secret is shown', async () => {
  await using simulator = await startSimulator({ exchange: 'okx', pairs: ['BTC-USDT'] })
  const { exitCode, verdicts, stdout } = await examine(configure(simulator))
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
  writeFileSync(join(folder, 'wrong'), 'not-the-secret', { mode: 0o600 })
  const { exitCode, checks, verdicts } = await examine(
    configure(simulator, {
      exchangeApiSecret: { file: 'wrong' },
      qtxPlaceOrderSharedMemoryName: `${simulator.sharedMemoryName}_nope`,
    }),
  )
  expect(verdicts).toMatchObject({ 'order ring': 'failed', 'exchange okx': 'failed' })
  expect(exitCode).toBe(3)
  for (const { verdict, remedy } of checks) if (verdict === 'failed') expect(remedy).toMatch(/\w/)
})
