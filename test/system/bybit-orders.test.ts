import { describe, expect, test } from 'vitest'
import { describeBooksInBaseUnits, describeMarketRoundTrip } from '../support/market-round-trip.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'
const SYMBOL = 'BTCUSDT'

const ready = () => TradingRig.ready({ exchange: 'bybit' })

describe('the whole connector on Bybit: orders through the ring, fills from the private stream', () => {
  test('an order goes out in base units under its number, is answered, and cancelled', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '0.0123', 'limit', rig.bestBid(PAIR).mul('0.97'))
    const created = await rig.event('buyOrderCreated', id)
    expect(rig.simulator.orderManager.taken.at(-1)?.request).toMatchObject({
      kind: 'place',
      order: { clientOrderId: id, symbol: SYMBOL, size: '0.012', timeInForce: 'gtc' },
    })
    expect(created.exchangeOrderId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(String(created.amount)).toBe('0.012')
    expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
    expect(rig.connector.inFlightOrders.size).toBe(0)
  })

  describeMarketRoundTrip('bybit')

  describeBooksInBaseUnits('bybit')

  test('Q66: a post-only order that would trade is accepted and then canceled, with the exchange’s word for it', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limitMaker', rig.bestBid(PAIR).mul('1.01'))
    const cancelled = await rig.event('orderCancelled', id)
    expect(cancelled.reason).toContain('EC_PostOnlyWillTakeLiquidity')
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
  })

  test('an order without the margin for it fails, with the exchange’s code and words', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '90', 'limit', rig.bestBid(PAIR).mul('0.99'))
    const failure = await rig.event('orderFailure', id)
    expect(failure.errorCode).toBe('QTX_ORDER_REJECTED')
    expect(failure.errorMessage).toContain('110007')
  })

  test('a manager that lost its key gets it again after the first refusal', async () => {
    await using rig = await ready()
    const { orderManager } = rig.simulator
    orderManager.restart('keep')
    const refused = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('0.97'))
    expect((await rig.event('orderFailure', refused)).errorMessage).toContain('10003')
    await until(() => orderManager.statistics.keys === 2, 'the key')
    const id = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('0.97'))
    await rig.event('buyOrderCreated', id)
  })

  test('an order whose answer never comes is found on the exchange by its number', async () => {
    await using rig = await TradingRig.ready(
      {
        exchange: 'bybit',
        orderManager: { silence: (request) => (request.kind === 'place' ? 'reached' : undefined) },
      },
      { orderTimeoutMs: 200 },
    )
    const id = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('0.97'))
    await rig.event('buyOrderCreated', id)
    expect(rig.connector.inFlightOrders.get(id)?.state).toBe('open')
    expect((await rig.connector.cancel(PAIR, id)).success).toBe(true)
    expect(rig.eventsOf(id)).not.toContain('orderFailure')
  })

  test('canceling an order that is gone, and whose end nobody told, is looked up, not assumed', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('0.97'))
    await rig.event('buyOrderCreated', id)
    const { exchange, account } = rig.simulator
    exchange.dropSockets()
    exchange.engine.cancel(exchange.engine.account(account.apiKey)!, SYMBOL, { clientOrderId: id })
    await rig.connector.cancel(PAIR, id)
    await rig.event('orderCancelled', id)
    expect(rig.connector.inFlightOrders.size).toBe(0)
  })
})
