import { describe, expect, test } from 'vitest'
import { fillMarks, orderMarks, priceRange } from '../../../../web/src/model/price-marks.ts'
import type { OrderView } from '../../../../src/service/service-views.ts'

const FILL = {
  pair: 'BTC-USDT',
  side: 'buy',
  price: '100.5',
  amount: '1',
  fee: '',
  clientOrderId: '',
} as const
const ORDER: OrderView = {
  clientOrderId: 'a',
  exchangeOrderId: null,
  pair: 'BTC-USDT',
  side: 'sell',
  type: 'limit',
  timeInForce: 'GTC',
  positionAction: 'open',
  amount: '1',
  price: '101',
  executedAmount: '0',
  averagePrice: null,
  state: 'open',
  createdMs: 0,
  reason: null,
}

describe('marks on the price chart', () => {
  test("are the pair's fills within the time that is shown", () => {
    const fills = [1_000, 2_000, 3_000, 4_000].map((timeMs, number) => ({
      number,
      item: { ...FILL, timeMs },
    }))
    const other = { number: 9, item: { ...FILL, pair: 'ETH-USDT', timeMs: 2_000 } }
    expect(fillMarks([...fills, other], 'BTC-USDT', 2, 3)).toEqual([
      { second: 2, price: 100.5, side: 'buy' },
      { second: 3, price: 100.5, side: 'buy' },
    ])
  })

  test("are the pair's open orders that have a price", () => {
    const orders = [ORDER, { ...ORDER, price: null }, { ...ORDER, pair: 'ETH-USDT' }]
    expect(orderMarks(orders, 'BTC-USDT')).toEqual([{ price: 101, side: 'sell', amount: '1' }])
  })

  test('reach as far as fills and near orders; an order far away leaves the market visible', () => {
    const orderAt = (price: number) => ({ price, side: 'buy' as const, amount: '1' })
    const fill = { second: 1, price: 98, side: 'buy' as const }
    const [from, to] = priceRange(99, 101, { fills: [fill], orders: [orderAt(102), orderAt(10)] })
    expect(from).toBeLessThan(98)
    expect(from).toBeGreaterThan(97)
    expect(to).toBeGreaterThan(102)
    expect(to).toBeLessThan(103)
  })

  test('have a range around a price that stands still, and some range without any price', () => {
    const [from, to] = priceRange(100, 100, { fills: [], orders: [] })
    expect(from).toBeLessThan(100)
    expect(to).toBeGreaterThan(100)
    expect(priceRange(null, null, { fills: [], orders: [] })).toEqual([0, 1])
  })
})
