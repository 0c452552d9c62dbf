import { describe, expect, test } from 'vitest'
import { describeBooksInBaseUnits, describeMarketRoundTrip } from '../support/market-round-trip.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'
const SYMBOL = 'BTC-USDT-SWAP'

const ready = () => TradingRig.ready({ exchange: 'okx' })

/** What the order manager took last out of a slot. */
const lastTaken = (rig: TradingRig) => rig.simulator.orderManager.taken.at(-1)?.request

describe('the whole connector on OKX: orders through the ring, fills from the private stream', () => {
  test('an order goes out in contracts and comes back in base units', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '0.0123', 'limit', rig.bestBid(PAIR).mul('0.97'))
    const created = await rig.event('buyOrderCreated', id)
    expect(lastTaken(rig)).toMatchObject({
      kind: 'place',
      order: { clientOrderId: id, symbol: SYMBOL, size: '1.23', timeInForce: 'gtc' },
    })
    expect(created.exchangeOrderId).toMatch(/^\d{19}$/)
    expect(String(created.amount)).toBe('0.0123')
    expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
    expect(rig.connector.inFlightOrders.size).toBe(0)
  })

  describeMarketRoundTrip('okx')

  describeBooksInBaseUnits('okx')

  test('Q66: a post-only order that would trade is created and canceled, as the exchange does it', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limitMaker', rig.bestBid(PAIR).mul('1.01'))
    const cancelled = await rig.event('orderCancelled', id)
    expect(cancelled.reason).toContain('source 31')
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
  })

  test('an order without the margin for it fails, with the exchange’s code and words', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '90', 'limit', rig.bestBid(PAIR).mul('0.99'))
    const failure = await rig.event('orderFailure', id)
    expect(failure.errorCode).toBe('QTX_ORDER_REJECTED')
    expect(failure.errorMessage).toContain('51008')
  })

  test('a resting order fills in parts when the market trades through it', async () => {
    await using rig = await ready()
    await rig.marketAtRest(PAIR)
    const bid = rig.bestBid(PAIR)
    const id = rig.connector.buy(PAIR, '0.02', 'limitMaker', bid)
    await rig.event('buyOrderCreated', id)
    const nowMs = Date.now()
    const head = { kind: 'trade', symbol: SYMBOL, txMs: nowMs, eventMs: nowMs, takerSide: 'sell' } as const
    const trade = (size: number) =>
      rig.simulator.exchange.applyMarketEvent({ ...head, tradeId: 0n, price: bid.minus(10).toNumber(), size })
    trade(0.005)
    await until(() => String(rig.connector.inFlightOrders.get(id)?.executedAmount) === '0.005')
    trade(100)
    const completed = await rig.event('buyOrderCompleted', id)
    expect(String(completed.baseAmount)).toBe('0.02')
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'orderFilled', 'buyOrderCompleted'])
  })

  test('canceling an order that has filled meanwhile is looked up, not assumed', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('0.97'))
    await rig.event('buyOrderCreated', id)
    const { exchange, account } = rig.simulator
    // Gone on the exchange, and nobody tells.
    exchange.dropSockets()
    exchange.engine.cancel(exchange.engine.account(account.apiKey)!, SYMBOL, { clientOrderId: id })
    await rig.connector.cancel(PAIR, id)
    await rig.event('orderCancelled', id)
    expect(rig.connector.inFlightOrders.size).toBe(0)
  })
})
