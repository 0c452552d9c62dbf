import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ConnectorEvents } from '../../src/index.ts'
import { OrderManager } from '../../src/simulator/orders/order-manager.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'

/** A price at which a buy rests. */
function restingPrice(rig: TradingRig): string {
  const bid = rig.connector.price(PAIR, 'bid')
  if (!bid) throw new Error('no bid')
  return bid.mul('0.95').toFixed(1)
}

function buyResting(rig: TradingRig): string {
  return rig.connector.buy(PAIR, '0.01', 'limit', restingPrice(rig))
}

/** Placements that the exchange was sent by REST. */
function restOrders(rig: TradingRig): number {
  return rig.simulator.exchange.requests.filter(
    ({ method, path }) => method === 'POST' && path.endsWith('/order'),
  ).length
}

/** Placements that the order manager took. */
function ringOrders(rig: TradingRig): number {
  return rig.simulator.orderManager.taken.filter(({ request }) => request.kind === 'place').length
}

function circuitOf(rig: TradingRig, breaker: string): ConnectorEvents['circuitBreakerChanged'][] {
  const changes: ConnectorEvents['circuitBreakerChanged'][] = []
  rig.connector.on('circuitBreakerChanged', (change) => {
    if (change.breaker === breaker) changes.push(change)
  })
  return changes
}

function segmentName(): string {
  return `/qtx_test_${process.pid}_${randomBytes(4).toString('hex')}`
}

describe('orders that certainly did not reach QTX', () => {
  test('Q43: go by REST when the ring is full, each of them once', async () => {
    await using rig = await TradingRig.ready({}, { orderRoute: 'qtx-then-parent', orderTimeoutMs: 60_000 })
    const price = restingPrice(rig)
    rig.simulator.orderManager.pauseTaking()
    const ids: string[] = []
    for (let i = 0; i < 105; i++) ids.push(rig.connector.buy(PAIR, '0.01', 'limit', price))
    const last = ids.at(-1)!
    await rig.event('buyOrderCreated', last)
    await until(() => restOrders(rig) >= 5, 'five orders by REST')
    rig.simulator.orderManager.resumeTaking()
    await Promise.all(ids.map((id) => rig.event('buyOrderCreated', id)))
    expect(restOrders(rig) + ringOrders(rig), 'every order was sent once').toBe(105)
    expect(rig.connector.status['orderRing']?.reason).toContain(
      `${restOrders(rig)} orders went by REST instead`,
    )
    expect((await rig.connector.cancel(PAIR, last)).success, 'one that went by REST').toBe(true)
    expect((await rig.connector.cancel(PAIR, ids[0]!)).success, 'one that went by the ring').toBe(true)
  })

  test('go by REST when the manager is gone before they are published, and by the ring once there is one', async () => {
    await using rig = await TradingRig.create({}, { orderRoute: 'qtx-then-parent' })
    const { simulator, connector } = rig
    simulator.orderManager.close()
    await connector.start()
    await connector.waitReady()
    expect(connector.status['orderRing']).toMatchObject({
      ok: true,
      reason: expect.stringContaining('orders go by the exchange’s REST API meanwhile') as unknown,
    })
    const byRest = buyResting(rig)
    await rig.event('buyOrderCreated', byRest)
    expect(restOrders(rig)).toBe(1)

    const manager = new OrderManager({
      sharedMemoryName: simulator.sharedMemoryName,
      gateway: simulator.exchange.createGateway(),
    })
    try {
      await until(() => connector.orderRingStatistics?.state === 'connected', 'the ring to be found')
      const byRing = buyResting(rig)
      await rig.event('buyOrderCreated', byRing)
      expect(manager.statistics.placements).toBe(1)
      expect(restOrders(rig)).toBe(1)
      expect((await connector.cancel(PAIR, byRest)).success).toBe(true)
      expect((await connector.cancel(PAIR, byRing)).success).toBe(true)
    } finally {
      await connector.stop()
      manager.close()
    }
  })

  test('fail under the route qtx, and nothing goes by REST', async () => {
    await using rig = await TradingRig.ready({}, { orderRoute: 'qtx' })
    rig.simulator.orderManager.close()
    await until(() => rig.connector.status['orderRing']?.ok === false, 'the loss to be noticed')
    const id = buyResting(rig)
    expect((await rig.event('orderFailure', id)).errorCode).toBe('QTX_RING_CLOSED')
    expect(restOrders(rig)).toBe(0)
  })
})

describe('orders whose outcome is not known', () => {
  test.each(['lost', 'reached'] as const)(
    'Q45, I2: are never sent again by REST: those that %s the exchange unanswered',
    async (fate) => {
      await using rig = await TradingRig.ready(
        { orderManager: { silence: ({ kind }) => (kind === 'place' ? fate : undefined) } },
        { orderRoute: 'qtx-then-parent', orderTimeoutMs: 100 },
      )
      const id = buyResting(rig)
      if (fate === 'lost') {
        await rig.event('orderSubmitUnknown', id)
        const looks = () =>
          rig.simulator.exchange.requests.filter(({ path }) => path.endsWith('/order')).length
        await until(() => looks() >= 3, 'three look-ups')
        expect(rig.connector.inFlightOrders.get(id)?.state).toBe('submitUnknown')
      } else {
        await rig.event('buyOrderCreated', id)
      }
      expect(restOrders(rig)).toBe(0)
      expect(ringOrders(rig)).toBe(1)
    },
  )

  test('are not sent again when the manager goes after they were published', async () => {
    await using rig = await TradingRig.ready({}, { orderRoute: 'qtx-then-parent' })
    rig.simulator.orderManager.pauseTaking()
    const id = buyResting(rig)
    rig.simulator.orderManager.close()
    await rig.event('orderSubmitUnknown', id)
    const next = buyResting(rig)
    await rig.event('buyOrderCreated', next)
    expect(restOrders(rig), 'only the next one').toBe(1)
    expect(rig.eventsOf(id)).toEqual(['orderSubmitUnknown'])
  })
})

describe('the route', () => {
  test('is switched while running: new orders only, and a cancel finds its way', async () => {
    await using rig = await TradingRig.ready()
    expect(rig.connector.orderRoute).toBe('qtx')
    const byRing = buyResting(rig)
    rig.connector.setOrderRoute('parent')
    const byRest = buyResting(rig)
    await rig.event('buyOrderCreated', byRing)
    await rig.event('buyOrderCreated', byRest)
    expect([ringOrders(rig), restOrders(rig)]).toEqual([1, 1])
    rig.connector.setOrderRoute('qtx')
    for (const id of [byRing, byRest]) expect((await rig.connector.cancel(PAIR, id)).success).toBe(true)
    expect(rig.simulator.orderManager.statistics.cancels, 'each the way it went').toBe(1)
  })

  test('parent needs no order manager, and takes up the ring when it is switched', async () => {
    await using rig = await TradingRig.create(
      {},
      { orderRoute: 'parent', qtxPlaceOrderSharedMemoryName: segmentName() },
    )
    await rig.connector.start()
    await rig.connector.waitReady()
    const id = buyResting(rig)
    await rig.event('buyOrderCreated', id)
    expect(restOrders(rig)).toBe(1)
    rig.connector.setOrderRoute('qtx')
    expect(rig.connector.status['orderRing']).toMatchObject({ ok: false })
    expect(rig.connector.ready).toBe(false)
  })

  test('through a ring that has no name is refused', async () => {
    await using rig = await TradingRig.create({}, { qtxPlaceOrderSharedMemoryName: undefined })
    expect(rig.connector.orderRoute).toBe('parent')
    for (const route of ['qtx', 'qtx-then-parent'] as const) {
      expect(() => rig.connector.setOrderRoute(route)).toThrow(
        expect.objectContaining({ code: 'QTX_CONFIG_INVALID' }),
      )
    }
    expect(() => rig.connector.setOrderRoute('pigeon' as 'qtx')).toThrow(
      /none of qtx, parent, qtx-then-parent/,
    )
  })
})

describe('the circuit breaker of the order manager', () => {
  const HUNG = {
    orderTimeoutMs: 250,
    circuitBreakers: { orderManager: { failures: 2, openMs: 500 } },
  } as const

  async function hang(rig: TradingRig): Promise<void> {
    rig.simulator.orderManager.setBehaviour({ silence: () => 'lost' })
    for (let i = 0; i < 2; i++) await rig.event('orderSubmitUnknown', buyResting(rig))
    await until(() => rig.connector.status['orderManagerCircuit']?.ok === false, 'the breaker to open')
  }

  test('opens after timeouts; orders are refused before anything is sent, cancels go by REST', async () => {
    await using rig = await TradingRig.ready({}, HUNG)
    const changes = circuitOf(rig, 'orderManager')
    const open = buyResting(rig)
    await rig.event('buyOrderCreated', open)
    await hang(rig)
    expect(rig.connector.ready).toBe(false)
    const taken = ringOrders(rig)
    const refused = buyResting(rig)
    const failure = await rig.event('orderFailure', refused)
    expect(failure.errorCode).toBe('QTX_NOT_READY')
    expect(failure.errorMessage).toContain('circuit breaker open')
    expect([ringOrders(rig), restOrders(rig)]).toEqual([taken, 0])
    expect((await rig.connector.cancel(PAIR, open)).success).toBe(true)
    expect(changes[0]).toMatchObject({ state: 'open', previous: 'closed' })
  })

  test('lets one order try after a while, and closes when that is answered', async () => {
    await using rig = await TradingRig.ready({}, HUNG)
    const changes = circuitOf(rig, 'orderManager')
    await hang(rig)
    rig.simulator.orderManager.setBehaviour({})
    await until(() => changes.at(-1)?.state === 'half-open', 'the pause to be over')
    expect(rig.connector.status['orderManagerCircuit']?.ok, 'somebody must try').toBe(true)
    const probe = buyResting(rig)
    const second = buyResting(rig)
    expect((await rig.event('orderFailure', second)).errorCode).toBe('QTX_NOT_READY')
    await rig.event('buyOrderCreated', probe)
    // The private stream may tell of it before the ring does.
    await until(() => changes.length === 3, 'the answer')
    expect(changes.map(({ state }) => state)).toEqual(['open', 'half-open', 'closed'])
    await rig.event('buyOrderCreated', buyResting(rig))
  })

  test('sends orders by REST while it is open, under the route qtx-then-parent', async () => {
    await using rig = await TradingRig.ready({}, { ...HUNG, orderRoute: 'qtx-then-parent' })
    rig.simulator.orderManager.setBehaviour({ silence: () => 'lost' })
    const changes = circuitOf(rig, 'orderManager')
    for (let i = 0; i < 2; i++) await rig.event('orderSubmitUnknown', buyResting(rig))
    await until(() => changes.length === 1, 'the breaker to open')
    expect(rig.connector.ready).toBe(true)
    const id = buyResting(rig)
    await rig.event('buyOrderCreated', id)
    expect(restOrders(rig)).toBe(1)
    expect((await rig.connector.cancel(PAIR, id)).success).toBe(true)
  })

  test('opens when the ring is lost, and closes when there is one again', async () => {
    await using rig = await TradingRig.ready()
    const changes = circuitOf(rig, 'orderManager')
    rig.simulator.orderManager.restart('recreate')
    await until(() => changes.at(-1)?.state === 'open', 'the loss to be noticed')
    await until(() => changes.at(-1)?.state === 'closed', 'the ring to be found again')
    await until(() => rig.connector.ready, 'the connector to be ready again')
    await rig.event('buyOrderCreated', buyResting(rig))
  })
})

test('I13: the circuit breaker of the private stream opens after connections that failed, and closes with one that did not', async () => {
  await using rig = await TradingRig.ready(
    {},
    { circuitBreakers: { privateStream: { failures: 1, openMs: 200 } } },
  )
  const changes = circuitOf(rig, 'privateStream')
  rig.simulator.exchange.refuseConnections(true)
  rig.simulator.exchange.dropSockets()
  await until(() => changes.at(-1)?.state === 'open', 'the breaker to open')
  expect(rig.connector.status['privateStreamCircuit']).toMatchObject({ ok: false })
  rig.simulator.exchange.refuseConnections(false)
  await until(() => changes.at(-1)?.state === 'closed', 'the stream to be back')
  await until(() => rig.connector.ready, 'the connector to be ready again')
})

describe('rate limits', () => {
  test('Q56: the ring and REST share one budget of orders; what is too much is refused before it is sent', async () => {
    await using rig = await TradingRig.ready({}, { rateLimits: { ordersPer10s: 10 } })
    for (let i = 0; i < 4; i++) await rig.event('buyOrderCreated', buyResting(rig))
    rig.connector.setOrderRoute('parent')
    for (let i = 0; i < 6; i++) await rig.event('buyOrderCreated', buyResting(rig))
    rig.connector.setOrderRoute('qtx')
    const refused = buyResting(rig)
    const failure = await rig.event('orderFailure', refused)
    expect(failure.errorCode).toBe('QTX_RATE_LIMITED')
    expect(failure.errorMessage).toContain('10 of 10 in 10000 ms')
    expect([ringOrders(rig), restOrders(rig)]).toEqual([4, 6])
    expect(rig.connector.requestStatistics).toMatchObject({ orders: [{ limit: 10, used: 10 }], refused: 1 })
    const results = await rig.connector.cancelAll()
    expect(results.map(({ success }) => success)).toEqual(Array.from({ length: 10 }, () => true))
  })

  test('I24: after HTTP 429 the exchange is left alone by orders of the ring too, and cancels go on', async () => {
    await using rig = await TradingRig.ready()
    const open = buyResting(rig)
    await rig.event('buyOrderCreated', open)
    const limited = { status: 429, body: { code: -1003, msg: 'Too many requests' } }
    // Only this request: books may ask for snapshots meanwhile.
    rig.simulator.exchange.failRest(({ path }) => (path.endsWith('/leverage') ? limited : undefined))
    await expect(rig.connector.setLeverage(PAIR, 5)).rejects.toMatchObject({ code: 'QTX_RATE_LIMITED' })
    const refused = buyResting(rig)
    expect((await rig.event('orderFailure', refused)).errorCode).toBe('QTX_RATE_LIMITED')
    expect((await rig.connector.cancel(PAIR, open)).success).toBe(true)
    expect(rig.connector.requestStatistics.shutForMs).toBeGreaterThan(0)
  })
})
