import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import { BlofinPerpetualDerivative } from '../../src/exchanges/blofin/blofin-perpetual-derivative.ts'
import { startSimulatedBlofin } from '../../src/simulator/exchange/blofin/simulated-blofin.ts'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'
import type { MarketEvent } from '../../src/simulator/market-event.ts'
import { UserStreamNotes } from '../support/hooked-binance.ts'
import { limitOrder } from '../support/limit-order.ts'
import { openHooks, type OpenHooks } from '../support/open-hooks.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

// What every connector does is in the contract suite; here is what only BloFin makes necessary.

const PAIR = 'BTC-USDT'
const CREDENTIALS = {
  apiKey: 'the-blofin-key-of-the-test',
  apiSecret: 'the-blofin-secret-of-the-test',
  passphrase: 'the-blofin-passphrase-of-the-test',
}
const signal = new AbortController().signal

let exchange: SimulatedExchange
let hooks: OpenHooks

function market(symbol: string, bid: number, ask: number, size: number): MarketEvent {
  const nowMs = Date.now()
  const head = { kind: 'snapshot', symbol, txMs: nowMs, eventMs: nowMs, sequence: 100n } as const
  return { ...head, bids: [[bid, size]], asks: [[ask, size]] }
}

beforeEach(async () => {
  exchange = await startSimulatedBlofin({ accounts: [CREDENTIALS] })
  exchange.applyMarketEvent(market(PAIR, 60_000, 60_010, 1))
  exchange.applyMarketEvent(market('DOGE-USDT', 0.1, 0.10001, 50_000))
  hooks = connect()
  await hooks.startNetwork()
})

function connect(): OpenHooks {
  return openHooks(
    new BlofinPerpetualDerivative({
      tradingPairs: [PAIR, 'DOGE-USDT'],
      credentials: CREDENTIALS,
      exchangeEndpoints: exchange.endpoints,
      logger: silentLogger,
      random: () => 0.5,
    }),
  )
}

afterEach(async () => {
  await hooks.stopNetwork()
  await exchange.close()
})

describe('what ccxt lacks of BloFin', () => {
  test('orders of the same millisecond are taken, also those of two connectors with one key', async () => {
    const other = connect()
    await other.startNetwork()
    try {
      for (const each of [hooks, other]) await each.fetchTradingRules(signal)
      vi.spyOn(Date, 'now').mockReturnValue(Date.now())
      const placed = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 ? hooks : other).placeOrder(limitOrder({ clientOrderId: String(index + 1) })),
        ),
      )
      expect(new Set(placed.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
    } finally {
      vi.restoreAllMocks()
      await other.stopNetwork()
    }
  })

  test('the time is the mark price’s; requests and logins are signed by it where the clocks differ', async () => {
    exchange.setClockSkew(-120_000)
    expect(Math.abs((await hooks.fetchServerTimeMs(signal)) - (Date.now() - 120_000))).toBeLessThan(30_000)
    expect(await hooks.fetchPositionMode(signal)).toBe('oneWay')
    const notes = new UserStreamNotes()
    const stream = hooks.createUserStream()
    await stream.start(notes)
    await until(() => notes.connectedCount === 1, 'the login')
    await stream.stop()
  })

  test('each order goes out with BloFin’s own type and the position side', async () => {
    const sent: unknown[] = []
    exchange.failRest(({ path, body }) => {
      if (path === '/api/v1/trade/order') sent.push(JSON.parse(body))
      return undefined
    }, 10)
    await hooks.placeOrder(limitOrder({ clientOrderId: '1' }))
    await hooks.placeOrder(limitOrder({ clientOrderId: '2', orderType: 'limitMaker' }))
    await hooks.placeOrder(limitOrder({ clientOrderId: '3', timeInForce: 'ioc' }))
    await hooks.placeOrder(limitOrder({ clientOrderId: '4', timeInForce: 'fok' }))
    await hooks.placeOrder(limitOrder({ clientOrderId: '5', orderType: 'market', price: undefined }))
    const { records } = exchange.engine.account(CREDENTIALS.apiKey)!
    const ways = ['1', '2', '3', '4', '5'].map((id) => {
      const found = records.orderByClientId(id)
      return [found?.kind, found?.timeInForce, String(found?.size)]
    })
    expect(ways).toEqual([
      ['limit', 'gtc', '0.01'],
      ['limit', 'post-only', '0.01'],
      ['limit', 'ioc', '0.01'],
      ['limit', 'fok', '0.01'],
      ['market', 'ioc', '0.01'],
    ])
    for (const body of sent) expect(body).toMatchObject({ positionSide: 'net', size: '10' })
    expect(sent).toHaveLength(5)
  })

  test('an order is looked up by client id, open or done; one that is not there is not there', async () => {
    const open = limitOrder({ clientOrderId: '18446744073709551615' })
    await hooks.placeOrder(open)
    const found = await hooks.fetchOrder(open, signal)
    expect(found).toMatchObject({ clientOrderId: open.clientOrderId, state: 'open' })
    const done = limitOrder({ clientOrderId: '6', orderType: 'market', price: undefined })
    await hooks.placeOrder(done)
    expect(await hooks.fetchOrder(done, signal)).toMatchObject({ state: 'filled' })
    const unplaceable = limitOrder({
      clientOrderId: '8',
      orderType: 'limitMaker',
      price: new Decimal(60_010),
    })
    await hooks.placeOrder(unplaceable)
    expect(await hooks.fetchOrder(unplaceable, signal)).toMatchObject({
      state: 'canceled',
      reason: { code: 'EXPIRED' },
    })
    const never = limitOrder({ clientOrderId: '7' })
    expect(await hooks.fetchOrder(never, signal)).toBeUndefined()
    expect(await hooks.fetchOrderFills(never, signal)).toEqual([])
    expect(await hooks.placeCancel(never)).toMatchObject({ kind: 'rejected', notFound: true })
    expect(hooks.notFoundIsProofAfterMs).toBe(120_000)
  })

  test('open orders are listed page by page: there are more than the twenty that BloFin lists unasked', async () => {
    const ids = Array.from({ length: 103 }, (_, n) => String(500 + n))
    for (const clientOrderId of ids) {
      exchange.engine.place(exchange.engine.account(CREDENTIALS.apiKey)!, {
        symbol: PAIR,
        side: 'buy',
        kind: 'limit',
        timeInForce: 'gtc',
        size: new Decimal('0.0001'),
        price: new Decimal(59_000),
        clientOrderId,
      })
    }
    const open = await hooks.fetchOpenOrders(signal)
    expect(open.map(({ clientOrderId }) => clientOrderId).sort()).toEqual(ids)
  })

  test('I2: an answer that is lost, or that settles nothing, leaves the outcome unknown', async () => {
    const row = { orderId: '28000009', clientOrderId: '' }
    const answers = [
      'drop-after',
      { status: 200, body: { code: '500', msg: 'Internal Server Error' } },
      { status: 200, body: { code: '0', msg: '', data: [] } },
      { status: 200, body: { code: '0', msg: '', data: [{ ...row, clientOrderId: '9' }] } },
      { status: 200, body: { code: '0', msg: '', data: [{ ...row, code: '999', msg: 'something else' }] } },
      {
        status: 200,
        body: { code: '1', msg: '', data: [{ ...row, code: '103013', msg: 'Internal error' }] },
      },
    ] as const
    for (const [index, answer] of answers.entries()) {
      exchange.failRest(({ path }) => (path === '/api/v1/trade/order' ? answer : undefined))
      const lost = limitOrder({ clientOrderId: `31${index}` })
      expect(await hooks.placeOrder(lost), JSON.stringify(answer)).toMatchObject({ kind: 'unknown' })
      expect((await hooks.fetchOrder(lost, signal))?.state).toBe(answer === 'drop-after' ? 'open' : undefined)
    }
  })

  test('fills of more than a page are all found, oldest first, makers told from takers by their fees', async () => {
    const { engine } = exchange
    const making = limitOrder({
      clientOrderId: '40',
      price: new Decimal(60_005),
      amount: new Decimal('0.05'),
    })
    await hooks.placeOrder(making)
    for (let n = 1; n <= 101; n++) {
      const nowMs = Date.now()
      const head = { kind: 'trade', symbol: PAIR, txMs: nowMs, eventMs: nowMs, takerSide: 'sell' } as const
      engine.applyMarketEvent({ ...head, tradeId: 1_000n + BigInt(n), price: 60_005, size: 0.0001 })
    }
    const made = await hooks.fetchOrderFills(making, signal)
    expect(made).toHaveLength(101)
    const ids = made.map(({ tradeId }) => Number(tradeId))
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(made.every(({ isMaker }) => isMaker)).toBe(true)
    const amount = new Decimal(1_200)
    const taking = limitOrder({
      clientOrderId: '41',
      pair: 'DOGE-USDT',
      price: new Decimal('0.10001'),
      amount,
    })
    await hooks.placeOrder(taking)
    const [taken] = await hooks.fetchOrderFills(taking, signal)
    expect([taken?.isMaker, String(taken?.amount), taken?.fee?.asset]).toEqual([false, '1200', 'USDT'])
  })
})

describe('the whole connector on BloFin', () => {
  test('an order through the ring goes out in contracts, fills, and comes back in base units', async () => {
    await using rig = await TradingRig.ready({ exchange: 'blofin' })
    const bid = rig.connector.price(PAIR, 'bid')!
    const id = rig.connector.buy(PAIR, '0.0123', 'limit', bid.mul('0.97'))
    await rig.event('buyOrderCreated', id)
    expect(rig.simulator.orderManager.taken.at(-1)?.request).toMatchObject({
      kind: 'place',
      order: { clientOrderId: id, symbol: PAIR, size: '12.3', timeInForce: 'gtc' },
    })
    expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    const taking = rig.connector.buy(PAIR, '0.02', 'market')
    const completed = await rig.event('buyOrderCompleted', taking)
    expect(String(completed.baseAmount)).toBe('0.02')
    expect(rig.eventsOf(taking).at(1)).toBe('orderFilled')
  })
})
