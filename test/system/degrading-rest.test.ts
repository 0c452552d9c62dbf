import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLogger } from '../../src/common/log.ts'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { InFlightOrder } from '../../src/connector/in-flight-order.ts'
import { QtxError } from '../../src/errors.ts'
import { startSimulatedBinance } from '../../src/simulator/exchange/binance/simulated-binance.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import type { RestFaultRule } from '../../src/simulator/exchange/server-faults.ts'
import { errorOf } from '../support/error-of.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { HookedBinance } from '../support/hooked-binance.ts'
import { limitOrder } from '../support/limit-order.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'
const CREDENTIALS = { apiKey: 'the-api-key-of-the-test', apiSecret: 'the-api-secret-of-the-test' }
const OVERLOADED: RestFaultRule = () => ({ status: 503, body: { code: -1008, msg: 'overloaded' } })
const signal = new AbortController().signal

let exchange: SimulatedExchange
let clock: FakeClock
const connectors: HookedBinance[] = []

/** Its network is up and its markets are loaded. */
async function connect(options: Partial<ConnectorOptions> = {}): Promise<HookedBinance> {
  const connector = new HookedBinance({
    tradingPairs: [PAIR],
    credentials: CREDENTIALS,
    exchangeEndpoints: exchange.endpoints,
    circuitBreakers: { rest: { failures: 3, openMs: 2_000 } },
    clock,
    logger: silentLogger,
    random: () => 0,
    ...options,
  })
  connectors.push(connector)
  await connector.startNetwork()
  await connector.fetchTradingRules(signal)
  return connector
}

function order(clientOrderId: string): InFlightOrder {
  return limitOrder({ clientOrderId, createdMs: clock.nowMs() })
}

beforeEach(async () => {
  clock = new FakeClock(Date.now())
  exchange = await startSimulatedBinance({ accounts: [CREDENTIALS] })
  const nowMs = Date.now()
  exchange.applyMarketEvent({
    kind: 'snapshot',
    symbol: 'BTCUSDT',
    txMs: nowMs,
    eventMs: nowMs,
    sequence: 1n,
    bids: [[60_000, 10]],
    asks: [[60_001, 10]],
  })
})

afterEach(async () => {
  for (const connector of connectors.splice(0)) await connector.stopNetwork()
  await exchange.close()
})

describe('a REST API that does not work', () => {
  test('is not asked any more: reads and new orders fail at once, and certainly nothing was sent', async () => {
    const connector = await connect()
    const states: string[] = []
    connector.on('circuitBreakerChanged', ({ breaker, state }) => states.push(`${breaker} ${state}`))
    exchange.failRest(OVERLOADED, 100)
    for (let i = 0; i < 3; i++)
      expect((await errorOf(connector.fetchBalances(signal))).code).toBe('QTX_EXCHANGE_DOWN')
    const asked = exchange.requests.length
    const read = await errorOf(connector.fetchBalances(signal))
    expect(read.code).toBe('QTX_EXCHANGE_DOWN')
    expect(read.message).toContain('circuit breaker open: 3 failures in a row')
    const placed = await errorOf(connector.placeOrder(order('71')))
    expect(placed).toMatchObject({ code: 'QTX_EXCHANGE_DOWN', outcome: 'none' })
    expect(exchange.requests.length).toBe(asked)
    expect(states).toEqual(['rest open'])
  })

  test('is asked again by one read after a while; while that fails, ever more rarely', async () => {
    const connector = await connect()
    exchange.failRest(OVERLOADED, 4)
    for (let i = 0; i < 3; i++) await errorOf(connector.fetchBalances(signal))
    clock.advance(2_000)
    const asked = exchange.requests.length
    await Promise.all([1, 2, 3].map(() => errorOf(connector.fetchBalances(signal))))
    expect(exchange.requests.length, 'one of the three').toBe(asked + 1)
    clock.advance(3_999)
    await errorOf(connector.fetchBalances(signal))
    expect(exchange.requests.length).toBe(asked + 1)
    clock.advance(1)
    await connector.fetchBalances(signal)
    await connector.fetchBalances(signal)
  })

  test('is asked to cancel and to look orders up all the same; the first answer ends the pause', async () => {
    const connector = await connect()
    const placed = order('72')
    expect(await connector.placeOrder(placed)).toMatchObject({ kind: 'accepted' })
    exchange.failRest(OVERLOADED, 4)
    for (let i = 0; i < 3; i++) await errorOf(connector.fetchBalances(signal))
    expect((await errorOf(connector.fetchOrder(placed, signal))).code, 'it was asked').toBe(
      'QTX_EXCHANGE_DOWN',
    )
    expect(await connector.placeCancel(placed)).toMatchObject({ kind: 'accepted' })
    await connector.fetchBalances(signal)
  })

  test('that refuses what it is asked works', async () => {
    const connector = await connect()
    for (let i = 0; i < 5; i++) {
      expect(await connector.fetchOrder(order(`9${i}`), signal)).toBeUndefined()
    }
    await connector.fetchBalances(signal)
  })
})

describe('requests that must wait', () => {
  test('Q56, I24: a cancel goes before reads that waited longer, and all of them go in the end', async () => {
    const connector = await connect({ rateLimits: { weightPerMinute: 15 } })
    const placed = order('73')
    expect(await connector.placeOrder(placed)).toMatchObject({ kind: 'accepted' })
    const finished: string[] = []
    const reads = Array.from({ length: 12 }, (_, i) =>
      connector.fetchBalances(signal).then(() => finished.push(`read ${i}`)),
    )
    await until(() => connector.requestStatistics.waiting.read > 0, 'reads that wait')
    const waiting = connector.requestStatistics.waiting.read
    const cancel = connector.placeCancel(placed).then(() => finished.push('cancel'))
    await cancel
    expect(finished.length, 'before the reads that wait').toBeLessThanOrEqual(12 - waiting + 1)
    const done = Promise.all(reads)
    while (finished.length < 13) {
      clock.advance(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await done
    const { used, limit } = connector.requestStatistics.weight[0]!
    expect(used).toBeLessThanOrEqual(limit)
  })

  test('are called off when the connector stops', async () => {
    const connector = await connect({ rateLimits: { weightPerMinute: 15 } })
    const reads = Array.from({ length: 20 }, () => errorOrNothing(connector.fetchBalances(signal)))
    await until(() => connector.requestStatistics.waiting.read > 0, 'reads that wait')
    await connector.stopNetwork()
    expect(await Promise.all(reads)).toContain('QTX_EXCHANGE_DOWN')
    expect(connector.requestStatistics.waiting.read).toBe(0)
  })
})

function errorOrNothing(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => (error instanceof QtxError ? error.code : String(error)),
  )
}
