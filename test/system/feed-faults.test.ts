import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createQtxConnector, silentLogger } from '../../src/index.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const PAIR = 'BTC-USDT'

interface Addresses {
  readonly feed: { readonly host: string; readonly port: number }
  readonly sharedMemoryName: string
  readonly exchangeEndpoints: { readonly rest: string; readonly websocket: string }
  readonly account: { readonly apiKey: string; readonly apiSecret: string }
}

describe('a feed with faults, from another process', () => {
  test('books stay uncrossed, what was lost and repeated is counted, and orders go through', async () => {
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        MAIN,
        'simulate',
        '--json',
        ...['--feed-port', '0', '--rate', '2000', '--seed', '7'],
        ...[
          '--fault-loss',
          '0.02',
          '--fault-duplicates',
          '0.02',
          '--fault-reorder',
          '0.02',
          '--fault-garbage',
          '0.01',
        ],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    try {
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
      const simulator = JSON.parse(line) as Addresses
      await using connector = await createQtxConnector(
        {
          exchangeBackend: 'binance',
          qtxPerpetualHost: simulator.feed.host,
          qtxPerpetualPort: simulator.feed.port,
          qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
          exchangeApiKey: simulator.account.apiKey,
          exchangeApiSecret: simulator.account.apiSecret,
          exchangeEndpoints: simulator.exchangeEndpoints,
          tradingPairs: [PAIR, 'ETH-USDT'],
        },
        { logger: silentLogger },
      )
      let updates = 0
      let crossed = 0
      connector.on('bookUpdated', (book) => {
        updates++
        if (book.bestBidPrice >= book.bestAskPrice) crossed++
      })
      await connector.start()
      await connector.waitReady()
      const completed = new Promise<void>((resolve) => connector.on('buyOrderCompleted', () => resolve()))
      connector.buy(PAIR, '0.01', 'market')
      await completed
      await until(() => updates > 3_000, 'three thousand updates')
      expect(crossed).toBe(0)
    } finally {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    }
  })
})

describe('a feed server that restarts', () => {
  test('Q27, Q28: books go stale, everything is subscribed again under new indices, and books are live again', async () => {
    await using rig = await TradingRig.ready({}, { feedSilenceMs: 200 })
    const states: string[] = []
    rig.connector.on('bookStateChanged', ({ pair, state }) => states.push(`${pair} ${state}`))
    rig.simulator.feedServer.restart()
    await until(() => states.includes(`${PAIR} stale`), 'the silence to be noticed')
    await until(() => rig.connector.ready, 'the books to be live again')
    expect(states).toContain(`${PAIR} live`)
    const bid = rig.connector.price(PAIR, 'bid')!.toNumber()
    expect(bid, 'no pair feeds another’s book').toBeGreaterThan(10_000)
    expect(rig.connector.price('ETH-USDT', 'bid')!.toNumber()).toBeLessThan(10_000)
  })

  test('Q58: a market order is refused while the book is not live, and a price query says so', async () => {
    await using rig = await TradingRig.ready({}, { feedSilenceMs: 200 })
    rig.simulator.feedServer.setReachable(false)
    await until(() => rig.connector.orderBook(PAIR).state === 'stale', 'the silence to be noticed')
    expect(() => rig.connector.price(PAIR, 'bid')).toThrow(
      expect.objectContaining({ code: 'QTX_BOOK_NOT_LIVE' }),
    )
    const id = rig.connector.buy(PAIR, '0.01', 'market')
    expect((await rig.event('orderFailure', id)).errorCode).toBe('QTX_BOOK_NOT_LIVE')
    expect(rig.connector.status['udpFeed']).toMatchObject({ ok: false })
  })
})
