import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { ConnectorEvents } from '../../src/connector/events.ts'
import { KucoinPerpetualDerivative } from '../../src/exchanges/kucoin/kucoin-perpetual-derivative.ts'
import { startSimulatedKucoin } from '../../src/simulator/exchange/kucoin/simulated-kucoin.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import type { MarketEvent } from '../../src/simulator/market-event.ts'
import { openHooks } from '../support/open-hooks.ts'
import { ORDER_EVENTS } from '../../src/connector/events.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'
const KEYS = {
  apiKey: 'the-api-key-of-the-test',
  apiSecret: 'the-api-secret-of-the-test',
  passphrase: 'the-passphrase-of-the-test',
}
const signal = new AbortController().signal

let exchange: SimulatedExchange
let connector: KucoinPerpetualDerivative
let seen: { name: string; payload: ConnectorEvents[keyof ConnectorEvents] }[]
let sequence = 1_000n
let pulses = 0
const connectors: KucoinPerpetualDerivative[] = []

function connect(options: Partial<ConnectorOptions> = {}): KucoinPerpetualDerivative {
  const made = new KucoinPerpetualDerivative({
    tradingPairs: [PAIR, 'ETH-USDT'],
    credentials: KEYS,
    exchangeEndpoints: exchange.endpoints,
    logger: silentLogger,
    random: () => 0.5,
    ...options,
  })
  connectors.push(made)
  return made
}

function show(bids: [number, number][], asks: [number, number][], symbol = 'XBTUSDTM'): void {
  const nowMs = Date.now()
  const event: MarketEvent = {
    kind: 'snapshot',
    symbol,
    txMs: nowMs,
    eventMs: nowMs,
    sequence: ++sequence,
    bids,
    asks,
  }
  exchange.applyMarketEvent(event)
}

function trade(price: number, size: number): void {
  const nowMs = Date.now()
  exchange.applyMarketEvent({
    kind: 'trade',
    symbol: 'XBTUSDTM',
    txMs: nowMs,
    eventMs: nowMs,
    tradeId: 0n,
    takerSide: 'sell',
    price,
    size,
  })
}

function namesOf(clientOrderId: string): string[] {
  return seen
    .filter(({ payload }) => 'clientOrderId' in payload && payload.clientOrderId === clientOrderId)
    .map(({ name }) => name)
}

function fillsOf(clientOrderId: string): ConnectorEvents['orderFilled'][] {
  return seen
    .filter(({ name }) => name === 'orderFilled')
    .map(({ payload }) => payload as ConnectorEvents['orderFilled'])
    .filter((fill) => fill.clientOrderId === clientOrderId)
}

const ended = (clientOrderId: string) =>
  until(
    () => /Completed|Cancelled|Failure/.test(namesOf(clientOrderId).join(' ')),
    `the end of ${clientOrderId}`,
  )

const account = () => exchange.engine.account(KEYS.apiKey)!

beforeEach(async () => {
  exchange = await startSimulatedKucoin({ accounts: [{ ...KEYS, balances: { USDT: '100000' } }] })
  show([[60_000, 1]], [[60_010, 1]])
  show([[3_000, 10]], [[3_001, 10]], 'ETHUSDTM')
  connector = connect()
  seen = []
  for (const name of [...ORDER_EVENTS, 'fundingPaymentCompleted'] as const) {
    connector.on(name, (payload) => seen.push({ name, payload }))
  }
})

afterEach(async () => {
  for (const made of connectors.splice(0)) await made.stop()
  await exchange.close()
})

describe('hooks, one at a time', () => {
  const hooks = () => openHooks(connector)
  beforeEach(() => hooks().startNetwork())

  test('rules are base units: a step is one contract', async () => {
    const rules = await hooks().fetchTradingRules(signal)
    const text = Object.fromEntries(Object.entries(rules[0]!).map(([name, value]) => [name, String(value)]))
    expect(text).toMatchObject({
      exchangeSymbol: 'XBTUSDTM',
      minPriceIncrement: '0.1',
      minBaseAmountIncrement: '0.001',
      minOrderSize: '0.001',
      maxOrderSize: '1000',
      contractSize: '0.001',
    })
  })

  test('the account is asked on the classic paths only, and never about its kind', async () => {
    expect(await hooks().fetchPositionMode(signal)).toBe('oneWay')
    const [balance] = await hooks().fetchBalances(signal)
    expect([balance?.asset, String(balance?.total), String(balance?.available)]).toEqual([
      'USDT',
      '100000',
      '100000',
    ])
    expect(await hooks().fetchLeverage(PAIR, signal)).toBe(20)
    expect(await hooks().submitLeverage(PAIR, 7, signal)).toBe(7)
    expect(account().leverage('XBTUSDTM')).toBe(7)
    const asked = exchange.requests.map(({ path }) => path)
    expect(asked.filter((path) => path.includes('/ua/') || path.includes('/hf/'))).toEqual([])
  })

  test('the position mode is set, and the same again is no error', async () => {
    for (const mode of ['hedge', 'hedge', 'oneWay', 'oneWay'] as const) {
      await hooks().submitPositionMode(mode, signal)
      expect(account().hedgeMode).toBe(mode === 'hedge')
    }
  })

  test('funding info has the rate of one path and the prices of another', async () => {
    const nextFundingMs = Date.now() + 3_600_000
    exchange.setFunding('XBTUSDTM', {
      fundingRate: new Decimal('-0.00021'),
      nextFundingMs,
      markPrice: new Decimal('60004.5'),
      indexPrice: new Decimal('60003.25'),
    })
    const info = await hooks().fetchFundingInfo(PAIR, signal)
    expect([String(info.rate), String(info.markPrice), String(info.indexPrice), info.nextFundingMs]).toEqual([
      '-0.00021',
      '60004.5',
      '60003.25',
      nextFundingMs,
    ])
  })

  test('the whole book is fetched, in base units', async () => {
    const snapshot = await hooks().fetchBookSnapshot(PAIR, signal)
    expect([...snapshot.bids]).toEqual([60_000, 1])
    expect([...snapshot.asks]).toEqual([60_010, 1])
  })

  test('a refusal for the clock is corrected, one for the passphrase is told', async () => {
    exchange.setClockSkew(-60_000)
    expect(await hooks().fetchPositionMode(signal)).toBe('oneWay')
    const stranger = connect({ credentials: { ...KEYS, passphrase: 'another-passphrase' } })
    await openHooks(stranger).startNetwork()
    const error: unknown = await openHooks(stranger)
      .fetchPositions(signal)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'QTX_AUTH' })
    expect(String(error)).not.toContain('another-passphrase')
  })
})

describe('ready and trading', () => {
  beforeEach(async () => {
    await connector.start()
    // A book comes alive with the first message of its stream.
    const pulse = setInterval(() => {
      show([[60_000, 1], [50_000, ++pulses]], [[60_010, 1]]) // prettier-ignore
      show([[3_000, 10], [2_000, pulses]], [[3_001, 10]], 'ETHUSDTM') // prettier-ignore
    }, 20)
    try {
      await connector.waitReady()
    } finally {
      clearInterval(pulse)
    }
  })

  test('books are live and equal to the exchange’s, in base units', async () => {
    show([[60_001, 0.5], [60_000, 2]], [[60_009, 0.25], [60_010, 1]]) // prettier-ignore
    const book = connector.orderBook(PAIR)
    const levels = (side: 'bid' | 'ask') =>
      (side === 'bid' ? book.bids(5) : book.asks(5)).map(([price, size]) => [price, size])
    const truth = exchange.engine.book('XBTUSDTM')
    // Each level comes in a message of its own.
    await expect
      .poll(() => [levels('bid'), levels('ask')], { interval: 2 })
      .toEqual([truth.levels('bid', 5), truth.levels('ask', 5)])
    expect(levels('bid')[0]).toEqual([60_001, 0.5])
  })

  test('a market order fills with its fee, and position and balance follow', async () => {
    const id = connector.buy(PAIR, '0.02', 'market')
    await ended(id)
    expect(namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
    const [fill] = fillsOf(id)
    expect([String(fill?.amount), String(fill?.price), fill?.isMaker]).toEqual(['0.02', '60010', false])
    // 0.02 × 60010 × 0.0005
    expect([String(fill?.fee?.amount), fill?.fee?.asset]).toEqual(['0.6001', 'USDT'])
    await until(() => String(connector.positions.get(PAIR)?.amount) === '0.02', 'the position')
    expect(String(connector.positions.get(PAIR)?.entryPrice)).toBe('60010')
    await until(() => connector.balance('USDT').eq(account().walletBalance('USDT')), 'the balance')
    const closing = connector.sell(PAIR, '0.02', 'market', undefined, { positionAction: 'close' })
    await ended(closing)
    await until(() => connector.positions.size === 0, 'the position to be closed')
  })

  test('orders carry the connector’s leverage and cross margin', async () => {
    const id = connector.buy(PAIR, '0.02', 'limit', '59000')
    await until(() => namesOf(id).includes('buyOrderCreated'), 'the order')
    const sent = exchange.requests.filter(
      ({ method, path }) => method === 'POST' && path === '/api/v1/orders',
    )
    const body = Object.keys(sent[0]!.parameters)[0]!
    expect(JSON.parse(body)).toMatchObject({
      clientOid: id,
      symbol: 'XBTUSDTM',
      size: 20,
      leverage: 20,
      marginMode: 'CROSS',
    })
    expect(await connector.cancel(PAIR, id)).toMatchObject({ success: true })
    expect(namesOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
  })

  test('Q66: post-only that would trade is cancelled, fill-or-kill is refused in words and never sent', async () => {
    const postOnly = connector.buy(PAIR, '0.02', 'limitMaker', '60020')
    await ended(postOnly)
    expect(namesOf(postOnly).at(-1)).toBe('orderCancelled')
    const sent = () => exchange.requests.filter(({ method }) => method === 'POST').length
    const before = sent()
    const fok = connector.buy(PAIR, '0.02', 'limit', '60010', { timeInForce: 'fok' })
    await ended(fok)
    expect(namesOf(fok)).toEqual(['orderFailure'])
    expect(sent()).toBe(before)
    const ioc = connector.buy(PAIR, '0.02', 'limit', '59000', { timeInForce: 'ioc' })
    await ended(ioc)
    expect(namesOf(ioc).at(-1)).toBe('orderCancelled')
  })

  test('fills of one order are told once each, in order, with their fees, though they come in a burst', async () => {
    show([[60_000, 1]], [[60_010, 0.004], [60_011, 0.003], [60_012, 1]]) // prettier-ignore
    await until(() => Number(connector.price(PAIR, 'ask')) === 60_010, 'the book')
    const id = connector.buy(PAIR, '0.01', 'limit', '60012')
    await ended(id)
    expect(fillsOf(id).map((fill) => [String(fill.amount), String(fill.fee?.amount)])).toEqual([
      ['0.004', '0.12002'],
      ['0.003', '0.0900165'],
      ['0.003', '0.090018'],
    ])
    // A maker's fill of part of an order that goes on.
    const resting = connector.buy(PAIR, '0.01', 'limitMaker', '60000')
    await until(() => namesOf(resting).includes('buyOrderCreated'), 'the order')
    show([[59_990, 1]], [[60_012, 1]])
    trade(60_000, 0.004)
    await until(() => fillsOf(resting).length === 1, 'the fill')
    expect(fillsOf(resting)[0]).toMatchObject({ isMaker: true })
    expect(String(fillsOf(resting)[0]?.fee?.amount)).toBe('0.048')
    const asked = exchange.requests.filter(({ path }) => path === '/api/v1/fills').length
    expect(asked).toBeLessThan(6)
  })

  test('a fill whose fee cannot be fetched is told all the same, once, and its fee is added later', async () => {
    const resting = connector.buy(PAIR, '0.01', 'limitMaker', '60000')
    await until(() => namesOf(resting).includes('buyOrderCreated'), 'the order')
    let isDown = true
    const rule = ({ path }: { readonly path: string }) =>
      isDown && path === '/api/v1/fills' ? { status: 503, body: {} } : undefined
    exchange.failRest(rule, 1_000)
    show([[59_990, 1]], [[60_012, 1]])
    trade(60_000, 0.004)
    await until(() => fillsOf(resting).length === 1, 'the fill')
    expect(fillsOf(resting)[0]?.fee).toBeUndefined()
    await until(() => String(connector.positions.get(PAIR)?.amount) === '0.004', 'the position')
    const order = connector.inFlightOrders.get(resting)!
    expect(order.fees.size).toBe(0)
    isDown = false
    await until(() => order.fees.size > 0, 'the fee')
    expect(String(order.fees.get('USDT'))).toBe('0.048')
    await connector.cancel(PAIR, resting)
    await ended(resting)
    expect(fillsOf(resting)).toHaveLength(1)
  })

  test('I22: funding is told once, when the stream says that it was settled, as the history has it', async () => {
    const id = connector.buy(PAIR, '0.1', 'market')
    await ended(id)
    exchange.setFunding('XBTUSDTM', { markPrice: new Decimal('60000'), fundingRate: new Decimal('0.0001') })
    exchange.engine.payFunding('XBTUSDTM')
    const told = () => seen.filter(({ name }) => name === 'fundingPaymentCompleted')
    await until(() => told().length > 0, 'the payment')
    expect(
      told().map(({ payload }) => String((payload as ConnectorEvents['fundingPaymentCompleted']).amount)),
    ).toEqual(['-0.6'])
  })

  test('I14: what happens while the stream is down is fetched, and told once', async () => {
    const id = connector.buy(PAIR, '0.01', 'limitMaker', '60000')
    await until(() => namesOf(id).includes('buyOrderCreated'), 'the order')
    exchange.refuseConnections(true)
    exchange.dropSockets()
    await until(() => connector.status['userStream']?.ok === false, 'the loss to be noticed')
    trade(59_900, 100)
    exchange.refuseConnections(false)
    await ended(id)
    expect(namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
    expect(String(fillsOf(id)[0]?.fee?.amount)).toBe('0.12')
    await until(() => String(connector.positions.get(PAIR)?.amount) === '0.01', 'the position')
  })

  test('every new connection, public or private, takes a new token', async () => {
    const bullets = () => exchange.requests.filter(({ path }) => path.startsWith('/api/v1/bullet-'))
    expect(
      bullets()
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/api/v1/bullet-private', '/api/v1/bullet-public'])
    exchange.dropSockets()
    await until(() => bullets().length === 4, 'two more tokens')
    await until(() => exchange.socketCount === 2, 'both connections')
  })

  test('a login that ends is followed by a new one with a new token', async () => {
    exchange.expireLogins()
    await until(() => connector.status['userStream']?.ok === false, 'the loss to be noticed')
    await until(() => connector.status['userStream']?.ok === true, 'the stream to be back')
    const id = connector.buy(PAIR, '0.02', 'market')
    await ended(id)
    expect(namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
  })

  test('I2: an answer that is lost leaves the order unknown until it is found by its client id', async () => {
    exchange.failRest(({ method, path }) =>
      method === 'POST' && path === '/api/v1/orders' ? 'drop-after' : undefined,
    )
    const id = connector.buy(PAIR, '0.02', 'limit', '59000')
    await until(() => namesOf(id).includes('buyOrderCreated'), 'the order')
    expect(account().records.openByClientId(id)).toBeDefined()
    expect(connector.inFlightOrders.get(id)?.state).toBe('open')
    const lost = openHooks(connector)
    const order = connector.inFlightOrders.get(id)!
    exchange.engine.cancelAll(account(), 'XBTUSDTM')
    await ended(id)
    expect(await lost.fetchOrder(order, signal)).toMatchObject({ state: 'canceled' })
    expect(await lost.placeCancel(order)).toMatchObject({ kind: 'rejected', notFound: true })
  })
})
