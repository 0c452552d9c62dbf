import ccxt from 'ccxt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSimulatedOkx } from '../../src/simulator/exchange/okx/simulated-okx.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import { failureOf } from '../support/error-of.ts'
import { marketNow, TWO_LEVELS, type UnstampedEvent } from '../support/market-now.ts'
import { meanwhile } from '../support/meanwhile.ts'

const KEYS = { apiKey: 'an-okx-key', apiSecret: 'an-okx-secret', passphrase: 'an-okx-passphrase' }
const SYMBOL = 'BTC/USDT:USDT'
const INSTRUMENT = 'BTC-USDT-SWAP'
const LARGEST_ID = '18446744073709551615'

type Client = InstanceType<typeof ccxt.pro.okx>

let exchange: SimulatedExchange
let clients: Client[] = []
let sequence = 1_000n

/** ccxt as it is, with its addresses led to the simulator. */
async function createClient(keys: Partial<typeof KEYS> = {}): Promise<Client> {
  const { apiKey, apiSecret, passphrase } = { ...KEYS, ...keys }
  const client = new ccxt.pro.okx({
    apiKey,
    secret: apiSecret,
    password: passphrase,
    number: String,
    enableRateLimit: false,
    options: { defaultType: 'swap', fetchMarkets: { types: ['swap'] } },
  })
  clients.push(client)
  client.has['fetchCurrencies'] = false
  const urls = client.urls as unknown as { api: { rest: string; ws: string } }
  urls.api.rest = exchange.restUrl
  urls.api.ws = `${exchange.websocketUrl}/ws/v5`
  await client.loadHttpProxyAgent()
  return client
}

const apply = (event: UnstampedEvent) => exchange.applyMarketEvent(marketNow(INSTRUMENT, event))

beforeEach(async () => {
  exchange = await startSimulatedOkx({ accounts: [{ ...KEYS, balances: { USDT: '10000' } }] })
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
  it('reads markets in contracts, time, balance, positions, mode, prices and the book', async () => {
    const client = await createClient()
    const markets = await client.loadMarkets()
    expect(Object.keys(markets)).toHaveLength(4)
    expect(markets[SYMBOL]).toMatchObject({
      id: INSTRUMENT,
      swap: true,
      linear: true,
      contractSize: '0.01',
      precision: { price: '0.1', amount: '0.01' },
      limits: { amount: { min: '0.01', max: '100000000' } },
    })
    const sizes = Object.values(markets).map((market) => [market?.id, market?.contractSize])
    expect(Object.fromEntries(sizes)).toMatchObject({
      'ETH-USDT-SWAP': '0.1',
      'SOL-USDT-SWAP': '1',
      'DOGE-USDT-SWAP': '1000',
    })
    expect(Math.abs((await client.fetchTime())! - Date.now())).toBeLessThan(60_000)
    expect((await client.fetchBalance())['USDT']).toMatchObject({ free: '10000', total: '10000' })
    expect(await client.fetchPositions([SYMBOL])).toEqual([])
    expect(await client.fetchPositionMode(SYMBOL)).toMatchObject({ hedged: false })
    const funding = await client.fetchFundingRate(SYMBOL)
    expect(funding).toMatchObject({ fundingRate: '0.0001', interval: '8h' })
    expect(await client.fetchMarkPrice(SYMBOL)).toMatchObject({ markPrice: '60000.05' })
    // The books are contracts of 0.01 BTC, and have no sequence.
    const book = await client.fetchOrderBook(SYMBOL, 5)
    expect(book.bids.map(([price, size]) => [price, size])).toEqual([
      [60_000, 100],
      [59_999.9, 200],
    ])
    expect(book.nonce).toBeUndefined()
  })

  it('places orders of each type and finds them again by client id', async () => {
    const client = await createClient()
    const place = (
      type: string,
      side: 'buy' | 'sell',
      size: number,
      price: number | undefined,
      more: object,
    ) => client.createOrder(SYMBOL, type, side, size, price, more)
    const find = (clientOrderId: string) => client.fetchOrder('', SYMBOL, { clientOrderId })
    await place('market', 'buy', 1.5, undefined, { clientOrderId: '1' })
    const limit = await place('limit', 'buy', 1, 59_000, { clientOrderId: LARGEST_ID })
    expect(limit).toMatchObject({ clientOrderId: LARGEST_ID })
    await place('limit', 'sell', 2, 60_500, { clientOrderId: '3', postOnly: true })
    await place('limit', 'buy', 1, 59_000, { clientOrderId: '4', timeInForce: 'IOC' })
    await place('limit', 'buy', 1, 60_100, { clientOrderId: '5', timeInForce: 'FOK' })
    await place('market', 'sell', 0.5, undefined, { clientOrderId: '6', reduceOnly: true })
    // OKX takes these two, and cancels them at once.
    await place('limit', 'buy', 1, 60_100, { clientOrderId: '7', postOnly: true })
    await place('limit', 'buy', 1, 59_000, { clientOrderId: '8', timeInForce: 'FOK' })

    expect(await find('1')).toMatchObject({ status: 'closed', filled: '1.5', average: '60000.1' })
    expect(await find(LARGEST_ID)).toMatchObject({ id: limit.id, status: 'open', price: '59000' })
    expect(limit.id).toMatch(/^\d{19}$/)
    expect(await find('3')).toMatchObject({ status: 'open', postOnly: true })
    expect(await find('4')).toMatchObject({ status: 'canceled', filled: '0', info: { cancelSource: '14' } })
    expect(await find('5')).toMatchObject({ status: 'closed' })
    expect(await find('6')).toMatchObject({ status: 'closed', reduceOnly: true })
    expect(await find('7')).toMatchObject({ status: 'canceled', info: { cancelSource: '31' } })
    expect(await find('8')).toMatchObject({ status: 'canceled', info: { cancelSource: '13' } })

    const open = await client.fetchOpenOrders(SYMBOL)
    expect(open.map((order) => order.clientOrderId).sort()).toEqual([LARGEST_ID, '3'])
    expect(await client.cancelOrder('', SYMBOL, { clientOrderId: LARGEST_ID })).toMatchObject({
      id: limit.id,
    })
    await client.cancelOrders([String((await find('3')).id)], SYMBOL)
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])

    const trades = await client.fetchMyTrades(SYMBOL)
    expect(trades.map((trade) => [trade.side, trade.amount, trade.price])).toEqual([
      ['buy', '1.5', '60000.1'],
      ['buy', '1', '60000.1'],
      ['sell', '0.5', '60000'],
    ])
    // 1.5 contracts are 0.015 BTC; a paid fee is negative in OKX's words and positive in ccxt's.
    expect(trades[0]).toMatchObject({
      fee: { cost: '0.45000075', currency: 'USDT' },
      info: { fee: '-0.45000075' },
    })
    const [position] = await client.fetchPositions([SYMBOL])
    expect(position).toMatchObject({ side: 'long', contracts: '2', entryPrice: '60000.1', hedged: false })
  })

  it('pages fills and bills by id, a hundred at most', async () => {
    const client = await createClient()
    for (let order = 0; order < 3; order++) await client.createOrder(SYMBOL, 'market', 'buy', 0.01)
    const [newest] = await client.fetchMyTrades(SYMBOL, undefined, 1)
    const older = await client.fetchMyTrades(SYMBOL, undefined, 100, {
      after: (newest?.info as { billId: string }).billId,
    })
    expect(older).toHaveLength(2)
    expect((await failureOf(client.fetchMyTrades(SYMBOL, undefined, 101))).message).toContain('51000')
  })

  it('sets leverage and mode, pays funding, and reads the payments', async () => {
    const client = await createClient()
    await client.loadMarkets()
    await client.setLeverage(10, SYMBOL)
    expect(await client.fetchLeverage(SYMBOL)).toMatchObject({ longLeverage: 10, shortLeverage: 10 })
    // What is set already may be set again.
    await client.setPositionMode(false)
    await client.createOrder(SYMBOL, 'market', 'buy', 10)
    expect((await failureOf(client.setPositionMode(true))).message).toContain('59000')
    exchange.engine.payFunding(INSTRUMENT)
    const [payment] = await client.fetchFundingHistory(SYMBOL)
    // 0.1 × 60000.05 × 0.0001, paid by the long side.
    expect(payment).toMatchObject({ symbol: SYMBOL, amount: '-0.6000005', code: 'USDT' })
    await client.createOrder(SYMBOL, 'market', 'sell', 10)
    await client.setPositionMode(true)
    expect(await client.fetchPositionMode(SYMBOL)).toMatchObject({ hedged: true })
  })

  it('refuses with errors that ccxt maps to its own classes', async () => {
    const client = await createClient()
    const place = (size: number, price: number, params = {}) =>
      failureOf(client.createOrder(SYMBOL, 'limit', 'buy', size, price, params))
    expect(await place(10_000, 60_000)).toMatchObject({ name: 'InsufficientFunds' })
    expect((await place(1, 59_000, { reduceOnly: true })).message).toContain('51169')
    expect(await place(1, 90_000)).toMatchObject({ name: 'InvalidOrder' })
    await client.createOrder(SYMBOL, 'limit', 'buy', 1, 59_000, { clientOrderId: '9' })
    expect((await place(1, 59_000, { clientOrderId: '9' })).message).toContain('51016')
    expect((await place(1, 59_000, { clientOrderId: 't-9' })).message).toContain('clOrdId')
    const missing = { clientOrderId: '77' }
    expect(await failureOf(client.cancelOrder('', SYMBOL, missing))).toMatchObject({ name: 'OrderNotFound' })
    const found = await failureOf(client.fetchOrder('', SYMBOL, missing))
    expect(found).toMatchObject({ name: 'OrderNotFound' })
    expect(found.message).toContain('51603')
  })

  it('refuses wrong keys, secrets, passphrases and clocks, and logs no secret', async () => {
    const refusals = [
      [{ apiKey: 'nobody' }, '50111'],
      [{ apiSecret: 'wrong' }, '50113'],
      [{ passphrase: 'wrong' }, '50105'],
    ] as const
    for (const [keys, code] of refusals) {
      const error = await failureOf((await createClient(keys)).fetchBalance())
      expect(error).toMatchObject({ name: 'AuthenticationError' })
      expect(error.message).toContain(code)
    }
    const client = await createClient()
    await client.loadMarkets()
    exchange.setClockSkew(60_000)
    const late = await failureOf(client.fetchBalance())
    expect(late).toMatchObject({ name: 'InvalidNonce' })
    expect(late.message).toContain('50102')
    const log = JSON.stringify(exchange.requests)
    expect(log).toContain('/api/v5/account/balance')
    for (const secret of [KEYS.apiSecret, KEYS.passphrase]) expect(log).not.toContain(secret)
  })
})

describe('unmodified ccxt over websockets', () => {
  it('sees an order that came through the gateway, its fills, its position and the balance', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const orders = client.watchOrders()
    const positions = client.watchPositions()
    const balance = client.watchBalance()
    // Both are told as they are at once; then what changes.
    await positions
    expect((await balance)['USDT']).toMatchObject({ total: '10000' })
    const gateway = exchange.createGateway()
    expect(JSON.parse(gateway.setKey(KEYS.apiKey, KEYS.apiSecret))).toMatchObject({ code: '0' })
    const changed = client.watchPositions()
    const answer: unknown = JSON.parse(
      gateway.place({
        clientOrderId: LARGEST_ID,
        symbol: INSTRUMENT,
        side: 'buy',
        timeInForce: 'gtc',
        priceMatch: 'none',
        price: '60000.1',
        size: '120',
      }),
    )
    expect(answer).toMatchObject({ op: 'order', code: '0', data: [{ sCode: '0', clOrdId: LARGEST_ID }] })
    const [order] = await orders
    expect(order).toMatchObject({ clientOrderId: LARGEST_ID })
    expect((await changed)[0]).toMatchObject({ contracts: '100', side: 'long' })
    const trades = client.watchMyTrades()
    await expect.poll(() => exchange.socketCount).toBe(1)
    apply({ kind: 'trade', tradeId: 9_000n, takerSide: 'sell', price: 59_999, size: 5 })
    const trade = (await trades).find(({ takerOrMaker }) => takerOrMaker === 'maker')
    expect(trade).toMatchObject({ amount: '20', side: 'buy', price: '60000.1' })
    // 0.2 BTC at 60000.1, of which 0.02 % is paid: negative in the stream.
    expect(trade?.fee?.cost).toBe('-2.400004')
  })

  it('keeps an order book by sequence ids, and shows trades and best prices', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watchUpdates = async () => {
      for (let update = 0; update <= 3; update++) await client.watchOrderBook(SYMBOL)
    }
    await meanwhile(watchUpdates(), () => {
      sequence += 10n
      apply({ kind: 'depth', sequence, bids: [[59_990, Number(sequence % 7n) + 1]], asks: [[60_010, 1]] })
    })
    const size = (Number(sequence % 7n) + 1) * 100
    const bidAt = (book: { bids: unknown[][] }) => book.bids.find(([price]) => price === 59_990)?.[1]
    await expect.poll(() => bidAt(client.orderbooks[SYMBOL] as never)).toBe(size)
    expect(await client.watchBidsAsks([SYMBOL])).toMatchObject({
      [SYMBOL]: { bid: '60000', bidVolume: '100' },
    })
    const watching = client.watchTrades(SYMBOL)
    const [trade] = await meanwhile(watching, () =>
      apply({ kind: 'trade', tradeId: (sequence += 1n), takerSide: 'buy', price: 60_000.1, size: 0.25 }),
    )
    expect(trade).toMatchObject({ side: 'buy', price: '60000.1', amount: '25' })
  })

  it('refuses a login with a wrong passphrase, and a channel that does not exist', async () => {
    const client = await createClient({ passphrase: 'wrong' })
    await client.loadMarkets()
    const error = await failureOf(client.watchOrders())
    expect(error).toMatchObject({ name: 'AuthenticationError' })
    expect(error.message).toContain('60024')
    const other = await createClient()
    await other.loadMarkets()
    const options = { channel: 'books50-l2-tbt' }
    expect((await failureOf(other.watchTickers([SYMBOL], options))).message).toContain('60018')
  })

  it('is told when the service ends its login', async () => {
    const client = await createClient()
    await client.loadMarkets()
    await client.watchBalance()
    const watching = failureOf(client.watchOrders())
    await expect.poll(() => exchange.socketCount).toBe(1)
    exchange.expireLogins()
    expect((await watching).message).toContain('64008')
    await expect.poll(() => exchange.socketCount).toBe(0)
  })
})
