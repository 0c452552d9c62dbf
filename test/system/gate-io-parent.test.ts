import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { OrderIdentity } from '../../src/connector/in-flight-order.ts'
import type { BookSnapshot, MarketDataSink } from '../../src/connector/market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from '../../src/connector/market-updates.ts'
import { GateIoPerpetualDerivative } from '../../src/exchanges/gate-io/gate-io-perpetual-derivative.ts'
import { GATE_IO_DIALECT } from '../../src/simulator/exchange/gate-io/simulated-gate-io.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
} from '../../src/simulator/exchange/simulated-exchange.ts'
import type { MarketEvent } from '../../src/simulator/market-event.ts'
import { ORDER_EVENTS } from '../../src/connector/events.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { UserStreamNotes } from '../support/hooked-binance.ts'
import { type OpenHooks, openHooks } from '../support/open-hooks.ts'
import { connectedStream } from '../support/connected-stream.ts'
import { until } from '../support/until.ts'
import { limitOrder } from '../support/limit-order.ts'
import { errorOf } from '../support/error-of.ts'

const PAIR = 'BTC-USDT'
const CREDENTIALS = {
  apiKey: 'the-api-key-of-the-test',
  apiSecret: 'the-api-secret-of-the-test',
  userId: '31337',
}
const signal = new AbortController().signal

let exchange: SimulatedExchange
let clock: FakeClock
let connector: OpenHooks
let sequence = 1_000n
const connectors: OpenHooks[] = []

function connect(options: Partial<ConnectorOptions> = {}): OpenHooks {
  const made = openHooks(
    new GateIoPerpetualDerivative({
      tradingPairs: [PAIR, 'ETH-USDT'],
      credentials: CREDENTIALS,
      exchangeEndpoints: exchange.endpoints,
      clock,
      logger: silentLogger,
      random: () => 0.5,
      ...options,
    }),
  )
  connectors.push(made)
  return made
}

type Unstamped<T> = T extends unknown ? Omit<T, 'symbol' | 'txMs' | 'eventMs'> : never

function apply(event: Unstamped<MarketEvent>, symbol = 'BTC_USDT'): void {
  const nowMs = Date.now()
  exchange.applyMarketEvent({ symbol, txMs: nowMs, eventMs: nowMs, ...event })
}

const order = (fields: Parameters<typeof limitOrder>[0]) =>
  limitOrder({ createdMs: clock.nowMs(), ...fields })

const account = () => exchange.engine.account(CREDENTIALS.apiKey)!

beforeEach(async () => {
  exchange = await startSimulatedExchange(GATE_IO_DIALECT, { accounts: [CREDENTIALS] })
  apply({ kind: 'snapshot', sequence: ++sequence, bids: [[60_000, 1]], asks: [[60_010, 1]] })
  apply({ kind: 'snapshot', sequence: ++sequence, bids: [[3_000, 10]], asks: [[3_001, 10]] }, 'ETH_USDT')
  clock = new FakeClock(Date.now())
  connector = connect()
  await connector.startNetwork()
})

afterEach(async () => {
  for (const made of connectors.splice(0)) await made.stopNetwork()
  await exchange.close()
})

describe('account and market over REST', () => {
  test('trading rules are base units, whatever the contract size', async () => {
    const all = connect({ tradingPairs: [PAIR, 'ETH-USDT', 'SOL-USDT', 'DOGE-USDT'] })
    await all.startNetwork()
    const rules = await all.fetchTradingRules(signal)
    expect(
      rules.map(({ exchangeSymbol, contractSize, minBaseAmountIncrement, minOrderSize, minPriceIncrement }) =>
        [exchangeSymbol, contractSize, minBaseAmountIncrement, minOrderSize, minPriceIncrement].map(String),
      ),
    ).toEqual([
      ['BTC_USDT', '0.0001', '0.0001', '0.0001', '0.1'],
      ['ETH_USDT', '0.01', '0.01', '0.01', '0.05'],
      ['SOL_USDT', '1', '1', '1', '0.0001'],
      ['DOGE_USDT', '10', '10', '10', '0.000001'],
    ])
    const paths = exchange.requests.map(({ path }) => path)
    expect(paths).toEqual(['/api/v4/futures/usdt/contracts'])
  })

  test('balances are the wallet’s without open profit, and what is available', async () => {
    await connector.placeOrder(order({ clientOrderId: '10', orderType: 'market', price: undefined }))
    exchange.setFunding('BTC_USDT', { markPrice: new Decimal(70_000) })
    const [balance, ...rest] = await connector.fetchBalances(signal)
    expect(rest).toEqual([])
    // 0.01 × 60010 × 0.0005 of fee.
    expect(String(balance?.total)).toBe('9999.69995')
    expect(balance?.available?.gt(balance.total), 'open profit can be used').toBe(true)
  })

  test('a unified account is refused in plain words', async () => {
    const body = { currency: 'USDT', total: '0', available: '0', in_dual_mode: false, margin_mode: 1 }
    exchange.failRest(({ path }) => (path.endsWith('/accounts') ? { status: 200, body } : undefined))
    const error = await errorOf(connector.fetchBalances(signal))
    expect(error.code).toBe('QTX_CONFIG_INVALID')
    expect(error.message).toContain('unified')
  })

  test('the position mode is read and set; the same as now is no error', async () => {
    expect(await connector.fetchPositionMode(signal)).toBe('oneWay')
    await connector.submitPositionMode('oneWay', signal)
    await connector.submitPositionMode('hedge', signal)
    expect(await connector.fetchPositionMode(signal)).toBe('hedge')
    await connector.submitPositionMode('oneWay', signal)
    await connector.placeOrder(order({ clientOrderId: '11' }))
    expect((await errorOf(connector.submitPositionMode('hedge', signal))).message).toContain('ORDER_PENDING')
  })

  test('leverage of crossed margin stays that of crossed margin, isolated stays isolated', async () => {
    expect(await connector.fetchLeverage(PAIR, signal)).toBe(20)
    expect(await connector.submitLeverage(PAIR, 7, signal)).toBe(7)
    const sent = () => exchange.requests.filter(({ path }) => path.endsWith('/leverage')).at(-1)?.parameters
    expect(sent()).toMatchObject({ leverage: '0', cross_leverage_limit: '7' })
    expect(await connector.fetchLeverage(PAIR, signal)).toBe(7)
    const isolated = { contract: 'BTC_USDT', leverage: '7', cross_leverage_limit: '0' }
    exchange.failRest(({ method, path }) =>
      method === 'GET' && path.endsWith('/positions/BTC_USDT') ? { status: 200, body: isolated } : undefined,
    )
    expect(await connector.submitLeverage(PAIR, 5, signal)).toBe(5)
    expect(sent()).toEqual({ leverage: '5' })
    const error = await errorOf(connector.submitLeverage(PAIR, 101, signal))
    expect(error.message).toContain('LEVERAGE_TOO_HIGH')
  })

  test('positions are signed base units with their leverage; closed ones are gone', async () => {
    await connector.placeOrder(order({ clientOrderId: '12', tradeType: 'sell', price: new Decimal('59900') }))
    const [position, ...rest] = await connector.fetchPositions(signal)
    expect(rest).toEqual([])
    expect([
      position?.pair,
      String(position?.amount),
      String(position?.entryPrice),
      position?.leverage,
    ]).toEqual([PAIR, '-0.01', '60000', 20])
    const close = { positionAction: 'close', orderType: 'market', price: undefined } as const
    await connector.placeOrder(order({ clientOrderId: '13', ...close }))
    expect(await connector.fetchPositions(signal)).toEqual([])
  })

  test('funding has the rate, both prices and the next time, and its payments are told once', async () => {
    const nextFundingMs = Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000
    exchange.setFunding('BTC_USDT', { nextFundingMs, markPrice: new Decimal('60005.5') })
    const info = await connector.fetchFundingInfo(PAIR, signal)
    expect([info.markPrice, info.indexPrice, info.rate].map(String)).toEqual(['60005.5', '60005.5', '0.0001'])
    expect(info.nextFundingMs).toBe(nextFundingMs)
    await connector.placeOrder(order({ clientOrderId: '14', price: new Decimal('60100') }))
    exchange.engine.payFunding('BTC_USDT')
    exchange.engine.payFunding('ETH_USDT')
    const [payment, ...rest] = await connector.fetchFundingPayments(PAIR, Date.now() - 60_000, signal)
    expect(rest).toEqual([])
    // 0.01 × 60005.5 × 0.0001, paid by the long side.
    expect([payment?.asset, String(payment?.amount)]).toEqual(['USDT', '-0.0600055'])
    expect(payment?.paymentId).toMatch(/^BTC-USDT:USDT:\d+00000$/)
    expect(await connector.fetchFundingPayments(PAIR, Date.now() + 60_000, signal)).toEqual([])
  })

  test('the book snapshot is base units with the order book’s id', async () => {
    const snapshot = await connector.fetchBookSnapshot(PAIR, signal)
    expect([...snapshot.bids]).toEqual([60_000, 1])
    expect([...snapshot.asks]).toEqual([60_010, 1])
    expect(snapshot.sequence).toBe(Number(exchange.engine.book('BTC_USDT').depthSequence))
  })
})

describe('orders over REST', () => {
  test('a resting order is found by its text, in contracts on the exchange, and canceled for good', async () => {
    const resting = order({ clientOrderId: '18446744073709551615' })
    expect(await connector.placeOrder(resting)).toMatchObject({ kind: 'accepted' })
    const [there] = account().records.openOrders()
    expect([there?.clientOrderId, String(there?.size)]).toEqual(['t-18446744073709551615', '0.01'])
    const [open] = await connector.fetchOpenOrders(signal)
    expect(open).toMatchObject({ pair: PAIR, clientOrderId: '18446744073709551615', state: 'open' })
    expect(await connector.fetchOrder(resting, signal)).toMatchObject({ state: 'open', source: 'rest' })
    const canceled = await connector.placeCancel(resting)
    expect(canceled.kind === 'accepted' && String(canceled.executedAmount)).toBe('0')
    expect(await connector.fetchOrder(resting, signal)).toMatchObject({ state: 'canceled' })
    expect(await connector.placeCancel(resting)).toMatchObject({ kind: 'rejected', notFound: true })
  })

  test('a market order is price 0 with ioc, and its fills have the fee that was paid', async () => {
    const taking = order({ clientOrderId: '21', orderType: 'market', price: undefined })
    const placed = await connector.placeOrder(taking)
    expect(placed).toMatchObject({ kind: 'accepted', state: 'filled' })
    const [fill, ...rest] = await connector.fetchOrderFills(taking, signal)
    expect(rest).toEqual([])
    expect(fill).toMatchObject({
      clientOrderId: '21',
      tradeType: 'buy',
      isMaker: false,
      fee: { asset: 'USDT' },
    })
    expect([fill?.price, fill?.amount, fill?.fee?.amount].map(String)).toEqual(['60010', '0.01', '0.30005'])
  })

  test('fills of an order with more than one page of them all come', async () => {
    exchange.applyMarketEvent({
      kind: 'snapshot',
      symbol: 'BTC_USDT',
      txMs: Date.now(),
      eventMs: Date.now(),
      sequence: ++sequence,
      bids: [[60_000, 1]],
      asks: Array.from({ length: 130 }, (_, level) => [60_010 + level / 10, 0.0001] as const),
    })
    const taking = order({ clientOrderId: '22', amount: new Decimal('0.0125'), price: new Decimal('60100') })
    await connector.placeOrder(taking)
    const fills = await connector.fetchOrderFills(taking, signal)
    expect(fills).toHaveLength(125)
    expect(fills.reduce((sum, fill) => sum.plus(fill.amount), new Decimal(0)).toString()).toBe('0.0125')
  })

  test('an IOC order that finds nobody is expired, not failed', async () => {
    const placed = await connector.placeOrder(order({ clientOrderId: '23', timeInForce: 'ioc' }))
    expect(placed).toMatchObject({ kind: 'accepted', state: 'canceled', reason: { code: 'EXPIRED' } })
  })

  test('what the exchange refuses is rejected, with its label and words', async () => {
    const refusalOf = async (fields: Partial<OrderIdentity> & { clientOrderId: string }) => {
      const outcome = await connector.placeOrder(order(fields))
      return outcome.kind === 'rejected' ? outcome.reason.message : outcome.kind
    }
    const crossing = { orderType: 'limitMaker', price: new Decimal('60020') } as const
    expect(await refusalOf({ clientOrderId: '24', ...crossing })).toContain('ORDER_POC_IMMEDIATE')
    expect(await refusalOf({ clientOrderId: '25', timeInForce: 'fok' })).toContain('ORDER_FOK')
    expect(await refusalOf({ clientOrderId: '26', amount: new Decimal('90') })).toContain(
      'INSUFFICIENT_AVAILABLE',
    )
    expect(await refusalOf({ clientOrderId: '27', positionAction: 'close' })).toContain('INCREASE_POSITION')
  })

  test('an order that was never there is not found; canceling it is not found', async () => {
    const never = order({ clientOrderId: '28' })
    expect(await connector.fetchOrder(never, signal)).toBeUndefined()
    expect(await connector.fetchOrderFills(never, signal)).toEqual([])
    expect(await connector.placeCancel(never)).toMatchObject({ kind: 'rejected', notFound: true })
  })

  test('an order whose text the exchange has forgotten is found among the finished ones, by its id where that is known', async () => {
    const taking = order({ clientOrderId: '29', orderType: 'market', price: undefined })
    const placed = await connector.placeOrder(taking)
    const newer = { symbol: 'BTC_USDT', side: 'buy', kind: 'market', timeInForce: 'ioc' } as const
    for (let count = 0; count < 120; count++) {
      exchange.engine.place(account(), { ...newer, size: new Decimal('0.0001') })
    }
    exchange.setClockSkew(70_000)
    await connector.fetchServerTimeMs(signal)
    expect(await connector.fetchOrder(taking, signal)).toMatchObject({ state: 'filled', clientOrderId: '29' })
    const asked = exchange.requests.filter(({ path }) => path.includes('/orders')).map(({ path }) => path)
    const list = '/api/v4/futures/usdt/orders'
    expect(asked.slice(-3), 'the list has two pages').toEqual([`${list}/t-29`, list, list])
    const known = order({ clientOrderId: '29' })
    known.exchangeOrderId = placed.kind === 'accepted' ? placed.exchangeOrderId : undefined
    expect(await connector.fetchOrder(known, signal)).toMatchObject({ state: 'filled' })
    expect(exchange.requests.at(-1)?.path).toBe(`/api/v4/futures/usdt/orders/${known.exchangeOrderId}`)
  })

  test('I2: answers that do not come, or say nothing certain, leave the outcome unknown', async () => {
    await connector.fetchTradingRules(signal)
    const faults = [
      'drop-after',
      { status: 503, body: { label: 'TOO_BUSY', message: 'busy' } },
      { status: 400, body: { label: 'INTERNAL', message: 'internal' } },
      { status: 201, body: 'not an order' },
      {
        status: 201,
        body: { id: 5, text: 't-another', contract: 'BTC_USDT', status: 'open', size: 1, left: 1 },
      },
    ] as const
    for (const [index, fault] of faults.entries()) {
      exchange.failRest(({ method }) => (method === 'POST' ? fault : undefined))
      const outcome = await connector.placeOrder(order({ clientOrderId: `30${index}` }))
      expect(outcome, JSON.stringify(fault)).toMatchObject({ kind: 'unknown' })
    }
    expect(await connector.fetchOrder(order({ clientOrderId: '300' }), signal)).toMatchObject({
      state: 'open',
    })
    expect(await connector.fetchOrder(order({ clientOrderId: '301' }), signal)).toBeUndefined()
  })

  test('I30: after a refusal for its time a read is made again with the exchange’s clock', async () => {
    exchange.setClockSkew(-120_000)
    expect(await connector.fetchPositionMode(signal)).toBe('oneWay')
    expect(await connector.placeOrder(order({ clientOrderId: '36' }))).toMatchObject({ kind: 'accepted' })
  })
})

describe('keys', () => {
  test('trading without the user id is refused before anything is sent', async () => {
    const { apiKey, apiSecret } = CREDENTIALS
    const nameless = connect({ credentials: { apiKey, apiSecret } })
    const error = await errorOf(nameless.startNetwork())
    expect(error.code).toBe('QTX_CREDENTIALS_MISSING')
    expect(error.message).toContain('user id')
  })

  test('wrong keys are QTX_AUTH over REST, and named by the private stream; the secret is never shown', async () => {
    const credentials = { ...CREDENTIALS, apiSecret: 'a-wrong-secret-of-the-test' }
    const stranger = connect({ credentials })
    await stranger.startNetwork()
    const error = await errorOf(stranger.fetchBalances(signal))
    expect(error.code).toBe('QTX_AUTH')
    const notes = new UserStreamNotes()
    const stream = stranger.createUserStream()
    await stream.start(notes)
    await until(() => notes.disconnects.length > 0)
    expect(notes.disconnects[0]).toContain('INVALID_SIGNATURE')
    expect(`${notes.disconnects[0]} ${error.message}`).not.toContain(credentials.apiSecret)
    await stream.stop()
  })
})

describe('the private stream', () => {
  const stream = connectedStream(() => connector.createUserStream())

  test('orders, fills, positions and balances come in base units; REST has the same fills', async () => {
    exchange.setFunding('BTC_USDT', { markPrice: new Decimal(60_100) })
    apply({ kind: 'depth', sequence: ++sequence, bids: [], asks: [[60_020, 2]] })
    const taking = order({ clientOrderId: '51', amount: new Decimal('1.5'), price: new Decimal('60020') })
    await connector.placeOrder(taking)
    await until(
      () => stream.notes.orders.at(-1)?.state === 'filled' && stream.notes.trades.length === 2,
      'order and fills',
    )
    expect(stream.notes.sequence.filter((each) => each.startsWith('order'))).toEqual([
      'order open',
      'order partiallyFilled',
      'order filled',
    ])
    expect(stream.notes.orders.map((update) => String(update.executedAmount))).toEqual(['0', '1', '1.5'])
    expect(
      stream.notes.trades.map((fill) => [fill.clientOrderId, String(fill.amount), String(fill.price)]),
    ).toEqual([
      ['51', '1', '60010'],
      ['51', '0.5', '60020'],
    ])
    const fills = await connector.fetchOrderFills(taking, signal)
    expect(fills.map((fill) => [fill.tradeId, String(fill.fee?.amount), fill.fillMs])).toEqual(
      stream.notes.trades.map((fill) => [fill.tradeId, String(fill.fee?.amount), fill.fillMs]),
    )
    const wallet = account().walletBalance('USDT')
    await until(() => stream.notes.positionChanges.at(-1)?.amount.toString() === '1.5', 'the position')
    await until(
      () => stream.notes.balanceChanges.at(-1)?.total.toString() === wallet.toString(),
      'the balance',
    )
    expect(stream.notes.balanceChanges.at(-1)).not.toHaveProperty('available')
    await connector.placeOrder(
      order({
        clientOrderId: '52',
        tradeType: 'sell',
        amount: new Decimal('0.5'),
        price: new Decimal('60000'),
      }),
    )
    await until(() => stream.notes.positionChanges.at(-1)?.amount.toString() === '1')
    await until(
      () =>
        stream.notes.balanceChanges.at(-1)?.total.toString() === account().walletBalance('USDT').toString(),
    )
  })

  test('a rebate is a negative fee', async () => {
    const other = await startSimulatedExchange(GATE_IO_DIALECT, {
      accounts: [CREDENTIALS],
      fees: { maker: new Decimal('-0.0002'), taker: new Decimal('0.0005') },
    })
    const making = connect({ exchangeEndpoints: other.endpoints })
    try {
      await making.startNetwork()
      const fills = new UserStreamNotes()
      const stream = making.createUserStream()
      await stream.start(fills)
      await until(() => fills.connectedCount === 1)
      await making.placeOrder(order({ clientOrderId: '53', orderType: 'limitMaker' }))
      const head = { symbol: 'BTC_USDT', txMs: Date.now(), eventMs: Date.now() }
      other.applyMarketEvent({
        kind: 'trade',
        ...head,
        tradeId: 7n,
        takerSide: 'sell',
        price: 58_000,
        size: 1,
      })
      await until(() => fills.trades.length === 1)
      expect(fills.trades[0]).toMatchObject({ isMaker: true })
      expect(String(fills.trades[0]?.fee?.amount)).toBe('-0.118')
      await stream.stop()
    } finally {
      await other.close()
    }
  })

  test('a position that flips and one that closes are told, and funding with the id of its history', async () => {
    const market = { orderType: 'market', price: undefined } as const
    await connector.placeOrder(order({ clientOrderId: '54', ...market }))
    await connector.placeOrder(
      order({ clientOrderId: '55', ...market, tradeType: 'sell', amount: new Decimal('0.03') }),
    )
    await until(() => stream.notes.positionChanges.at(-1)?.amount.toString() === '-0.02')
    exchange.engine.payFunding('BTC_USDT')
    await until(() => stream.notes.fundingPayments.length === 1)
    const [payment] = await connector.fetchFundingPayments(PAIR, Date.now() - 60_000, signal)
    expect(stream.notes.fundingPayments[0]).toMatchObject({
      paymentId: payment?.paymentId,
      pair: PAIR,
      asset: 'USDT',
    })
    expect(String(stream.notes.fundingPayments[0]?.amount)).toBe(String(payment?.amount))
    expect(payment?.amount.gt(0), 'the short side receives').toBe(true)
    const close = { ...market, positionAction: 'close', amount: new Decimal('0.02') } as const
    await connector.placeOrder(order({ clientOrderId: '56', ...close }))
    await until(() => stream.notes.positionChanges.at(-1)?.amount.isZero() === true)
  })

  test('I13: after a cut it subscribes again with a delay, and says so', async () => {
    exchange.expireLogins()
    await until(() => stream.notes.disconnects.length === 1)
    clock.advance(500)
    await until(() => stream.notes.connectedCount === 2)
    await connector.placeOrder(order({ clientOrderId: '57' }))
    await until(() => stream.notes.orders.length === 1)
    await stream.stop()
    await until(() => exchange.socketCount === 0)
    expect(clock.pending).toBe(0)
  })

  test('a clock that is off does not keep it from subscribing', async () => {
    exchange.setClockSkew(120_000)
    const other = connect()
    await other.startNetwork()
    await other.fetchServerTimeMs(signal)
    const later = new UserStreamNotes()
    const stream = other.createUserStream()
    await stream.start(later)
    await until(() => later.connectedCount === 1)
    await stream.stop()
  })
})

describe('public market data', () => {
  class Notes implements MarketDataSink {
    readonly told: string[] = []
    readonly depths: { sequence: number; asks: number[]; bids: number[] }[] = []
    readonly snapshots: BookSnapshot[] = []
    depth({ sequence: depthSequence, levels, asksStart, askCount, bidsStart, bidCount }: DepthUpdate): void {
      this.told.push('depth')
      this.depths.push({
        sequence: depthSequence,
        asks: [...levels.subarray(asksStart, asksStart + 2 * askCount)],
        bids: [...levels.subarray(bidsStart, bidsStart + 2 * bidCount)],
      })
    }
    top({ isBid, price, size }: TopUpdate): void {
      this.told.push(`${isBid ? 'bid' : 'ask'} ${price} ${size}`)
    }
    trade({ isBuyTaker, price, size }: PublicTrade): void {
      this.told.push(`${isBuyTaker ? 'bought' : 'sold'} ${price} ${size}`)
    }
    interrupted(state: 'stale' | 'invalid'): void {
      this.told.push(state)
    }
    restarted(): void {
      this.told.push('restarted')
    }
  }

  test('depth, best prices and trades arrive in base units; a cut makes them stale, and they begin anew', async () => {
    const source = connector.createMarketDataSource()
    const notes = new Notes()
    source.subscribe(PAIR, notes)
    await source.start()
    await until(() => notes.told.includes('restarted'))
    apply({ kind: 'depth', sequence: ++sequence, bids: [[59_999, 2]], asks: [[60_010, 0.5]] })
    await until(() => notes.depths.length > 0)
    expect(notes.depths[0]).toMatchObject({ bids: [59_999, 2], asks: [60_010, 0.5] })
    await until(() => notes.told.includes('ask 60010 0.5'))
    await connector.placeOrder(order({ clientOrderId: '61', orderType: 'market', price: undefined }))
    await until(() => notes.told.includes('bought 60010 0.01'))

    exchange.dropSockets()
    await until(() => notes.told.includes('stale'))
    const before = notes.told.length
    clock.advance(500)
    await until(() => notes.told.length > before)
    expect(notes.told[before]).toBe('restarted')
    await source.stop()
    await until(() => exchange.socketCount === 0)
    expect(clock.pending).toBe(0)
  })

  test('the changes after a REST book lead to the exchange’s own book, beyond the depth of the stream too', async () => {
    const levels = (start: number, step: number, count: number) =>
      Array.from({ length: count }, (_, level) => [start + step * level, 1 + (level % 7)] as const)
    apply({
      kind: 'snapshot',
      sequence: ++sequence,
      bids: levels(60_000, -1, 140),
      asks: levels(60_010, 1, 140),
    })
    const source = connector.createMarketDataSource()
    const notes = new Notes()
    source.subscribe(PAIR, notes)
    await source.start()
    await until(() => notes.told.includes('restarted'))
    const snapshot = await connector.fetchBookSnapshot(PAIR, signal)
    const bids = new Map<number, number>()
    for (let at = 0; at < snapshot.bids.length; at += 2) bids.set(snapshot.bids[at]!, snapshot.bids[at + 1]!)
    // The best 30 go, 30 come in from behind, some of them change, one is new at the top.
    apply({
      kind: 'depth',
      sequence: ++sequence,
      bids: levels(60_000, -1, 30).map(([price]) => [price, 0] as const),
      asks: [],
    })
    await until(() => notes.depths.length === 1)
    apply({
      kind: 'depth',
      sequence: ++sequence,
      bids: [
        [59_900, 9],
        [59_880, 9],
        [60_001, 3],
      ],
      asks: [],
    })
    await until(() => notes.depths.length === 2)
    for (const { bids: changed } of notes.depths) {
      for (let at = 0; at < changed.length; at += 2) {
        if (changed[at + 1] === 0) bids.delete(changed[at]!)
        else bids.set(changed[at]!, changed[at + 1]!)
      }
    }
    const shown = [...bids].sort(([a], [b]) => b - a)
    expect(shown).toEqual(exchange.engine.book('BTC_USDT').levels('bid', 100))
    expect(notes.told).not.toContain('invalid')
    await source.stop()
  })
})

describe('the parent connector by itself', () => {
  async function start() {
    const parent = new GateIoPerpetualDerivative({
      tradingPairs: [PAIR],
      credentials: CREDENTIALS,
      exchangeEndpoints: exchange.endpoints,
      logger: silentLogger,
    })
    const told: string[] = []
    for (const name of ORDER_EVENTS)
      parent.on(name, ({ clientOrderId }) => told.push(`${clientOrderId} ${name}`))
    await parent.start()
    // A book is live once its stream has brought something.
    const pulse = setInterval(() => {
      apply({ kind: 'depth', sequence: ++sequence, bids: [[60_000, 1]], asks: [[60_010, 1]] })
    }, 20)
    await parent.waitReady().finally(() => clearInterval(pulse))
    const of = (id: string) => told.filter((each) => each.startsWith(id)).map((each) => each.split(' ')[1])
    return { parent, of }
  }

  test('is ready, trades through a flip to a close, and its book is the exchange’s', async () => {
    const { parent, of } = await start()
    try {
      apply({ kind: 'depth', sequence: ++sequence, bids: [[59_990.5, 0.7]], asks: [] })
      await until(() => parent.orderBook(PAIR).bids().length === 2, 'the book to follow')
      expect(
        parent
          .orderBook(PAIR)
          .bids()
          .map(([price, size]) => [price, size]),
      ).toEqual(exchange.engine.book('BTC_USDT').levels('bid', 10))
      const bought = parent.buy(PAIR, '0.01', 'market')
      await until(() => of(bought).includes('buyOrderCompleted'))
      const flipped = parent.sell(PAIR, '0.03', 'limit', '59000', {
        positionAction: 'open',
        timeInForce: 'ioc',
      })
      await until(() => parent.positions.get(PAIR)?.amount.toString() === '-0.02', 'the flip')
      const closed = parent.buy(PAIR, '1', 'market', undefined, { positionAction: 'close' })
      await until(() => !parent.positions.has(PAIR), 'the close')
      for (const id of [bought, flipped, closed]) await until(() => /Completed$/.test(of(id).at(-1) ?? ''))
      await until(() => parent.balance('USDT').eq(account().walletBalance('USDT')), 'the balance')
    } finally {
      await parent.stop()
    }
  })

  test('I14: a fill while the stream is away is fetched, and told once', async () => {
    const { parent, of } = await start()
    try {
      const id = parent.buy(PAIR, '0.02', 'limitMaker', '59999')
      await until(() => of(id).includes('buyOrderCreated'))
      exchange.refuseConnections(true)
      exchange.dropSockets()
      await until(() => parent.status['userStream']?.ok === false, 'the loss to be noticed')
      apply({ kind: 'trade', tradeId: 1n, takerSide: 'sell', price: 59_000, size: 10 })
      exchange.refuseConnections(false)
      await until(() => of(id).includes('buyOrderCompleted'), 'the fill')
      await until(() => parent.status['userStream']?.ok === true, 'the stream to be back')
      expect(of(id)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
      await until(() => parent.positions.get(PAIR)?.amount.toString() === '0.02', 'the position')
    } finally {
      await parent.stop()
    }
  })

  test('I2: an order whose answer was lost is looked up and found open', async () => {
    const { parent, of } = await start()
    try {
      exchange.failRest(({ method }) => (method === 'POST' ? 'drop-after' : undefined))
      const id = parent.buy(PAIR, '0.01', 'limit', '59000')
      await until(() => parent.inFlightOrders.get(id)?.state === 'open', 'the order to be found')
      expect(of(id).at(-1)).toBe('buyOrderCreated')
      expect(await parent.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    } finally {
      await parent.stop()
    }
  })
})
