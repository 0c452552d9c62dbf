import { describe, expect, test } from 'vitest'
import { describeBooksInBaseUnits } from '../support/market-round-trip.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'
const GATE_IO = { exchange: 'gate_io' } as const

describe('the whole connector on Gate.io', () => {
  test('an order goes through the ring in contracts, and everything told is base units', async () => {
    await using rig = await TradingRig.ready(GATE_IO)
    const { exchange, orderManager } = rig.simulator
    const id = rig.connector.buy(PAIR, '0.0123', 'limit', rig.bestBid(PAIR).mul('1.01'))
    const completed = await rig.event('buyOrderCompleted', id)
    expect(completed.baseAmount.toString()).toBe('0.0123')
    expect(orderManager.taken.at(-1)?.request).toMatchObject({
      kind: 'place',
      order: { clientOrderId: id, symbol: 'BTC_USDT', size: '123' },
    })
    const filled = await rig.event('orderFilled', id)
    expect(filled.fee?.asset).toBe('USDT')
    expect(filled.fee?.amount.gt(0)).toBe(true)
    const account = exchange.engine.account(rig.simulator.account.apiKey)!
    const order = account.records.orderByClientId(`t-${id}`)
    expect(order?.size.toString(), 'the exchange has the prefix').toBe('0.0123')
    await until(() => rig.connector.positions.get(PAIR)?.amount.toString() === '0.0123', 'the position')
    await until(() => rig.connector.balance('USDT').eq(account.walletBalance('USDT')), 'the balance')
    const closeId = rig.connector.sell(PAIR, '5', 'market', undefined, { positionAction: 'close' })
    expect((await rig.event('sellOrderCompleted', closeId)).baseAmount.toString()).toBe('0.0123')
    await until(() => !rig.connector.positions.has(PAIR), 'the position to be gone')
  })

  describeBooksInBaseUnits('gate_io')

  test('a resting order is created and canceled by the ring’s own answers', async () => {
    await using rig = await TradingRig.ready(GATE_IO)
    const id = rig.connector.buy(PAIR, '0.01', 'limitMaker', rig.bestBid(PAIR).mul('0.95'))
    expect((await rig.event('buyOrderCreated', id)).exchangeOrderId).toMatch(/^\d+$/)
    expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
    expect(rig.simulator.exchange.requests.filter(({ method }) => method === 'DELETE')).toEqual([])
  })

  test('a post-only order that would trade fails with the exchange’s label', async () => {
    await using rig = await TradingRig.ready(GATE_IO)
    const id = rig.connector.buy(PAIR, '0.01', 'limitMaker', rig.bestBid(PAIR).mul('1.01'))
    const failure = await rig.event('orderFailure', id)
    expect(failure.errorCode).toBe('QTX_ORDER_REJECTED')
    expect(failure.errorMessage).toContain('ORDER_POC_IMMEDIATE')
  })

  test('a manager without the key is given it again', async () => {
    await using rig = await TradingRig.ready(GATE_IO)
    const { orderManager } = rig.simulator
    orderManager.restart('keep')
    const refused = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('0.95'))
    expect((await rig.event('orderFailure', refused)).errorMessage).toContain('AUTHENTICATION_FAILED')
    await until(() => orderManager.statistics.keys === 2, 'the key')
    const id = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('0.95'))
    await rig.event('buyOrderCreated', id)
  })
})
