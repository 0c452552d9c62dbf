import { once } from 'node:events'
import ccxt from 'ccxt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startSimulatedKucoin } from '../../src/simulator/exchange/kucoin/simulated-kucoin.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import { failureOf } from '../support/error-of.ts'
import { leadRestTo } from '../support/lead-rest.ts'
import { marketNow, TWO_LEVELS, type UnstampedEvent } from '../support/market-now.ts'
import { meanwhile } from '../support/meanwhile.ts'

const KEYS = {
  apiKey: 'a-key-of-the-simulated-kucoin',
  apiSecret: 'a-secret-of-the-simulated-kucoin',
  passphrase: 'a-passphrase-of-the-simulated-kucoin',
}
const SYMBOL = 'BTC/USDT:USDT'
const LARGEST_ID = '18446744073709551615'
/** Accounts hold positions in cross mode; an order that does not say so is an isolated one. */
const CROSS = { marginMode: 'cross' }

type Data = Readonly<Record<string, unknown>>

let exchange: SimulatedExchange
let clients: Client[] = []
let sequence = 1_000n

/** ccxt as it is, with its addresses led to the simulator, and its order frames collected. */
class Client extends ccxt.pro.kucoinfutures {
  readonly orderFrames: Data[] = []
  acknowledged = 0

  override handleMessage(client: unknown, message: unknown): void {
    const frame = message as { readonly type?: string; readonly topic?: string; readonly data?: Data }
    if (frame.type === 'ack') this.acknowledged++
    if (frame.topic === '/contractMarket/tradeOrders' && frame.data) this.orderFrames.push(frame.data)
    super.handleMessage(client as never, message as never)
  }
}

async function createClient(keys: Partial<typeof KEYS> = {}, numbers: unknown = String): Promise<Client> {
  const { apiKey, apiSecret: secret, passphrase: password } = { ...KEYS, ...keys }
  const client = new Client({
    apiKey,
    secret,
    password,
    number: numbers,
    enableRateLimit: false,
    options: {
      watchOrderBook: { snapshotDelay: 0 },
      watchBalance: { fetchBalanceSnapshot: false, awaitBalanceSnapshot: false },
    },
  })
  clients.push(client)
  await leadRestTo(exchange, client)
  return client
}

const apply = (event: UnstampedEvent) => exchange.applyMarketEvent(marketNow('XBTUSDTM', event))

beforeEach(async () => {
  exchange = await startSimulatedKucoin({ accounts: [{ ...KEYS, balances: { USDT: '10000' } }] })
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
  it('reads markets in contracts, time, balance, funding, modes and the book', async () => {
    const client = await createClient()
    const markets = await client.loadMarkets()
    expect(markets[SYMBOL]).toMatchObject({
      id: 'XBTUSDTM',
      swap: true,
      linear: true,
      contractSize: '0.001',
      precision: { price: '0.1', amount: '1' },
    })
    const contractSizes = ['ETH', 'SOL', 'DOGE'].map((base) => markets[`${base}/USDT:USDT`]?.contractSize)
    expect(contractSizes).toEqual(['0.01', '0.1', '100'])
    expect(Math.abs((await client.fetchTime())! - Date.now())).toBeLessThan(60_000)
    expect((await client.fetchBalance())['USDT']).toMatchObject({ free: '10000', total: '10000' })
    expect(await client.fetchPositions([SYMBOL])).toEqual([])
    expect(await client.fetchPositionMode(SYMBOL)).toMatchObject({ hedged: false })
    const nextFundingMs = Date.now() + 3_600_000
    exchange.setFunding('XBTUSDTM', { nextFundingMs })
    expect(await client.fetchFundingRate(SYMBOL)).toMatchObject({
      fundingRate: '0.0001',
      fundingTimestamp: nextFundingMs,
    })
    expect(await client.fetchOrderBook(SYMBOL)).toMatchObject({
      bids: [
        [60_000, 1_000],
        [59_999.9, 2_000],
      ],
    })
  })

  it('places orders in contracts and finds them again by client id', async () => {
    const client = await createClient()
    const params = (clientOrderId: string, more: object = {}) => ({ clientOrderId, ...CROSS, ...more })
    const market = await client.createOrder(SYMBOL, 'market', 'buy', 10, undefined, params('1'))
    expect(market).toMatchObject({ clientOrderId: '1', status: undefined })
    const byId = (clientOrderId: string) => client.fetchOrder('-', SYMBOL, { clientOrderId })
    expect(await byId('1')).toMatchObject({ id: market.id, status: 'closed', filled: '10' })
    const limit = await client.createOrder(SYMBOL, 'limit', 'buy', 10, 59_000, params(LARGEST_ID))
    await client.createOrder(SYMBOL, 'limit', 'sell', 20, 60_500, params('3', { postOnly: true }))
    await client.createOrder(SYMBOL, 'limit', 'sell', 20, 60_000, params('4', { postOnly: true }))
    await client.createOrder(SYMBOL, 'limit', 'buy', 10, 59_000, params('5', { timeInForce: 'IOC' }))
    await client.createOrder(SYMBOL, 'market', 'sell', 5, undefined, params('6', { reduceOnly: true }))
    expect(await byId(LARGEST_ID)).toMatchObject({ id: limit.id, status: 'open', price: '59000' })
    expect(await byId('3')).toMatchObject({ status: 'open', postOnly: true })
    expect(await byId('4')).toMatchObject({ status: 'canceled', filled: '0' })
    expect(await byId('5')).toMatchObject({ status: 'canceled', filled: '0' })
    expect(await byId('6')).toMatchObject({ status: 'closed', reduceOnly: true })
    const open = await client.fetchOpenOrders(SYMBOL)
    expect(open.map((order) => order.clientOrderId).sort()).toEqual([LARGEST_ID, '3'])
    const canceled = await client.cancelOrder('', SYMBOL, { clientOrderId: LARGEST_ID })
    expect(canceled.info).toMatchObject({ data: { clientOid: LARGEST_ID } })
    await client.cancelAllOrders(SYMBOL)
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])
    const trades = await client.fetchMyTrades(SYMBOL)
    expect(trades.map((trade) => [trade.side, trade.amount, trade.price])).toEqual([
      ['buy', '10', '60000.1'],
      ['sell', '5', '60000'],
    ])
    expect(trades[0]!.fee).toMatchObject({ cost: '0.3000005', currency: 'USDT' })
    const [position] = await client.fetchPositions([SYMBOL])
    expect(position).toMatchObject({ side: 'long', contracts: '5', entryPrice: '60000.1' })
  })

  it('sets leverage and the position mode, pays funding, and reads the payments', async () => {
    const client = await createClient()
    await client.loadMarkets()
    await client.setLeverage(10, SYMBOL)
    expect(exchange.engine.account(KEYS.apiKey)!.leverage('XBTUSDTM')).toBe(10)
    await client.setPositionMode(true)
    expect(await client.fetchPositionMode(SYMBOL)).toMatchObject({ hedged: true })
    await client.setPositionMode(true)
    await client.setPositionMode(false)
    await client.createOrder(SYMBOL, 'market', 'buy', 100, undefined, CROSS)
    exchange.engine.payFunding('XBTUSDTM')
    const [payment] = await client.fetchFundingHistory(SYMBOL)
    // 0.1 × 60000.05 × 0.0001, paid by the long side.
    expect(payment).toMatchObject({ symbol: SYMBOL, amount: '-0.6000005', code: 'USDT', positionQty: '100' })
    expect((await failureOf(client.setPositionMode(true))).message).toContain('330015')
  })

  it('refuses with errors that ccxt maps to its own classes', async () => {
    const client = await createClient()
    const place = (side: 'buy' | 'sell', amount: number, price: number, params = {}) =>
      failureOf(client.createOrder(SYMBOL, 'limit', side, amount, price, { ...CROSS, ...params }))
    expect(await place('buy', 100_000, 60_000)).toMatchObject({ name: 'InsufficientFunds' })
    expect(await place('buy', 10, 60_001, { reduceOnly: true })).toMatchObject({ name: 'InvalidOrder' })
    expect((await place('buy', 10, 60_000, { marginMode: 'isolated' })).message).toContain('330005')
    expect((await place('buy', 10, 60_000, { timeInForce: 'FOK' })).message).toContain('100001')
    expect((await place('buy', 10, 90_000)).message).toContain('300011')
    expect((await place('buy', 10, 50_000, { clientOrderId: 'not a client id' })).message).toContain(
      'clientOid',
    )
    expect((await failureOf(client.cancelOrder('', SYMBOL, { clientOrderId: '77' }))).message).toContain(
      '100004',
    )
    expect(await failureOf(client.fetchOrder('-', SYMBOL, { clientOrderId: '77' }))).toMatchObject({
      name: 'OrderNotFound',
    })
    exchange.engine.setHedgeMode(exchange.engine.account(KEYS.apiKey)!, true)
    expect((await place('buy', 10, 59_000)).message).toContain('330012')
  })

  it('refuses wrong keys, passphrases, signatures and clocks, and logs no secret', async () => {
    const refusals = [
      [{ apiKey: 'nobody' }, '400003'],
      [{ passphrase: 'another' }, '400004'],
      [{ apiSecret: 'wrong' }, '400004'],
    ] as const
    for (const [keys, code] of refusals) {
      const refused = await failureOf((await createClient(keys)).fetchBalance())
      expect(refused.name, code).toBe('AuthenticationError')
      expect(refused.message).toContain(code)
    }
    const client = await createClient()
    await client.loadMarkets()
    const sign = client.sign.bind(client) as (...args: unknown[]) => { headers: Record<string, string> }
    const forging = client as unknown as { sign: unknown }
    forging.sign = (...args: unknown[]) => {
      const request = sign(...args)
      return { ...request, headers: { ...request.headers, 'KC-API-SIGN': 'Zm9yZ2Vk' } }
    }
    expect((await failureOf(client.fetchBalance())).message).toContain('400005')
    forging.sign = sign
    exchange.setClockSkew(60_000)
    const late = await failureOf(client.fetchBalance())
    expect(late).toMatchObject({ name: 'InvalidNonce' })
    expect(late.message).toContain('400002')
    const log = JSON.stringify(exchange.requests)
    expect(log).toContain('/api/ua/v1/account/mode')
    for (const secret of [KEYS.apiSecret, KEYS.passphrase]) expect(log).not.toContain(secret)
  })
})

describe('unmodified ccxt over websockets', () => {
  it('sees an order that came through the gateway, in contracts and in every state', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = client.watchOrders(SYMBOL)
    const balance = client.watchBalance()
    await expect.poll(() => client.acknowledged).toBe(2)
    const gateway = exchange.createGateway()
    expect(JSON.parse(gateway.setKey(KEYS.apiKey, 'wrong'))).toMatchObject({ code: '400005' })
    expect(JSON.parse(gateway.setKey(KEYS.apiKey, KEYS.apiSecret))).toMatchObject({ data: 'welcome' })
    const order = {
      clientOrderId: LARGEST_ID,
      symbol: 'XBTUSDTM',
      side: 'buy',
      timeInForce: 'gtc',
      priceMatch: 'none',
      price: '60000.1',
    } as const
    expect(JSON.parse(gateway.place({ ...order, size: '40000' }))).toMatchObject({ code: '300003' })
    expect(JSON.parse(gateway.place({ ...order, size: '10', timeInForce: 'fok' }))).toMatchObject({
      code: '300000',
    })
    expect(JSON.parse(gateway.place({ ...order, size: '1200' }))).toMatchObject({
      op: 'futures.order',
      code: '200000',
      data: { clientOid: LARGEST_ID },
    })
    apply({ kind: 'trade', tradeId: 9_000n, takerSide: 'sell', price: 59_999, size: 5 })
    await expect.poll(() => client.orderFrames.length).toBe(4)
    expect(client.orderFrames.map((data) => [data['type'], data['status'], data['filledSize']])).toEqual([
      ['open', 'open', '0'],
      ['match', 'match', '1000'],
      ['match', 'match', '1200'],
      ['filled', 'done', '1200'],
    ])
    expect(client.orderFrames.some((data) => 'fee' in data)).toBe(false)
    expect((await watching)[0]!.clientOrderId).toBe(LARGEST_ID)
    expect((await balance)['USDT']).toBeDefined()
  })

  it('keeps an order book in step with REST snapshots and shows trades and best prices', async () => {
    // With texts for numbers ccxt's own book keeps a level for every text.
    const client = await createClient({}, Number)
    await client.loadMarkets()
    const watchUpdates = async () => {
      for (let update = 0; update <= 5; update++) await client.watchOrderBook(SYMBOL)
    }
    await meanwhile(watchUpdates(), () => {
      sequence += 10n
      apply({ kind: 'depth', sequence, bids: [[59_990, Number(sequence % 7n) + 1]], asks: [[60_010, 1]] })
    })
    const truth = exchange.engine.book('XBTUSDTM')
    const book = () => client.orderbooks[SYMBOL] as { bids: number[][]; asks: number[][] }
    const inCoins = (levels: number[][]) => levels.map(([price, size]) => [price, size! / 1_000])
    await expect
      .poll(() => [inCoins(book().bids), inCoins(book().asks)])
      .toEqual([truth.levels('bid', 10), truth.levels('ask', 10)])
    const acknowledged = client.acknowledged
    const trades = client.watchTrades(SYMBOL)
    const tops = client.watchBidsAsks([SYMBOL])
    await expect.poll(() => client.acknowledged).toBe(acknowledged + 2)
    apply({ kind: 'trade', tradeId: 9_100n, takerSide: 'buy', price: 60_000.1, size: 0.25 })
    apply({ kind: 'ticker', sequence: (sequence += 10n), side: 'bid', price: 60_000, size: 3 })
    expect((await trades)[0]).toMatchObject({ id: '9100', side: 'buy', amount: 250 })
    expect((await tops)[SYMBOL]).toMatchObject({ bid: 60_000, bidVolume: 3_000 })
  })

  it('opens nothing for a token that is wrong or over, and tells whose login has ended', async () => {
    const client = await createClient()
    await client.loadMarkets()
    const watching = failureOf(client.watchOrders(SYMBOL))
    await expect.poll(() => client.acknowledged).toBe(1)
    exchange.expireLogins()
    expect((await watching).message).toContain('token is expired')
    // ccxt fetches a new token then.
    const again = client.watchOrders(SYMBOL)
    await expect.poll(() => client.acknowledged).toBe(2)
    expect(exchange.socketCount).toBe(1)
    await client.createOrder(SYMBOL, 'limit', 'buy', 10, 59_000, { ...CROSS, clientOrderId: '9' })
    expect((await again)[0]!.clientOrderId).toBe('9')

    const stranger = new WebSocket(`${exchange.websocketUrl}/?token=none&connectId=me`)
    const [text] = (await once(stranger, 'message')) as [Buffer]
    expect(JSON.parse(text.toString())).toMatchObject({ id: 'me', type: 'error', code: 401 })
    await once(stranger, 'close')
  })
})
