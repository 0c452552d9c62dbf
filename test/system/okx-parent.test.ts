import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { ConnectorEvents } from '../../src/connector/events.ts'
import type { CcxtClient } from '../../src/exchanges/ccxt-client.ts'
import type { CcxtConnection } from '../../src/exchanges/ccxt-connection.ts'
import type { CcxtSocket } from '../../src/exchanges/ccxt-exchange.ts'
import { OkxPerpetualDerivative } from '../../src/exchanges/okx/okx-perpetual-derivative.ts'
import { startSimulatedOkx } from '../../src/simulator/exchange/okx/simulated-okx.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import type { MarketEvent } from '../../src/simulator/market-event.ts'
import { UserStreamNotes } from '../support/hooked-binance.ts'
import { connectedStream } from '../support/connected-stream.ts'
import { openedParents } from '../support/opened-parents.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'
const INSTRUMENT = 'BTC-USDT-SWAP'
const CREDENTIALS = {
  apiKey: 'the-okx-key-of-the-test',
  apiSecret: 'the-okx-secret-of-the-test',
  passphrase: 'the-okx-passphrase-of-the-test',
}
const signal = new AbortController().signal

let exchange: SimulatedExchange
let sequence = 1_000n

function market(bids: [number, number][], asks: [number, number][], symbol = INSTRUMENT): MarketEvent {
  const nowMs = Date.now()
  return { kind: 'snapshot', symbol, txMs: nowMs, eventMs: nowMs, sequence: ++sequence, bids, asks }
}

function depth(bids: [number, number][], asks: [number, number][]): MarketEvent {
  return { ...market(bids, asks), kind: 'depth' } as MarketEvent
}

function publicTrade(takerSide: 'buy' | 'sell', price: number, size: number): MarketEvent {
  const nowMs = Date.now()
  return {
    kind: 'trade',
    symbol: INSTRUMENT,
    txMs: nowMs,
    eventMs: nowMs,
    tradeId: ++sequence,
    takerSide,
    price,
    size,
  }
}

function parent(options: Partial<ConnectorOptions> = {}): OkxPerpetualDerivative {
  return new OkxPerpetualDerivative({
    tradingPairs: [PAIR, 'DOGE-USDT'],
    credentials: CREDENTIALS,
    exchangeEndpoints: exchange.endpoints,
    logger: silentLogger,
    random: () => 0.5,
    ...options,
  })
}

const account = () => exchange.engine.account(CREDENTIALS.apiKey)!

beforeEach(async () => {
  exchange = await startSimulatedOkx({ accounts: [CREDENTIALS] })
  exchange.applyMarketEvent(market([[60_000, 1]], [[60_010, 1]]))
  exchange.applyMarketEvent(market([[0.1, 50_000]], [[0.100_01, 50_000]], 'DOGE-USDT-SWAP'))
})

afterEach(() => exchange.close())

describe('the hooks', () => {
  const parents = openedParents(parent)
  const { open, order } = parents

  test('rules are base units: a lot is a hundredth of a contract', async () => {
    const rules = await parents.hooks.fetchTradingRules(signal)
    const text = rules.map((rule) => [
      rule.exchangeSymbol,
      String(rule.contractSize),
      String(rule.minBaseAmountIncrement),
      String(rule.minOrderSize),
      String(rule.minPriceIncrement),
    ])
    expect(text).toEqual([
      [INSTRUMENT, '0.01', '0.0001', '0.0001', '0.1'],
      ['DOGE-USDT-SWAP', '1000', '10', '10', '0.000001'],
    ])
  })

  test('only the swap instruments are asked for, and nothing private before it is needed', async () => {
    await parents.hooks.fetchTradingRules(signal)
    expect(exchange.requests.map(({ path, parameters }) => [path, parameters])).toEqual([
      ['/api/v5/public/instruments', { instType: 'SWAP' }],
    ])
  })

  test('balances are the wallet’s, not the equity with its open profit', async () => {
    await parents.hooks.placeOrder(order({ clientOrderId: '1', orderType: 'market', price: undefined }))
    exchange.applyMarketEvent(market([[70_000, 1]], [[70_010, 1]]))
    const [balance] = await parents.hooks.fetchBalances(signal)
    // A fee of 0.05 % of 600.1 USDT; the position has gained about 100.
    expect(String(balance?.total)).toBe('9999.69995')
    expect(balance?.available?.gt('10000')).toBe(true)
  })

  test('the position mode is read and set; what is set already is no error, what is in use is', async () => {
    expect(await parents.hooks.fetchPositionMode(signal)).toBe('oneWay')
    await parents.hooks.submitPositionMode('oneWay', signal)
    await parents.hooks.submitPositionMode('hedge', signal)
    expect(await parents.hooks.fetchPositionMode(signal)).toBe('hedge')
    await parents.hooks.submitPositionMode('oneWay', signal)
    await parents.hooks.placeOrder(order({ clientOrderId: '2' }))
    await expect(parents.hooks.submitPositionMode('hedge', signal)).rejects.toThrow('59000')
  })

  test('leverage is read and set', async () => {
    expect(await parents.hooks.fetchLeverage(PAIR, signal)).toBe(20)
    expect(await parents.hooks.submitLeverage(PAIR, 7, signal)).toBe(7)
    expect(await parents.hooks.fetchLeverage(PAIR, signal)).toBe(7)
    await expect(parents.hooks.submitLeverage('DOGE-USDT', 100, signal)).rejects.toThrow('59102')
  })

  test('positions are signed base units, and those that are closed are gone', async () => {
    await parents.hooks.placeOrder(
      order({ clientOrderId: '3', tradeType: 'sell', price: new Decimal('59900') }),
    )
    const [position, ...rest] = await parents.hooks.fetchPositions(signal)
    expect(rest).toEqual([])
    expect(position).toMatchObject({ pair: PAIR, leverage: 20 })
    expect([String(position?.amount), String(position?.entryPrice)]).toEqual(['-0.01', '60000'])
    const close = { orderType: 'market', price: undefined, positionAction: 'close' } as const
    await parents.hooks.placeOrder(order({ clientOrderId: '4', ...close }))
    // OKX still lists it, with size 0 and no price.
    expect(await parents.hooks.fetchPositions(signal)).toEqual([])
  })

  test('funding info is put together from the rate, the mark price and the index price', async () => {
    const nextFundingMs = Date.now() + 3_600_000
    const [markPrice, indexPrice, fundingRate] = ['60005.5', '60004.25', '-0.0002'].map((t) => new Decimal(t))
    exchange.setFunding(INSTRUMENT, {
      nextFundingMs,
      markPrice: markPrice!,
      indexPrice: indexPrice!,
      fundingRate: fundingRate!,
    })
    const info = await parents.hooks.fetchFundingInfo(PAIR, signal)
    expect(info).toMatchObject({ pair: PAIR, nextFundingMs, source: 'rest' })
    expect([info.markPrice, info.indexPrice, info.rate].map(String)).toEqual([
      '60005.5',
      '60004.25',
      '-0.0002',
    ])
  })

  test('funding payments are those of the pair since a time, beyond one page of bills', async () => {
    await parents.hooks.placeOrder(order({ clientOrderId: '5', orderType: 'market', price: undefined }))
    const sinceMs = Date.now() - 1_000
    for (let payment = 0; payment < 130; payment++) exchange.engine.payFunding(INSTRUMENT)
    const payments = await parents.hooks.fetchFundingPayments(PAIR, sinceMs, signal)
    expect(payments).toHaveLength(130)
    expect(payments[0]).toMatchObject({ pair: PAIR, asset: 'USDT' })
    expect(payments.every(({ amount }) => amount.isNegative())).toBe(true)
    expect(payments[0]?.paymentId).toBe(`${PAIR}:USDT:${payments[0]?.paidMs}`)
    const pages = exchange.requests.filter(({ path }) => path.endsWith('bills-archive'))
    expect(pages.map(({ parameters }) => parameters['after'] !== undefined)).toEqual([false, true])
    expect(await parents.hooks.fetchFundingPayments('DOGE-USDT', sinceMs, signal)).toEqual([])
    expect(await parents.hooks.fetchFundingPayments(PAIR, Date.now() + 60_000, signal)).toEqual([])
  })

  test('a REST book is base units, and has a time in place of a sequence', async () => {
    const snapshot = await parents.hooks.fetchBookSnapshot('DOGE-USDT', signal)
    expect([...snapshot.bids]).toEqual([0.1, 50_000])
    expect(Math.abs(snapshot.eventMs - Date.now())).toBeLessThan(60_000)
  })

  test('a resting order is accepted with the id of nineteen digits, found by its client id, and canceled', async () => {
    const resting = order({ clientOrderId: '18446744073709551615' })
    const placed = await parents.hooks.placeOrder(resting)
    expect(placed).toMatchObject({ kind: 'accepted' })
    const exchangeOrderId = placed.kind === 'accepted' ? placed.exchangeOrderId : undefined
    expect(exchangeOrderId).toMatch(/^\d{19}$/)
    expect(account().records.openOrders()[0]?.size.toString()).toBe('0.01')
    const [open, ...rest] = await parents.hooks.fetchOpenOrders(signal)
    expect(rest).toEqual([])
    expect(open).toMatchObject({ clientOrderId: '18446744073709551615', exchangeOrderId, state: 'open' })
    expect(await parents.hooks.placeCancel(resting)).toMatchObject({ kind: 'accepted' })
    const found = await parents.hooks.fetchOrder(resting, signal)
    expect(found).toMatchObject({ state: 'canceled', exchangeOrderId })
    expect(found, 'the user wanted it').not.toHaveProperty('reason')
  })

  test('every open order is listed, beyond one page of them', async () => {
    const engineOrder = { symbol: INSTRUMENT, side: 'buy', kind: 'limit', timeInForce: 'gtc' } as const
    const price = new Decimal('59000')
    for (let at = 1; at <= 205; at++) {
      const size = new Decimal('0.0001').mul(at)
      exchange.engine.place(account(), { ...engineOrder, price, size, clientOrderId: String(at) })
    }
    const open = await parents.hooks.fetchOpenOrders(signal)
    expect(open).toHaveLength(205)
    expect(new Set(open.map(({ clientOrderId }) => clientOrderId)).size).toBe(205)
    expect(open[0]).toMatchObject({ pair: PAIR, state: 'open', source: 'rest' })
  })

  test('what the exchange cancels at once says why when it is looked up', async () => {
    const cases = [
      [order({ clientOrderId: '11', orderType: 'limitMaker', price: new Decimal('60020') }), '31'],
      [order({ clientOrderId: '12', timeInForce: 'ioc' }), '14'],
      [order({ clientOrderId: '13', timeInForce: 'fok' }), '13'],
    ] as const
    for (const [each, source] of cases) {
      expect(await parents.hooks.placeOrder(each)).toMatchObject({ kind: 'accepted' })
      const found = await parents.hooks.fetchOrder(each, signal)
      expect(found).toMatchObject({ state: 'canceled', reason: { code: 'EXPIRED' } })
      expect(found?.reason?.message).toContain(`source ${source}`)
    }
  })

  test('fills of an order are all fetched, page by page, with fees positive when paid', async () => {
    const levels = Array.from({ length: 120 }, (_, at): [number, number] => [60_100 + at, 0.0001])
    exchange.applyMarketEvent(market([[60_000, 1]], levels))
    const taking = order({
      clientOrderId: '14',
      orderType: 'market',
      price: undefined,
      amount: new Decimal('0.012'),
    })
    expect(await parents.hooks.placeOrder(taking)).toMatchObject({ kind: 'accepted' })
    const fills = await parents.hooks.fetchOrderFills(taking, signal)
    expect(fills).toHaveLength(120)
    expect(new Set(fills.map(({ tradeId }) => tradeId)).size).toBe(120)
    const sum = fills.reduce((total, { amount }) => total.plus(amount), new Decimal(0))
    expect(String(sum)).toBe('0.012')
    const [first] = fills.toSorted((a, b) => a.price.cmp(b.price))
    expect(first).toMatchObject({ clientOrderId: '14', isMaker: false, fee: { asset: 'USDT' } })
    expect([first!.price, first!.fee!.amount].map(String)).toEqual(['60100', '0.003005'])
  })

  test('what the exchange refuses is rejected, with the code and words of the order’s own row', async () => {
    const refusals = [
      [order({ clientOrderId: '21', amount: new Decimal('100') }), '51008'],
      [order({ clientOrderId: '22', positionAction: 'close' }), '51169'],
      [order({ clientOrderId: '23', price: new Decimal('90000') }), '51006'],
    ] as const
    for (const [each, code] of refusals) {
      const refused = await parents.hooks.placeOrder(each)
      expect(refused).toMatchObject({ kind: 'rejected', reason: { code: 'QTX_ORDER_REJECTED' } })
      expect(JSON.stringify(refused)).toContain(code)
    }
  })

  test('an order that the exchange does not have is undefined, and canceling it is not found', async () => {
    const never = order({ clientOrderId: '24' })
    expect(await parents.hooks.fetchOrder(never, signal)).toBeUndefined()
    expect(await parents.hooks.fetchOrderFills(never, signal)).toEqual([])
    expect(await parents.hooks.placeCancel(never)).toMatchObject({ kind: 'rejected', notFound: true })
    expect(parents.hooks.notFoundIsProofAfterMs).toBe(60_000)
  })

  test('I2: an answer that is lost, or says that the exchange does not know, leaves the outcome unknown', async () => {
    const answers = [
      'drop-after',
      { status: 503, body: { code: '50001', msg: 'Service temporarily unavailable', data: [] } },
      { status: 400, body: { code: '50004', msg: 'API endpoint request timeout', data: [] } },
      { status: 200, body: { code: '0', msg: '', data: [] } },
      { status: 200, body: { code: '0', data: [{ ordId: '9', clOrdId: 'another', sCode: '0' }] } },
      {
        status: 200,
        body: { code: '1', data: [{ ordId: '', clOrdId: '', sCode: '50026', sMsg: 'System error' }] },
      },
    ] as const
    for (const [index, answer] of answers.entries()) {
      exchange.failRest(({ path }) => (path.endsWith('/batch-orders') ? answer : undefined))
      const lost = order({ clientOrderId: `31${index}` })
      expect(await parents.hooks.placeOrder(lost), JSON.stringify(answer)).toMatchObject({ kind: 'unknown' })
      const found = await parents.hooks.fetchOrder(lost, signal)
      expect(found?.state).toBe(answer === 'drop-after' ? 'open' : undefined)
    }
  })

  test('I30: after a refusal for its time a read is made again with the exchange’s clock, and logins use it', async () => {
    exchange.setClockSkew(-120_000)
    expect(await parents.hooks.fetchPositionMode(signal)).toBe('oneWay')
    const notes = new UserStreamNotes()
    const stream = parents.hooks.createUserStream()
    await stream.start(notes)
    await until(() => notes.connectedCount === 1, 'connected()')
    await stream.stop()
  })

  test('bad keys are QTX_AUTH over REST and end the stream with their code; no secret is shown', async () => {
    for (const wrong of [{ apiSecret: 'a-wrong-secret' }, { passphrase: 'a-wrong-passphrase' }]) {
      const credentials = { ...CREDENTIALS, ...wrong }
      const stranger = await open({ credentials })
      const error: unknown = await stranger.fetchBalances(signal).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'QTX_AUTH' })
      const notes = new UserStreamNotes()
      const stream = stranger.createUserStream()
      await stream.start(notes)
      await until(() => notes.disconnects.length > 0)
      expect(notes.disconnects[0]).toMatch(/6000[57]|60024/)
      for (const secret of Object.values(credentials)) {
        expect(notes.disconnects[0]).not.toContain(secret)
        expect(String(error)).not.toContain(secret)
      }
      await stream.stop()
    }
  })

  test('what ccxt sends on a socket that has ended is refused, and its promise is nobody’s burden', async () => {
    const { connection } = parents.hooks as unknown as { readonly connection: CcxtConnection }
    const client = await connection.createSibling()
    const socket = client.exchange.client(`${exchange.websocketUrl}/ws/v5/private`) as CcxtSocket & {
      connect(): Promise<unknown>
    }
    await socket.connect()
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      const ended = new Promise<void>((resolve) => {
        client.listen({ frame: () => false, opened: () => undefined, ended: () => resolve() })
      })
      exchange.dropSockets()
      await ended
      void socket.send({ op: 'login' })
      await expect(socket.send({ op: 'login' })).rejects.toThrow('not open')
      await new Promise((resolve) => setImmediate(resolve))
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', note)
      client.close()
    }
  })

  test('answers to pings reach ccxt on the public stream, or it would take the connection for dead', async () => {
    const { connection } = parents.hooks as unknown as { readonly connection: CcxtConnection }
    const clients: CcxtClient[] = []
    const createSibling = connection.createSibling.bind(connection)
    connection.createSibling = async () => {
      const client = await createSibling()
      clients.push(client)
      return client
    }
    const source = parents.hooks.createMarketDataSource()
    let isSeeded = false
    const nothing = () => undefined
    source.subscribe(PAIR, {
      depth: nothing,
      top: nothing,
      trade: nothing,
      interrupted: nothing,
      restarted: nothing,
      snapshot: () => (isSeeded = true),
    })
    await source.start()
    await until(() => isSeeded, 'the stream’s snapshot')
    const [socket] = clients[0]!.sockets as (CcxtSocket & { readonly lastPong?: number })[]
    expect(socket!.lastPong).toBeUndefined()
    await socket!.send('ping')
    await until(() => socket!.lastPong !== undefined, 'the answer')
    await source.stop()
  })

  describe('the private stream', () => {
    const stream = connectedStream(() => parents.hooks.createUserStream())

    test('an order’s whole life is told in order, fills before states, with the trade ids of REST', async () => {
      exchange.applyMarketEvent(
        market(
          [[60_000, 1]],
          [
            [60_010, 0.1],
            [60_020, 0.1],
          ],
        ),
      )
      const taking = order({ clientOrderId: '51', amount: new Decimal('0.15'), price: new Decimal('60100') })
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
      expect([first!.amount, second!.amount].map(String)).toEqual(['0.1', '0.05'])
      expect(stream.notes.orders.map((each) => String(each.executedAmount))).toEqual(['0', '0.1', '0.15'])
      // 0.1 × 60010 × 0.05 %, negative on the wire.
      expect(String(first!.fee?.amount)).toBe('3.0005')
      const fills = await parents.hooks.fetchOrderFills(taking, signal)
      const identities = (list: typeof fills) =>
        list.map((fill) => `${fill.tradeId} ${String(fill.amount)} ${String(fill.fee?.amount)}`).sort()
      expect(identities(fills)).toEqual(identities(stream.notes.trades))
      await until(() => String(stream.notes.positionChanges.at(-1)?.amount) === '0.15', 'the position')
      await until(() => stream.notes.balanceChanges.length > 0, 'a balance')
      const balance = stream.notes.balanceChanges.at(-1)
      expect(balance?.available, 'what is available comes with the stream').toBeDefined()
    })

    test('a position that is closed is told with amount zero', async () => {
      const atMarket = { orderType: 'market', price: undefined } as const
      await parents.hooks.placeOrder(order({ clientOrderId: '52', ...atMarket }))
      await parents.hooks.placeOrder(
        order({ clientOrderId: '53', tradeType: 'sell', positionAction: 'close', ...atMarket }),
      )
      await until(() => stream.notes.positionChanges.some((position) => position.amount.isZero()))
    })

    test('I14: after the service ends the login it logs in and subscribes anew', async () => {
      exchange.expireLogins()
      await until(() => stream.notes.disconnects.length === 1)
      parents.clock.advance(500)
      await until(() => stream.notes.connectedCount === 2)
      await parents.hooks.placeOrder(order({ clientOrderId: '54' }))
      await until(() => stream.notes.orders.length === 1)
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
  let connector: OkxPerpetualDerivative

  async function start(options: Partial<ConnectorOptions> = {}): Promise<void> {
    connector = parent(options)
    await connector.start()
    await connector.waitReady()
  }

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

  beforeEach(() => start())

  afterEach(() => connector.stop())

  test('books are live, base units, and follow the exchange’s', async () => {
    const doge = connector.orderBook('DOGE-USDT')
    expect([doge.state, doge.bestBidPrice, doge.bestBidSize]).toEqual(['live', 0.1, 50_000])
    expect(doge.sequence, 'seeded by the stream’s own snapshot').toBeGreaterThan(0)
    expect(exchange.requests.some(({ path }) => path.includes('/market/books'))).toBe(false)
    const book = connector.orderBook(PAIR)
    exchange.applyMarketEvent(
      depth(
        [[59_999, 2]],
        [
          [60_010, 0],
          [60_011, 3],
        ],
      ),
    )
    await until(() => book.bidLevelCount === 2 && book.bestAskPrice === 60_011)
    const engineBook = exchange.engine.book(INSTRUMENT)
    expect(book.bids()).toEqual(engineBook.levels('bid', 400))
    expect(book.asks()).toEqual(engineBook.levels('ask', 400))
  })

  test('an order fills in parts while it rests, with the maker’s fee, and completes', async () => {
    const id = connector.buy(PAIR, '0.02', 'limit', '60005')
    await event('buyOrderCreated', id)
    const filled = event('orderFilled', id)
    exchange.applyMarketEvent(publicTrade('sell', 60_005, 0.005))
    expect(await filled).toMatchObject({ isMaker: true })
    expect(connector.inFlightOrders.get(id)?.executedAmount.toString()).toBe('0.005')
    const completed = event('buyOrderCompleted', id)
    exchange.applyMarketEvent(publicTrade('sell', 60_000, 1))
    expect(String((await completed).baseAmount)).toBe('0.02')
  })

  test('a position opens, grows, flips and closes', async () => {
    const amount = () => String(connector.positions.get(PAIR)?.amount)
    for (const [side, size, then] of [
      ['buy', '0.01', '0.01'],
      ['buy', '0.02', '0.03'],
      ['sell', '0.05', '-0.02'],
    ] as const) {
      connector[side](PAIR, size, 'market')
      await until(() => amount() === then, `a position of ${then}`)
    }
    const id = connector.buy(PAIR, '5', 'market', undefined, { positionAction: 'close' })
    const closed = await event('buyOrderCompleted', id)
    expect(String(closed.baseAmount), 'a close is never larger than the position').toBe('0.02')
    await until(() => !connector.positions.has(PAIR))
  })

  test('a post-only order that would take is created and canceled, with the reason', async () => {
    const id = connector.buy(PAIR, '0.01', 'limitMaker', '60020')
    const cancelled = await event('orderCancelled', id)
    expect(cancelled.reason).toContain('post-only order would have taken')
  })

  test('an order is canceled when the stream says so', async () => {
    const id = connector.buy(PAIR, '0.01', 'limit', '59000')
    await event('buyOrderCreated', id)
    expect(await connector.cancel(PAIR, id)).toMatchObject({ success: true })
    expect(account().records.openOrders()).toEqual([])
  })

  test('a lost answer leaves the order unknown until it is looked up, and it is created once', async () => {
    exchange.failRest(({ path }) => (path.endsWith('/batch-orders') ? 'drop-after' : undefined))
    const created: string[] = []
    connector.on('buyOrderCreated', ({ clientOrderId }) => created.push(clientOrderId))
    const id = connector.buy(PAIR, '0.01', 'limit', '59000')
    await event('buyOrderCreated', id)
    expect(account().records.openOrders()).toHaveLength(1)
    expect(created).toEqual([id])
  })

  test('I13: what filled while the private stream was cut is told once it is back, and told once', async () => {
    const id = connector.buy(PAIR, '0.01', 'limit', '60005')
    await event('buyOrderCreated', id)
    const fills: string[] = []
    connector.on('orderFilled', ({ tradeId }) => fills.push(tradeId))
    const completed = event('buyOrderCompleted', id)
    exchange.dropSockets()
    exchange.applyMarketEvent(publicTrade('sell', 60_000, 1))
    await completed
    await until(() => connector.ready)
    await until(() => String(connector.positions.get(PAIR)?.amount) === '0.01', 'the position')
    expect(fills).toHaveLength(1)
  })
})
