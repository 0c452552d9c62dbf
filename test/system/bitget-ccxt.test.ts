import ccxt from 'ccxt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSimulatedBitget } from '../../src/simulator/exchange/bitget/simulated-bitget.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import { failureOf } from '../support/error-of.ts'
import { leadRestTo } from '../support/lead-rest.ts'
import { marketNow, TWO_LEVELS, type UnstampedEvent } from '../support/market-now.ts'

const KEYS = {
  apiKey: 'a-key-of-the-simulated-exchange',
  apiSecret: 'a-secret-of-the-simulated-exchange',
  passphrase: 'a-passphrase',
}
const SYMBOL = 'BTC/USDT:USDT'
/** The largest client order id that the order ring can carry. */
const LARGEST_ID = '18446744073709551615'

type Frame = Record<string, unknown> & {
  readonly arg?: { readonly channel?: string }
  readonly action?: string
  readonly data?: readonly Record<string, unknown>[]
}

let exchange: SimulatedExchange
let clients: Client[] = []
let sequence = 1_000n

/** ccxt as it is, with its addresses led to the simulator, and its frames collected. */
class Client extends ccxt.pro.bitget {
  readonly frames: Frame[] = []

  override handleMessage(client: unknown, message: unknown): void {
    this.frames.push(message as Frame)
    super.handleMessage(client as never, message)
  }

  rowsOf(channel: string): Record<string, unknown>[] {
    return this.frames.filter((frame) => frame.arg?.channel === channel).flatMap((frame) => frame.data ?? [])
  }
}

async function createClient(keys: Partial<typeof KEYS> = {}): Promise<Client> {
  const { apiKey, apiSecret, passphrase } = { ...KEYS, ...keys }
  const client = new Client({
    apiKey,
    secret: apiSecret,
    password: passphrase,
    number: String,
    enableRateLimit: false,
    options: { defaultType: 'swap', uta: false, fetchMarkets: { types: ['swap'] } },
  })
  clients.push(client)
  const urls = client.urls as unknown as { api: { ws: { public: string; private: string } } }
  urls.api.ws.public = `${exchange.websocketUrl}/v2/ws/public`
  urls.api.ws.private = `${exchange.websocketUrl}/v2/ws/private`
  await leadRestTo(exchange, client)
  return client
}

const apply = (event: UnstampedEvent) => exchange.applyMarketEvent(marketNow('BTCUSDT', event))

beforeEach(async () => {
  exchange = await startSimulatedBitget({ accounts: [{ ...KEYS, balances: { USDT: '10000' } }] })
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
  it('reads markets, time, balance, positions, funding, prices and the book', async () => {
    const client = await createClient()
    const markets = await client.loadMarkets()
    expect(markets[SYMBOL]).toMatchObject({
      id: 'BTCUSDT',
      swap: true,
      linear: true,
      active: true,
      precision: { price: '0.1', amount: '0.001' },
      limits: { amount: { min: '0.001' }, cost: { min: '5' } },
    })
    expect(Object.keys(markets)).toHaveLength(4)
    expect(markets['DOGE/USDT:USDT']!.precision).toMatchObject({ price: '0.00001', amount: '1' })
    expect(Math.abs((await client.fetchTime())! - Date.now())).toBeLessThan(60_000)
    expect((await client.fetchBalance())['USDT']).toMatchObject({ free: '10000', total: '10000' })
    expect(await client.fetchPositions([SYMBOL])).toEqual([])
    const nextFundingMs = Date.now() + 3_600_000
    exchange.setFunding('BTCUSDT', { nextFundingMs })
    expect(await client.fetchFundingRate(SYMBOL)).toMatchObject({
      fundingRate: '0.0001',
      fundingTimestamp: nextFundingMs,
    })
    expect(await client.fetchTicker(SYMBOL)).toMatchObject({
      bid: '60000.0',
      ask: '60000.1',
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

  it('places orders of each type, which answer with ids only, and finds them by client id', async () => {
    const client = await createClient()
    const place = (type: string, side: string, amount: number, price: number | undefined, params: object) =>
      client.createOrder(SYMBOL, type, side, amount, price, params)
    const find = (clientOrderId: string) => client.fetchOrder('', SYMBOL, { clientOrderId })
    const market = await place('market', 'buy', 0.01, undefined, { clientOrderId: '1' })
    expect(market).toMatchObject({ clientOrderId: '1', status: undefined })
    expect(await find('1')).toMatchObject({ status: 'closed', filled: '0.010', average: '60000.1' })
    await place('limit', 'buy', 0.01, 59_000, { clientOrderId: LARGEST_ID })
    expect(await find(LARGEST_ID)).toMatchObject({ status: 'open', clientOrderId: LARGEST_ID })
    await place('limit', 'sell', 0.02, 60_500, { clientOrderId: '3', postOnly: true })
    expect(await find('3')).toMatchObject({ status: 'open', timeInForce: 'PO', postOnly: true })
    await place('limit', 'buy', 0.01, 59_000, { clientOrderId: '4', timeInForce: 'IOC' })
    expect(await find('4')).toMatchObject({ status: 'canceled', filled: '0.000' })
    await place('limit', 'buy', 0.01, 60_100, { clientOrderId: '5', timeInForce: 'FOK' })
    expect(await find('5')).toMatchObject({ status: 'closed' })
    await place('market', 'sell', 0.005, undefined, { clientOrderId: '6', reduceOnly: true })
    expect(await find('6')).toMatchObject({ status: 'closed', reduceOnly: true })
    await place('limit', 'buy', 0.01, 60_001, { clientOrderId: '7', postOnly: true })
    expect(await find('7'), 'accepted, then canceled').toMatchObject({ status: 'canceled', filled: '0.000' })

    const open = await client.fetchOpenOrders(SYMBOL)
    expect(open.map((order) => order.clientOrderId).sort()).toEqual([LARGEST_ID, '3'])
    const canceled = await client.cancelOrder('', SYMBOL, { clientOrderId: LARGEST_ID })
    expect(canceled).toMatchObject({ clientOrderId: LARGEST_ID, status: undefined })
    await client.cancelAllOrders(SYMBOL)
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])
    const history = await client.fetchCanceledAndClosedOrders(SYMBOL)
    expect(history.map((order) => order.clientOrderId)).toEqual(['1', LARGEST_ID, '3', '4', '5', '6', '7'])

    const trades = await client.fetchMyTrades(SYMBOL)
    expect(trades.map((trade) => [trade.side, trade.amount, trade.price, trade.takerOrMaker])).toEqual([
      ['buy', '0.01', '60000.1', 'taker'],
      ['buy', '0.01', '60000.1', 'taker'],
      ['sell', '0.005', '60000', 'taker'],
    ])
    expect(trades[0]!.fee).toMatchObject({ cost: '0.3000005', currency: 'USDT' })
    expect(trades[0]!.id).toMatch(/^\d{19}$/)
    const [position] = await client.fetchPositions([SYMBOL])
    expect(position).toMatchObject({ side: 'long', contracts: '0.015', entryPrice: '60000.1', hedged: false })
  })

  it('pages fills and orders by id, and filters them by time', async () => {
    const client = await createClient()
    for (let at = 1; at <= 5; at++) {
      await client.createOrder(SYMBOL, 'market', 'buy', 0.001, undefined, { clientOrderId: String(at) })
    }
    const all = await client.fetchMyTrades(SYMBOL)
    expect(all).toHaveLength(5)
    const newest = await client.fetchMyTrades(SYMBOL, undefined, 2)
    expect(newest.map((trade) => trade.id)).toEqual(all.slice(-2).map((trade) => trade.id))
    const older = await client.fetchMyTrades(SYMBOL, undefined, 2, { idLessThan: newest[0]!.id })
    expect(older.map((trade) => trade.id)).toEqual(all.slice(1, 3).map((trade) => trade.id))
    expect(await client.fetchMyTrades(SYMBOL, Date.now() + 60_000)).toEqual([])
    const one = await client.fetchMyTrades(SYMBOL, undefined, 10, { orderId: all[2]!.order })
    expect(one.map((trade) => trade.id)).toEqual([all[2]!.id])
    expect((await failureOf(client.fetchMyTrades(SYMBOL, undefined, 101))).message).toContain('40017')
  })

  it('sets leverage and position mode, pays funding, and reads the payments', async () => {
    const client = await createClient()
    await client.loadMarkets()
    await client.setLeverage(10, SYMBOL)
    expect(await client.fetchLeverage(SYMBOL)).toMatchObject({ longLeverage: 10, marginMode: 'cross' })
    expect((await failureOf(client.setLeverage(500, SYMBOL))).message).toContain('40797')
    await client.setPositionMode(false)
    await client.setPositionMode(true)
    expect(exchange.engine.account(KEYS.apiKey)!.hedgeMode).toBe(true)
    const refused = await failureOf(client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 59_000))
    expect(refused).toMatchObject({ name: 'InvalidOrder' })
    await client.setPositionMode(false)
    await client.createOrder(SYMBOL, 'market', 'buy', 0.1)
    expect((await failureOf(client.setPositionMode(true))).message).toContain('40920')
    exchange.engine.payFunding('BTCUSDT')
    const [payment] = await client.fetchFundingHistory(SYMBOL)
    // 0.1 × 60000.05 × 0.0001, paid by the long side.
    expect(payment).toMatchObject({ symbol: SYMBOL, amount: '-0.6000005', code: 'USDT' })
  })

  it('refuses with errors that ccxt maps to its own classes', async () => {
    const client = await createClient()
    const place = (amount: number, price: number, params = {}) =>
      failureOf(client.createOrder(SYMBOL, 'limit', 'buy', amount, price, params))
    expect(await place(100, 60_000)).toMatchObject({ name: 'InsufficientFunds' })
    expect((await place(0.01, 60_001, { reduceOnly: true })).message).toContain('22002')
    expect((await place(0.01, 90_000)).message).toContain('22047')
    await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 59_000, { clientOrderId: '71' })
    expect((await place(0.01, 59_000, { clientOrderId: '71' })).message).toContain('40786')
    expect((await failureOf(client.cancelOrder('', SYMBOL, { clientOrderId: '77' }))).message).toContain(
      '22001',
    )
    expect(await failureOf(client.fetchOrder('', SYMBOL, { clientOrderId: '77' }))).toMatchObject({
      name: 'OrderNotFound',
    })
  })

  it('refuses wrong keys, signatures, passphrases and clocks, and logs no secret', async () => {
    const refusals = [
      [{ apiKey: 'nobody' }, '40037'],
      [{ apiSecret: 'wrong' }, '40009'],
      [{ passphrase: 'wrong' }, '40012'],
    ] as const
    for (const [keys, code] of refusals) {
      const error = await failureOf((await createClient(keys)).fetchBalance())
      expect(error).toMatchObject({ name: 'AuthenticationError' })
      expect(error.message).toContain(code)
    }
    const client = await createClient()
    await client.loadMarkets()
    exchange.setClockSkew(60_000)
    expect(await failureOf(client.fetchBalance())).toMatchObject({ name: 'InvalidNonce' })
    const log = JSON.stringify(exchange.requests)
    expect(log).toContain('/api/v2/mix/account/accounts')
    for (const secret of [KEYS.apiSecret, KEYS.passphrase]) expect(log).not.toContain(secret)
  })
})

describe('unmodified ccxt over websockets', () => {
  it('sees an order that came through the gateway, in every state, with its fills', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = client.watchOrders()
    const fills = client.watchMyTrades()
    const positions = client.watchPositions()
    const balance = client.watchBalance()
    await expect.poll(() => client.frames.filter((frame) => frame['event'] === 'subscribe').length).toBe(4)
    const gateway = exchange.createGateway()
    const order = {
      clientOrderId: LARGEST_ID,
      symbol: 'BTCUSDT',
      side: 'buy',
      timeInForce: 'gtc',
      priceMatch: 'none',
      price: '60000.1',
      size: '1.2',
    } as const
    expect(JSON.parse(gateway.place(order))).toMatchObject({ event: 'error', code: 30004 })
    expect(JSON.parse(gateway.setKey(KEYS.apiKey, KEYS.apiSecret))).toMatchObject({ event: 'login', code: 0 })
    expect(JSON.parse(gateway.place({ ...order, size: '4' }))).toMatchObject({ event: 'error', code: 40762 })
    expect(JSON.parse(gateway.place(order))).toMatchObject({
      event: 'trade',
      code: 0,
      arg: [{ channel: 'place-order', params: { clientOid: LARGEST_ID } }],
    })
    apply({ kind: 'trade', tradeId: 9_000n, takerSide: 'sell', price: 59_999, size: 5 })
    await expect.poll(() => client.rowsOf('fill').length).toBe(2)
    await expect.poll(() => client.rowsOf('orders').length).toBe(3)
    expect(
      client.rowsOf('orders').map((row) => [row['status'], row['baseVolume'], row['accBaseVolume']]),
    ).toEqual([
      ['live', undefined, '0.000'],
      ['partially_filled', '1.000', '1.000'],
      ['filled', '0.200', '1.200'],
    ])
    expect((await watching)[0]).toMatchObject({ clientOrderId: LARGEST_ID })
    expect((await fills)[0]).toMatchObject({ side: 'buy', amount: '1', fee: { cost: '30.00005' } })
    await positions
    await expect
      .poll(() => client.rowsOf('positions').at(-1))
      .toMatchObject({ instId: 'BTCUSDT', total: '1.200' })
    await balance
  })

  it('keeps an order book whose checksums agree, and shows trades and best prices', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = client.watchOrderBook(SYMBOL)
    await watching
    const trades = client.watchTrades(SYMBOL)
    const best = client.watchBidsAsks([SYMBOL])
    await expect.poll(() => client.frames.filter((frame) => frame['event'] === 'subscribe').length).toBe(3)
    for (let at = 1; at <= 3; at++) {
      const next = client.watchOrderBook(SYMBOL)
      apply({
        kind: 'depth',
        sequence: (sequence += 10n),
        bids: [
          [59_990 - at, at],
          [60_000, at % 2],
        ],
        asks: [[60_010 + at, 1.5]],
      })
      await next
    }
    const book = client.orderbooks[SYMBOL] as unknown as { bids: number[][] }
    expect(book.bids.map(([price]) => price)).toEqual(
      [59_999.9, 59_989, 59_988, 59_987, 60_000].sort((a, b) => b - a),
    )
    apply({ kind: 'trade', tradeId: (sequence += 1n), takerSide: 'buy', price: 60_000.1, size: 0.25 })
    await expect.poll(() => client.rowsOf('trade').length).toBe(1)
    await trades
    expect(client.rowsOf('trade')[0]).toMatchObject({ side: 'buy', price: '60000.1', size: '0.250' })
    await best
  })

  it('is told why its login was refused', async () => {
    const refusals = [
      [{ apiKey: 'nobody' }, '30011'],
      [{ apiSecret: 'wrong' }, '30015'],
      [{ passphrase: 'wrong' }, '30012'],
    ] as const
    for (const [keys, code] of refusals) {
      const client = await createClient(keys)
      await client.loadMarkets()
      const error = await failureOf(client.watchOrders())
      expect(error).toMatchObject({ name: 'AuthenticationError' })
      expect(error.message).toContain(code)
    }
  })
})
