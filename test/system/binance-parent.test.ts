import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { MarketDataSink } from '../../src/connector/market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from '../../src/connector/market-updates.ts'
import { startSimulatedBinance } from '../../src/simulator/exchange/binance/simulated-binance.ts'
import type { MarketEvent } from '../../src/simulator/market-event.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { HookedBinance, UserStreamNotes } from '../support/hooked-binance.ts'
import { connectedStream } from '../support/connected-stream.ts'
import { until } from '../support/until.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import { limitOrder } from '../support/limit-order.ts'
import { errorOf } from '../support/error-of.ts'

const PAIR = 'BTC-USDT'
const CREDENTIALS = { apiKey: 'the-api-key-of-the-test', apiSecret: 'the-api-secret-of-the-test' }
const signal = new AbortController().signal

let exchange: SimulatedExchange
let clock: FakeClock
let connector: HookedBinance
let sequence = 1_000n
const connectors: HookedBinance[] = []

function connect(options: Partial<ConnectorOptions> = {}): HookedBinance {
  const made = new HookedBinance({
    tradingPairs: [PAIR, 'ETH-USDT'],
    credentials: CREDENTIALS,
    exchangeEndpoints: exchange.endpoints,
    clock,
    logger: silentLogger,
    random: () => 0.5,
    ...options,
  })
  connectors.push(made)
  return made
}

function market(bids: [number, number][], asks: [number, number][], symbol = 'BTCUSDT'): MarketEvent {
  const nowMs = Date.now()
  return { kind: 'snapshot', symbol, txMs: nowMs, eventMs: nowMs, sequence: ++sequence, bids, asks }
}

const order = (fields: Parameters<typeof limitOrder>[0]) =>
  limitOrder({ createdMs: clock.nowMs(), ...fields })

/** Everything that an error shows anybody. */
function shown(error: unknown): string {
  const seen: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) {
    seen.push(at.message, at.stack ?? '', JSON.stringify(at, Object.getOwnPropertyNames(at)))
  }
  return seen.join('\n')
}

function expectNoSecrets(text: string): void {
  for (const secret of [...Object.values(CREDENTIALS), 'signature=', 'listenKey=']) {
    expect(text).not.toContain(secret)
  }
}

beforeEach(async () => {
  exchange = await startSimulatedBinance({ accounts: [CREDENTIALS] })
  exchange.applyMarketEvent(market([[60_000, 1]], [[60_010, 1]]))
  exchange.applyMarketEvent(market([[3_000, 10]], [[3_001, 10]], 'ETHUSDT'))
  clock = new FakeClock(Date.now())
  connector = connect()
  await connector.startNetwork()
})

afterEach(async () => {
  for (const made of connectors.splice(0)) await made.stopNetwork()
  await exchange.close()
})

describe('account and market over REST', () => {
  test('the time is the exchange’s', async () => {
    expect(Math.abs((await connector.fetchServerTimeMs(signal)) - Date.now())).toBeLessThan(60_000)
  })

  test('trading rules come from the exchange’s filters', async () => {
    const rules = await connector.fetchTradingRules(signal)
    expect(rules.map((rule) => rule.pair)).toEqual(['BTC-USDT', 'ETH-USDT'])
    const text = Object.fromEntries(Object.entries(rules[0]!).map(([name, value]) => [name, String(value)]))
    expect(text).toMatchObject({
      exchangeSymbol: 'BTCUSDT',
      minPriceIncrement: '0.1',
      minBaseAmountIncrement: '0.001',
      minOrderSize: '0.001',
      maxOrderSize: '1000',
      minNotionalSize: '100',
      contractSize: '1',
      buyOrderCollateralToken: 'USDT',
    })
  })

  test('a pair that the exchange lacks is named, with those near it', async () => {
    const other = connect({ tradingPairs: ['BTX-USDT'] })
    await other.startNetwork()
    const error = await errorOf(other.fetchTradingRules(signal))
    expect(error.code).toBe('QTX_PAIR_UNKNOWN')
    expect(error.message).toContain('BTX-USDT')
    expect(error.message).toContain('BTC-USDT')
  })

  test('balances are the wallet’s, and what is available', async () => {
    const [balance] = await connector.fetchBalances(signal)
    expect(balance?.asset).toBe('USDT')
    expect(String(balance?.total)).toBe('10000')
    expect(String(balance?.available)).toBe('10000')
  })

  test('I15: the position mode is read and never changed', async () => {
    expect(await connector.fetchPositionMode(signal)).toBe('oneWay')
    exchange.engine.setHedgeMode(exchange.engine.account(CREDENTIALS.apiKey)!, true)
    expect(await connector.fetchPositionMode(signal)).toBe('hedge')
    expect(exchange.requests.some(({ method, path }) => method === 'POST' && path.includes('dual'))).toBe(
      false,
    )
  })

  test('leverage is what the exchange has, and is set there', async () => {
    expect(await connector.fetchLeverage(PAIR, signal)).toBe(20)
    expect(await connector.submitLeverage(PAIR, 7, signal)).toBe(7)
    expect(await connector.fetchLeverage(PAIR, signal)).toBe(7)
    const doge = connect({ tradingPairs: ['DOGE-USDT'] })
    await doge.startNetwork()
    const error = await errorOf(doge.submitLeverage('DOGE-USDT', 100, signal))
    expect(error.message).toContain('-4028')
  })

  test('positions are signed, and those that are closed are gone', async () => {
    await connector.placeOrder(order({ clientOrderId: '11', tradeType: 'sell', price: new Decimal('59900') }))
    const [position, ...rest] = await connector.fetchPositions(signal)
    expect(rest).toEqual([])
    expect(position?.pair).toBe(PAIR)
    expect(String(position?.amount)).toBe('-0.01')
    expect(String(position?.entryPrice)).toBe('60000')
    await connector.placeOrder(
      order({ clientOrderId: '12', positionAction: 'close', orderType: 'market', price: undefined }),
    )
    expect(await connector.fetchPositions(signal)).toEqual([])
  })

  test('funding info has the rate, both prices and the next time', async () => {
    const info = await connector.fetchFundingInfo(PAIR, signal)
    expect(info.markPrice.gt(0) && info.indexPrice.gt(0)).toBe(true)
    expect(info.rate.isFinite()).toBe(true)
    expect(info.nextFundingMs).toBeGreaterThan(Date.now())
  })

  test('funding payments are those since a time, each with one id', async () => {
    await connector.placeOrder(order({ clientOrderId: '13', price: new Decimal('60100') }))
    const sinceMs = Date.now() - 1_000
    exchange.engine.payFunding('BTCUSDT')
    const [payment, ...rest] = await connector.fetchFundingPayments(PAIR, sinceMs, signal)
    expect(rest).toEqual([])
    expect(payment?.asset).toBe('USDT')
    expect(payment?.amount.isNegative()).toBe(true)
    expect(payment?.paymentId).toMatch(/^BTC-USDT:USDT:\d+$/)
    expect(await connector.fetchFundingPayments(PAIR, Date.now() + 60_000, signal)).toEqual([])
  })

  test('the book snapshot is what the exchange’s book is', async () => {
    const snapshot = await connector.fetchBookSnapshot(PAIR, signal)
    expect([...snapshot.bids]).toEqual([60_000, 1])
    expect([...snapshot.asks]).toEqual([60_010, 1])
    expect(snapshot.sequence).toBeGreaterThan(0)
  })
})

describe('orders over REST', () => {
  test('a resting order is accepted, open, found by its client id, and canceled', async () => {
    const resting = order({ clientOrderId: '18446744073709551615' })
    const placed = await connector.placeOrder(resting)
    expect(placed).toMatchObject({ kind: 'accepted' })
    expect(placed).not.toHaveProperty('state')
    const [open] = await connector.fetchOpenOrders(signal)
    expect(open).toMatchObject({
      pair: PAIR,
      clientOrderId: '18446744073709551615',
      state: 'open',
      source: 'rest',
    })
    expect(await connector.fetchOrder(resting, signal)).toMatchObject({ state: 'open' })
    const canceled = await connector.placeCancel(resting)
    expect(canceled.kind === 'accepted' && String(canceled.executedAmount)).toBe('0')
    expect(await connector.fetchOrder(resting, signal)).toMatchObject({ state: 'canceled' })
    expect(await connector.fetchOpenOrders(signal)).toEqual([])
  })

  test('a market order fills, and its fills have the fee', async () => {
    const taking = order({ clientOrderId: '21', orderType: 'market', price: undefined })
    const placed = await connector.placeOrder(taking)
    expect(placed).toMatchObject({ kind: 'accepted', state: 'filled' })
    const [fill, ...rest] = await connector.fetchOrderFills(taking, signal)
    expect(rest).toEqual([])
    expect(fill).toMatchObject({ pair: PAIR, clientOrderId: '21', tradeType: 'buy', isMaker: false })
    expect(String(fill?.price)).toBe('60010')
    expect(String(fill?.amount)).toBe('0.01')
    expect(fill?.fee?.asset).toBe('USDT')
    expect(fill?.fee?.amount.gt(0)).toBe(true)
  })

  test('an IOC order that finds nobody is expired, not failed', async () => {
    const placed = await connector.placeOrder(order({ clientOrderId: '22', timeInForce: 'ioc' }))
    expect(placed).toMatchObject({ kind: 'accepted', state: 'canceled', reason: { code: 'EXPIRED' } })
  })

  test('what the exchange refuses is rejected, with its code and words', async () => {
    const crossing = order({ clientOrderId: '23', orderType: 'limitMaker', price: new Decimal('60020') })
    expect(await connector.placeOrder(crossing)).toMatchObject({
      kind: 'rejected',
      reason: { code: 'QTX_ORDER_REJECTED', message: expect.stringContaining('-5022') as string },
    })
    const unfillable = order({ clientOrderId: '24', timeInForce: 'fok' })
    expect(await connector.placeOrder(unfillable)).toMatchObject({ kind: 'rejected' })
    const tooLarge = order({ clientOrderId: '25', amount: new Decimal('100') })
    expect(await connector.placeOrder(tooLarge)).toMatchObject({
      kind: 'rejected',
      reason: { message: expect.stringContaining('-2019 Margin is insufficient') as string },
    })
    const nothingToReduce = order({ clientOrderId: '26', positionAction: 'close' })
    expect(await connector.placeOrder(nothingToReduce)).toMatchObject({
      kind: 'rejected',
      reason: { message: expect.stringContaining('-2022') as string },
    })
  })

  test('an order that the exchange does not have is undefined, and canceling it is not found', async () => {
    const never = order({ clientOrderId: '27' })
    expect(await connector.fetchOrder(never, signal)).toBeUndefined()
    expect(await connector.fetchOrderFills(never, signal)).toEqual([])
    expect(await connector.placeCancel(never)).toMatchObject({ kind: 'rejected', notFound: true })
    expect(connector.notFoundIsProofAfterMs).toBe(60_000)
  })

  test('I2: an answer that never comes leaves the outcome unknown, and the order is there', async () => {
    const hasty = connect({ requestTimeoutMs: 1_000 })
    await hasty.startNetwork()
    await hasty.fetchTradingRules(signal)
    exchange.failRest(({ method, path }) =>
      method === 'POST' && path === '/fapi/v1/order' ? 'drop-after' : undefined,
    )
    const lost = order({ clientOrderId: '31' })
    expect(await hasty.placeOrder(lost)).toMatchObject({
      kind: 'unknown',
      reason: { code: 'QTX_ORDER_UNKNOWN_OUTCOME' },
    })
    expect(await hasty.fetchOrder(lost, signal)).toMatchObject({ state: 'open' })

    exchange.setRestLatency(1_300)
    const late = order({ clientOrderId: '32' })
    expect(await hasty.placeOrder(late)).toMatchObject({
      kind: 'unknown',
      reason: { code: 'QTX_ORDER_TIMEOUT' },
    })
    expect(await hasty.placeCancel(lost)).toMatchObject({ kind: 'unknown' })
    exchange.setRestLatency(0)
    await until(() => exchange.engine.account(CREDENTIALS.apiKey)!.records.openOrders().length <= 1)
  })

  test('I2: status 503 and answers that are none leave the outcome unknown', async () => {
    const answers = [
      { status: 503, body: { code: -1008, msg: 'Server is currently overloaded' } },
      { status: 200, body: 'not an order' },
      { status: 200, body: { orderId: 5, clientOrderId: 'another', symbol: 'BTCUSDT', status: 'NEW' } },
      { status: 400, body: { code: -1007, msg: 'Timeout waiting for response from backend server.' } },
    ]
    for (const [index, answer] of answers.entries()) {
      exchange.failRest(({ method, path }) =>
        method === 'POST' && path.endsWith('/order') ? answer : undefined,
      )
      const outcome = await connector.placeOrder(order({ clientOrderId: `33${index}` }))
      expect(outcome, JSON.stringify(answer)).toMatchObject({ kind: 'unknown' })
    }
  })

  test('an order that could not be sent is an error, not an outcome', async () => {
    await connector.fetchTradingRules(signal)
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const address = listener.address()
    const port = typeof address === 'object' && address ? address.port : 0
    listener.close()
    await once(listener, 'close')
    const offline = connect({ exchangeEndpoints: { rest: `http://127.0.0.1:${port}` } })
    await offline.startNetwork()
    const error = await errorOf(offline.placeOrder(order({ clientOrderId: '34' })))
    expect(error.code).toBe('QTX_EXCHANGE_DOWN')
    expect(error.message).toContain('ECONNREFUSED')
  })

  test('rate limits are told as such, and an order refused for them is rejected', async () => {
    const limited = { status: 429, body: { code: -1003, msg: 'Too many requests' } }
    exchange.failRest(() => limited)
    expect((await errorOf(connector.fetchBalances(signal))).code).toBe('QTX_RATE_LIMITED')
    expect(connector.requestStatistics.shutForMs, 'it is left alone for a while').toBe(5_000)
    clock.advance(5_000)
    await connector.fetchTradingRules(signal)
    exchange.failRest(() => limited)
    expect(await connector.placeOrder(order({ clientOrderId: '35' }))).toMatchObject({
      kind: 'rejected',
      reason: { code: 'QTX_RATE_LIMITED' },
    })
  })

  test('I30: after a refusal for its time a read is made again with the exchange’s clock', async () => {
    exchange.setClockSkew(-120_000)
    expect(await connector.fetchPositionMode(signal)).toBe('oneWay')
    expect(await connector.placeOrder(order({ clientOrderId: '36' }))).toMatchObject({ kind: 'accepted' })
  })
})

describe('keys', () => {
  test('trading without keys is refused before anything is sent', async () => {
    const keyless = new HookedBinance({ tradingPairs: [PAIR], logger: silentLogger })
    expect((await errorOf(keyless.startNetwork())).code).toBe('QTX_CREDENTIALS_MISSING')
  })

  test('market data needs no keys', async () => {
    const reader = new HookedBinance({
      tradingPairs: [PAIR],
      tradingRequired: false,
      exchangeEndpoints: exchange.endpoints,
      logger: silentLogger,
    })
    connectors.push(reader)
    await reader.startNetwork()
    expect(await reader.fetchTradingRules(signal)).toHaveLength(1)
  })

  test('bad keys are QTX_AUTH everywhere, and never shown', async () => {
    const credentials = { apiKey: CREDENTIALS.apiKey, apiSecret: 'a-wrong-secret-of-the-test' }
    const stranger = connect({ credentials })
    await stranger.startNetwork()
    const error = await errorOf(stranger.fetchBalances(signal))
    expect(error.code).toBe('QTX_AUTH')
    expectNoSecrets(shown(error))
    expect(await stranger.placeOrder(order({ clientOrderId: '41' }))).toMatchObject({
      kind: 'rejected',
      reason: { code: 'QTX_AUTH' },
    })
    const nobody = connect({ credentials: { apiKey: 'unknown-key-of-the-test', apiSecret: 'x-secret' } })
    await nobody.startNetwork()
    const notes = new UserStreamNotes()
    const stream = nobody.createUserStream()
    await stream.start(notes)
    await until(() => notes.disconnects.length > 0)
    expect(notes.disconnects[0]).toMatch(/-201[45]/)
    expect(notes.disconnects[0]).not.toContain('unknown-key-of-the-test')
    await stream.stop()
  })

  test('no error of a failing request shows a secret', async () => {
    const faults = [
      'drop',
      { status: 500, body: 'oops' },
      { status: 403, body: {} },
      { status: 200, body: 'x' },
    ] as const
    for (const fault of faults) {
      exchange.failRest(({ path }) => (path.endsWith('/positionRisk') ? fault : undefined))
      const error: unknown = await connector.fetchPositions(signal).catch((reason: unknown) => reason)
      expectNoSecrets(shown(error))
    }
  })
})

describe('the private stream', () => {
  const stream = connectedStream(() => connector.createUserStream())

  test('an order’s whole life is told in order, fills before states, with the trade ids of REST', async () => {
    const taking = order({ clientOrderId: '51', amount: new Decimal('1.5'), price: new Decimal('60100') })
    exchange.applyMarketEvent(
      market(
        [[60_000, 1]],
        [
          [60_010, 1],
          [60_020, 1],
        ],
      ),
    )
    await connector.submitLeverage(PAIR, 100, signal)
    await connector.placeOrder(taking)
    await until(() => stream.notes.orders.at(-1)?.state === 'filled', 'filled')
    const [first, second] = stream.notes.trades
    expect(stream.notes.trades).toHaveLength(2)
    expect(stream.notes.sequence).toEqual([
      'order open',
      `trade ${first!.tradeId}`,
      'order partiallyFilled',
      `trade ${second!.tradeId}`,
      'order filled',
    ])
    expect(first).toMatchObject({ pair: PAIR, clientOrderId: '51', tradeType: 'buy', isMaker: false })
    expect([String(first!.amount), String(second!.amount)]).toEqual(['1', '0.5'])
    const fills = await connector.fetchOrderFills(taking, signal)
    expect(fills.map((fill) => fill.tradeId)).toEqual(stream.notes.trades.map((trade) => trade.tradeId))
    expect(fills.map((fill) => String(fill.fee?.amount))).toEqual(
      stream.notes.trades.map((trade) => String(trade.fee?.amount)),
    )
    await until(() => String(stream.notes.positionChanges.at(-1)?.amount) === '1.5', 'the position')
    await until(() => stream.notes.balanceChanges.length > 0, 'a balance')
    expect(stream.notes.balanceChanges.at(-1)).not.toHaveProperty('available')
  })

  test('a position that is closed is told with amount zero', async () => {
    await connector.placeOrder(order({ clientOrderId: '52', orderType: 'market', price: undefined }))
    await connector.placeOrder(
      order({
        clientOrderId: '53',
        tradeType: 'sell',
        orderType: 'market',
        price: undefined,
        positionAction: 'close',
      }),
    )
    await until(() => stream.notes.positionChanges.some((position) => position.amount.isZero()))
  })

  test('I13: after a drop it reconnects with backoff, with a new login, and says so', async () => {
    exchange.dropSockets()
    await until(() => stream.notes.disconnects.length === 1)
    expect(exchange.socketCount).toBe(0)
    clock.advance(449)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(stream.notes.connectedCount).toBe(1)
    clock.advance(1)
    await until(() => stream.notes.connectedCount === 2)
    const logins = exchange.requests.filter(
      ({ path, method }) => path.endsWith('listenKey') && method === 'POST',
    )
    expect(logins).toHaveLength(2)
    await connector.placeOrder(order({ clientOrderId: '54' }))
    await until(() => stream.notes.orders.length === 1)
  })

  test('while the exchange is away, attempts grow rarer and are not a storm', async () => {
    exchange.refuseConnections(true)
    exchange.dropSockets()
    // Half of the jitter of a fifth is taken off each delay.
    const delaysMs = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].map((fullMs) => fullMs * 0.9)
    for (const [index, delayMs] of delaysMs.entries()) {
      await until(() => stream.notes.disconnects.length === index + 1, `attempt ${index + 1}`)
      clock.advance(delayMs - 1)
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      expect(stream.notes.disconnects).toHaveLength(index + 1)
      clock.advance(1)
    }
    exchange.refuseConnections(false)
  })

  test('I14: a listen key that expires is replaced', async () => {
    exchange.expireLogins()
    await until(() => stream.notes.disconnects.length === 1)
    expect(stream.notes.disconnects[0]).not.toContain('listenKey=')
    clock.advance(500)
    await until(() => stream.notes.connectedCount === 2)
    await connector.placeOrder(order({ clientOrderId: '55' }))
    await until(() => stream.notes.orders.length === 1)
  })

  test('the listen key is kept alive while connected, and not after stop', async () => {
    const refreshes = () =>
      exchange.requests.filter(({ path, method }) => path.endsWith('listenKey') && method === 'PUT').length
    for (let minutes = 0; minutes < 20.5; minutes += 1 / 6) {
      clock.advance(10_000)
      await until(() => stream.lastReceivedMs === clock.nowMs(), 'the answer to the ping')
    }
    await until(() => refreshes() === 1)
    expect(stream.notes.disconnects).toEqual([])
    await stream.stop()
    expect(clock.pending).toBe(0)
  })

  test('stopping leaves no socket and no timer', async () => {
    await stream.stop()
    await until(() => exchange.socketCount === 0)
    expect(clock.pending).toBe(0)
    expect(stream.notes.disconnects).toEqual([])
  })

  test('a dead socket is noticed: nothing comes back from pings', async () => {
    const dead = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false })
    await once(dead, 'listening')
    const address = dead.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const other = connect({
      exchangeEndpoints: { rest: exchange.restUrl, websocket: `ws://127.0.0.1:${port}` },
    })
    await other.startNetwork()
    const stream = other.createUserStream()
    const deadNotes = new UserStreamNotes()
    await stream.start(deadNotes)
    await until(() => deadNotes.connectedCount === 1)
    clock.advance(30_000)
    await until(() => deadNotes.disconnects.length === 1)
    expect(deadNotes.disconnects[0]).toContain('nothing was received')
    await stream.stop()
    for (const client of dead.clients) client.terminate()
    dead.close()
  })
})

describe('public market data', () => {
  class Notes implements MarketDataSink {
    readonly told: string[] = []
    readonly depths: { sequence: number; asks: number[]; bids: number[] }[] = []
    readonly trades: { isBuyTaker: boolean; price: number; size: number; id: number }[] = []
    depth({ sequence: depthSequence, levels, asksStart, askCount, bidsStart, bidCount }: DepthUpdate): void {
      this.told.push('depth')
      this.depths.push({
        sequence: depthSequence,
        asks: [...levels.subarray(asksStart, asksStart + 2 * askCount)],
        bids: [...levels.subarray(bidsStart, bidsStart + 2 * bidCount)],
      })
    }
    top({ isBid, price }: TopUpdate): void {
      this.told.push(`${isBid ? 'bid' : 'ask'} ${price}`)
    }
    trade({ isBuyTaker, price, size, tradeIdHigh: high, tradeIdLow: low }: PublicTrade): void {
      this.told.push('trade')
      this.trades.push({ isBuyTaker, price, size, id: high * 2 ** 32 + low })
    }
    interrupted(state: 'stale' | 'invalid'): void {
      this.told.push(state)
    }
    restarted(): void {
      this.told.push('restarted')
    }
  }

  function depth(bids: [number, number][], asks: [number, number][]): MarketEvent {
    const nowMs = Date.now()
    return { kind: 'depth', symbol: 'BTCUSDT', txMs: nowMs, eventMs: nowMs, sequence: ++sequence, bids, asks }
  }

  test('depth, best prices and trades arrive; a drop makes them stale, and they begin anew', async () => {
    const source = connector.createMarketDataSource()
    const notes = new Notes()
    source.subscribe(PAIR, notes)
    await source.start()
    await until(() => notes.told.includes('restarted'))
    expect(notes.told[0]).toBe('restarted')
    exchange.applyMarketEvent(
      depth(
        [[59_999, 2]],
        [
          [60_010, 0],
          [60_011, 3],
        ],
      ),
    )
    await until(() => notes.depths.length > 0)
    expect(notes.depths[0]).toMatchObject({ bids: [59_999, 2], asks: [60_010, 0, 60_011, 3] })
    await connector.placeOrder(order({ clientOrderId: '61', orderType: 'market', price: undefined }))
    await until(() => notes.trades.length > 0)
    expect(notes.trades[0]).toMatchObject({ isBuyTaker: true, price: 60_011, size: 0.01 })

    exchange.dropSockets()
    await until(() => notes.told.includes('stale'))
    const before = notes.told.length
    clock.advance(500)
    await until(() => notes.told.length > before)
    expect(notes.told[before]).toBe('restarted')

    await source.stop()
    await until(() => exchange.socketCount === 0)
    expect(clock.pending).toBe(0)
  })

  test('a pair that joins later is subscribed on the same connection', async () => {
    const source = connector.createMarketDataSource()
    const first = new Notes()
    const second = new Notes()
    await source.start()
    source.subscribe('ETH-USDT', first)
    await until(() => first.told.includes('restarted'))
    source.subscribe(PAIR, second)
    await until(() => second.told.includes('restarted'))
    exchange.applyMarketEvent(depth([[59_998, 1]], []))
    await until(() => second.depths.length > 0)
    source.unsubscribe(PAIR)
    expect(first.told).not.toContain('stale')
    await source.stop()
  })
})
