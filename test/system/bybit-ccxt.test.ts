import { pro as ccxt } from 'ccxt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSimulatedBybit } from '../../src/simulator/exchange/bybit/simulated-bybit.ts'
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

interface Frame {
  readonly topic: string
  readonly data: readonly Record<string, unknown>[]
}

let exchange: SimulatedExchange
let clients: Client[] = []
let sequence = 1_000n

/** ccxt as it is, with its addresses led to the simulator, and its private frames collected. */
class Client extends ccxt.bybit {
  readonly frames: Frame[] = []
  /** Subscriptions that the exchange has answered. */
  acknowledged = 0
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined

  override handleMessage(client: unknown, message: unknown): void {
    const frame = message as Partial<Frame> & { readonly op?: string }
    if (frame.op === 'subscribe') this.acknowledged++
    if (frame.topic === 'order' || frame.topic === 'execution') this.frames.push(frame as Frame)
    if (this.#waiting && this.frames.length >= this.#waiting.count) this.#waiting.resolve()
    super.handleMessage(client as never, message as never)
  }

  framesUntil(count: number): Promise<void> {
    if (this.frames.length >= count) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting = { count, resolve }
    })
  }
}

async function createClient(apiKey = API_KEY, secret = API_SECRET, options = {}): Promise<Client> {
  const client = new Client({
    apiKey,
    secret,
    number: String,
    enableRateLimit: false,
    options: {
      defaultType: 'swap',
      fetchMarkets: { types: ['linear'] },
      enableUnifiedMargin: false,
      enableUnifiedAccount: true,
      watchPositions: { fetchPositionsSnapshot: false, awaitPositionsSnapshot: false },
      ...options,
    },
  })
  clients.push(client)
  const urls = client.urls as unknown as {
    api: { ws: { public: { linear: string }; private: { contract: string } } }
  }
  urls.api.ws.public.linear = `${exchange.websocketUrl}/v5/public/linear`
  urls.api.ws.private.contract = `${exchange.websocketUrl}/v5/private`
  await leadRestTo(exchange, client)
  return client
}

const apply = (event: UnstampedEvent) => exchange.applyMarketEvent(marketNow('BTCUSDT', event))

beforeEach(async () => {
  exchange = await startSimulatedBybit({
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

describe('unmodified ccxt on the simulated Bybit, over REST', () => {
  it('reads markets, time, balance, positions, funding and the book', async () => {
    const client = await createClient()
    const markets = await client.loadMarkets()
    expect(markets[SYMBOL]).toMatchObject({
      id: 'BTCUSDT',
      swap: true,
      linear: true,
      contractSize: '1',
      precision: { price: '0.10', amount: '0.001' },
      limits: { amount: { min: '0.001', max: '1190.000' }, cost: { min: '5' } },
    })
    expect(Object.keys(markets)).toHaveLength(4)
    expect(Math.abs((await client.fetchTime())! - Date.now())).toBeLessThan(60_000)
    expect((await client.fetchBalance())['USDT']).toMatchObject({ free: '10000', total: '10000' })
    expect(await client.fetchPositions()).toEqual([])
    const nextFundingMs = Date.now() + 3_600_000
    exchange.setFunding('BTCUSDT', { nextFundingMs })
    expect(await client.fetchFundingRate(SYMBOL)).toMatchObject({
      fundingRate: '0.0001',
      fundingTimestamp: nextFundingMs,
      markPrice: '60000.05',
      indexPrice: '60000.05',
    })
    expect(await client.fetchOrderBook(SYMBOL, 5)).toMatchObject({
      bids: [
        [60_000, 1],
        [59_999.9, 2],
      ],
    })
  })

  it('finds out by itself that the account is a unified one', async () => {
    const client = await createClient(API_KEY, API_SECRET, { enableUnifiedAccount: undefined })
    expect((await client.fetchBalance())['USDT']).toMatchObject({ total: '10000' })
    expect(client.options['enableUnifiedAccount']).toBe(true)
  })

  it('places orders of each type; the answer is a receipt, and client ids find them open and done', async () => {
    const client = await createClient()
    const place = (
      kind: string,
      side: 'buy' | 'sell',
      size: number,
      price: number | undefined,
      params: object,
    ) => client.createOrder(SYMBOL, kind, side, size, price, params)
    const market = await place('market', 'buy', 0.01, undefined, { clientOrderId: '1' })
    expect(market.status, 'only received').toBeUndefined()
    await place('limit', 'buy', 0.01, 59_000, { clientOrderId: LARGEST_ID })
    await place('limit', 'sell', 0.02, 60_500, { clientOrderId: '3', postOnly: true })
    await place('limit', 'buy', 0.01, 59_000, { clientOrderId: '4', timeInForce: 'IOC' })
    await place('limit', 'buy', 0.01, 60_100, { clientOrderId: '5', timeInForce: 'FOK' })
    await place('market', 'sell', 0.005, undefined, { clientOrderId: '6', reduceOnly: true })
    await place('limit', 'buy', 0.01, 60_100, { clientOrderId: '7', postOnly: true })
    await place('limit', 'buy', 50, 60_100, { clientOrderId: '8', timeInForce: 'FOK' }).catch(() => undefined)

    const open = await client.fetchOpenOrders(SYMBOL)
    expect(open.map((order) => order.clientOrderId).sort()).toEqual([LARGEST_ID, '3'].sort())
    const find = async (orderLinkId: string) => {
      const [order] = await client.fetchCanceledAndClosedOrders(SYMBOL, undefined, undefined, { orderLinkId })
      return [order!.status, order!.filled, (order!.info as Record<string, unknown>)['rejectReason']]
    }
    expect(await find('1')).toEqual(['closed', '0.010', 'EC_NoError'])
    expect(await find('4')).toEqual(['canceled', '0.000', 'EC_NoImmediateQtyToFill'])
    expect(await find('6')).toEqual(['closed', '0.005', 'EC_NoError'])
    expect(await find('7')).toEqual(['canceled', '0.000', 'EC_PostOnlyWillTakeLiquidity'])
    const found = await client.fetchOrder(market.id!, SYMBOL, { acknowledged: true })
    expect(found).toMatchObject({ clientOrderId: '1', average: '60000.1', status: 'closed' })

    expect(await client.cancelOrder(undefined as never, SYMBOL, { orderLinkId: LARGEST_ID })).toMatchObject({
      clientOrderId: LARGEST_ID,
    })
    await client.cancelAllOrders(SYMBOL)
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])

    const trades = await client.fetchMyTrades(SYMBOL)
    expect(trades.map((trade) => [trade.side, trade.amount, trade.price])).toEqual([
      ['buy', '0.010', '60000.10'],
      ['buy', '0.010', '60000.10'],
      ['sell', '0.005', '60000.00'],
    ])
    expect(trades[0]!.fee).toMatchObject({ cost: '0.3000005', currency: 'USDT' })
    const [position] = await client.fetchPositions([SYMBOL])
    expect(position).toMatchObject({ side: 'long', contracts: '0.015', entryPrice: '60000.1', hedged: false })
  })

  it('takes and cancels several orders at once, each answered by itself', async () => {
    const client = await createClient()
    const row = (clientOrderId: string, price: number) => ({
      symbol: SYMBOL,
      type: 'limit' as const,
      side: 'buy' as const,
      amount: 0.01,
      price,
      params: { clientOrderId },
    })
    const placed = await client.createOrders([row('11', 59_000), row('11', 59_000), row('12', 58_500)])
    expect(placed.map((order) => [order.clientOrderId, order.status])).toEqual([
      ['11', undefined],
      ['11', 'rejected'],
      ['12', undefined],
    ])
    const canceled = await client.cancelOrders([], SYMBOL, { clientOrderIds: ['11', '12'] })
    expect(canceled.map((order) => order.clientOrderId)).toEqual(['11', '12'])
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])
  })

  it('sets leverage and position mode, pays funding, and has it among the executions', async () => {
    const client = await createClient()
    await client.loadMarkets()
    await client.setLeverage(10, SYMBOL)
    expect((await failureOf(client.setLeverage(10, SYMBOL))).message).toContain('110043')
    expect(await client.fetchLeverage(SYMBOL)).toMatchObject({ longLeverage: 10 })
    expect((await failureOf(client.setPositionMode(false))).message).toContain('110025')
    await client.createOrder(SYMBOL, 'market', 'buy', 0.1)
    expect((await failureOf(client.setPositionMode(true))).message).toContain('110024')
    exchange.engine.payFunding('BTCUSDT')
    const [payment] = await client.fetchFundingHistory(SYMBOL)
    // 0.1 × 60000.05 × 0.0001, paid by the long side: what is paid is positive here.
    expect(payment).toMatchObject({ symbol: SYMBOL, amount: '0.6000005', code: 'USDT' })
    expect(await client.fetchMyTrades(SYMBOL), 'funding is no trade').toHaveLength(1)
  })

  it('refuses with errors that ccxt maps to its own classes, all with status 200', async () => {
    const client = await createClient()
    const place = (side: 'buy' | 'sell', amount: number, price: number, params = {}) =>
      failureOf(client.createOrder(SYMBOL, 'limit', side, amount, price, params))
    expect(await place('buy', 100, 60_000)).toMatchObject({ name: 'InsufficientFunds' })
    expect(await place('buy', 0.01, 60_001, { reduceOnly: true })).toMatchObject({ name: 'InvalidOrder' })
    expect((await place('buy', 0.01, 90_000)).message).toContain('110003')
    await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 59_000, { clientOrderId: '31' })
    await client.cancelOrder(undefined as never, SYMBOL, { orderLinkId: '31' })
    expect((await place('buy', 0.01, 59_000, { clientOrderId: '31' })).message).toContain('110072')
    for (const orderLinkId of ['31', '77']) {
      expect(await failureOf(client.cancelOrder(undefined as never, SYMBOL, { orderLinkId }))).toMatchObject({
        name: 'OrderNotFound',
      })
    }
    expect(
      await failureOf(client.fetchOrder('5b1f0c2e-nobody', SYMBOL, { acknowledged: true })),
    ).toMatchObject({ name: 'OrderNotFound' })
    exchange.engine.setHedgeMode(exchange.engine.account(API_KEY)!, true)
    expect((await place('buy', 0.01, 59_000)).message).toContain('position idx not match position mode')
    expect(exchange.requests.every(({ status }) => status === 200)).toBe(true)
  })

  it('refuses wrong keys, wrong signatures and wrong clocks, and logs no secret', async () => {
    expect(await failureOf((await createClient('nobody')).fetchBalance())).toMatchObject({
      name: 'AuthenticationError',
    })
    const forged = await failureOf((await createClient(API_KEY, 'wrong')).fetchBalance())
    expect(forged).toMatchObject({ name: 'AuthenticationError' })
    expect(forged.message).toContain('10004')
    const client = await createClient()
    await client.loadMarkets()
    for (const skewMs of [60_000, -60_000]) {
      exchange.setClockSkew(skewMs)
      const late = await failureOf(client.fetchBalance())
      expect(late).toMatchObject({ name: 'InvalidNonce' })
      expect(late.message).toContain('10002')
    }
    const log = JSON.stringify(exchange.requests)
    expect(log).toContain('/v5/account/wallet-balance')
    expect(log).not.toContain(API_SECRET)
  })

  it('pages by cursor, and shows seven days at a time', async () => {
    const client = await createClient()
    await client.loadMarkets()
    for (let count = 0; count < 25; count++) {
      await client.createOrder(SYMBOL, 'limit', 'buy', 0.001, 58_000 - count, { clientOrderId: `5${count}` })
    }
    const first = await client.fetchOpenOrders(SYMBOL)
    expect(first).toHaveLength(20)
    const cursorOf = (order: { info: unknown }) => (order.info as Record<string, unknown>)['nextPageCursor']
    const cursor = first.map(cursorOf).find((each) => each !== undefined)
    expect(await client.fetchOpenOrders(SYMBOL, undefined, undefined, { cursor })).toHaveLength(5)
    await client.createOrder(SYMBOL, 'market', 'buy', 0.01)
    const week = 7 * 24 * 3_600_000
    expect(await client.fetchMyTrades(SYMBOL, Date.now() - week + 60_000)).toHaveLength(1)
    expect(await client.fetchMyTrades(SYMBOL, Date.now() - week - 60_000)).toEqual([])
    const tooLong = client.fetchMyTrades(SYMBOL, 1, undefined, { until: Date.now() })
    expect((await failureOf(tooLong)).message).toContain('7 days')
  })
})

describe('unmodified ccxt on the simulated Bybit, over websockets', () => {
  it('sees an order that came through the gateway in every state, fills by their own ids', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = Promise.all([client.watchOrders(), client.watchMyTrades()])
    await expect.poll(() => exchange.socketCount).toBe(1)
    const gateway = exchange.createGateway()
    expect(JSON.parse(gateway.setKey(API_KEY, API_SECRET))).toMatchObject({ retCode: 0, op: 'auth' })
    // Logged in and subscribed: one frame of each topic comes of a first order.
    const order = {
      clientOrderId: LARGEST_ID,
      symbol: 'BTCUSDT',
      side: 'buy',
      timeInForce: 'gtc',
      priceMatch: 'none',
      price: '60000.1',
    } as const
    expect(JSON.parse(gateway.place({ ...order, size: '40' }))).toMatchObject({ retCode: 110007, data: {} })
    await expect.poll(() => client.acknowledged).toBe(2)
    const placed: unknown = JSON.parse(gateway.place({ ...order, size: '1.2' }))
    expect(placed).toMatchObject({
      retCode: 0,
      retMsg: 'OK',
      op: 'order.create',
      data: { orderLinkId: LARGEST_ID, orderId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    })
    await client.framesUntil(3)
    apply({ kind: 'trade', tradeId: 9_000n, takerSide: 'sell', price: 59_999, size: 5 })
    await client.framesUntil(5)
    expect(
      client.frames.map(({ topic, data }) => [topic, data[0]!['orderStatus'] ?? data[0]!['execQty']]),
    ).toEqual([
      ['order', 'New'],
      ['execution', '1.000'],
      ['order', 'PartiallyFilled'],
      ['execution', '0.200'],
      ['order', 'Filled'],
    ])
    const [orders, trades] = await watching
    expect(orders[0]!.clientOrderId).toBe(LARGEST_ID)
    expect(trades[0]).toMatchObject({ side: 'buy', amount: '1.000', takerOrMaker: 'taker' })
  })

  it('watches the wallet and the positions', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = Promise.all([client.watchBalance(), client.watchPositions()])
    await expect.poll(() => exchange.socketCount).toBe(1)
    const [balance, positions] = await meanwhile(watching, () =>
      client.createOrder(SYMBOL, 'market', 'buy', 0.01),
    )
    expect(Number(balance['USDT']!.total)).toBeLessThan(10_000)
    expect(positions[0]).toMatchObject({ symbol: SYMBOL, side: 'long' })
  })

  it('keeps an order book in step, and shows best prices, tickers and trades', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watchAll = async () => {
      for (let update = 0; update < 5; update++) await client.watchOrderBook(SYMBOL, 50)
      const [trade] = await client.watchTrades(SYMBOL)
      expect(trade).toMatchObject({ side: 'buy', price: '60000.10', amount: '0.250' })
      expect((await client.watchTicker(SYMBOL)).last).toBe('60000.10')
    }
    await meanwhile(watchAll(), () => {
      sequence += 10n
      apply({ kind: 'depth', sequence, bids: [[59_990, Number(sequence % 7n) + 1]], asks: [[60_010, 1]] })
      apply({ kind: 'trade', tradeId: (sequence += 1n), takerSide: 'buy', price: 60_000.1, size: 0.25 })
    })
    const engineBids = exchange.engine.book('BTCUSDT').levels('bid', 50)
    await expect
      .poll(() =>
        (client.orderbooks[SYMBOL] as unknown as { bids: [number, number][] }).bids.map(([p, s]) => [p, s]),
      )
      .toEqual(engineBids)
    const other = await createClient()
    await other.loadMarkets()
    expect((await other.watchBidsAsks([SYMBOL]))[SYMBOL]).toMatchObject({ bid: '60000', ask: '60000.1' })
  })

  it('refuses a login with a wrong secret', async () => {
    const client = await createClient(API_KEY, 'wrong')
    await client.loadMarkets()
    expect(await failureOf(client.watchOrders())).toMatchObject({ name: 'AuthenticationError' })
  })

  it('is cut off when its login ends, and comes back', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const first = failureOf(client.watchOrders())
    await expect.poll(() => exchange.socketCount).toBe(1)
    await client.fetchTime()
    exchange.expireLogins()
    expect(await first).toMatchObject({ name: 'NetworkError' })
    const second = client.watchOrders()
    const [order] = await meanwhile(second, () => client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 59_000))
    expect(order).toMatchObject({ status: 'open' })
  })
})
