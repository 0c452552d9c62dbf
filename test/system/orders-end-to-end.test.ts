import { describe, expect, test } from 'vitest'
import { Decimal } from '../../src/index.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'

function bestBid(rig: TradingRig): Decimal {
  const bid = rig.connector.price(PAIR, 'bid')
  if (!bid) throw new Error('no bid')
  return bid
}

describe('an order through the ring, its fill through the private stream', () => {
  test('a limit order is created on the exchange and cancelled', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.95'))
    expect(rig.eventsOf(id), 'no event comes before buy() has returned').toEqual([])
    const created = await rig.event('buyOrderCreated', id)
    expect(created.exchangeOrderId).toMatch(/^\d+$/)
    expect(rig.connector.inFlightOrders.get(id)?.state).toBe('open')
    expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
    expect(rig.connector.inFlightOrders.size).toBe(0)
  })

  test('Q57: a market order is an immediate-or-cancel at the best price with slippage; its position opens and closes', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy(PAIR, '0.02', 'market')
    const completed = await rig.event('buyOrderCompleted', id)
    expect(completed.baseAmount.toString()).toBe('0.02')
    expect(rig.simulator.orderManager.taken.at(-1)?.request).toMatchObject({
      kind: 'place',
      order: { clientOrderId: id, timeInForce: 'ioc', side: 'buy' },
    })
    await until(() => rig.connector.positions.get(PAIR)?.amount.toString() === '0.02', 'the position')

    const closeId = rig.connector.sell(PAIR, '5', 'market', undefined, { positionAction: 'close' })
    const closed = await rig.event('sellOrderCompleted', closeId)
    expect(closed.baseAmount.toString(), 'a close is never larger than the position').toBe('0.02')
    await until(() => !rig.connector.positions.has(PAIR), 'the position to be gone')
    for (const each of [id, closeId]) {
      const names = rig.eventsOf(each)
      expect(names[0]).toMatch(/OrderCreated$/)
      expect(names.at(-1)).toMatch(/OrderCompleted$/)
      expect(names.slice(1, -1).every((name) => name === 'orderFilled')).toBe(true)
    }
  })

  test('fees and the balance agree with the exchange to the last digit', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy(PAIR, '0.02', 'market')
    await rig.event('buyOrderCompleted', id)
    const closeId = rig.connector.sell(PAIR, '0.02', 'market')
    await rig.event('sellOrderCompleted', closeId)
    const paid = rig.seen
      .filter((event) => event.name === 'orderFilled')
      .map((event) => ('fee' in event.payload ? event.payload.fee?.amount : undefined) ?? new Decimal(0))
      .reduce((sum, fee) => sum.plus(fee), new Decimal(0))
    expect(paid.gt(0)).toBe(true)
    const bought = rig.connector
    const cost = rig.seen
      .filter((event) => event.name === 'buyOrderCompleted' || event.name === 'sellOrderCompleted')
      .map((event) => {
        const { quoteAmount } = event.payload as { quoteAmount: Decimal }
        return event.name === 'buyOrderCompleted' ? quoteAmount.neg() : quoteAmount
      })
      .reduce((sum, value) => sum.plus(value), new Decimal(0))
    const expected = new Decimal(10_000).plus(cost).minus(paid)
    await until(() => bought.balance('USDT').eq(expected), `a balance of ${expected.toString()}`)
  })

  test('a resting order fills when the market trades through it', async () => {
    await using rig = await TradingRig.ready()
    await rig.marketAtRest(PAIR)
    const bid = bestBid(rig)
    const id = rig.connector.buy(PAIR, '0.01', 'limitMaker', bid)
    await rig.event('buyOrderCreated', id)
    rig.simulator.exchange.applyMarketEvent({
      kind: 'trade',
      symbol: 'BTCUSDT',
      txMs: Date.now(),
      eventMs: Date.now(),
      tradeId: 0n,
      takerSide: 'sell',
      price: bid.minus(10).toNumber(),
      size: 100,
    })
    const filled = await rig.event('orderFilled', id)
    expect(filled.isMaker).toBe(true)
    expect(filled.price.toString()).toBe(bid.toString())
    await rig.event('buyOrderCompleted', id)
  })

  test('Q66: a post-only order that would trade fails, with the exchange’s words', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limitMaker', bestBid(rig).mul('1.01'))
    const failure = await rig.event('orderFailure', id)
    expect(failure.errorCode).toBe('QTX_ORDER_REJECTED')
    expect(failure.errorMessage).toContain('-5022')
    expect(rig.eventsOf(id)).toEqual(['orderFailure'])
  })

  test('Q66: an immediate-or-cancel that finds nothing is cancelled, not open', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.9'), { timeInForce: 'ioc' })
    const cancelled = await rig.event('orderCancelled', id)
    expect(cancelled.reason).toContain('expired')
    expect(rig.connector.inFlightOrders.size).toBe(0)
  })

  test('an order without the margin for it fails, with the exchange’s words', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy(PAIR, '900', 'limit', bestBid(rig).mul('0.99'))
    const failure = await rig.event('orderFailure', id)
    expect(failure.errorMessage).toMatch(/-2019|-4005|maximum/)
  })

  test('an order below the minimum is never sent, and the failure names rule, value and limit', async () => {
    await using rig = await TradingRig.ready()
    const taken = rig.simulator.orderManager.taken.length
    const id = rig.connector.buy(PAIR, '0.001', 'limit', '100')
    const failure = await rig.event('orderFailure', id)
    expect(failure.errorCode).toBe('QTX_ORDER_INVALID')
    expect(failure.errorMessage).toMatch(/order value 0\.1 is below the minimum notional \d+/)
    expect(rig.simulator.orderManager.taken.length).toBe(taken)
  })

  test('leverage is read from the exchange and set on it', async () => {
    await using rig = await TradingRig.ready()
    expect(rig.connector.leverage(PAIR)).toBeGreaterThan(1)
    await rig.connector.setLeverage(PAIR, 5)
    expect(rig.connector.leverage(PAIR)).toBe(5)
  })

  test('cancelAll cancels every open order and says so of each', async () => {
    await using rig = await TradingRig.ready()
    const ids = ['0.95', '0.94', '0.93'].map((factor) =>
      rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul(factor)),
    )
    const results = await rig.connector.cancelAll()
    expect(results.map((result) => result.clientOrderId).sort()).toEqual([...ids].sort())
    expect(results.every((result) => result.success)).toBe(true)
  })
})

test('with orderSpinUs, sending an order waits for its answer before anything else runs', async () => {
  const spinUs = 10_000
  // The manager lives in this process, so that it answers only after the wait is over.
  await using rig = await TradingRig.ready({}, { orderSpinUs: spinUs })
  const immediate = new Promise<number>((resolve) => {
    const startMs = performance.now()
    rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.95'))
    process.nextTick(() => queueMicrotask(() => setImmediate(() => resolve(performance.now() - startMs))))
  })
  expect(await immediate).toBeGreaterThanOrEqual(spinUs / 1_000)
})

describe('what nobody answers', () => {
  test('Q45: an order that the manager never answers is unknown, then found on the exchange, and can be cancelled', async () => {
    await using rig = await TradingRig.ready(
      {
        orderManager: {
          silence: (request) =>
            'clientOrderId' in request && request.kind === 'place' ? 'reached' : undefined,
        },
      },
      { orderTimeoutMs: 200 },
    )
    const id = rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.95'))
    await rig.event('buyOrderCreated', id)
    expect(rig.connector.inFlightOrders.get(id)?.state).toBe('open')
    expect((await rig.connector.cancel(PAIR, id)).success).toBe(true)
    expect(rig.eventsOf(id)).not.toContain('orderFailure')
  })

  test('I2: an order that reached nobody stays unknown; it is not sent again and not called failed', async () => {
    await using rig = await TradingRig.ready(
      { orderManager: { silence: (request) => (request.kind === 'place' ? 'lost' : undefined) } },
      { orderTimeoutMs: 100 },
    )
    const sent = () => rig.simulator.orderManager.taken.filter((each) => each.request.kind === 'place').length
    const before = sent()
    const id = rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.95'))
    await rig.event('orderSubmitUnknown', id)
    const looks = () =>
      rig.simulator.exchange.requests.filter((request) => request.path.endsWith('/order')).length
    await until(() => looks() >= 3, 'three look-ups')
    expect(rig.connector.inFlightOrders.get(id)?.state).toBe('submitUnknown')
    expect(rig.eventsOf(id)).toEqual(['orderSubmitUnknown'])
    expect(sent()).toBe(before + 1)
    const report = await rig.connector.stop()
    expect(report.openOrders.map((order) => order.clientOrderId)).toEqual([id])
  })

  test('a new order manager is found, and orders go through it', async () => {
    await using rig = await TradingRig.ready()
    rig.simulator.orderManager.restart('recreate')
    await until(() => rig.connector.status['orderRing']?.ok === false, 'the loss to be noticed')
    await until(() => rig.connector.ready, 'the connector to be ready again')
    const id = rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.95'))
    await rig.event('buyOrderCreated', id)
  })
})

describe('a manager that restarted in the same ring, and has no key', () => {
  test('gets the key again after the first refusal, and orders go through it', async () => {
    await using rig = await TradingRig.ready()
    const { orderManager } = rig.simulator
    orderManager.restart('keep')
    const refused = rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.95'))
    expect((await rig.event('orderFailure', refused)).errorMessage).toContain('-2015')
    await until(() => orderManager.statistics.keys === 2, 'the key')
    const id = rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.95'))
    await rig.event('buyOrderCreated', id)
  })

  test('does not keep an order from being cancelled: that goes by REST', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limit', bestBid(rig).mul('0.95'))
    await rig.event('buyOrderCreated', id)
    rig.simulator.orderManager.restart('keep')
    expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    expect(rig.simulator.exchange.requests.filter((request) => request.method === 'DELETE')).toHaveLength(1)
  })
})

test('a full ring does not keep an order from being cancelled: that goes by REST', async () => {
  await using rig = await TradingRig.ready()
  const price = bestBid(rig).mul('0.95')
  const id = rig.connector.buy(PAIR, '0.01', 'limit', price)
  await rig.event('buyOrderCreated', id)
  rig.simulator.orderManager.pauseTaking()
  let last = ''
  for (let i = 0; i < 100; i++) last = rig.connector.buy(PAIR, '0.01', 'limit', price)
  expect((await rig.event('orderFailure', last)).errorCode).toBe('QTX_RING_FULL')
  expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
})

describe('the private stream', () => {
  test('I14: fills that happen while it is down are fetched once it is back, and told once', async () => {
    await using rig = await TradingRig.ready()
    await rig.marketAtRest(PAIR)
    const bid = bestBid(rig)
    const id = rig.connector.buy(PAIR, '0.01', 'limitMaker', bid)
    await rig.event('buyOrderCreated', id)
    rig.simulator.exchange.refuseConnections(true)
    rig.simulator.exchange.dropSockets()
    await until(() => rig.connector.status['userStream']?.ok === false, 'the loss to be noticed')
    rig.simulator.exchange.applyMarketEvent({
      kind: 'trade',
      symbol: 'BTCUSDT',
      txMs: Date.now(),
      eventMs: Date.now(),
      tradeId: 0n,
      takerSide: 'sell',
      price: bid.minus(10).toNumber(),
      size: 100,
    })
    rig.simulator.exchange.refuseConnections(false)
    await rig.event('buyOrderCompleted', id)
    await until(() => rig.connector.status['userStream']?.ok === true, 'the stream to be back')
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
    await until(() => rig.connector.positions.get(PAIR)?.amount.toString() === '0.01', 'the position')
  })
})
