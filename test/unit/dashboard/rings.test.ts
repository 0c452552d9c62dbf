import { expect, test } from 'vitest'
import { NumberRing, finite } from '../../../src/dashboard/number-ring.ts'
import { KEPT_TRADES, TradeRing } from '../../../src/dashboard/trade-ring.ts'
import fc from '../../support/seeded-fast-check.ts'

test('a ring has the newest numbers, oldest first, and null for none', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.double(), { nil: NaN })),
      fc.integer({ min: 1, max: 9 }),
      (values, capacity) => {
        const ring = new NumberRing(capacity)
        for (const value of values) ring.push(value)
        expect(ring.toList()).toEqual(values.slice(-capacity).map(finite))
        for (let i = 0; i < ring.length; i++) expect(ring.newest(i)).toBe(values.at(-1 - i))
        expect(ring.newest(ring.length)).toBeNaN()
      },
    ),
  )
})

test('of trades the newest come first, each with its taker’s side, also at the size of zero', () => {
  const ring = new TradeRing()
  for (let i = 0; i < 2 * KEPT_TRADES; i++) {
    ring.push({ eventMs: i, price: 100 + i, size: i % 3, takerSide: i % 2 === 0 ? 'buy' : 'sell' })
  }
  const trades = ring.toList()
  expect(trades).toHaveLength(KEPT_TRADES)
  for (const [index, trade] of trades.entries()) {
    const i = 2 * KEPT_TRADES - 1 - index
    expect(trade).toEqual({ timeMs: i, price: 100 + i, size: i % 3, side: i % 2 === 0 ? 'buy' : 'sell' })
  }
})
