import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import type { FundingInfo } from '../../../src/connector/account-types.ts'
import { InFlightOrder, type OrderIdentity } from '../../../src/connector/in-flight-order.ts'
import { OrderBook, type BookState } from '../../../src/connector/order-book.ts'
import { pricedForRing } from '../../../src/qtx/overrides/market-order-price.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { depthUpdate, type Level } from '../../support/market-call.ts'
import { BTC_RULE, orderIdentity } from '../../support/scripted-exchange.ts'

const clock = new FakeClock()

function book(bids: readonly Level[], asks: readonly Level[], state: BookState = 'live'): OrderBook {
  const built = new OrderBook('BTC-USDT', { sequencesComparable: true })
  built.applyDepth(depthUpdate(asks, bids, { sequence: 1, eventMs: 1, receivedMs: 1 }))
  built.state = state
  return built
}

function funding(markPrice: string, ageMs = 0): FundingInfo {
  return {
    pair: 'BTC-USDT',
    markPrice: new Decimal(markPrice),
    indexPrice: new Decimal(markPrice),
    rate: new Decimal(0),
    nextFundingMs: 0,
    receivedMs: clock.nowMs() - ageMs,
    source: 'rest',
  }
}

function market(given: Partial<OrderIdentity> = {}): InFlightOrder {
  return new InFlightOrder(
    orderIdentity({ orderType: 'market', price: undefined, timeInForce: 'ioc', ...given }),
  )
}

function priced(order: InFlightOrder, of: OrderBook, info?: FundingInfo): string {
  const { price, timeInForce } = pricedForRing(order, BTC_RULE, of, info, clock)
  return `${price.toString()} ${timeInForce ?? 'post-only'}`
}

const TIGHT = book([[50_000, 1]], [[50_000.1, 1]])

describe('limit orders', () => {
  test('stay as they are, whatever the book', () => {
    const invalid = book([], [], 'invalid')
    for (const timeInForce of ['gtc', 'ioc', 'fok'] as const)
      expect(priced(new InFlightOrder(orderIdentity({ timeInForce })), invalid)).toBe(`50000 ${timeInForce}`)
    expect(priced(new InFlightOrder(orderIdentity({ orderType: 'limitMaker' })), invalid)).toBe(
      '50000 post-only',
    )
  })
})

describe('market orders', () => {
  test('Q57: become immediate or cancel, at the best price and the slippage, on the grid and never beyond', () => {
    expect(priced(market({ maxSlippage: new Decimal('0.001') }), TIGHT)).toBe('50050.1 ioc')
    expect(priced(market({ tradeType: 'sell', maxSlippage: new Decimal('0.001') }), TIGHT)).toBe('49950 ioc')
    const odd = book([[50_000, 1]], [[50_000.7, 1]])
    expect(priced(market({ maxSlippage: new Decimal('0.0001') }), odd)).toBe('50005.7 ioc')
  })

  test('cross the spread and never suffer more than the slippage, for any book', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 1_000_000 }),
        fc.integer({ min: 10, max: 9_000 }),
        fc.constantFrom('buy' as const, 'sell' as const),
        (ticks, hundredthsOfPercent, tradeType) => {
          const best = ticks / 10
          const maxSlippage = new Decimal(hundredthsOfPercent).div(10_000)
          const { price } = pricedForRing(
            market({ tradeType, maxSlippage }),
            BTC_RULE,
            tradeType === 'buy' ? book([], [[best, 1]]) : book([[best, 1]], []),
            undefined,
            clock,
          )
          const moved = tradeType === 'buy' ? price.minus(best) : new Decimal(best).minus(price)
          expect(moved.gte(0)).toBe(true)
          expect(moved.lte(maxSlippage.mul(best))).toBe(true)
          expect(price.gt(0)).toBe(true)
          expect(price.mod(BTC_RULE.minPriceIncrement).isZero()).toBe(true)
        },
      ),
    )
  })

  test.each(['syncing', 'stale', 'invalid'] as const)('Q58: are refused while the book is %s', (state) => {
    expect(() => priced(market(), book([[50_000, 1]], [[50_000.1, 1]], state))).toThrow(
      expect.objectContaining({ code: 'QTX_BOOK_NOT_LIVE' }),
    )
    expect(() => priced(market(), book([[50_000, 1]], [[50_000.1, 1]], state))).toThrow(state)
  })

  test('are refused when the side that they would meet is empty', () => {
    expect(() => priced(market(), book([[50_000, 1]], []))).toThrow(/empty on that side/)
    expect(() => priced(market({ tradeType: 'sell' }), book([], [[50_000, 1]]))).toThrow(/empty on that side/)
    expect(priced(market({ tradeType: 'sell' }), book([[50_000, 1]], []))).toBe('48500 ioc')
  })

  test('Q58: are refused when the best price is far from a fresh mark price', () => {
    expect(() => priced(market(), TIGHT, funding('40000'))).toThrow(/25\.0 % from the mark price 40000/)
    expect(priced(market(), TIGHT, funding('48000'))).toBe('51500.1 ioc')
  })

  test('are not judged by a mark price that is old, or is none', () => {
    expect(priced(market(), TIGHT, funding('40000', 6 * 60_000))).toBe('51500.1 ioc')
    expect(priced(market(), TIGHT, funding('0'))).toBe('51500.1 ioc')
  })
})
