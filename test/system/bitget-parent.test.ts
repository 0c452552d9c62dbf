import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { SystemClock } from '../../src/common/clock.ts'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { ConnectorEvents } from '../../src/connector/events.ts'
import { BitgetPerpetualDerivative } from '../../src/exchanges/bitget/bitget-perpetual-derivative.ts'
import { startSimulatedBitget } from '../../src/simulator/exchange/bitget/simulated-bitget.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import type { Level, MarketEvent } from '../../src/simulator/market-event.ts'
import { UserStreamNotes } from '../support/hooked-binance.ts'
import { openHooks, type OpenHooks } from '../support/open-hooks.ts'
import { ORDER_EVENTS } from '../../src/connector/events.ts'
import { until } from '../support/until.ts'
import { limitOrder } from '../support/limit-order.ts'
import { errorOf } from '../support/error-of.ts'

const PAIR = 'BTC-USDT'
const CREDENTIALS = {
  apiKey: 'the-api-key-of-the-test',
  apiSecret: 'the-api-secret-of-the-test',
  passphrase: 'the-passphrase-of-the-test',
}
const signal = new AbortController().signal

let exchange: SimulatedExchange
let sequence = 1_000n
const cleanUps: (() => Promise<unknown>)[] = []

function create(options: Partial<ConnectorOptions> = {}): BitgetPerpetualDerivative {
  return new BitgetPerpetualDerivative({
    tradingPairs: [PAIR, 'ETH-USDT'],
    credentials: CREDENTIALS,
    exchangeEndpoints: exchange.endpoints,
    logger: silentLogger,
    random: () => 0.5,
    ...options,
  })
}

/** Its hooks, with the network started. */
async function open(options: Partial<ConnectorOptions> = {}): Promise<OpenHooks> {
  const hooks = openHooks(create(options))
  await hooks.startNetwork()
  cleanUps.push(() => hooks.stopNetwork())
  return hooks
}

/** A connector that is ready, and what it says. */
async function ready(options: Partial<ConnectorOptions> = {}) {
  const connector = create(options)
  cleanUps.push(() => connector.stop())
  const seen: { readonly name: keyof ConnectorEvents; readonly payload: unknown; readonly id: string }[] = []
  for (const name of ORDER_EVENTS) {
    connector.on(name, (payload) => seen.push({ name, payload, id: payload.clientOrderId }))
  }
  await connector.start()
  await connector.waitReady()
  const namesOf = (id: string) => seen.filter((event) => event.id === id).map(({ name }) => name)
  const eventOf = async <E extends keyof ConnectorEvents>(
    name: E,
    id: string,
  ): Promise<ConnectorEvents[E]> => {
    const find = () => seen.find((event) => event.name === name && event.id === id)
    await until(() => find() !== undefined, `${name} of ${id}, after ${namesOf(id).join(', ')}`)
    return find()!.payload as ConnectorEvents[E]
  }
  return { connector, namesOf, eventOf }
}

function apply(kind: 'snapshot' | 'depth', bids: Level[], asks: Level[], symbol = 'BTCUSDT'): void {
  const nowMs = Date.now()
  exchange.applyMarketEvent({ kind, symbol, txMs: nowMs, eventMs: nowMs, sequence: ++sequence, bids, asks })
}

function trade(takerSide: 'buy' | 'sell', price: number, size: number): MarketEvent {
  const nowMs = Date.now()
  const tradeId = ++sequence
  return { kind: 'trade', symbol: 'BTCUSDT', txMs: nowMs, eventMs: nowMs, tradeId, takerSide, price, size }
}

const order = (fields: Parameters<typeof limitOrder>[0]) => limitOrder(fields)

function account() {
  return exchange.engine.account(CREDENTIALS.apiKey)!
}

/** How often the bills of the first pair were asked for. */
function billRequests(): number {
  return exchange.requests.filter(({ path }) => path.endsWith('/account/bill')).length / 2
}

/** Real time, with leaps. */
class LeapingClock extends SystemClock {
  leapMs = 0
  override monotonicMs(): number {
    return super.monotonicMs() + this.leapMs
  }
}

beforeEach(async () => {
  exchange = await startSimulatedBitget({ accounts: [{ ...CREDENTIALS, balances: { USDT: '100000' } }] })
  apply('snapshot', [[60_000, 1]], [[60_010, 1]])
  apply('snapshot', [[3_000, 10]], [[3_001, 10]], 'ETHUSDT')
})

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  await exchange.close()
})

describe('account and market over REST', () => {
  test('trading rules have steps, the smallest and the largest order', async () => {
    const [rule] = await (await open()).fetchTradingRules(signal)
    const text = Object.fromEntries(Object.entries(rule!).map(([name, value]) => [name, String(value)]))
    expect(text).toMatchObject({
      exchangeSymbol: 'BTCUSDT',
      minPriceIncrement: '0.1',
      minBaseAmountIncrement: '0.001',
      minOrderSize: '0.001',
      maxOrderSize: '1200',
      minNotionalSize: '5',
      contractSize: '1',
    })
  })

  test('a pair of another product is refused: nothing would be heard of its orders', async () => {
    const listed = await fetch(`${exchange.restUrl}/api/v2/mix/market/contracts?productType=USDT-FUTURES`)
    const body = (await listed.json()) as { data: object[] }
    const usdc = { symbol: 'BTCPERP', quoteCoin: 'USDC', supportMarginCoins: ['USDC'] }
    exchange.failRest(({ query }) =>
      query.includes('USDC-FUTURES') && !query.includes('SUSDC')
        ? { status: 200, body: { ...body, data: [{ ...body.data[0], ...usdc }] } }
        : undefined,
    )
    const hooks = await open({ tradingPairs: [PAIR, 'BTC-USDC'] })
    const error = await errorOf(hooks.fetchTradingRules(signal))
    expect(error.code).toBe('QTX_PAIR_UNKNOWN')
    expect(error.message).toContain('BTC-USDC is settled in USDC')
  })

  test('balances are the wallet’s, and what new orders may bind', async () => {
    const hooks = await open()
    await hooks.placeOrder(
      order({ clientOrderId: '1', amount: new Decimal('1'), price: new Decimal('60010') }),
    )
    apply(
      'depth',
      [[59_000, 3]],
      [
        [60_010, 0],
        [60_020, 4],
      ],
    )
    apply('depth', [[60_000, 0]], [])
    const [balance] = await hooks.fetchBalances(signal)
    const wallet = account().walletBalance('USDT')
    expect(String(balance?.total)).toBe(String(wallet))
    expect(balance?.available?.lt(wallet)).toBe(true)
  })

  test('I15: the position mode is read from the account’s settings, and set; the same again is no error', async () => {
    const hooks = await open()
    expect(await hooks.fetchPositionMode(signal)).toBe('oneWay')
    await hooks.submitPositionMode('oneWay', signal)
    await hooks.submitPositionMode('hedge', signal)
    expect(await hooks.fetchPositionMode(signal)).toBe('hedge')
    await hooks.submitPositionMode('oneWay', signal)
    await hooks.placeOrder(order({ clientOrderId: '2' }))
    expect((await errorOf(hooks.submitPositionMode('hedge', signal))).message).toContain('40920')
  })

  test('leverage is what the account’s settings say, and is set', async () => {
    const hooks = await open()
    expect(await hooks.fetchLeverage(PAIR, signal)).toBe(20)
    expect(await hooks.submitLeverage(PAIR, 7, signal)).toBe(7)
    expect((await errorOf(hooks.submitLeverage(PAIR, 500, signal))).message).toContain('40797')
  })

  test('funding info has the rate and its time from one answer, the prices from another', async () => {
    const nextFundingMs = Date.now() + 3_600_000
    exchange.setFunding('BTCUSDT', { nextFundingMs, indexPrice: new Decimal('60001.5') })
    const info = await (await open()).fetchFundingInfo(PAIR, signal)
    expect([info.markPrice, info.indexPrice, info.rate].map(String)).toEqual(['60005', '60001.5', '0.0001'])
    expect(info.nextFundingMs).toBe(nextFundingMs)
  })

  test('funding payments of one pair are read page by page, oldest first', async () => {
    const hooks = await open()
    await hooks.placeOrder(order({ clientOrderId: '3', price: new Decimal('60010') }))
    await hooks.placeOrder(
      order({ clientOrderId: '4', pair: 'ETH-USDT', amount: new Decimal('1'), price: new Decimal('3001') }),
    )
    const sinceMs = Date.now() - 1_000
    for (let at = 0; at < 60; at++) {
      exchange.engine.payFunding('BTCUSDT')
      exchange.engine.payFunding('ETHUSDT')
    }
    const payments = await hooks.fetchFundingPayments(PAIR, sinceMs, signal)
    expect(payments).toHaveLength(60)
    expect(payments.every((payment) => payment.pair === PAIR && payment.asset === 'USDT')).toBe(true)
    // 0.01 × 60005 × 0.0001, paid by the long side.
    expect(String(payments[0]?.amount)).toBe('-0.060005')
    expect(await hooks.fetchFundingPayments(PAIR, Date.now() + 60_000, signal)).toEqual([])
  })

  test('the book snapshot is the exchange’s book, at the time that the stream names too', async () => {
    const snapshot = await (await open()).fetchBookSnapshot(PAIR, signal)
    expect([...snapshot.bids]).toEqual([60_000, 1])
    expect([...snapshot.asks]).toEqual([60_010, 1])
    expect(Math.abs(snapshot.eventMs - Date.now())).toBeLessThan(60_000)
  })
})

describe('orders over REST', () => {
  test('more open orders and more fills than fit on a page are all found', async () => {
    const hooks = await open()
    const engine = exchange.engine
    const place = (clientOrderId: string, price: string, size: string) =>
      engine.place(account(), {
        symbol: 'BTCUSDT',
        side: 'buy',
        kind: 'limit',
        timeInForce: 'gtc',
        price: new Decimal(price),
        size: new Decimal(size),
        clientOrderId,
      })
    for (let at = 1; at <= 130; at++) place(String(at), '59000', '0.001')
    const open130 = await hooks.fetchOpenOrders(signal)
    expect(new Set(open130.map((update) => update.clientOrderId)).size).toBe(130)
    expect(open130[0]).toMatchObject({ pair: PAIR, state: 'open', source: 'rest' })

    const asks = Array.from({ length: 130 }, (_, at): Level => [60_100 + at, 0.001])
    apply('snapshot', [[60_000, 1]], asks)
    place('1000', '60300', '0.13')
    const fills = await hooks.fetchOrderFills(order({ clientOrderId: '1000' }), signal)
    expect(new Set(fills.map((fill) => fill.tradeId)).size).toBe(130)
    expect(String(fills.reduce((sum, fill) => sum.plus(fill.amount), new Decimal(0)))).toBe('0.13')
    expect(fills.every((fill) => fill.fee?.asset === 'USDT' && fill.fee.amount.gt(0))).toBe(true)
  })

  test('an order that the exchange does not have is undefined; canceling what is done is not found', async () => {
    const hooks = await open()
    const never = order({ clientOrderId: '27' })
    expect(await hooks.fetchOrder(never, signal)).toBeUndefined()
    expect(await hooks.fetchOrderFills(never, signal)).toEqual([])
    expect(await hooks.placeCancel(never)).toMatchObject({ kind: 'rejected', notFound: true })
    expect(hooks.notFoundIsProofAfterMs).toBe(60_000)
    const done = order({ clientOrderId: '28', price: new Decimal('60010') })
    expect(await hooks.placeOrder(done)).toMatchObject({ kind: 'accepted' })
    expect(await hooks.placeCancel(done)).toMatchObject({ kind: 'rejected', notFound: true })
    expect(await hooks.fetchOrder(done, signal)).toMatchObject({ state: 'filled' })
  })

  test('a cancel is only received: its answer does not end the order', async () => {
    const hooks = await open()
    const resting = order({ clientOrderId: '29' })
    await hooks.placeOrder(resting)
    const canceled = await hooks.placeCancel(resting)
    expect(canceled).toMatchObject({ kind: 'accepted' })
    expect(canceled).not.toHaveProperty('executedAmount')
    expect(await hooks.fetchOrder(resting, signal)).toMatchObject({ state: 'canceled' })
  })

  test('what the exchange refuses is rejected, with its code and words', async () => {
    const hooks = await open()
    const refused = [
      [{ amount: new Decimal('1000') }, '40762 The order amount exceeds the balance'],
      [{ positionAction: 'close' }, '22002'],
      [{ price: new Decimal('90000') }, '22047'],
    ] as const
    for (const [index, [fields, words]] of refused.entries()) {
      expect(await hooks.placeOrder(order({ clientOrderId: `4${index}`, ...fields }))).toMatchObject({
        kind: 'rejected',
        reason: { code: 'QTX_ORDER_REJECTED', message: expect.stringContaining(words) as string },
      })
    }
  })

  test('I2: lost answers, and answers that settle nothing, leave the outcome unknown', async () => {
    const hooks = await open()
    const answers = [
      'drop-after',
      { status: 503, body: {} },
      { status: 200, body: 'not an order' },
      { status: 200, body: { code: '00000', msg: 'success', data: { clientOid: 'another', orderId: '5' } } },
      { status: 400, body: { code: '40010', msg: 'Request timed out', data: null } },
      { status: 400, body: { code: '40786', msg: 'Duplicate clientOid', data: null } },
    ] as const
    for (const [index, answer] of answers.entries()) {
      exchange.failRest(({ path }) => (path.endsWith('/place-order') ? answer : undefined))
      const outcome = await hooks.placeOrder(order({ clientOrderId: `33${index}` }))
      expect(outcome, JSON.stringify(answer)).toMatchObject({ kind: 'unknown' })
    }
  })

  test('bad keys are QTX_AUTH, clocks that are off are corrected, and no secret is shown', async () => {
    for (const wrong of [{ apiSecret: 'a-wrong-secret' }, { passphrase: 'a-wrong-passphrase' }]) {
      const stranger = await open({ credentials: { ...CREDENTIALS, ...wrong } })
      const error = await errorOf(stranger.fetchBalances(signal))
      expect(error.code).toBe('QTX_AUTH')
      const shown = error.message + JSON.stringify(error.details)
      for (const secret of [...Object.values(CREDENTIALS), ...Object.values(wrong)]) {
        expect(shown).not.toContain(secret)
      }
      const notes = new UserStreamNotes()
      const stream = stranger.createUserStream()
      await stream.start(notes)
      await until(() => notes.disconnects.length > 0, 'the refusal of the login')
      expect(notes.disconnects[0]).toMatch(/3001[25]/)
      expect(notes.connectedCount).toBe(0)
      await stream.stop()
    }
    exchange.setClockSkew(-120_000)
    expect(await (await open()).fetchPositionMode(signal)).toBe('oneWay')
  })
})

test('a book whose checksum does not agree is not used any more: it is subscribed anew', async () => {
  let connections = 0
  const peer = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(peer, 'listening')
  peer.on('connection', (socket) => {
    const isFirst = ++connections === 1
    socket.on('message', (text: Buffer) => {
      const { args } = JSON.parse(text.toString()) as { args: { channel: string; instId: string }[] }
      const arg = args.find(({ channel, instId }) => channel === 'books' && instId === 'BTCUSDT')
      if (!arg) return
      const push = (action: string, row: object) => socket.send(JSON.stringify({ action, arg, data: [row] }))
      push('snapshot', {
        bids: [['60000.0', '1.000']],
        asks: [['60010.0', '1.000']],
        checksum: 0,
        ts: '1000',
      })
      const checksum = isFirst ? 1 : crc32('60000.0:2.000:60010.0:1.000') | 0
      push('update', { bids: [['60000.0', '2.000']], asks: [], checksum, ts: '2000' })
    })
  })
  const { port } = peer.address() as AddressInfo
  const hooks = await open({
    tradingRequired: false,
    exchangeEndpoints: { rest: exchange.restUrl, websocket: `ws://127.0.0.1:${port}` },
  })
  const told: string[] = []
  const source = hooks.createMarketDataSource()
  source.subscribe(PAIR, {
    depth: ({ levels }) => told.push(`depth ${levels[0]} ${levels[1]}`),
    snapshot: ({ bids }) => told.push(`snapshot ${bids.join(' ')}`),
    top: () => undefined,
    trade: () => undefined,
    interrupted: (state) => told.push(state),
    restarted: () => told.push('restarted'),
  })
  await source.start()
  await until(() => told.at(-1)?.startsWith('depth') === true, 'the second connection')
  const begun = ['restarted', 'snapshot 60000 1']
  expect(told).toEqual([...begun, 'stale', ...begun, 'depth 60000 2'])
  expect(connections).toBe(2)
  await source.stop()
  for (const socket of peer.clients) socket.terminate()
  peer.close()
})

describe('the whole connector', () => {
  test('is ready with live books that are the exchange’s, and stay so', async () => {
    const { connector } = await ready()
    const levels = (pair: string) => {
      const book = connector.orderBook(pair)
      return [book.bids(10), book.asks(10)]
    }
    const isSame = (symbol: string, pair: string) => {
      const book = exchange.engine.book(symbol)
      return JSON.stringify(levels(pair)) === JSON.stringify([book.levels('bid', 10), book.levels('ask', 10)])
    }
    expect(isSame('BTCUSDT', PAIR) && isSame('ETHUSDT', 'ETH-USDT')).toBe(true)
    apply(
      'depth',
      [
        [59_990.5, 2.25],
        [60_000, 0],
      ],
      [[60_020, 1.5]],
    )
    await until(() => isSame('BTCUSDT', PAIR), 'the change in the book')
    apply('depth', [[59_999, 1]], [[60_010, 0.5]])
    await until(() => isSame('BTCUSDT', PAIR), 'the next change in the book')
    expect(connector.orderBook(PAIR).state).toBe('live')
    exchange.dropSockets()
    await until(() => connector.orderBook(PAIR).state !== 'live', 'the loss to be noticed')
    apply('depth', [[59_998, 7]], [])
    await until(() => connector.orderBook(PAIR).state === 'live' && isSame('BTCUSDT', PAIR), 'the book again')
  })

  test('orders of every kind end as they do on Bitget, with their events', async () => {
    const { connector, eventOf, namesOf } = await ready()
    const resting = connector.buy(PAIR, '0.01', 'limit', '59000')
    expect((await eventOf('buyOrderCreated', resting)).exchangeOrderId).toMatch(/^\d{19}$/)
    expect(await connector.cancel(PAIR, resting)).toEqual({ clientOrderId: resting, success: true })
    expect(namesOf(resting)).toEqual(['buyOrderCreated', 'orderCancelled'])

    const crossing = connector.buy(PAIR, '0.01', 'limitMaker', '60020')
    await eventOf('orderCancelled', crossing)
    expect(namesOf(crossing), 'accepted, then canceled').toEqual(['buyOrderCreated', 'orderCancelled'])

    const ioc = connector.buy(PAIR, '0.01', 'limit', '59000', { timeInForce: 'ioc' })
    expect((await eventOf('orderCancelled', ioc)).reason).toContain('expired')
    const fok = connector.buy(PAIR, '1.5', 'limit', '60010', { timeInForce: 'fok' })
    await eventOf('orderCancelled', fok)
    expect(namesOf(fok)).not.toContain('orderFilled')

    const market = connector.buy(PAIR, '0.02', 'market')
    await eventOf('buyOrderCompleted', market)
    expect(namesOf(market)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
  })

  test('fills have fees that were paid, and the balance agrees with the exchange to the last digit', async () => {
    const { connector, eventOf, namesOf } = await ready()
    const id = connector.buy(PAIR, '0.02', 'limit', '60000')
    await eventOf('buyOrderCreated', id)
    exchange.applyMarketEvent(trade('sell', 60_000, 1.005))
    await until(() => namesOf(id).includes('orderFilled'), 'the first part')
    exchange.applyMarketEvent(trade('sell', 59_999, 1))
    const completed = await eventOf('buyOrderCompleted', id)
    expect(String(completed.baseAmount)).toBe('0.02')
    expect(namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'orderFilled', 'buyOrderCompleted'])
    const filled = await eventOf('orderFilled', id)
    expect([String(filled.amount), String(filled.fee?.amount), filled.fee?.asset, filled.isMaker]).toEqual([
      '0.005',
      '0.06',
      'USDT',
      true,
    ])
    await until(() => connector.balance('USDT').eq(account().walletBalance('USDT')), 'the balance')
    expect(String(connector.balance('USDT'))).toBe('99999.76')
  })

  test('positions open, grow, shrink, flip and close', async () => {
    const { connector, eventOf } = await ready()
    apply('snapshot', [[60_000, 50]], [[60_010, 50]])
    const steps = [
      ['buy', '0.02', '0.02'],
      ['buy', '0.01', '0.03'],
      ['sell', '0.02', '0.01'],
      ['sell', '0.03', '-0.02'],
    ] as const
    for (const [side, amount, position] of steps) {
      const id = connector[side](PAIR, amount, 'market', undefined, { positionAction: 'open' })
      await eventOf(side === 'buy' ? 'buyOrderCompleted' : 'sellOrderCompleted', id)
      await until(
        () => connector.positions.get(PAIR)?.amount.toString() === position,
        `a position of ${position}`,
      )
    }
    const close = connector.buy(PAIR, '9', 'market', undefined, { positionAction: 'close' })
    expect(String((await eventOf('buyOrderCompleted', close)).baseAmount)).toBe('0.02')
    await until(() => !connector.positions.has(PAIR), 'the position to be gone')
  })

  test('I14: what happens while the private stream is down is told once it is back, once', async () => {
    const { connector, eventOf, namesOf } = await ready()
    const id = connector.buy(PAIR, '0.01', 'limit', '60000')
    await eventOf('buyOrderCreated', id)
    exchange.refuseConnections(true)
    exchange.dropSockets()
    await until(() => connector.status['userStream']?.ok === false, 'the loss to be noticed')
    exchange.applyMarketEvent(trade('sell', 59_990, 5))
    exchange.refuseConnections(false)
    await eventOf('buyOrderCompleted', id)
    await until(() => connector.status['userStream']?.ok === true, 'the stream to be back')
    expect(namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
    await until(() => connector.positions.get(PAIR)?.amount.toString() === '0.01', 'the position')
    exchange.expireLogins()
    await until(() => connector.status['userStream']?.ok === false, 'the end of the login to be noticed')
    await until(() => connector.status['userStream']?.ok === true, 'a new login')
  })

  test('I2: an order whose answer was lost is looked up by its client id, and goes on', async () => {
    const { connector, eventOf } = await ready()
    exchange.failRest(({ path }) => (path.endsWith('/place-order') ? 'drop-after' : undefined))
    const id = connector.buy(PAIR, '0.01', 'limit', '59000')
    await eventOf('buyOrderCreated', id)
    expect(connector.inFlightOrders.get(id)?.state).toBe('open')
  })

  test('funding is told once for each payment', async () => {
    const clock = new LeapingClock()
    const { connector, eventOf } = await ready({ clock })
    const told: string[] = []
    connector.on('fundingPaymentCompleted', (payment) =>
      told.push(`${payment.pair} ${String(payment.amount)}`),
    )
    const id = connector.buy(PAIR, '0.1', 'market')
    await eventOf('buyOrderCompleted', id)
    exchange.engine.payFunding('BTCUSDT')
    // The bills are asked for once a minute at most, and whenever the stream comes back after that.
    for (const times of [1, 2]) {
      clock.leapMs += 61_000
      exchange.dropSockets()
      await until(() => connector.status['userStream']?.ok === false, `loss ${times} to be noticed`)
      await until(() => connector.status['userStream']?.ok === true, `the stream to be back, ${times}`)
      await until(() => billRequests() > times, `the bills to be asked for, ${times}`)
    }
    await until(() => told.length > 0, 'the payment')
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/^BTC-USDT -0\.6/)
  })
})
