import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createQtxConnector, loadConnectorConfig, silentLogger } from '../../src/index.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { CliProcess } from './cli-process.ts'

let folder: string
let file: string
let bought: string
let sold: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-history-'))
  file = join(folder, 'qtx.yaml')
  await using simulator = await startSimulator({ pairs: ['BTC-USDT'] })
  for (const [name, value] of Object.entries({
    key: simulator.account.apiKey,
    secret: simulator.account.apiSecret,
  }))
    writeFileSync(join(folder, name), value, { mode: 0o600 })
  const options = {
    exchangeBackend: 'binance',
    qtxPerpetualHost: simulator.feed.host,
    qtxPerpetualPort: simulator.feed.port,
    qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
    exchangeApiKey: { file: 'key' },
    exchangeApiSecret: { file: 'secret' },
    exchangeEndpoints: simulator.exchangeEndpoints,
    tradingPairs: ['BTC-USDT'],
    journal: { folder: join(folder, 'journal') },
  }
  writeFileSync(file, JSON.stringify(options))
  await using connector = await createQtxConnector(await loadConnectorConfig(file), { logger: silentLogger })
  await connector.start()
  await connector.waitReady()
  const completed = (event: 'buyOrderCompleted' | 'sellOrderCompleted') =>
    new Promise((resolve) => connector.on(event, resolve))
  const isBought = completed('buyOrderCompleted')
  bought = connector.buy('BTC-USDT', '0.02', 'market')
  await isBought
  const isSold = completed('sellOrderCompleted')
  sold = connector.sell('BTC-USDT', '0.01', 'market')
  await isSold
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('qtx history', () => {
  test('prints orders as CSV, oldest first', async () => {
    const { exitCode, stdout } = await new CliProcess('history', file).ended
    expect(exitCode).toBe(0)
    const [head, ...rows] = stdout.trim().split('\n')
    expect(head).toContain('clientOrderId')
    expect(rows).toEqual([
      expect.stringContaining(bought) as unknown,
      expect.stringContaining(sold) as unknown,
    ])
  })

  test('prints the fills of one order as lines of JSON', async () => {
    const { stdout } = await new CliProcess(
      'history',
      file,
      '--kind',
      'fills',
      '--order',
      sold,
      '--format',
      'jsonl',
    ).ended
    const fills = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(new Set(fills.map((fill) => fill['clientOrderId']))).toEqual(new Set([sold]))
  })

  test('of a time before anything happened prints nothing but the head', async () => {
    const { exitCode, stdout } = await new CliProcess('history', file, '--to', '2020-01-01').ended
    expect([exitCode, stdout.trim().split('\n').length]).toEqual([0, 1])
  })

  test('without a journal ends with 4, and says what to do', async () => {
    writeFileSync(
      join(folder, 'none.yaml'),
      `exchangeBackend: binance\nqtxPerpetualHost: localhost\nqtxPerpetualPort: 1\ntradingPairs: [BTC-USDT]\n`,
    )
    const { exitCode, stderr } = await new CliProcess('history', join(folder, 'none.yaml')).ended
    expect(exitCode).toBe(4)
    expect(stderr).toMatch(/has no journal: add journal/)
  })
})

test('qtx profit counts what was bought and sold, the fees, and what is left', async () => {
  const { exitCode, stdout } = await new CliProcess('profit', file, '--json').ended
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    pairs: [{ pair: 'BTC-USDT', boughtAmount: '0.02', soldAmount: '0.01', position: '0.01' }],
  })
})
