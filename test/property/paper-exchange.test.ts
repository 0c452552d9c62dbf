import { describe, expect, it } from 'vitest'
import { Decimal, ZERO } from '../../src/common/decimal.ts'
import type { Level } from '../support/market-call.ts'
import { PaperDesk } from '../support/paper-desk.ts'
import fc from '../support/seeded-fast-check.ts'

/** Prices are whole, sizes thousandths, so that sums of doubles can be compared with decimals. */
const size = fc.integer({ min: 1, max: 5_000 }).map((thousandths) => thousandths / 1_000)
const level = (price: fc.Arbitrary<number>) => fc.tuple(price, size)
const side = fc.constantFrom('buy' as const, 'sell' as const)
const step = fc.oneof(
  fc.record({
    kind: fc.constant('book' as const),
    middle: fc.integer({ min: 95, max: 105 }),
    bids: fc.array(level(fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 5 }),
    asks: fc.array(level(fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('trade' as const), side, price: fc.integer({ min: 92, max: 108 }), size }),
  fc.record({
    kind: fc.constant('order' as const),
    side,
    price: fc.integer({ min: 92, max: 108 }),
    size,
    timeInForce: fc.constantFrom('gtc' as const, 'ioc' as const, 'fok' as const),
    isPostOnly: fc.boolean(),
    isReduceOnly: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('cancel' as const), order: fc.nat(20) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 1_000 }) }),
)

/** Levels at distances from the middle, one for each price, best first. */
function levels(
  rows: readonly (readonly [number, number])[],
  priceOf: (distance: number) => number,
): Level[] {
  const byPrice = new Map(rows.map(([distance, amount]) => [distance, amount]))
  return [...byPrice].sort(([a], [b]) => a - b).map(([distance, amount]) => [priceOf(distance), amount])
}

describe('the paper exchange, whatever happens', () => {
  it('gives nobody a better price or more than the book and the trades allow, and loses no money and no position', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const desk = new PaperDesk()
        desk.show([[99, 5]], [[101, 5]])
        const ids: string[] = []
        for (const each of steps) {
          const before = desk.fills.length
          const taken = { buy: desk.book.asks(), sell: desk.book.bids() }
          if (each.kind === 'book') {
            desk.show(
              levels(each.bids, (distance) => each.middle - distance),
              levels(each.asks, (distance) => each.middle + distance),
            )
          } else if (each.kind === 'trade') desk.trade(each.side, each.price, each.size)
          else if (each.kind === 'cancel') desk.cancel(ids[each.order] ?? '')
          else if (each.kind === 'pass') desk.clock.advance(each.ms)
          else {
            const { side: tradeType, timeInForce, isPostOnly, isReduceOnly } = each
            const { id } = desk.place({
              tradeType,
              price: String(each.price),
              amount: String(each.size),
              timeInForce: isPostOnly ? 'gtc' : timeInForce,
              isPostOnly,
              isReduceOnly,
            })
            ids.push(id)
          }
          const fresh = desk.fills.slice(before)
          const amountOf = (tradeType: 'buy' | 'sell') =>
            fresh
              .filter((fill) => fill.tradeType === tradeType)
              .reduce((sum, { amount }) => sum.plus(amount), ZERO)
          for (const fill of fresh) {
            const order = desk.exchange.find(fill.clientOrderId!)!
            const isBuy = fill.tradeType === 'buy'
            expect(isBuy ? fill.price.lte(order.price) : fill.price.gte(order.price)).toBe(true)
            if (fill.isMaker) expect(fill.price.eq(order.price)).toBe(true)
            else {
              expect(taken[fill.tradeType].some(([price]) => fill.price.eq(price))).toBe(true)
              expect(order.isPostOnly).toBe(false)
            }
          }
          if (each.kind === 'order') {
            const shown = taken[each.side]
              .filter(([price]) => (each.side === 'buy' ? price <= each.price : price >= each.price))
              .reduce((sum, [, amount]) => sum.plus(amount), ZERO)
            expect(amountOf(each.side).lte(shown)).toBe(true)
          }
          if (each.kind === 'trade') expect(amountOf('buy').plus(amountOf('sell')).lte(each.size)).toBe(true)
          if (each.kind === 'book') {
            const shown = (rows: readonly Level[]) => rows.reduce((sum, [, amount]) => sum.plus(amount), ZERO)
            expect(amountOf('buy').lte(shown(desk.book.asks()))).toBe(true)
            expect(amountOf('sell').lte(shown(desk.book.bids()))).toBe(true)
          }
          if (each.kind === 'cancel' || each.kind === 'pass') expect(fresh).toEqual([])
        }
        for (const id of ids) {
          const order = desk.exchange.find(id)
          if (!order) continue
          const sum = order.fills.reduce((total, { amount }) => total.plus(amount), ZERO)
          expect(sum.eq(order.executed)).toBe(true)
          expect(sum.lte(order.amount)).toBe(true)
          expect(order.state === 'filled').toBe(sum.eq(order.amount))
        }
        conserves(desk)
      }),
      { numRuns: 300 },
    )
  })
})

/** Position and money follow from the fills alone. */
function conserves(desk: PaperDesk): void {
  let position = ZERO
  let cash = new Decimal(1_000_000)
  for (const { tradeType, amount, price, fee } of desk.fills) {
    const signed = tradeType === 'buy' ? amount : amount.neg()
    position = position.plus(signed)
    cash = cash.minus(signed.mul(price)).minus(fee!.amount)
  }
  const held = desk.account.position('BTC-USDT')
  expect(held.amount.eq(position)).toBe(true)
  // What was paid for the position is in it: wallet and cost make up the cash.
  const wallet = desk.account.wallet('USDT').minus(position.mul(held.entryPrice))
  expect(wallet.minus(cash).abs().lt('1e-20')).toBe(true)
}
