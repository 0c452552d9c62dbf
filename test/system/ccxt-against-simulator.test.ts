import ccxt from 'ccxt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSimulatedBinance } from '../../src/simulator/exchange/binance/simulated-binance.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import { failureOf } from '../support/error-of.ts'
import { leadRestTo } from '../support/lead-rest.ts'
import { marketNow, TWO_LEVELS, type UnstampedEvent } from '../support/market-now.ts'
import { meanwhile } from '../support/meanwhile.ts'

const API_KEY = 'a-key-of-the-simulated-exchange'
const API_SECRET = 'a-secret-of-the-simulated-exchange'
const SYMBOL = 'BTC/USDT:USDT'
/** The largest client order id that the order ring can carry. */
const LARGEST_ID = '18446744073709551615'

type Frame = Record<string, unknown> & { readonly e: string; readonly o?: Record<string, unknown> }

let exchange: SimulatedExchange
let clients: Client[] = []
let sequence = 1_000n

/** ccxt as it is, with its addresses led to the simulator, and its private frames collected. */
class Client extends ccxt.pro.binanceusdm {
  readonly frames: Frame[] = []
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined

  override handleMessage(client: unknown, message: unknown): void {
    const frame = message as Partial<Frame>
    if (typeof frame.e === 'string') this.frames.push(frame as Frame)
    if (this.#waiting && this.frames.length >= this.#waiting.count) this.#waiting.resolve()
    super.handleMessage(client as never, message)
  }

  framesUntil(count: number): Promise<void> {
    if (this.frames.length >= count) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting = { count, resolve }
    })
  }
}

async function createClient(apiKey = API_KEY, secret = API_SECRET): Promise<Client> {
  const client = new Client({
    apiKey,
    secret,
    number: String,
    enableRateLimit: false,
    options: {
      defaultType: 'swap',
      fetchMarkets: { types: ['linear'] },
      watchPositions: { fetchPositionsSnapshot: false, awaitPositionsSnapshot: false },
    },
  })
  clients.push(client)
  const urls = client.urls as unknown as { api: { ws: { future: string } } }
  urls.api.ws.future = `${exchange.websocketUrl}/ws`
  await leadRestTo(exchange, client)
  return client
}

const apply = (event: UnstampedEvent) => exchange.applyMarketEvent(marketNow('BTCUSDT', event))

beforeEach(async () => {
  exchange = await startSimulatedBinance({
    accounts: [{ apiKey: API_KEY, apiSecret: API_SECRET, balances: { USDT: '10000' } }],
  })
  apply({
    kind: 'snapshot',
    sequence: (sequence += 10n),
    ...TWO_LEVELS,
  })
})

afterEach(async () => {
  for (const client of clients) await client.close()
  clients = []
  await exchange.close()
})

describe('unmodified ccxt over REST', () => {
  it('reads markets, time, balance, positions, funding and the position mode', async () => {
    const client = await createClient()
    const markets = await client.loadMarkets()
    expect(markets[SYMBOL]).toMatchObject({
      id: 'BTCUSDT',
      swap: true,
      linear: true,
      contractSize: '1',
      precision: { price: '0.10', amount: '0.001' },
      limits: { amount: { min: '0.001', max: '1000' }, cost: { min: '100' } },
    })
    expect(Object.keys(markets)).toHaveLength(4)
    expect(Math.abs((await client.fetchTime())! - Date.now())).toBeLessThan(60_000)
    expect((await client.fetchBalance())['USDT']).toMatchObject({
      free: '10000.00000000',
      total: '10000.00000000',
    })
    expect(await client.fetchPositions([SYMBOL])).toEqual([])
    expect(await client.fetchPositionMode(SYMBOL)).toMatchObject({ hedged: false })
    const nextFundingMs = Date.now() + 3_600_000
    exchange.setFunding('BTCUSDT', { nextFundingMs })
    const funding = await client.fetchFundingRate(SYMBOL)
    expect(funding).toMatchObject({
      fundingRate: '0.00010000',
      fundingTimestamp: nextFundingMs,
      markPrice: '60000.05000000',
      indexPrice: '60000.05000000',
    })
    expect(await client.fetchOrderBook(SYMBOL, 5)).toMatchObject({
      nonce: Number(sequence),
      bids: [
        [60_000, 1],
        [59_999.9, 2],
      ],
    })
  })

  it('places orders of each type and finds them again by client id', async () => {
    const client = await createClient()
    const params = (clientOrderId: string, more: object = {}) => ({ clientOrderId, ...more })
    const market = await client.createOrder(SYMBOL, 'market', 'buy', 0.01, undefined, params('1'))
    expect(market).toMatchObject({ status: 'closed', filled: '0.010', average: '60000.100000' })
    const limit = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 59_000, params(LARGEST_ID))
    expect(limit).toMatchObject({ status: 'open', clientOrderId: LARGEST_ID })
    const maker = await client.createOrder(
      SYMBOL,
      'limit',
      'sell',
      0.02,
      60_500,
      params('3', { postOnly: true }),
    )
    expect(maker).toMatchObject({ status: 'open', timeInForce: 'PO' })
    const ioc = await client.createOrder(
      SYMBOL,
      'limit',
      'buy',
      0.01,
      59_000,
      params('4', { timeInForce: 'IOC' }),
    )
    expect(ioc).toMatchObject({ status: 'expired', filled: '0.000' })
    const fok = await client.createOrder(
      SYMBOL,
      'limit',
      'buy',
      0.01,
      60_100,
      params('5', { timeInForce: 'FOK' }),
    )
    expect(fok).toMatchObject({ status: 'closed' })
    const close = await client.createOrder(
      SYMBOL,
      'market',
      'sell',
      0.005,
      undefined,
      params('6', { reduceOnly: true }),
    )
    expect(close).toMatchObject({ status: 'closed', reduceOnly: true })

    expect(await client.fetchOrder('', SYMBOL, { clientOrderId: LARGEST_ID })).toMatchObject({
      id: limit.id,
      status: 'open',
      price: '59000.00',
    })
    const open = await client.fetchOpenOrders(SYMBOL)
    expect(open.map((order) => order.clientOrderId)).toEqual([LARGEST_ID, '3'])
    const canceled = await client.cancelOrder('', SYMBOL, { clientOrderId: LARGEST_ID })
    expect(canceled).toMatchObject({ status: 'canceled' })
    await client.cancelAllOrders(SYMBOL)
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])

    const trades = await client.fetchMyTrades(SYMBOL)
    expect(trades.map((trade) => [trade.side, trade.amount, trade.price])).toEqual([
      ['buy', '0.010', '60000.10'],
      ['buy', '0.010', '60000.10'],
      ['sell', '0.005', '60000.00'],
    ])
    expect(trades[0]!.fee).toMatchObject({ cost: '0.30000050', currency: 'USDT' })
    const [position] = await client.fetchPositions([SYMBOL])
    expect(position).toMatchObject({ side: 'long', contracts: '0.015', entryPrice: '60000.1' })
  })

  it('sets leverage, pays funding, and reads the payments', async () => {
    const client = await createClient()
    await client.loadMarkets()
    expect(await client.setLeverage(10, SYMBOL)).toMatchObject({ leverage: 10, symbol: 'BTCUSDT' })
    await client.createOrder(SYMBOL, 'market', 'buy', 0.1)
    exchange.engine.payFunding('BTCUSDT')
    const [payment] = await client.fetchFundingHistory(SYMBOL)
    // 0.1 × 60000.05 × 0.0001, paid by the long side.
    expect(payment).toMatchObject({ symbol: SYMBOL, amount: '-0.60000050', code: 'USDT' })
  })

  it('refuses with errors that ccxt maps to its own classes', async () => {
    const client = await createClient()
    const place = (side: 'buy' | 'sell', amount: number, price: number, params = {}) =>
      failureOf(client.createOrder(SYMBOL, 'limit', side, amount, price, params))
    expect(await place('buy', 100, 60_000)).toMatchObject({ name: 'InsufficientFunds' })
    expect(await place('buy', 0.01, 60_001, { postOnly: true })).toMatchObject({ name: 'OrderNotFillable' })
    expect(await place('buy', 0.01, 60_001, { reduceOnly: true })).toMatchObject({ name: 'InvalidOrder' })
    expect((await place('buy', 0.001, 59_000)).message).toContain('-4164')
    expect((await place('buy', 0.01, 90_000)).message).toContain('-4016')
    expect(await failureOf(client.cancelOrder('', SYMBOL, { clientOrderId: '77' }))).toMatchObject({
      name: 'OrderNotFound',
    })
    expect(await failureOf(client.fetchOrder('', SYMBOL, { clientOrderId: '77' }))).toMatchObject({
      name: 'OrderNotFound',
    })
    expect(await failureOf(client.setPositionMode(false))).toMatchObject({ name: 'OperationRejected' })
    exchange.engine.setHedgeMode(exchange.engine.account(API_KEY)!, true)
    expect(await client.fetchPositionMode(SYMBOL)).toMatchObject({ hedged: true })
    expect((await place('buy', 0.01, 59_000)).message).toContain('-4061')
  })

  it('refuses wrong keys, wrong signatures and wrong clocks, and logs no secret', async () => {
    expect(await failureOf((await createClient('nobody')).fetchBalance())).toMatchObject({
      name: 'AuthenticationError',
    })
    const forged = await failureOf((await createClient(API_KEY, 'wrong')).fetchBalance())
    expect(forged).toMatchObject({ name: 'AuthenticationError' })
    expect(forged.message).toContain('-1022')
    const client = await createClient()
    await client.loadMarkets()
    exchange.setClockSkew(60_000)
    const late = await failureOf(client.fetchBalance())
    expect(late).toMatchObject({ name: 'InvalidNonce' })
    expect(late.message).toContain('-1021')
    const log = JSON.stringify(exchange.requests)
    expect(log).toContain('/fapi/v3/account')
    expect(log).not.toContain(API_SECRET)
    expect(log).not.toContain('signature')
  })

  it('shows faults on demand: other answers, cut connections, refused connections', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const aboutTime = { status: 429, body: { code: -1003, msg: 'Too many requests.' } }
    exchange.failRest(({ path }) => (path === '/fapi/v1/time' ? aboutTime : undefined))
    expect(await failureOf(client.fetchTime())).toMatchObject({ name: 'DDoSProtection' })
    expect(await client.fetchTime()).toBeGreaterThan(0)
    exchange.failRest(({ method }) => (method === 'POST' ? 'drop-after' : undefined))
    await failureOf(client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 59_000, { clientOrderId: '9' }))
    expect(await client.fetchOrder('', SYMBOL, { clientOrderId: '9' })).toMatchObject({ status: 'open' })
    exchange.refuseConnections(true)
    await failureOf(client.fetchTime())
    exchange.refuseConnections(false)
    expect(await client.fetchTime()).toBeGreaterThan(0)
  })
})

describe('unmodified ccxt over websockets', () => {
  it('sees an order that came through the gateway: account first, then order, in every state', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = client.watchOrders(SYMBOL)
    await expect.poll(() => exchange.socketCount).toBe(1)
    const gateway = exchange.createGateway()
    expect(JSON.parse(gateway.setKey(API_KEY, API_SECRET))).toMatchObject({ status: 200 })
    const answer: unknown = JSON.parse(
      gateway.place({
        clientOrderId: LARGEST_ID,
        symbol: 'BTCUSDT',
        side: 'buy',
        timeInForce: 'gtc',
        priceMatch: 'none',
        price: '60000.1',
        size: '4',
      }),
    )
    expect(answer).toMatchObject({ status: 400, error: { code: -2019 } })
    gateway.place({
      clientOrderId: LARGEST_ID,
      symbol: 'BTCUSDT',
      side: 'buy',
      timeInForce: 'gtc',
      priceMatch: 'none',
      price: '60000.1',
      size: '1.2',
    })
    await client.framesUntil(3)
    apply({ kind: 'trade', tradeId: 9_000n, takerSide: 'sell', price: 59_999, size: 5 })
    await client.framesUntil(5)
    expect(client.frames.map((frame) => [frame.e, frame.o?.['x'], frame.o?.['X'], frame.o?.['z']])).toEqual([
      ['ORDER_TRADE_UPDATE', 'NEW', 'NEW', '0.000'],
      ['ACCOUNT_UPDATE', undefined, undefined, undefined],
      ['ORDER_TRADE_UPDATE', 'TRADE', 'PARTIALLY_FILLED', '1.000'],
      ['ACCOUNT_UPDATE', undefined, undefined, undefined],
      ['ORDER_TRADE_UPDATE', 'TRADE', 'FILLED', '1.200'],
    ])
    expect(client.frames[0]!.o?.['c']).toBe(LARGEST_ID)
    const [order] = await watching
    expect(order!.clientOrderId).toBe(LARGEST_ID)
  })

  it('keeps an order book in step with REST snapshots and shows trades', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watchUpdates = async () => {
      for (let update = 0; update <= 5; update++) await client.watchOrderBook(SYMBOL)
    }
    await meanwhile(watchUpdates(), () => {
      sequence += 10n
      apply({ kind: 'depth', sequence, bids: [[59_990, Number(sequence % 7n) + 1]], asks: [[60_010, 1]] })
    })
    const size = Number(sequence % 7n) + 1
    const bidAt = (book: { bids: unknown[][] }) => book.bids.find(([price]) => price === 59_990)?.[1]
    await expect.poll(() => bidAt(client.orderbooks[SYMBOL] as never)).toBe(size)
    const watching = client.watchTrades(SYMBOL)
    await expect.poll(() => exchange.socketCount).toBe(2)
    const [trade] = await meanwhile(watching, () =>
      apply({ kind: 'trade', tradeId: (sequence += 1n), takerSide: 'buy', price: 60_000.1, size: 0.25 }),
    )
    expect(trade).toMatchObject({ side: 'buy', price: '60000.10', amount: '0.250' })
  })

  it('reconnects after its sockets were dropped and sees what happens from then on', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const first = failureOf(client.watchOrders(SYMBOL))
    await expect.poll(() => exchange.socketCount).toBe(1)
    exchange.dropSockets()
    expect(await first).toMatchObject({ name: 'NetworkError' })
    const second = client.watchOrders(SYMBOL)
    await expect.poll(() => exchange.socketCount).toBe(1)
    await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 59_000, { clientOrderId: '12' })
    expect((await second)[0]).toMatchObject({ clientOrderId: '12', status: 'open' })
  })

  it('is told when its listen key has expired', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = failureOf(client.watchOrders(SYMBOL))
    await expect.poll(() => exchange.socketCount).toBe(1)
    exchange.expireLogins()
    await client.framesUntil(1)
    expect(client.frames[0]).toMatchObject({ e: 'listenKeyExpired' })
    await client.close()
    await watching
  })
})
