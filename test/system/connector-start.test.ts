import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createQtxConnector, isQtxConnector, QtxPerpetualDerivative, silentLogger } from '../../src/index.ts'
import { BinancePerpetualDerivative } from '../../src/exchanges/binance/binance-perpetual-derivative.ts'
import type { Logger } from '../../src/common/log.ts'
import { SharedMemory } from '../../src/posix/shared-memory.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { TradingRig, configFor } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

function segmentName(): string {
  return `/qtx_test_${process.pid}_${randomBytes(4).toString('hex')}`
}

async function startFailure(rig: TradingRig): Promise<unknown> {
  return rig.connector.start().then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('what keeps a connector from starting is said in one line, and nothing stays open', () => {
  test('Q55: a missing segment', async () => {
    await using rig = await TradingRig.create({}, { qtxPlaceOrderSharedMemoryName: segmentName() })
    const error = await startFailure(rig)
    expect(error).toMatchObject({ code: 'QTX_SHM_MISSING', outcome: 'none' })
    expect(String(error)).toMatch(/\/qtx_test_.*start the QTX order manager/)
    expect(rig.simulator.exchange.socketCount).toBe(0)
  })

  test('a segment that is too small', async () => {
    const name = segmentName()
    const segment = SharedMemory.create(name, 4_096)
    try {
      await using rig = await TradingRig.create({}, { qtxPlaceOrderSharedMemoryName: name })
      expect(await startFailure(rig)).toMatchObject({ code: 'QTX_SHM_SIZE' })
    } finally {
      segment.close()
      SharedMemory.unlink(name)
    }
  })

  test('Q48: a segment that another client holds', async () => {
    await using first = await TradingRig.ready()
    const second = await createQtxConnector(configFor(first.simulator), { logger: silentLogger })
    await expect(second.start()).rejects.toMatchObject({
      code: 'QTX_SHM_LOCKED',
      message: expect.stringContaining(String(process.pid)) as unknown,
    })
    expect(first.connector.ready, 'the holder is not disturbed').toBe(true)
  })

  test('keys that the exchange refuses', async () => {
    await using rig = await TradingRig.create({}, { exchangeApiSecret: 'planted-wrong-secret' })
    const error = await startFailure(rig)
    expect(error).toMatchObject({ code: expect.stringMatching(/QTX_RING_KEY_REFUSED|QTX_AUTH/) as unknown })
    expect(String(error)).not.toContain('planted-wrong-secret')
  })

  test('Q6: an account in hedge mode, which is not switched by itself', async () => {
    await using rig = await TradingRig.create()
    const { engine } = rig.simulator.exchange
    const account = engine.account(rig.simulator.account.apiKey)!
    engine.setHedgeMode(account, true)
    const error = await startFailure(rig)
    expect(error).toMatchObject({ code: 'QTX_POSITION_MODE' })
    expect(String(error)).toMatch(/one-way/)
    expect(account.hedgeMode).toBe(true)
  })

  test('a host that has no address', async () => {
    await using rig = await TradingRig.create({}, { qtxPerpetualHost: 'no-such-host.invalid' })
    expect(await startFailure(rig)).toMatchObject({ code: 'QTX_FEED_UNREACHABLE' })
  })

  test('a pair that the exchange does not have', async () => {
    await using rig = await TradingRig.create({}, { tradingPairs: ['BTC-USDT', 'NOPE-USDT'] })
    expect(await startFailure(rig)).toMatchObject({ code: 'QTX_PAIR_UNKNOWN' })
  })

  test('trading without keys is refused before anything is made', async () => {
    await using simulator = await startSimulator({ pairs: ['BTC-USDT'] })
    const { exchangeApiKey, ...config } = configFor(simulator)
    expect(exchangeApiKey).toBeDefined()
    await expect(createQtxConnector(config, { logger: silentLogger })).rejects.toMatchObject({
      code: 'QTX_CREDENTIALS_MISSING',
    })
  })
})

describe('a connector', () => {
  test('that is for market data only asks for no keys, trades nothing, and stops cleanly (Q11)', async () => {
    await using simulator = await startSimulator({ pairs: ['BTC-USDT'] })
    const connector = await createQtxConnector(
      {
        exchangeBackend: 'binance',
        qtxPerpetualHost: simulator.feed.host,
        qtxPerpetualPort: simulator.feed.port,
        exchangeEndpoints: simulator.exchangeEndpoints,
        tradingPairs: ['BTC-USDT'],
        tradingRequired: false,
      },
      { logger: silentLogger },
    )
    await connector.start()
    await connector.waitReady()
    expect(connector.price('BTC-USDT', 'mid')?.gt(0)).toBe(true)
    expect(() => connector.buy('BTC-USDT', '1', 'market')).toThrow(/market data only/)
    const signed = simulator.exchange.requests.filter((request) =>
      /account|order|listenKey|positionSide/.test(request.path),
    )
    expect(signed).toEqual([])
    expect(await connector.stop()).toEqual({ openOrders: [] })
  })

  test('Q1: is an instance of the façade and of its parent', async () => {
    await using rig = await TradingRig.create()
    expect(rig.connector).toBeInstanceOf(QtxPerpetualDerivative)
    expect(rig.connector).toBeInstanceOf(BinancePerpetualDerivative)
    expect(isQtxConnector(rig.connector)).toBe(true)
    expect(rig.connector.constructor.name).toBe('QtxBinancePerpetualConnector')
    expect(rig.connector.name).toBe('qtx_binance_perpetual')
  })

  test('starts while the exchange is down, says so, and becomes ready once it is up', async () => {
    await using rig = await TradingRig.create()
    rig.simulator.exchange.failRest(() => ({ status: 503, body: '{"code":-1008,"msg":"overloaded"}' }), 4)
    await rig.connector.start()
    expect(rig.connector.ready).toBe(false)
    expect(rig.connector.status['startup']?.ok).toBe(false)
    await rig.connector.waitReady()
  })

  test('a usual start has nothing to warn of: each book is seeded by the first snapshot that is asked for', async () => {
    await using simulator = await startSimulator({ pairs: ['BTC-USDT', 'ETH-USDT'] })
    const warnings: string[] = []
    const logger: Logger = {
      ...silentLogger,
      warn: (_fields, message) => void warnings.push(message),
      child: () => logger,
    }
    const config = { ...configFor(simulator), tradingPairs: ['BTC-USDT', 'ETH-USDT'] }
    await using connector = await createQtxConnector(config, { logger })
    await connector.start()
    await connector.waitReady()
    const asked = simulator.exchange.requests.filter(({ path }) => path === '/fapi/v1/depth')
    expect(asked).toHaveLength(2)
    expect(warnings).toEqual([])
  })

  test('starts again after a stop', async () => {
    await using rig = await TradingRig.ready()
    await rig.connector.stop()
    expect(rig.connector.ready).toBe(false)
    await rig.connector.start()
    await rig.connector.waitReady()
    const id = rig.connector.buy('BTC-USDT', '0.01', 'market')
    await rig.event('buyOrderCompleted', id)
  })

  test('never shows its keys: not when printed, not in its status', async () => {
    await using rig = await TradingRig.ready()
    const { inspect } = await import('node:util')
    const shown =
      inspect(rig.connector, { depth: 12, showHidden: true }) + JSON.stringify(rig.connector.status)
    expect(shown).not.toContain(rig.simulator.account.apiSecret)
    expect(shown).not.toContain(rig.simulator.account.apiKey)
  })

  test('describes what QTX overrides, and by which layer', async () => {
    await using rig = await TradingRig.create()
    const Class = rig.connector.constructor as unknown as {
      describeOverrides(): { member: string; layer: string }[]
    }
    expect(Class.describeOverrides()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ member: 'createMarketDataSource', layer: 'QtxMarketData' }),
        expect.objectContaining({ member: 'placeOrder', layer: 'QtxOrders' }),
        expect.objectContaining({ member: 'placeCancel', layer: 'QtxOrders' }),
        expect.objectContaining({ member: 'startNetwork', layer: 'QtxOrders' }),
        expect.objectContaining({ member: 'stopNetwork', layer: 'QtxOrders' }),
      ]),
    )
  })
})

describe('several connectors', () => {
  test('Q18, Q19: two feeds never meet, and two connectors of one feed both get everything', async () => {
    await using one = await TradingRig.ready({ source: { kind: 'model', prices: { 'BTC-USDT': '50000' } } })
    await using other = await TradingRig.ready({ source: { kind: 'model', prices: { 'BTC-USDT': '90000' } } })
    const watcher = await createQtxConnector(
      { ...configFor(one.simulator), tradingRequired: false },
      { logger: silentLogger },
    )
    await watcher.start()
    await watcher.waitReady()
    const mid = (connector: { price(pair: string, kind: 'mid'): { toNumber(): number } | undefined }) =>
      connector.price('BTC-USDT', 'mid')?.toNumber() ?? 0
    expect(mid(one.connector)).toBeLessThan(60_000)
    expect(mid(watcher)).toBeLessThan(60_000)
    expect(mid(other.connector)).toBeGreaterThan(80_000)

    await watcher.stop()
    const { version } = one.connector.orderBook('BTC-USDT')
    await until(() => one.connector.orderBook('BTC-USDT').version > version, 'Q20: the other to go on')
    expect(one.connector.ready).toBe(true)
  })
})
