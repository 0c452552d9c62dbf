import ccxt from 'ccxt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { blofinSignatureOf } from '../../src/simulator/exchange/blofin/blofin-signatures.ts'
import { startSimulatedBlofin } from '../../src/simulator/exchange/blofin/simulated-blofin.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import type { MarketEvent } from '../../src/simulator/market-event.ts'

const KEYS = { apiKey: 'a-blofin-key', apiSecret: 'a-blofin-secret', passphrase: 'a-blofin-passphrase' }
const SYMBOL = 'BTC/USDT:USDT'
const INSTRUMENT = 'BTC-USDT'
const LARGEST_ID = '18446744073709551615'

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
type Client = InstanceType<typeof ccxt.pro.blofin>

let exchange: SimulatedExchange
let clients: Client[] = []

/** ccxt as it is, with its addresses led to the simulator. Its nonce is the time: requests are a little apart. */
async function createClient(keys: Partial<typeof KEYS> = {}): Promise<Client> {
  const { apiKey, apiSecret, passphrase } = { ...KEYS, ...keys }
  const client = new ccxt.pro.blofin({
    apiKey,
    secret: apiSecret,
    password: passphrase,
    number: String,
    rateLimit: 3,
  })
  clients.push(client)
  const urls = client.urls as unknown as { api: { rest: string; ws: { swap: object } } }
  urls.api.rest = exchange.restUrl
  urls.api.ws.swap = {
    public: `${exchange.websocketUrl}/ws/public`,
    private: `${exchange.websocketUrl}/ws/private`,
  }
  await client.loadHttpProxyAgent()
  return client
}

function apply(event: DistributiveOmit<MarketEvent, 'symbol' | 'txMs' | 'eventMs'>): void {
  const nowMs = Date.now()
  exchange.applyMarketEvent({ symbol: INSTRUMENT, txMs: nowMs, eventMs: nowMs, ...event })
}

beforeEach(async () => {
  exchange = await startSimulatedBlofin({ accounts: [{ ...KEYS, balances: { USDT: '10000' } }] })
  apply({ kind: 'snapshot', sequence: 10n, bids: [[60_000, 1]], asks: [[60_000.1, 1]] })
})

afterEach(async () => {
  for (const client of clients) await client.close()
  clients = []
  await exchange.close()
})

describe('unmodified ccxt over REST', () => {
  test('reads markets in contracts, balance, positions, modes, leverage, prices and the book', async () => {
    const client = await createClient()
    const markets = await client.loadMarkets()
    expect(Object.keys(markets)).toHaveLength(4)
    expect(markets[SYMBOL]).toMatchObject({
      id: INSTRUMENT,
      swap: true,
      linear: true,
      contractSize: '0.001',
      precision: { price: '0.1', amount: '0.1' },
      limits: { amount: { min: '0.1', max: '100000000' } },
    })
    expect((await client.fetchBalance())['USDT']).toMatchObject({ free: '10000', total: '10000' })
    expect(await client.fetchPositions([SYMBOL])).toEqual([])
    expect(await client.fetchPositionMode(SYMBOL)).toMatchObject({ hedged: false })
    expect((await client.fetchLeverages([SYMBOL]))[SYMBOL]).toMatchObject({ longLeverage: 20 })
    expect(await client.fetchFundingRate(SYMBOL)).toMatchObject({ fundingRate: '0.0001' })
    const book = await client.fetchOrderBook(SYMBOL, 5)
    // Contracts of 0.001 BTC, and no sequence.
    expect([book.bids[0], book.nonce]).toEqual([[60_000, 1_000], undefined])
  })

  test('trades: an order rests, is found, is canceled by client id; another fills, with its fee', async () => {
    const client = await createClient()
    const placed = await client.createOrder(SYMBOL, 'limit', 'buy', 10, 59_000, { clientOrderId: LARGEST_ID })
    expect(placed.id).toMatch(/^\d+$/)
    expect(placed.clientOrderId).toBe(LARGEST_ID)
    const [open] = await client.fetchOpenOrders(SYMBOL)
    expect(open).toMatchObject({ clientOrderId: LARGEST_ID, status: 'open', amount: '10', filled: '0' })
    await client.cancelOrder('', SYMBOL, { clientOrderId: LARGEST_ID })
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])
    await client.createOrder(SYMBOL, 'market', 'buy', 20)
    const [trade] = await client.fetchMyTrades(SYMBOL)
    expect(trade).toMatchObject({ price: '60000.1', amount: '20', fee: { currency: 'USDT' } })
    // 0.05 % of 1,200.002 USDT; what was paid is positive.
    expect(String(trade?.fee?.cost)).toBe('0.600001')
    expect((await client.fetchPositions([SYMBOL]))[0]).toMatchObject({ side: 'long', contracts: '20' })
    const closed = await client.fetchClosedOrders(SYMBOL)
    expect(closed.at(-1)).toMatchObject({ status: 'closed', filled: '20' })
  })

  test('sends post-only and immediate-or-cancel where BloFin does not read them: both rest or take as GTC', async () => {
    const client = await createClient()
    await client.createOrder(SYMBOL, 'limit', 'sell', 1, 61_000, { timeInForce: 'IOC' })
    await client.createOrder(SYMBOL, 'limit', 'buy', 1, 60_000.1, { postOnly: true })
    const [resting] = await client.fetchOpenOrders(SYMBOL)
    expect(resting).toMatchObject({ price: '61000', info: { orderType: 'limit' } })
    expect(await client.fetchMyTrades(SYMBOL)).toHaveLength(1)
    await client.createOrder(SYMBOL, 'limit', 'buy', 1, 60_000.1, { orderType: 'post_only' })
    await client.createOrder(SYMBOL, 'limit', 'buy', 1, 59_999, { orderType: 'ioc' })
    expect(await client.fetchOpenOrders(SYMBOL)).toHaveLength(1)
    expect(await client.fetchMyTrades(SYMBOL)).toHaveLength(1)
  })

  test.each([
    ['a wrong secret', { apiSecret: 'another' }, 'AuthenticationError', '152409'],
    ['a wrong passphrase', { passphrase: 'another' }, 'AuthenticationError', '152408'],
    ['an unknown key', { apiKey: 'another' }, 'AuthenticationError', '152401'],
  ])('is refused with %s', async (_, keys, name, code) => {
    const client = await createClient(keys)
    await expect(client.fetchBalance()).rejects.toMatchObject({
      name,
      message: expect.stringContaining(code) as string,
    })
  })

  test('is refused with a time of two minutes ago, and without margin, each in BloFin’s words', async () => {
    const client = await createClient()
    await client.loadMarkets()
    await expect(client.createOrder(SYMBOL, 'limit', 'buy', 100_000, 59_000)).rejects.toMatchObject({
      message: expect.stringContaining('103003') as string,
    })
    exchange.setClockSkew(120_000)
    await expect(client.fetchBalance()).rejects.toMatchObject({ name: 'InvalidNonce' })
  })
})

test('a nonce is taken once: a request that is sent twice is refused the second time', async () => {
  const target = '/api/v1/account/position-mode'
  const timestamp = String(Date.now())
  const nonce = 'the-same'
  const headers = {
    'ACCESS-KEY': KEYS.apiKey,
    'ACCESS-PASSPHRASE': KEYS.passphrase,
    'ACCESS-TIMESTAMP': timestamp,
    'ACCESS-NONCE': nonce,
    'ACCESS-SIGN': blofinSignatureOf(KEYS.apiSecret, `${target}GET${timestamp}${nonce}`),
  }
  const codes: unknown[] = []
  for (let time = 0; time < 2; time++) {
    const response = await fetch(exchange.restUrl + target, { headers })
    codes.push(((await response.json()) as { readonly code: unknown }).code)
  }
  expect(codes).toEqual(['0', '152407'])
})

describe('unmodified ccxt over websockets', () => {
  test('follows the book and the trades', async () => {
    const client = await createClient()
    const first = await client.watchOrderBook(SYMBOL)
    expect(first.bids[0]).toEqual([60_000, 1_000])
    const next = client.watchOrderBook(SYMBOL)
    const trades = client.watchTrades(SYMBOL)
    const subscribed = client.watchTicker(SYMBOL)
    await subscribed
    apply({ kind: 'depth', sequence: 12n, bids: [[60_000.05, 2]], asks: [] })
    apply({ kind: 'trade', tradeId: 5n, takerSide: 'sell', price: 60_000, size: 0.01 })
    expect((await next).bids[0]).toEqual([60_000.05, 2_000])
    expect((await trades)[0]).toMatchObject({ id: '5', side: 'sell', amount: '10' })
  })

  test('logs in and follows orders, positions and the balance', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const orders = client.watchOrders()
    const positions = client.watchPositions([SYMBOL])
    const balance = await client.watchBalance()
    expect(balance['USDT']).toMatchObject({ total: '10000' })
    await client.createOrder(SYMBOL, 'market', 'buy', 20, undefined, { clientOrderId: '77' })
    expect((await orders)[0]).toMatchObject({ clientOrderId: '77', amount: '20' })
    expect(await positions).toMatchObject({ side: 'long', contracts: '20' })
  })

  test('a login with a wrong secret is refused', async () => {
    const client = await createClient({ apiSecret: 'another' })
    await expect(client.watchBalance()).rejects.toMatchObject({
      message: expect.stringContaining('60009') as string,
    })
  })
})
