import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../src/common/log.ts'
import { createQtxConnector } from '../../src/qtx/qtx-perpetual-derivative.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'

/** Check and where it is there, as the page says. */
function checksOfPage(): { check: string; there: string }[] {
  const page = readFileSync(new URL('../../docs/reference/status-checks.md', import.meta.url), 'utf8')
  return [...page.matchAll(/^\| `(\w+)` .*\| (.*?) +\|$/gm)].map(([, check = '', there = '']) => ({
    check,
    there,
  }))
}

test('the page about status checks has every check of a running connector, and no other', async () => {
  const journal = mkdtempSync(join(tmpdir(), 'qtx-status-checks-'))
  onTestFinished(() => rmSync(journal, { recursive: true, force: true }))
  await using simulator = await startSimulator({ pairs: ['BTC-USDT'] })
  const checksOf = async (tradingRequired: boolean) => {
    await using connector = await createQtxConnector(
      {
        exchangeBackend: 'binance',
        qtxPerpetualHost: simulator.feed.host,
        qtxPerpetualPort: simulator.feed.port,
        qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
        exchangeApiKey: simulator.account.apiKey,
        exchangeApiSecret: simulator.account.apiSecret,
        exchangeEndpoints: simulator.exchangeEndpoints,
        tradingPairs: ['BTC-USDT'],
        tradingRequired,
        journal: { folder: journal },
      },
      { logger: silentLogger },
    )
    const before = Object.keys(connector.status)
    await connector.start()
    await connector.waitReady()
    return { before, running: Object.keys(connector.status).sort() }
  }
  const page = checksOfPage()
  const trading = await checksOf(true)
  const dataOnly = await checksOf(false)

  expect(trading.before).toEqual(['started'])
  const running = page.filter(({ check }) => check !== 'started')
  expect(running.map(({ check }) => check).sort()).toEqual(trading.running)
  const withoutTrading = running.filter(({ there }) => !there.includes('tradingRequired'))
  expect(withoutTrading.map(({ check }) => check).sort()).toEqual(dataOnly.running)
})
