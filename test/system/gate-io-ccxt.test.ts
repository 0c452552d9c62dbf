import ccxt from 'ccxt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GATE_IO_DIALECT } from '../../src/simulator/exchange/gate-io/simulated-gate-io.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
} from '../../src/simulator/exchange/simulated-exchange.ts'
import { failureOf } from '../support/error-of.ts'
import { leadRestTo } from '../support/lead-rest.ts'
import { marketNow, TWO_LEVELS, type UnstampedEvent } from '../support/market-now.ts'
import { meanwhile } from '../support/meanwhile.ts'

const KEYS = {
  apiKey: 'a-key-of-the-simulated-gate',
  apiSecret: 'a-secret-of-the-simulated-gate',
  userId: '20011',
}
const SYMBOL = 'BTC/USDT:USDT'
/** The largest client order id that the order ring can carry. */
const LARGEST_ID = '18446744073709551615'

const OPTIONS = {
  defaultType: 'swap',
  fetchMarkets: { types: ['swap'] },
  watchPositions: { fetchPositionsSnapshot: false, awaitPositionsSnapshot: false },
  watchOrderBook: { snapshotDelay: 0 },
}

let exchange: SimulatedExchange
let clients: InstanceType<typeof ccxt.pro.gate>[] = []
let sequence = 1_000n

/** ccxt as it is, with its addresses led to the simulator. */
async function createClient(changes: object = {}) {
  const client = new ccxt.pro.gate({
    apiKey: KEYS.apiKey,
    secret: KEYS.apiSecret,
    uid: KEYS.userId,
    number: String,
    enableRateLimit: false,
    options: OPTIONS,
    ...changes,
  })
  clients.push(client)
  // ccxt tells products apart by the address: perpetuals have "fx" in it.
  const urls = client.urls as unknown as { api: { swap: { usdt: string } } }
  urls.api.swap.usdt = `${exchange.websocketUrl}/fx/v4/ws/usdt`
  await leadRestTo(exchange, client)
  return client
}

const apply = (event: UnstampedEvent) => exchange.applyMarketEvent(marketNow('BTC_USDT', event))

beforeEach(async () => {
  exchange = await startSimulatedExchange(GATE_IO_DIALECT, { accounts: [KEYS] })
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
  it('reads markets in contracts, time, balance, funding and the book with its id', async () => {
    const client = await createClient()
    const markets = await client.loadMarkets()
    expect(markets[SYMBOL]).toMatchObject({
      id: 'BTC_USDT',
      swap: true,
      linear: true,
      contractSize: '0.0001',
      precision: { price: '0.1', amount: '1' },
      limits: { amount: { min: '1', max: '1000000' } },
    })
    const sizes = Object.values(markets).map((market) => [market?.base, market?.contractSize])
    expect(sizes).toEqual([
      ['BTC', '0.0001'],
      ['ETH', '0.01'],
      ['SOL', '1'],
      ['DOGE', '10'],
    ])
    expect(Math.abs((await client.fetchTime())! - Date.now())).toBeLessThan(60_000)
    expect((await client.fetchBalance())['USDT']).toMatchObject({ free: '10000', total: '10000' })
    expect(await client.fetchPositions([SYMBOL])).toEqual([])
    const nextFundingMs = Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000
    exchange.setFunding('BTC_USDT', { nextFundingMs })
    expect(await client.fetchFundingRate(SYMBOL)).toMatchObject({
      fundingRate: '0.0001',
      fundingTimestamp: nextFundingMs,
      markPrice: '60000.05',
      indexPrice: '60000.05',
    })
    expect(await client.fetchOrderBook(SYMBOL, 5)).toMatchObject({
      nonce: Number(sequence),
      bids: [
        [60_000, 10_000],
        [59_999.9, 20_000],
      ],
    })
  })

  it('places orders of each kind in signed contracts, finds them by their text, and lists trades', async () => {
    const client = await createClient()
    const place = (type: string, side: string, contracts: number, price?: number, params = {}) =>
      client.createOrder(SYMBOL, type, side, contracts, price, params)
    expect(await place('market', 'buy', 100, undefined, { clientOrderId: '1' })).toMatchObject({
      status: 'closed',
      filled: '100',
      average: '60000.1',
      clientOrderId: 't-1',
    })
    const limit = await place('limit', 'buy', 100, 59_000, { clientOrderId: LARGEST_ID })
    expect(limit).toMatchObject({ status: 'open', clientOrderId: `t-${LARGEST_ID}`, side: 'buy' })
    const maker = await place('limit', 'sell', 200, 60_500, { clientOrderId: '3', postOnly: true })
    expect(maker).toMatchObject({ status: 'open', timeInForce: 'PO', side: 'sell', amount: '200' })
    const ioc = await place('limit', 'buy', 100, 59_000, { clientOrderId: '4', timeInForce: 'IOC' })
    expect(ioc).toMatchObject({ status: 'canceled', filled: '0', info: { finish_as: 'ioc' } })
    const fok = await place('limit', 'buy', 100, 60_100, { clientOrderId: '5', timeInForce: 'FOK' })
    expect(fok).toMatchObject({ status: 'closed' })
    const close = await place('market', 'sell', 50, undefined, { clientOrderId: '6', reduceOnly: true })
    expect(close).toMatchObject({ status: 'closed', reduceOnly: true })

    expect(await client.fetchOrder('', SYMBOL, { clientOrderId: LARGEST_ID })).toMatchObject({
      id: limit.id,
      status: 'open',
    })
    const open = await client.fetchOpenOrders(SYMBOL)
    expect(open.map((order) => order.clientOrderId)).toEqual([`t-${LARGEST_ID}`, 't-3'])
    const canceled = await client.cancelOrder(`t-${LARGEST_ID}`, SYMBOL)
    expect(canceled).toMatchObject({ status: 'canceled' })
    const batch = await client.cancelOrders([String(maker.id), '999'])
    expect(batch.map((order) => order.status)).toEqual([undefined, 'rejected'])
    await place('limit', 'buy', 100, 59_000)
    await client.cancelAllOrders(SYMBOL)
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])

    const trades = await client.fetchMyTrades(SYMBOL)
    expect(trades.map((trade) => [trade.side, trade.amount, trade.price])).toEqual([
      ['buy', '100', '60000.1'],
      ['buy', '100', '60000.1'],
      ['sell', '50', '60000.0'],
    ])
    expect(trades[0]!.fee).toMatchObject({ cost: '0.3000005', currency: 'USDT' })
    const [position] = await client.fetchPositions([SYMBOL])
    expect(position).toMatchObject({
      side: 'long',
      contracts: '150',
      entryPrice: '60000.1',
      marginMode: 'cross',
    })
  })

  it('sets crossed and isolated leverage, pays funding, and reads the payments', async () => {
    const client = await createClient()
    await client.loadMarkets()
    expect(await client.setLeverage(10, SYMBOL, { cross_leverage_limit: '10' })).toMatchObject({
      leverage: '0',
      cross_leverage_limit: '10',
    })
    expect(await client.setLeverage(7, SYMBOL)).toMatchObject({ leverage: '7', cross_leverage_limit: '0' })
    await client.createOrder(SYMBOL, 'market', 'buy', 1_000)
    exchange.engine.payFunding('BTC_USDT')
    const [payment] = await client.fetchFundingHistory(SYMBOL)
    // 0.1 × 60000.05 × 0.0001, paid by the long side.
    expect(payment).toMatchObject({ symbol: SYMBOL, amount: '-0.6000005', code: 'USDT' })
  })

  it('refuses with labels that ccxt maps to its own classes', async () => {
    const client = await createClient()
    const place = (side: 'buy' | 'sell', contracts: number, price: number, params = {}) =>
      failureOf(client.createOrder(SYMBOL, 'limit', side, contracts, price, params))
    expect(await place('buy', 100_000, 60_000)).toMatchObject({ name: 'InsufficientFunds' })
    const crossing = await place('buy', 100, 60_001, { postOnly: true })
    expect(crossing).toMatchObject({ name: 'OrderImmediatelyFillable' })
    expect(crossing.message).toContain('ORDER_POC_IMMEDIATE')
    expect((await place('buy', 100, 59_000, { timeInForce: 'FOK' })).message).toContain('ORDER_FOK')
    expect(await place('buy', 100, 60_001, { reduceOnly: true })).toMatchObject({ name: 'InvalidOrder' })
    expect((await place('buy', 100, 95_000)).message).toContain('PRICE_TOO_DEVIATED')
    expect(await failureOf(client.cancelOrder('t-77', SYMBOL))).toMatchObject({ name: 'OrderNotFound' })
    expect(await failureOf(client.fetchOrder('', SYMBOL, { clientOrderId: '77' }))).toMatchObject({
      name: 'OrderNotFound',
    })
    expect((await failureOf(client.setPositionMode(false))).message).toContain('NO_CHANGE')
    await client.createOrder(SYMBOL, 'limit', 'buy', 100, 59_000)
    expect((await failureOf(client.setPositionMode(true))).message).toContain('ORDER_PENDING')
    expect((await failureOf(client.setLeverage(100.5, SYMBOL))).name).toBe('BadRequest')
  })

  it('finds a finished order by its text for a minute only, then by its id', async () => {
    const client = await createClient()
    const order = await client.createOrder(SYMBOL, 'market', 'buy', 100, undefined, { clientOrderId: '8' })
    expect(await client.fetchOrder('t-8', SYMBOL)).toMatchObject({ id: order.id, status: 'closed' })
    exchange.setClockSkew(59_000)
    const unsynchronised = await client.fetchOrder('t-8', SYMBOL)
    expect(unsynchronised).toMatchObject({ id: order.id })
    exchange.setClockSkew(61_000)
    client.options['timeDifference'] = -61_000
    expect(await failureOf(client.fetchOrder('t-8', SYMBOL))).toMatchObject({ name: 'OrderNotFound' })
    expect(await client.fetchOrder(String(order.id), SYMBOL)).toMatchObject({ clientOrderId: 't-8' })
  })

  it('refuses wrong keys, wrong signatures and wrong clocks, and logs no secret', async () => {
    const stranger = await failureOf((await createClient({ apiKey: 'nobody' })).fetchBalance())
    expect(stranger).toMatchObject({ name: 'AuthenticationError' })
    expect(stranger.message).toContain('INVALID_KEY')
    const forged = await failureOf((await createClient({ secret: 'wrong' })).fetchBalance())
    expect(forged).toMatchObject({ name: 'AuthenticationError' })
    expect(forged.message).toContain('INVALID_SIGNATURE')
    const client = await createClient()
    await client.loadMarkets()
    exchange.setClockSkew(62_000)
    expect((await failureOf(client.fetchBalance())).message).toContain('REQUEST_EXPIRED')
    const log = JSON.stringify(exchange.requests)
    expect(log).toContain('/api/v4/futures/usdt/accounts')
    expect(log).not.toContain(KEYS.apiSecret)
    const unsigned = await fetch(`${exchange.restUrl}/api/v4/futures/usdt/accounts`)
    expect(unsigned.status).toBe(400)
    expect(await unsigned.json()).toMatchObject({ label: 'MISSING_REQUIRED_HEADER' })
  })
})

describe('unmodified ccxt over websockets', () => {
  it('sees orders, fills, positions and balances of an order that came through the gateway', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = Promise.all([
      client.watchOrders(),
      client.watchMyTrades(),
      client.watchPositions(),
      client.watchBalance(),
    ])
    // ccxt forgets the number of a subscription once it is acknowledged.
    const pending = () =>
      Object.values(client.clients).flatMap((socket) =>
        Object.keys((socket as { subscriptions: object }).subscriptions).filter((key) => /^\d+$/.test(key)),
      )
    await expect.poll(() => exchange.socketCount === 1 && pending().length === 0).toBe(true)
    const gateway = exchange.createGateway()
    expect(JSON.parse(gateway.setKey(KEYS.apiKey, KEYS.apiSecret))).toMatchObject({
      header: { status: '200' },
    })
    const order = {
      clientOrderId: LARGEST_ID,
      symbol: 'BTC_USDT',
      side: 'sell',
      timeInForce: 'gtc',
      priceMatch: 'none',
      price: '60000',
    } as const
    expect(JSON.parse(gateway.place({ ...order, size: '900000' }))).toMatchObject({
      header: { status: '400' },
      data: { errs: { label: 'INSUFFICIENT_AVAILABLE' } },
    })
    expect(JSON.parse(gateway.place({ ...order, size: '1200' }))).toMatchObject({
      header: { status: '200', channel: 'futures.order_place' },
      data: {
        result: { text: `t-${LARGEST_ID}`, size: -1_200, left: 0, status: 'finished', finish_as: 'filled' },
      },
    })
    const [orders, trades, positions, balance] = await watching
    expect(orders[0]).toMatchObject({ clientOrderId: `t-${LARGEST_ID}`, side: 'sell', amount: '1200' })
    expect(trades[0]).toMatchObject({ side: 'sell', amount: '1200', price: '60000.0', takerOrMaker: 'taker' })
    expect(positions[0]).toMatchObject({ symbol: SYMBOL, side: 'short', contracts: '1200' })
    // 0.12 × 60000 × 0.0005 of fee.
    expect(balance['USDT']).toMatchObject({ total: '9996.4' })
  })

  it('keeps an order book in step with REST books and shows trades', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watchUpdates = async () => {
      for (let update = 0; update <= 3; update++) await client.watchOrderBook(SYMBOL)
    }
    await meanwhile(watchUpdates(), () => {
      sequence += 10n
      apply({ kind: 'depth', sequence, bids: [[59_990, Number(sequence % 7n) + 1]], asks: [[60_010, 1]] })
    })
    const contracts = (Number(sequence % 7n) + 1) * 10_000
    const bidAt = (book: { bids: unknown[][] }) => book.bids.find(([price]) => price === 59_990)?.[1]
    await expect.poll(() => bidAt(client.orderbooks[SYMBOL] as never)).toBe(contracts)
    const watching = client.watchTrades(SYMBOL)
    const [trade] = await meanwhile(watching, () =>
      apply({ kind: 'trade', tradeId: (sequence += 1n), takerSide: 'sell', price: 60_000.1, size: 0.25 }),
    )
    expect(trade).toMatchObject({ side: 'sell', price: '60000.1', amount: '2500' })
  })

  it('refuses private subscriptions with a wrong secret', async () => {
    const client = await createClient({ secret: 'wrong', options: { ...OPTIONS, unifiedAccount: false } })
    const refused = await failureOf(client.watchOrders())
    expect(refused).toMatchObject({ name: 'AuthenticationError' })
    expect(refused.message).toContain('INVALID_SIGNATURE')
  })

  it('subscribes again after its sockets were cut', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const first = failureOf(client.watchOrders())
    await expect.poll(() => exchange.socketCount).toBe(1)
    exchange.expireLogins()
    exchange.dropSockets()
    expect(await first).toMatchObject({ name: 'NetworkError' })
    const second = client.watchOrders()
    await meanwhile(second, () => client.createOrder(SYMBOL, 'limit', 'buy', 1, 59_000))
    expect(exchange.socketCount).toBe(1)
  })
})
