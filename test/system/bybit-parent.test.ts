import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { ConnectorEvents } from '../../src/connector/events.ts'
import type { OrderIdentity } from '../../src/connector/in-flight-order.ts'
import { BybitPerpetualDerivative } from '../../src/exchanges/bybit/bybit-perpetual-derivative.ts'
import { startSimulatedBybit } from '../../src/simulator/exchange/bybit/simulated-bybit.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import type { MarketEvent } from '../../src/simulator/market-event.ts'
import { UserStreamNotes } from '../support/hooked-binance.ts'
import { connectedStream } from '../support/connected-stream.ts'
import { openedParents } from '../support/opened-parents.ts'
import { until } from '../support/until.ts'
import { errorOf } from '../support/error-of.ts'

const PAIR = 'BTC-USDT'
const SYMBOL = 'BTCUSDT'
const DAY_MS = 24 * 3_600_000
const CREDENTIALS = { apiKey: 'the-bybit-key-of-the-test', apiSecret: 'the-bybit-secret-of-the-test' }
const signal = new AbortController().signal

let exchange: SimulatedExchange
let sequence = 1_000n

function market(bids: [number, number][], asks: [number, number][], symbol = SYMBOL): MarketEvent {
  const nowMs = Date.now()
  return { kind: 'snapshot', symbol, txMs: nowMs, eventMs: nowMs, sequence: ++sequence, bids, asks }
}

function publicTrade(takerSide: 'buy' | 'sell', price: number, size: number): MarketEvent {
  const nowMs = Date.now()
  const head = { kind: 'trade', symbol: SYMBOL, txMs: nowMs, eventMs: nowMs } as const
  return { ...head, tradeId: ++sequence, takerSide, price, size }
}

function parent(options: Partial<ConnectorOptions> = {}): BybitPerpetualDerivative {
  return new BybitPerpetualDerivative({
    tradingPairs: [PAIR, 'DOGE-USDT'],
    credentials: CREDENTIALS,
    exchangeEndpoints: exchange.endpoints,
    logger: silentLogger,
    random: () => 0.5,
    ...options,
  })
}

const account = () => exchange.engine.account(CREDENTIALS.apiKey)!
const requestsTo = (path: string) => exchange.requests.filter((request) => request.path === path)

beforeEach(async () => {
  exchange = await startSimulatedBybit({ accounts: [CREDENTIALS] })
  exchange.applyMarketEvent(market([[60_000, 1]], [[60_010, 1]]))
  exchange.applyMarketEvent(market([[0.1, 50_000]], [[0.100_01, 50_000]], 'DOGEUSDT'))
})

afterEach(() => exchange.close())

describe('the hooks', () => {
  const parents = openedParents(parent)
  const { open, order } = parents

  test('only linear instruments are asked for, and nothing private before it is needed', async () => {
    const rules = await parents.hooks.fetchTradingRules(signal)
    expect(rules.map(({ pair, exchangeSymbol }) => [pair, exchangeSymbol])).toEqual([
      [PAIR, SYMBOL],
      ['DOGE-USDT', 'DOGEUSDT'],
    ])
    expect(
      [rules[0]!.minPriceIncrement, rules[0]!.minNotionalSize, rules[0]!.contractSize].map(String),
    ).toEqual(['0.1', '5', '1'])
    const asked = new Set(
      exchange.requests.map(({ path, parameters }) => `${path} ${parameters['category']}`),
    )
    expect([...asked]).toEqual(['/v5/market/instruments-info linear'])
  })

  test('balances are the wallet’s; what is available counts open profit and what is bound', async () => {
    await parents.hooks.placeOrder(order({ clientOrderId: '1', orderType: 'market', price: undefined }))
    exchange.applyMarketEvent(market([[60_500, 1]], [[60_510, 1]]))
    await parents.hooks.placeOrder(order({ clientOrderId: '2' }))
    const [balance] = await parents.hooks.fetchBalances(signal)
    const wallet = account().walletBalance('USDT')
    // Entered at 60,010, marked at 60,505, 20 times leverage; the fee is in the wallet already.
    const available = wallet.plus('4.95').minus('30.2525').minus('29.5')
    expect([balance?.asset, String(balance?.total), String(balance?.available)]).toEqual([
      'USDT',
      String(wallet),
      String(available),
    ])
    expect(requestsTo('/v5/user/query-api'), 'no permission to transfer is needed').toEqual([])
  })

  test('positions of all pairs come in one request, signed, without those that are closed', async () => {
    await parents.hooks.fetchTradingRules(signal)
    await parents.hooks.placeOrder(
      order({ clientOrderId: '1', tradeType: 'sell', price: new Decimal('59900') }),
    )
    const doge = {
      pair: 'DOGE-USDT',
      orderType: 'market',
      amount: new Decimal('100'),
      price: undefined,
    } as const
    await parents.hooks.placeOrder(order({ clientOrderId: '2', ...doge }))
    const positions = await parents.hooks.fetchPositions(signal)
    expect(
      positions.map(({ pair, amount, entryPrice, leverage }) => [
        pair,
        String(amount),
        String(entryPrice),
        leverage,
      ]),
    ).toEqual([
      [PAIR, '-0.01', '60000', 20],
      ['DOGE-USDT', '100', '0.10001', 20],
    ])
    expect(requestsTo('/v5/position/list')).toHaveLength(1)
    await parents.hooks.placeOrder(
      order({ clientOrderId: '3', ...doge, tradeType: 'sell', positionAction: 'close' }),
    )
    expect((await parents.hooks.fetchPositions(signal)).map(({ pair }) => pair)).toEqual([PAIR])
  })

  test('the position mode is that of every pair; what is set already is no error, what is in use is', async () => {
    expect(await parents.hooks.fetchPositionMode(signal)).toBe('oneWay')
    await parents.hooks.submitPositionMode('oneWay', signal)
    await parents.hooks.submitPositionMode('hedge', signal)
    expect(account().hedgeMode).toBe(true)
    expect(await parents.hooks.fetchPositionMode(signal)).toBe('hedge')
    await parents.hooks.submitPositionMode('oneWay', signal)
    await parents.hooks.placeOrder(order({ clientOrderId: '1' }))
    expect((await errorOf(parents.hooks.submitPositionMode('hedge', signal))).message).toContain('110028')
    const symbols = requestsTo('/v5/position/list').map(({ parameters }) => parameters['symbol'])
    expect(symbols.slice(0, 2).sort()).toEqual([SYMBOL, 'DOGEUSDT'])
  })

  test('leverage is read and set; what is set already is no error', async () => {
    expect(await parents.hooks.fetchLeverage(PAIR, signal)).toBe(20)
    expect(await parents.hooks.submitLeverage(PAIR, 7, signal)).toBe(7)
    expect(await parents.hooks.submitLeverage(PAIR, 7, signal)).toBe(7)
    expect(await parents.hooks.fetchLeverage(PAIR, signal)).toBe(7)
    expect((await errorOf(parents.hooks.submitLeverage(PAIR, 101, signal))).message).toContain('110013')
  })

  test('funding info comes from the ticker, whole', async () => {
    exchange.setFunding(SYMBOL, {
      fundingRate: new Decimal('-0.000212'),
      markPrice: new Decimal('60004.5'),
      indexPrice: new Decimal('60003.25'),
    })
    const info = await parents.hooks.fetchFundingInfo(PAIR, signal)
    expect([info.rate, info.markPrice, info.indexPrice].map(String)).toEqual([
      '-0.000212',
      '60004.5',
      '60003.25',
    ])
    expect(info.nextFundingMs).toBeGreaterThan(Date.now())
  })

  test('funding payments are received when positive, also those of more than a week ago', async () => {
    await parents.hooks.placeOrder(order({ clientOrderId: '1', orderType: 'market', price: undefined }))
    const nowMs = Date.now()
    for (const daysAgo of [20, 10, 0]) {
      exchange.setClockSkew(-daysAgo * DAY_MS)
      exchange.engine.payFunding(SYMBOL)
    }
    exchange.setFunding(SYMBOL, { fundingRate: new Decimal('-0.0001') })
    exchange.setClockSkew(1)
    exchange.engine.payFunding(SYMBOL)
    exchange.setClockSkew(0)
    const payments = await parents.hooks.fetchFundingPayments(PAIR, nowMs - 15 * DAY_MS, signal)
    expect(payments.map(({ asset, amount }) => `${String(amount)} ${asset}`)).toEqual([
      '-0.060005 USDT',
      '-0.060005 USDT',
      '0.060005 USDT',
    ])
    expect(new Set(payments.map(({ paymentId }) => paymentId)).size).toBe(3)
    expect(requestsTo('/v5/execution/list').length, 'seven days at a time').toBe(3)
    expect(await parents.hooks.fetchFundingPayments('DOGE-USDT', nowMs - DAY_MS, signal)).toEqual([])
  })

  test('every open order is fetched, page by page, of all pairs at once', async () => {
    for (let count = 0; count < 55; count++) {
      exchange.engine.place(account(), {
        symbol: count % 2 ? SYMBOL : 'DOGEUSDT',
        side: 'buy',
        kind: 'limit',
        timeInForce: 'gtc',
        size: new Decimal(count % 2 ? '0.001' : '100'),
        price: new Decimal(count % 2 ? '58000' : '0.09'),
        clientOrderId: `7${count}`,
      })
    }
    const open = await parents.hooks.fetchOpenOrders(signal)
    expect(new Set(open.map(({ clientOrderId }) => clientOrderId)).size).toBe(55)
    expect(open.every(({ state, source }) => state === 'open' && source === 'rest')).toBe(true)
    expect(requestsTo('/v5/order/realtime')).toHaveLength(2)
  })

  test('a resting order is received with its UUID, found by its client id, and its cancel is only received', async () => {
    const resting = order({ clientOrderId: '18446744073709551615' })
    const placed = await parents.hooks.placeOrder(resting)
    expect(placed).toMatchObject({
      kind: 'accepted',
      exchangeOrderId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    })
    expect(placed).not.toHaveProperty('state')
    expect(await parents.hooks.fetchOrder(resting, signal)).toMatchObject({
      state: 'open',
      clientOrderId: resting.clientOrderId,
    })
    const canceled = await parents.hooks.placeCancel(resting)
    expect(canceled.kind).toBe('accepted')
    expect(canceled).not.toHaveProperty('executedAmount')
    expect(await parents.hooks.fetchOrder(resting, signal)).toMatchObject({ state: 'canceled' })
  })

  test('what the exchange cancels at once is accepted, and says why when it is looked up', async () => {
    const reasonOf = async (fields: Partial<OrderIdentity> & { clientOrderId: string }) => {
      const placed = order(fields)
      expect(await parents.hooks.placeOrder(placed)).toMatchObject({ kind: 'accepted' })
      const found = await parents.hooks.fetchOrder(placed, signal)
      expect(found?.state).toBe('canceled')
      return found?.reason?.message
    }
    const crossing = new Decimal('60020')
    expect(await reasonOf({ clientOrderId: '1', orderType: 'limitMaker', price: crossing })).toContain(
      'EC_PostOnlyWillTakeLiquidity',
    )
    expect(await reasonOf({ clientOrderId: '2', timeInForce: 'fok' })).toContain('EC_CancelForNoFullFill')
    expect(await reasonOf({ clientOrderId: '3', timeInForce: 'ioc' })).toContain('EC_NoImmediateQtyToFill')
  })

  test('an order of more than a week ago is found in the history, with its fills', async () => {
    const old = order({
      clientOrderId: '1',
      orderType: 'market',
      price: undefined,
      createdMs: parents.clock.nowMs() - 16 * DAY_MS,
    })
    exchange.setClockSkew(-16 * DAY_MS)
    exchange.engine.place(account(), {
      symbol: SYMBOL,
      side: 'buy',
      kind: 'market',
      timeInForce: 'ioc',
      size: new Decimal('0.01'),
      clientOrderId: '1',
    })
    exchange.setClockSkew(0)
    // Bybit's look-up of open orders finds the last few hundred done ones too; it is made to find none.
    const empty = {
      status: 200,
      body: { retCode: 0, retMsg: 'OK', result: { list: [], nextPageCursor: '' } },
    }
    exchange.failRest(({ path }) => (path === '/v5/order/realtime' ? empty : undefined))
    expect(await parents.hooks.fetchOrder(old, signal)).toMatchObject({ state: 'filled', clientOrderId: '1' })
    const fills = await parents.hooks.fetchOrderFills(old, signal)
    expect(fills.map(({ price, amount, fee }) => [price, amount, fee?.amount].map(String))).toEqual([
      ['60010', '0.01', '0.30005'],
    ])
  })

  test('fills of an order are all fetched, page by page, oldest first, and no other order’s', async () => {
    const asks = Array.from({ length: 130 }, (_, at): [number, number] => [60_010 + at / 10, 0.001])
    exchange.applyMarketEvent(market([[60_000, 1]], asks))
    await parents.hooks.placeOrder(order({ clientOrderId: '1', price: new Decimal('60010') }))
    const taking = order({ clientOrderId: '2', amount: new Decimal('0.12'), price: new Decimal('60030') })
    await parents.hooks.placeOrder(taking)
    const fills = await parents.hooks.fetchOrderFills(taking, signal)
    expect(fills).toHaveLength(120)
    expect([fills[0], fills.at(-1)].map((fill) => String(fill?.price))).toEqual(['60010.1', '60022'])
    expect(
      fills.every(
        ({ clientOrderId, isMaker, fee }) => clientOrderId === '2' && !isMaker && fee?.amount.gt(0),
      ),
    ).toBe(true)
    expect(requestsTo('/v5/execution/list')).toHaveLength(2)
  })

  test('what the exchange refuses is rejected, with its code and words, though the status is 200', async () => {
    const refused = async (fields: Partial<OrderIdentity> & { clientOrderId: string }) => {
      const outcome = await parents.hooks.placeOrder(order(fields))
      return outcome.kind === 'rejected' ? outcome.reason : outcome
    }
    expect(await refused({ clientOrderId: '1', amount: new Decimal('100') })).toEqual({
      code: 'QTX_ORDER_REJECTED',
      message: 'placing order 1 failed: 110007 ab not enough for new order',
    })
    expect(await refused({ clientOrderId: '2', positionAction: 'close' })).toMatchObject({
      message: expect.stringContaining('110017') as string,
    })
    const limited = { status: 200, body: { retCode: 10006, retMsg: 'Too many visits!', result: {} } }
    exchange.failRest(({ method }) => (method === 'POST' ? limited : undefined))
    expect(await refused({ clientOrderId: '3' })).toMatchObject({ code: 'QTX_RATE_LIMITED' })
  })

  test('an order that the exchange does not have is undefined, and canceling it is not found', async () => {
    const never = order({ clientOrderId: '27' })
    expect(await parents.hooks.fetchOrder(never, signal)).toBeUndefined()
    expect(await parents.hooks.fetchOrderFills(never, signal)).toEqual([])
    expect(await parents.hooks.placeCancel(never)).toMatchObject({ kind: 'rejected', notFound: true })
    await parents.hooks.placeOrder(never)
    await parents.hooks.placeCancel(never)
    expect(await parents.hooks.placeCancel(never), 'done orders too').toMatchObject({
      kind: 'rejected',
      notFound: true,
    })
  })

  test('answers without a list say nothing of balances, positions and open orders: not that there are none', async () => {
    await parents.hooks.fetchTradingRules(signal)
    const reads: (() => Promise<unknown>)[] = [
      () => parents.hooks.fetchBalances(signal),
      () => parents.hooks.fetchPositions(signal),
      () => parents.hooks.fetchOpenOrders(signal),
    ]
    for (const read of reads) {
      for (const result of [
        {},
        { list: 'none' },
        { list: [{ symbol: 'BTCUSDT', coin: [{ coin: 'USDT' }] }] },
      ]) {
        exchange.failRest(({ method }) =>
          method === 'GET' ? { status: 200, body: { retCode: 0, retMsg: 'OK', result } } : undefined,
        )
        expect((await errorOf(read())).code, JSON.stringify(result)).toBe('QTX_EXCHANGE_ANSWER')
      }
    }
  })

  test('an answer that has no list does not prove that there is no order', async () => {
    for (const result of [{}, { list: null }, { list: [{ orderLinkId: 'another', orderStatus: 'New' }] }]) {
      exchange.failRest(({ path }) =>
        path === '/v5/order/realtime'
          ? { status: 200, body: { retCode: 0, retMsg: 'OK', result } }
          : undefined,
      )
      const error = await errorOf(parents.hooks.fetchOrder(order({ clientOrderId: '27' }), signal))
      expect(error.code).toBe('QTX_EXCHANGE_ANSWER')
    }
  })

  test('I2: an answer that is lost, or says that the exchange does not know, leaves the outcome unknown', async () => {
    await parents.hooks.fetchTradingRules(signal)
    const answer = (body: object) => ({ status: 200, body: { retExtInfo: {}, time: 1, ...body } })
    const faults = [
      'drop-after',
      { status: 502, body: {} },
      answer({ retCode: 10000, retMsg: 'Server Timeout', result: {} }),
      answer({ retCode: 10016, retMsg: 'Internal server error', result: {} }),
      answer({ retCode: 0, retMsg: 'OK', result: { orderId: 'x', orderLinkId: 'another' } }),
      answer({ retCode: 0, retMsg: 'OK', result: {} }),
    ] as const
    for (const [index, fault] of faults.entries()) {
      exchange.failRest(({ path }) => (path === '/v5/order/create' ? fault : undefined))
      const placed = order({ clientOrderId: `3${index}` })
      expect(await parents.hooks.placeOrder(placed), JSON.stringify(fault)).toMatchObject({ kind: 'unknown' })
      const found = await parents.hooks.fetchOrder(placed, signal)
      expect(found?.state).toBe(fault === 'drop-after' ? 'open' : undefined)
    }
  })

  test('I30: after a refusal for its time a read is made again with the exchange’s clock, and logins use it', async () => {
    exchange.setClockSkew(-120_000)
    expect(await parents.hooks.fetchPositionMode(signal)).toBe('oneWay')
    expect(await parents.hooks.placeOrder(order({ clientOrderId: '36' }))).toMatchObject({ kind: 'accepted' })
    exchange.setClockSkew(120_000)
    expect(await parents.hooks.fetchPositionMode(signal)).toBe('oneWay')
    const notes = new UserStreamNotes()
    const stream = parents.hooks.createUserStream()
    await stream.start(notes)
    await until(() => notes.connectedCount === 1, 'the login')
    await stream.stop()
  })

  test('bad keys are QTX_AUTH over REST and end the stream with their code; no secret is shown', async () => {
    const wrong = { ...CREDENTIALS, apiSecret: 'a-wrong-secret-of-the-test' }
    for (const [credentials, code] of [
      [wrong, '10004'],
      [{ apiKey: 'an-unknown-key-of-the-test', apiSecret: 'x-secret' }, '10003'],
    ] as const) {
      const stranger = await open({ credentials })
      const error = await errorOf(stranger.fetchBalances(signal))
      expect([error.code, error.message.includes(code)]).toEqual(['QTX_AUTH', true])
      const notes = new UserStreamNotes()
      const stream = stranger.createUserStream()
      await stream.start(notes)
      await until(() => notes.disconnects.length > 0)
      expect(notes.disconnects[0]).toContain(code)
      const shown = `${error.message} ${JSON.stringify(error)} ${notes.disconnects.join(' ')}`
      for (const secret of Object.values(credentials)) expect(shown).not.toContain(secret)
      await stream.stop()
    }
  })

  describe('the private stream', () => {
    const stream = connectedStream(() => parents.hooks.createUserStream())

    test('an order’s whole life is told in order, fills before states, with the trade ids of REST', async () => {
      exchange.applyMarketEvent(market([[60_000, 1]], [[60_010, 0.01], [60_020, 1]])) // prettier-ignore
      const taking = order({ clientOrderId: '51', amount: new Decimal('0.015'), price: new Decimal('60100') })
      await parents.hooks.placeOrder(taking)
      await until(() => stream.notes.orders.at(-1)?.state === 'filled', 'filled')
      const [first, second] = stream.notes.trades
      expect(stream.notes.sequence).toEqual([
        'order open',
        `trade ${first!.tradeId}`,
        'order partiallyFilled',
        `trade ${second!.tradeId}`,
        'order filled',
      ])
      const text = (fill: (typeof stream.notes.trades)[number]) =>
        [fill.tradeId, fill.price, fill.amount, fill.fee?.amount, fill.fee?.asset, fill.fillMs].map(String)
      expect((await parents.hooks.fetchOrderFills(taking, signal)).map(text)).toEqual(
        stream.notes.trades.map(text),
      )
      await until(() => String(stream.notes.positionChanges.at(-1)?.amount) === '0.015')
      const [balance] = await parents.hooks.fetchBalances(signal)
      const told = stream.notes.balanceChanges.at(-1)
      expect([told?.total, told?.available].map(String)).toEqual(
        [balance?.total, balance?.available].map(String),
      )
    })

    test('funding is told with the id that the history has', async () => {
      await parents.hooks.placeOrder(order({ clientOrderId: '52', orderType: 'market', price: undefined }))
      exchange.engine.payFunding(SYMBOL)
      await until(() => stream.notes.fundingPayments.length === 1)
      const [fetched] = await parents.hooks.fetchFundingPayments(PAIR, Date.now() - DAY_MS, signal)
      expect(JSON.stringify(stream.notes.fundingPayments[0])).toBe(JSON.stringify(fetched))
    })

    test('a position that is closed is told with amount zero', async () => {
      await parents.hooks.placeOrder(order({ clientOrderId: '53', orderType: 'market', price: undefined }))
      const close = {
        tradeType: 'sell',
        orderType: 'market',
        price: undefined,
        positionAction: 'close',
      } as const
      await parents.hooks.placeOrder(order({ clientOrderId: '54', ...close }))
      await until(() => stream.notes.positionChanges.at(-1)?.amount.isZero() === true)
    })

    test('I14: after the exchange ends the login it logs in and subscribes anew', async () => {
      exchange.expireLogins()
      await until(() => stream.notes.disconnects.length === 1)
      parents.clock.advance(500)
      await until(() => stream.notes.connectedCount === 2)
      await parents.hooks.placeOrder(order({ clientOrderId: '55' }))
      await until(() => stream.notes.orders.length === 1)
    })

    test('a socket that ends before the login is sent is opened anew, and nothing is left unhandled', async () => {
      for (let round = 1; round <= 3; round++) {
        exchange.dropSockets()
        await until(() => stream.notes.disconnects.length === round)
        parents.clock.advance(30_000)
        await until(() => exchange.socketCount > 0)
      }
      await until(() => stream.notes.connectedCount >= 2)
    })

    test('stopping leaves no socket and no timer', async () => {
      await stream.stop()
      await until(() => exchange.socketCount === 0)
      expect(parents.clock.pending).toBe(0)
      expect(stream.notes.disconnects).toEqual([])
    })
  })
})

describe('a connector by itself', () => {
  let connector: BybitPerpetualDerivative

  function event<E extends keyof ConnectorEvents>(
    name: E,
    clientOrderId: string,
  ): Promise<ConnectorEvents[E]> {
    return new Promise((resolve) => {
      const off = connector.on(name, (payload) => {
        if ((payload as { clientOrderId?: string }).clientOrderId !== clientOrderId) return
        off()
        resolve(payload)
      })
    })
  }

  const isBookEqual = () => {
    const book = connector.orderBook(PAIR)
    const theirs = exchange.engine.book(SYMBOL)
    const text = (levels: readonly (readonly [number, number])[]) =>
      levels.map(([price, size]) => `${size} at ${price}`)
    return (
      book.state === 'live' &&
      String(text(book.bids())) === String(text(theirs.levels('bid', 200))) &&
      String(text(book.asks())) === String(text(theirs.levels('ask', 200)))
    )
  }

  beforeEach(async () => {
    connector = parent()
    await connector.start()
    await connector.waitReady()
  })

  afterEach(() => connector.stop())

  test('books come whole from the stream, follow the exchange’s, and begin anew when its service restarts', async () => {
    await until(isBookEqual, 'the book')
    expect(requestsTo('/v5/market/orderbook'), 'none is fetched').toEqual([])
    exchange.applyMarketEvent(market([[60_001, 3], [59_990, 1]], [[60_004, 2]])) // prettier-ignore
    await until(() => connector.orderBook(PAIR).bestBidPrice === 60_001 && isBookEqual(), 'the change')
    exchange.expireLogins()
    exchange.applyMarketEvent(market([[60_002, 5]], [[60_005, 2]]))
    await until(() => connector.orderBook(PAIR).bestBidPrice === 60_002 && isBookEqual(), 'the book after it')
  })

  test('an order fills in parts while it rests, with the maker’s fee, and completes', async () => {
    const id = connector.buy(PAIR, '0.02', 'limitMaker', '60005')
    await event('buyOrderCreated', id)
    const first = event('orderFilled', id)
    exchange.applyMarketEvent(publicTrade('sell', 60_000, 0.005))
    const fill = await first
    expect([fill.isMaker, fill.fee?.asset, String(fill.fee?.amount)]).toEqual([true, 'USDT', '0.060005'])
    const completed = event('buyOrderCompleted', id)
    exchange.applyMarketEvent(publicTrade('sell', 60_000, 5))
    expect(String((await completed).baseAmount)).toBe('0.02')
  })

  test('a lost answer leaves the order unknown until it is looked up, and it is created once', async () => {
    exchange.failRest(({ path }) => (path === '/v5/order/create' ? 'drop-after' : undefined))
    const names: string[] = []
    for (const name of ['buyOrderCreated', 'orderSubmitUnknown', 'orderFailure'] as const) {
      connector.on(name, () => names.push(name))
    }
    const id = connector.buy(PAIR, '0.01', 'limit', '59000')
    await event('buyOrderCreated', id)
    expect(names.filter((name) => name === 'buyOrderCreated')).toHaveLength(1)
    expect(names).not.toContain('orderFailure')
    expect(account().records.openOrders()).toHaveLength(1)
  })

  test('I13: what filled while the private stream was cut is told once it is back, and told once', async () => {
    const id = connector.buy(PAIR, '0.01', 'limitMaker', '60005')
    await event('buyOrderCreated', id)
    const fills: unknown[] = []
    connector.on('orderFilled', (fill) => fills.push(fill))
    const completed = event('buyOrderCompleted', id)
    exchange.refuseConnections(true)
    exchange.dropSockets()
    exchange.applyMarketEvent(publicTrade('sell', 60_000, 5))
    exchange.refuseConnections(false)
    await completed
    await until(() => connector.status['userStream']?.ok === true, 'the stream to be back')
    await until(() => String(connector.positions.get(PAIR)?.amount) === '0.01', 'the position')
    expect(fills).toHaveLength(1)
  })
})
