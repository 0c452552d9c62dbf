import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { silentLogger, type Logger } from '../../../src/common/log.ts'
import type { ConnectorOptions } from '../../../src/connector/connector-options.ts'
import { QtxError } from '../../../src/errors.ts'
import {
  EventRecorder,
  ScriptedExchange,
  fillOf,
  pass,
  settle,
  updateOf,
  whilePassing,
} from '../../support/scripted-exchange.ts'

const d = (text: string) => new Decimal(text)
const DOWN = new QtxError('QTX_EXCHANGE_DOWN', 'no answer from the exchange')

/** Started, and ready. */
async function ready(options: Partial<ConnectorOptions> = {}): Promise<ScriptedExchange> {
  const connector = new ScriptedExchange(options)
  await connector.start()
  connector.script.showBook(
    [
      [50_000, 1],
      [49_999, 2],
    ],
    [
      [50_001, 1],
      [50_002, 2],
    ],
  )
  await whilePassing(connector.fakeClock, connector.waitReady())
  return connector
}

async function refusalOf(promise: Promise<unknown>): Promise<QtxError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof QtxError) return error
  throw new Error(`a QtxError was expected, ${String(error)} was received`)
}

describe('constructing', () => {
  test('opens nothing and calls no hook', () => {
    const connector = new ScriptedExchange()
    expect(connector.script.calls).toEqual([])
    expect(connector.script.sources).toEqual([])
    expect(connector.fakeClock.pending).toBe(0)
    expect(connector.networkStatus).toBe('stopped')
    expect(connector.ready).toBe(false)
  })

  test('calls nothing that a subclass overrides', () => {
    const called: string[] = []
    class Watched extends ScriptedExchange {
      override get name(): string {
        called.push('name')
        return super.name
      }
      protected override checks() {
        called.push('checks')
        return super.checks()
      }
      protected override get marketDataNeedsNetwork(): boolean {
        called.push('marketDataNeedsNetwork')
        return super.marketDataNeedsNetwork
      }
      override get status() {
        called.push('status')
        return super.status
      }
    }
    const connector = new Watched()
    expect(connector.script.calls).toEqual([])
    expect(called).toEqual([])
  })

  test('refuses what is no pair', () => {
    expect(() => new ScriptedExchange({ tradingPairs: ['btc/usdt'] })).toThrow(/BTC-USDT/)
  })
})

describe('before the start', () => {
  test('status says what to do', () => {
    expect(new ScriptedExchange().status).toEqual({
      started: { ok: false, reason: 'not started', remedy: 'call start()' },
    })
  })

  test('what needs a running connector says so; what does not is empty', async () => {
    const connector = new ScriptedExchange()
    for (const use of [
      () => connector.buy('BTC-USDT', 1, 'limit', 50_000),
      () => connector.orderBook('BTC-USDT'),
      () => connector.price('BTC-USDT', 'bid'),
      () => connector.tradingRule('BTC-USDT'),
    ])
      expect(use).toThrow(/not running.*call start\(\)/)
    expect((await refusalOf(connector.cancel('BTC-USDT', '1'))).code).toBe('QTX_STATE_INVALID')
    expect(connector.balance('USDT').isZero()).toBe(true)
    expect(connector.availableBalance('USDT').isZero()).toBe(true)
    expect(connector.inFlightOrders.size).toBe(0)
    expect(connector.positions.size).toBe(0)
    expect(connector.clockSkewMs).toBeUndefined()
    expect(await connector.stop()).toEqual({ openOrders: [] })
  })
})

describe('starting', () => {
  test('Q55: becomes ready when every check holds, and not before', async () => {
    const connector = new ScriptedExchange()
    const changes: string[] = []
    connector.on('networkStatus', ({ status }) => changes.push(status))
    await connector.start()
    await settle()
    expect(connector.ready).toBe(false)
    expect(connector.networkStatus).toBe('connected')
    expect(connector.status['orderBooks']).toMatchObject({ ok: false })
    connector.script.showBook([[50_000, 1]], [[50_001, 1]])
    expect(connector.ready).toBe(true)
    expect(Object.keys(connector.status).sort()).toEqual([
      'accountBalance',
      'fundingInfo',
      'orderBooks',
      'positionMode',
      'positions',
      'privateStreamCircuit',
      'restCircuit',
      'startup',
      'tradingRules',
      'userStream',
    ])
    expect(connector.clockSkewMs).toBe(7)
    expect(connector.leverage('BTC-USDT')).toBe(10)
    expect(connector.positionMode).toBe('oneWay')
    expect(changes).toEqual(['connected'])
    await connector.stop()
  })

  test('I24: says how old the account is, that it is stale while the private stream is away, and opens nothing then', async () => {
    const connector = await ready()
    expect(connector.accountAge.isStale).toBe(false)
    const { balancesMs = 0 } = connector.accountAge
    connector.script.stream.disconnected('cut')
    await pass(connector.fakeClock, 3_000, 500)
    expect(connector.accountAge).toMatchObject({ balancesMs: balancesMs + 3_000, isStale: true })
    expect(() => connector.buy('BTC-USDT', 1, 'limit', 50_000)).toThrow(
      expect.objectContaining({ code: 'QTX_NOT_READY' }),
    )
    connector.script.stream.connected()
    await settle()
    expect(connector.accountAge).toEqual({ balancesMs: 0, positionsMs: 0, isStale: false })
    await connector.stop()
  })

  test('a second start is refused', async () => {
    const connector = await ready()
    expect((await refusalOf(connector.start())).message).toMatch(/started before.*call stop\(\) first/)
    await connector.stop()
  })

  test('what does not pass by itself rejects, and nothing runs then', async () => {
    const connector = new ScriptedExchange()
    connector.script.positionMode = 'hedge'
    expect((await refusalOf(connector.start())).code).toBe('QTX_POSITION_MODE')
    await settle()
    expect(connector.fakeClock.pending).toBe(0)
    expect(connector.script.calls.slice(-1)).toEqual(['stopNetwork'])
    expect(connector.script.source.log).toEqual(['start', 'subscribe BTC-USDT', 'stop'])
    expect(connector.script.streams).toEqual([])
    expect(connector.status).toHaveProperty('started')
    connector.script.positionMode = 'oneWay'
    await connector.start()
    await connector.stop()
  })

  test('I1: an exchange that is down for a while delays it; it goes on by itself', async () => {
    const connector = new ScriptedExchange()
    const { script } = connector
    script.failures.set('fetchTradingRules', DOWN)
    await connector.start()
    expect(connector.ready).toBe(false)
    expect(connector.status['startup']?.reason).toContain('no answer from the exchange')
    expect(() => connector.buy('BTC-USDT', 1, 'limit', 50_000)).toThrow(/rules of BTC-USDT are not loaded/)
    script.showBook([[50_000, 1]], [[50_001, 1]])
    await pass(connector.fakeClock, 10_000, 100)
    script.failures.clear()
    await whilePassing(connector.fakeClock, connector.waitReady())
    await connector.stop()
  })

  test('an account that is not read yet is not traded on', async () => {
    const connector = new ScriptedExchange()
    connector.script.failures.set('fetchPositionMode', DOWN)
    await connector.start()
    expect(connector.tradingRule('BTC-USDT').exchangeSymbol).toBe('BTCUSDT')
    expect(() => connector.buy('BTC-USDT', 1, 'limit', 50_000)).toThrow(QtxError)
    expect(connector.inFlightOrders.size).toBe(0)
    await connector.stop()
  })
})

describe('waiting until ready', () => {
  test('gives up with each failing check, its reason and its remedy', async () => {
    const connector = new ScriptedExchange()
    connector.script.failures.set('userStreamStart', DOWN)
    await connector.start()
    const refusal = await refusalOf(
      whilePassing(connector.fakeClock, connector.waitReady({ timeoutMs: 500 })),
    )
    expect(refusal.code).toBe('QTX_TIMEOUT')
    expect(refusal.message).toContain('scripted_perpetual was not ready after 500 ms')
    for (const words of [
      'startup: account: no answer from the exchange',
      'it is tried again by itself',
      'orderBooks: BTC-USDT is syncing',
      'userStream: private stream not connected yet',
    ])
      expect(refusal.message).toContain(words)
    expect(refusal.message).not.toContain('tradingRules')
    expect(refusal.details['status']).toEqual(connector.status)
    await connector.stop()
  })

  test('gives up at once when the signal aborts, and when the connector is stopped', async () => {
    const connector = new ScriptedExchange()
    await connector.start()
    const abort = new AbortController()
    const aborted = refusalOf(connector.waitReady({ signal: abort.signal }))
    abort.abort()
    expect((await aborted).code).toBe('QTX_TIMEOUT')
    const stopped = refusalOf(connector.waitReady())
    await connector.stop()
    connector.fakeClock.advance(20)
    expect((await stopped).message).toContain('call start()')
  })

  test('resolves at once when it is ready', async () => {
    const connector = await ready()
    await connector.waitReady({ timeoutMs: 0 })
    await connector.stop()
  })
})

describe('stopping', () => {
  test('ends everything in reverse order, and leaves no timer', async () => {
    const connector = await ready()
    connector.script.calls.length = 0
    await connector.stop()
    await settle()
    expect(connector.script.calls).toEqual(['userStreamStop', 'stopNetwork'])
    expect(connector.script.source.log.at(-1)).toBe('stop')
    expect(connector.fakeClock.pending).toBe(0)
    expect(connector.networkStatus).toBe('stopped')
    expect(connector.ready).toBe(false)
  })

  test('Q11: a part that cannot be stopped does not keep the others running', async () => {
    const connector = await ready()
    connector.script.failures.set('userStreamStop', new Error('would not close'))
    await connector.stop()
    expect(connector.script.calls.at(-1)).toBe('stopNetwork')
    expect(connector.script.source.log.at(-1)).toBe('stop')
  })

  test('I8: reports the orders that stay open, and those whose outcome is unknown', async () => {
    const warnings: string[] = []
    const logger: Logger = { ...silentLogger, warn: (_fields, message) => warnings.push(message) }
    const connector = await ready({ logger })
    const open = connector.buy('BTC-USDT', 1, 'limit', 50_000)
    await settle()
    connector.script.place = () => ({
      kind: 'unknown',
      reason: { code: 'QTX_ORDER_TIMEOUT', message: 'no answer' },
    })
    connector.script.failures.set('fetchOrder', DOWN)
    const unknown = connector.buy('BTC-USDT', 1, 'limit', 50_000)
    await settle()
    const report = await connector.stop()
    expect(report.openOrders.map(({ clientOrderId, state }) => [clientOrderId, state])).toEqual([
      [open, 'open'],
      [unknown, 'submitUnknown'],
    ])
    expect(warnings.at(-1)).toBe('2 orders stay open')
    expect(connector.fakeClock.pending).toBe(0)
  })

  test('and starting again goes on with the same orders', async () => {
    const connector = await ready()
    const recorder = new EventRecorder(connector)
    const id = connector.buy('BTC-USDT', 1, 'limit', 50_000)
    await settle()
    const order = connector.inFlightOrders.get(id)!
    await connector.stop()
    connector.script.orders.set(id, updateOf(order, 'filled', { source: 'rest', executedAmount: d('1') }))
    connector.script.fills.push(fillOf(order, '1', '1'))
    await connector.start()
    await settle()
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
    connector.script.showBook([[50_000, 1]], [[50_001, 1]])
    expect(connector.ready).toBe(true)
    await connector.stop()
  })

  test('while it is starting: the start rejects, and nothing runs', async () => {
    const connector = new ScriptedExchange()
    let open: () => void = () => undefined
    connector.script.gates.set('startNetwork', new Promise((resolve) => (open = resolve)))
    const refusal = refusalOf(connector.start())
    await settle()
    const stopped = connector.stop()
    open()
    await stopped
    expect((await refusal).message).toContain('stopped while it was starting')
    await settle()
    expect(connector.script.calls).toEqual(['startNetwork', 'stopNetwork'])
    expect(connector.fakeClock.pending).toBe(0)
  })

  test('and starting again at once: the start waits for the stop, and is not undone by it', async () => {
    const connector = new ScriptedExchange()
    let open: () => void = () => undefined
    connector.script.gates.set('startNetwork', new Promise((resolve) => (open = resolve)))
    const first = refusalOf(connector.start())
    await settle()
    const stopped = connector.stop()
    const second = connector.start()
    await settle()
    expect(connector.script.calls).toEqual(['startNetwork'])
    open()
    await Promise.all([first, stopped, second])
    expect(connector.script.calls.slice(0, 3)).toEqual(['startNetwork', 'stopNetwork', 'startNetwork'])
    connector.script.showBook([[50_000, 1]], [[50_001, 1]])
    await settle()
    expect(connector.ready).toBe(true)
    await connector.stop()
  })

  test('twice at the same time: both end when everything has', async () => {
    const connector = await ready()
    let close: () => void = () => undefined
    connector.script.gates.set('stopNetwork', new Promise((resolve) => (close = resolve)))
    let ended = 0
    const stops = [connector.stop(), connector.stop()].map((stop) => stop.then(() => ended++))
    await settle()
    expect(ended).toBe(0)
    close()
    await Promise.all(stops)
    expect(connector.script.calls.filter((call) => call === 'stopNetwork')).toHaveLength(1)
  })

  test('happens by itself at the end of `await using`', async () => {
    let kept: ScriptedExchange
    {
      await using connector = await ready()
      kept = connector
    }
    expect(kept.networkStatus).toBe('stopped')
    expect(kept.fakeClock.pending).toBe(0)
  })
})

describe('prices', () => {
  test('come from the live book and from funding', async () => {
    const connector = await ready()
    const { source } = connector.script
    const price = (kind: Parameters<typeof connector.price>[1]) =>
      connector.price('BTC-USDT', kind)?.toString()
    expect(price('bid')).toBe('50000')
    expect(price('ask')).toBe('50001')
    expect(price('mid')).toBe('50000.5')
    expect(price('mark')).toBe('50000.5')
    expect(price('index')).toBe('50001.5')
    expect(price('last')).toBeUndefined()
    source.deliver('BTC-USDT', {
      kind: 'trade',
      receivedMs: 1,
      eventMs: 1,
      tradeId: 5,
      isBuyTaker: true,
      price: 50_001,
      size: 0.1,
    })
    expect(price('last')).toBe('50001')
    expect(connector.vwapForVolume('BTC-USDT', 'buy', 3).price).toBeCloseTo(50_001.666_7, 3)
    expect(connector.priceForVolume('BTC-USDT', 'sell', 2).price).toBe(49_999)
    expect(connector.priceForQuoteVolume('BTC-USDT', 'buy', 50_002).price).toBe(50_002)
    expect(connector.volumeForPrice('BTC-USDT', 'buy', 50_001).volume).toBe(1)
    // U14: quote volume is quote volume.
    expect(connector.quoteVolumeForPrice('BTC-USDT', 'buy', 50_001).volume).toBe(50_001)
    await connector.stop()
  })

  test('Q58, I10: of a book that is not live are refused, with its state and the reason', async () => {
    const connector = await ready()
    connector.script.source.sinks.get('BTC-USDT')!.interrupted('stale', 'nothing arrived for 5000 ms')
    expect(connector.orderBook('BTC-USDT').state).toBe('stale')
    for (const ask of [
      () => connector.price('BTC-USDT', 'bid'),
      () => connector.price('BTC-USDT', 'last'),
      () => connector.vwapForVolume('BTC-USDT', 'buy', 1),
      () => connector.priceForVolume('BTC-USDT', 'buy', 1),
      () => connector.priceForQuoteVolume('BTC-USDT', 'buy', 1),
      () => connector.volumeForPrice('BTC-USDT', 'buy', 1),
      () => connector.quoteVolumeForPrice('BTC-USDT', 'buy', 1),
    ]) {
      expect(ask).toThrow(expect.objectContaining({ code: 'QTX_BOOK_NOT_LIVE' }))
      expect(ask).toThrow(/BTC-USDT is stale: nothing arrived for 5000 ms/)
    }
    expect(connector.price('BTC-USDT', 'mark')?.toString()).toBe('50000.5')
    expect(connector.ready).toBe(false)
    await connector.stop()
  })

  test('of a pair that is not tracked are wrong use', async () => {
    const connector = await ready()
    expect(() => connector.price('DOGE-USDT', 'bid')).toThrow(
      expect.objectContaining({ code: 'QTX_PAIR_UNKNOWN' }),
    )
    await connector.stop()
  })
})

describe('market data only', () => {
  test('never asks for the account or for keys, and refuses to trade', async () => {
    const connector = await ready({ tradingRequired: false })
    await pass(connector.fakeClock, 200_000, 1_000)
    const asked = new Set(connector.script.calls.map((call) => call.split(' ')[0]))
    expect([...asked].sort()).toEqual([
      'fetchFundingInfo',
      'fetchServerTimeMs',
      'fetchTradingRules',
      'startNetwork',
    ])
    expect(connector.script.streams).toEqual([])
    expect(Object.keys(connector.status)).not.toContain('userStream')
    for (const use of [
      () => connector.buy('BTC-USDT', 1, 'limit', 50_000),
      () => connector.sell('BTC-USDT', 1, 'market'),
    ])
      expect(use).toThrow(expect.objectContaining({ code: 'QTX_TRADING_NOT_ENABLED' }))
    for (const use of [
      connector.cancel('BTC-USDT', '1'),
      connector.cancelAll(),
      connector.setLeverage('BTC-USDT', 2),
    ])
      expect((await refusalOf(use)).code).toBe('QTX_TRADING_NOT_ENABLED')
    await connector.stop()
  })
})

describe('trading', () => {
  test('an order goes its way by events', async () => {
    const connector = await ready()
    const recorder = new EventRecorder(connector)
    const id = connector.sell('BTC-USDT', '0.5', 'limit', '50010.05')
    expect(connector.inFlightOrders.get(id)).toMatchObject({ tradeType: 'sell', leverage: 10 })
    expect(connector.availableBalance('USDT').toString()).toBe('87499.495')
    await settle()
    const order = connector.inFlightOrders.get(id)!
    connector.script.stream.tradeUpdate(fillOf(order, '1', '0.5'))
    connector.script.stream.orderUpdate(updateOf(order, 'filled', { executedAmount: d('0.5') }))
    expect(recorder.names).toEqual(['sellOrderCreated', 'orderFilled', 'sellOrderCompleted'])
    expect(connector.inFlightOrders.size).toBe(0)
    await connector.stop()
  })

  test('cancelAll cancels those of a pair, and tells each order’s own truth', async () => {
    const connector = await ready({ tradingPairs: ['BTC-USDT'] })
    const ids = [1, 2].map(() => connector.buy('BTC-USDT', 1, 'limit', 50_000))
    await settle()
    expect(await connector.cancelAll({ pair: 'ETH-USDT' })).toEqual([])
    expect(await connector.cancelAll({ timeoutMs: 1_000 })).toEqual(
      ids.map((clientOrderId) => ({ clientOrderId, success: true })),
    )
    expect(connector.inFlightOrders.size).toBe(0)
    await connector.stop()
  })

  test('cancelling an id that is not tracked, or not of that pair, is wrong use', async () => {
    const connector = await ready()
    const id = connector.buy('BTC-USDT', 1, 'limit', 50_000)
    for (const [pair, clientOrderId] of [
      ['BTC-USDT', '12345'],
      ['ETH-USDT', id],
    ] as const) {
      const refusal = await refusalOf(connector.cancel(pair, clientOrderId))
      expect(refusal.code).toBe('QTX_ORDER_UNKNOWN_ID')
      expect(refusal.message).toContain(clientOrderId)
    }
    await connector.stop()
  })

  test('leverage is set on the exchange, and is then what the exchange set', async () => {
    const connector = await ready()
    await connector.setLeverage('BTC-USDT', 20)
    expect(connector.script.calls).toContain('submitLeverage BTC-USDT 20')
    expect(connector.leverage('BTC-USDT')).toBe(20)
    for (const leverage of [0, -1, 1.5, NaN])
      expect((await refusalOf(connector.setLeverage('BTC-USDT', leverage))).code).toBe('QTX_ORDER_INVALID')
    connector.script.failures.set('submitLeverage', new QtxError('QTX_EXCHANGE_ANSWER', 'too high'))
    await refusalOf(connector.setLeverage('BTC-USDT', 50))
    expect(connector.leverage('BTC-USDT')).toBe(20)
    await connector.stop()
  })
})

describe('events', () => {
  test('a listener that throws is logged, and stops neither the others nor the order', async () => {
    const errors: string[] = []
    const logger: Logger = { ...silentLogger, error: (_fields, message) => errors.push(message) }
    const connector = await ready({ logger })
    connector.on('buyOrderCreated', () => {
      throw new Error('strategy bug')
    })
    const recorder = new EventRecorder(connector)
    connector.buy('BTC-USDT', 1, 'limit', 50_000)
    await settle()
    expect(recorder.names).toEqual(['buyOrderCreated'])
    expect(errors).toEqual(['a listener of buyOrderCreated threw: strategy bug'])
    await connector.stop()
  })

  test('a listener that was removed hears nothing more', async () => {
    const connector = await ready()
    const heard: string[] = []
    const off = connector.on('buyOrderCreated', ({ clientOrderId }) => heard.push(clientOrderId))
    const id = connector.buy('BTC-USDT', 1, 'limit', 50_000)
    await settle()
    off()
    connector.buy('BTC-USDT', 1, 'limit', 50_000)
    await settle()
    expect(heard).toEqual([id])
    await connector.stop()
  })

  test('for await gets everything from the call on, before the first read too, and ends with the stop', async () => {
    const connector = await ready()
    const events = connector.events('buyOrderCreated')
    const ids = [1, 2, 3].map(() => connector.buy('BTC-USDT', 1, 'limit', 50_000))
    await settle()
    await connector.stop()
    const heard: string[] = []
    for await (const { clientOrderId } of events) heard.push(clientOrderId)
    expect(heard).toEqual(ids)
  })

  test('public trades carry the exchange’s own id (Q17) and the taker’s side', async () => {
    const connector = await ready()
    const trades: unknown[] = []
    connector.on('publicTrade', (trade) => trades.push(trade))
    connector.script.source.deliver('BTC-USDT', {
      kind: 'trade',
      receivedMs: 2,
      eventMs: 1,
      tradeId: 2 ** 40 + 5,
      isBuyTaker: false,
      price: 50_000,
      size: 0.1,
    })
    expect(trades).toEqual([
      { pair: 'BTC-USDT', takerSide: 'sell', price: 50_000, size: 0.1, tradeId: 2n ** 40n + 5n, eventMs: 1 },
    ])
    await connector.stop()
  })
})
