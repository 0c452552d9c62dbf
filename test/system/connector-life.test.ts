import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { BinancePerpetualDerivative, QtxUdpManager, silentLogger } from '../../src/index.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { UdpServer } from '../support/udp-server.ts'
import { until } from '../support/until.ts'

const PAIRS = ['BTC-USDT', 'ETH-USDT'] as const

describe('a QTX connector', () => {
  test('Q3: feeds the book of every pair, and tells the trades of every pair', async () => {
    await using rig = await TradingRig.ready()
    const trades = new Set<string>()
    rig.connector.on('publicTrade', ({ pair }) => trades.add(pair))
    const versions = PAIRS.map((pair) => rig.connector.orderBook(pair).version)
    await until(
      () => PAIRS.every((pair, i) => rig.connector.orderBook(pair).version > versions[i]! + 10),
      'both books to go on',
    )
    await until(() => trades.size === 2, 'a trade of each pair')
  })

  test('Q10: subscribes each pair once, and unsubscribes it when it stops', async () => {
    await using rig = await TradingRig.ready()
    expect(rig.simulator.statistics().feed.subscribeRequests).toBe(2)
    await rig.connector.stop()
    await until(() => rig.simulator.statistics().feed.unsubscribeRequests >= 2, 'the unsubscriptions')
    expect(rig.simulator.statistics().feed.subscriptions).toBe(0)
  })

  test('says how its feed and its ring do', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy('BTC-USDT', '0.01', 'market')
    await rig.event('buyOrderCompleted', id)
    await until(() => rig.connector.orderRingStatistics?.inFlight === 0, 'the answer')
    expect(rig.connector.feedStatistics?.messages).toBeGreaterThan(0)
    expect(rig.connector.orderRingStatistics).toMatchObject({
      placed: 1,
      accepted: 1,
      unknown: 0,
      inFlight: 0,
    })
  })

  test('tells each event to whoever iterates over it, and ends the iteration when it stops', async () => {
    await using rig = await TradingRig.ready()
    const fills: string[] = []
    const reading = (async () => {
      for await (const fill of rig.connector.events('orderFilled')) fills.push(fill.clientOrderId)
    })()
    const id = rig.connector.buy('BTC-USDT', '0.01', 'market')
    await rig.event('buyOrderCompleted', id)
    await rig.connector.stop()
    await reading
    expect(new Set(fills)).toEqual(new Set([id]))
  })
})

describe('the event loop', () => {
  test('Q24: goes on turning while a server does not answer', async () => {
    const server = await UdpServer.start({ form: 'none' })
    const feed = new QtxUdpManager({
      host: '127.0.0.1',
      port: server.port,
      exchangeBackend: 'binance',
      subscribeTimeoutMs: 300,
    })
    await feed.start()
    let turns = 0
    const done = new AbortController()
    const counting = (async () => {
      while (!done.signal.aborted) {
        turns++
        await turn()
      }
    })()
    await expect(feed.subscribe('BTC-USDT', { onMessage: () => undefined })).rejects.toMatchObject({
      code: 'QTX_FEED_SILENT',
    })
    done.abort()
    await counting
    await feed.stop()
    await server.close()
    expect(turns).toBeGreaterThan(100)
  })

  test('Q30: is not kept busy by a feed that is idle', async () => {
    const server = await UdpServer.start()
    const feed = new QtxUdpManager({ host: '127.0.0.1', port: server.port, exchangeBackend: 'binance' })
    await feed.start()
    await turn()
    expect(process.getActiveResourcesInfo()).not.toContain('Immediate')
    await feed.stop()
    await server.close()
  })
})

describe('the parent by itself', () => {
  test('Binance without QTX is ready, trades over REST, and hears of its fills', async () => {
    await using simulator = await startSimulator({ pairs: [...PAIRS] })
    await using connector = new BinancePerpetualDerivative({
      tradingPairs: [...PAIRS],
      credentials: { apiKey: simulator.account.apiKey, apiSecret: simulator.account.apiSecret },
      exchangeEndpoints: simulator.exchangeEndpoints,
      logger: silentLogger,
    })
    await connector.start()
    await connector.waitReady()
    const completed = new Promise<string>((resolve) => {
      connector.on('buyOrderCompleted', ({ clientOrderId }) => resolve(clientOrderId))
    })
    const id = connector.buy('BTC-USDT', '0.01', 'market')
    expect(await completed).toBe(id)

    const bid = connector.price('BTC-USDT', 'bid')!
    const created = new Promise<void>((resolve) => connector.on('buyOrderCreated', () => resolve()))
    const limitId = connector.buy('BTC-USDT', '0.01', 'limitMaker', bid.mul('0.95'))
    await created
    expect(await connector.cancel('BTC-USDT', limitId)).toEqual({ clientOrderId: limitId, success: true })
    expect(simulator.orderManager.taken, 'nothing went through the ring').toEqual([])
  })
})
