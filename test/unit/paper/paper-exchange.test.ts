import { beforeEach, describe, expect, it } from 'vitest'
import type { Level } from '../../support/market-call.ts'
import { PaperDesk } from '../../support/paper-desk.ts'

const BIDS: readonly Level[] = [
  [100, 10],
  [99, 20],
]
const ASKS: readonly Level[] = [
  [101, 2],
  [102, 3],
  [103, 50],
]

let desk: PaperDesk
beforeEach(() => {
  desk = new PaperDesk()
  desk.show(BIDS, ASKS)
})

describe('an order that takes', () => {
  it('walks the levels at their prices, as far as its limit', () => {
    const { id } = desk.place({ amount: '4', price: '102' })
    expect(desk.fillTexts).toEqual(['buy 2 at 101 taker', 'buy 2 at 102 taker'])
    expect(desk.stateOf(id)).toBe('filled')
    expect(desk.fills[0]?.fee?.amount.toString()).toBe('0.101')
  })

  it('rests with what is left, and goes on when more is offered', () => {
    const { id } = desk.place({ amount: '4', price: '101' })
    expect(desk.stateOf(id)).toBe('partiallyFilled')
    // The level that it took is still shown: it is depleted.
    desk.show(BIDS, [...ASKS, [104, 1]])
    expect(desk.fillTexts).toEqual(['buy 2 at 101 taker'])
    desk.show(BIDS, [[101, 1.5], ...ASKS.slice(1)])
    expect(desk.fillTexts).toEqual(['buy 2 at 101 taker', 'buy 1.5 at 101 maker'])
  })

  it('does not find again what another order took, until the level is another one', () => {
    desk.place({ amount: '2', price: '101', timeInForce: 'ioc' })
    const { id } = desk.place({ amount: '1', price: '101', timeInForce: 'ioc' })
    expect(desk.stateOf(id)).toBe('canceled')
    expect(desk.updates.at(-1)).toMatchObject({ state: 'canceled', reason: { code: 'EXPIRED' } })
    desk.show(BIDS, [[101, 3]])
    desk.place({ amount: '1', price: '101', timeInForce: 'ioc' })
    expect(desk.fillTexts).toEqual(['buy 2 at 101 taker', 'buy 1 at 101 taker'])
  })

  it('takes more levels than it looks at first', () => {
    const asks = Array.from({ length: 100 }, (_, i): Level => [101 + i, 1])
    desk.show(BIDS, asks)
    desk.place({ amount: '60', price: '300' })
    expect(desk.fills).toHaveLength(60)
    expect(desk.fills.at(-1)?.price.toString()).toBe('160')
  })

  it('expires with what an immediate-or-cancel order cannot fill', () => {
    const { id } = desk.place({ amount: '10', price: '102', timeInForce: 'ioc' })
    expect(desk.exchange.find(id)?.executed.toString()).toBe('5')
    expect(desk.stateOf(id)).toBe('canceled')
  })

  it('fills a fill-or-kill order whole or not at all', () => {
    const tooMuch = desk.place({ amount: '5.001', price: '102', timeInForce: 'fok' })
    expect(desk.stateOf(tooMuch.id)).toBe('canceled')
    expect(desk.fills).toEqual([])
    const enough = desk.place({ amount: '5', price: '102', timeInForce: 'fok' })
    expect(desk.stateOf(enough.id)).toBe('filled')
  })

  it('refuses a post-only order that would trade, and takes one that would not', () => {
    expect(desk.place({ price: '101', isPostOnly: true }).answer).toMatchObject({
      kind: 'rejected',
      reason: { code: 'QTX_ORDER_REJECTED' },
    })
    expect(desk.place({ price: '100.9', isPostOnly: true }).answer.kind).toBe('accepted')
    expect(desk.fills).toEqual([])
  })

  it('refuses everything while the book is not live', () => {
    desk.book.state = 'stale'
    expect(desk.place({}).answer).toMatchObject({ kind: 'rejected', reason: { code: 'QTX_BOOK_NOT_LIVE' } })
  })
})

describe('an order that rests', () => {
  it('waits until the trades have gone past what was there before', () => {
    desk.place({ amount: '3' })
    desk.trade('sell', 100, 10)
    expect(desk.fills).toEqual([])
    desk.trade('sell', 100, 2)
    desk.trade('sell', 100, 5)
    expect(desk.fillTexts).toEqual(['buy 2 at 100 maker', 'buy 1 at 100 maker'])
    expect(desk.fills[0]?.fee?.amount.toString()).toBe('0.04')
  })

  it('is not reached by trades of its own side', () => {
    desk.place({ amount: '3' })
    desk.trade('buy', 100, 100)
    desk.trade('buy', 99, 100)
    expect(desk.fills).toEqual([])
  })

  it('fills by a trade beyond its price, never more than was traded', () => {
    desk.place({ amount: '3' })
    desk.trade('sell', 99, 1.2345)
    expect(desk.fillTexts).toEqual(['buy 1.234 at 100 maker'])
  })

  it('fills by what the other side offers at its price or beyond, at its own price', () => {
    desk.place({ amount: '3', tradeType: 'sell', price: '102.5' })
    desk.show(
      [
        [103, 1],
        [102.5, 1],
      ],
      [[104, 1]],
    )
    expect(desk.fillTexts).toEqual(['sell 1 at 102.5 maker', 'sell 1 at 102.5 maker'])
  })

  it('serves the better price first, and the earlier order within a price', () => {
    const later = desk.place({ amount: '1', price: '100' })
    const better = desk.place({ amount: '1', price: '100.5' })
    const last = desk.place({ amount: '1', price: '100' })
    desk.trade('sell', 100, 12)
    expect([better, later, last].map(({ id }) => desk.exchange.find(id)?.executed.toString())).toEqual([
      '1',
      '1',
      '0',
    ])
    expect(desk.fillTexts).toEqual(['buy 1 at 100.5 maker', 'buy 1 at 100 maker'])
  })

  it('gives one trade to its orders together no more than its size', () => {
    for (const price of ['100.3', '100.2', '100.1']) desk.place({ amount: '1', price })
    desk.trade('sell', 100, 2.5)
    expect(desk.fills.reduce((sum, { amount }) => sum + amount.toNumber(), 0)).toBe(2.5)
  })

  it('does not fill beyond the levels that can be seen before they can', () => {
    desk.place({ amount: '1', price: '90' })
    desk.trade('sell', 90, 100)
    expect(desk.fills).toEqual([])
    desk.show([[90, 4]], ASKS)
    desk.trade('sell', 90, 4)
    desk.trade('sell', 90, 1)
    expect(desk.fillTexts).toEqual(['buy 1 at 90 maker'])
  })

  it('never trades with an order of its own account', () => {
    desk.place({ amount: '1', price: '100.5' })
    desk.place({ amount: '1', price: '100.5', tradeType: 'sell' })
    expect(desk.fills).toEqual([])
    expect(desk.exchange.openOrders).toHaveLength(2)
  })

  it('is canceled once; a cancel that comes after its fill finds nothing', () => {
    const first = desk.place({ amount: '3' })
    expect(desk.cancel(first.id)).toMatchObject({ kind: 'accepted' })
    expect(desk.cancel(first.id)).toMatchObject({ kind: 'rejected', notFound: true })
    const second = desk.place({ amount: '3' })
    desk.trade('sell', 99, 50)
    expect(desk.cancel(second.id)).toMatchObject({ kind: 'rejected', notFound: true })
    expect(desk.stateOf(second.id)).toBe('filled')
  })

  it('stands still while the book is not live', () => {
    desk.place({ amount: '1', tradeType: 'sell', price: '102.5' })
    desk.show([[103, 1]], [[104, 1]])
    expect(desk.fills).toHaveLength(1)
    desk.place({ amount: '1', tradeType: 'sell', price: '105' })
    desk.book.state = 'stale'
    desk.exchange.bookChanged(desk.book)
    desk.trade('buy', 106, 5)
    expect(desk.fills).toHaveLength(1)
  })
})

describe('the paper account', () => {
  it('has the position, its entry, its profit and the fees of the fills', () => {
    desk.place({ amount: '2', price: '101' })
    desk.show([[110, 5]], [[112, 5]])
    expect(desk.account.position('BTC-USDT')).toMatchObject({ leverage: 20 })
    const { amount, entryPrice, unrealizedPnl } = desk.account.position('BTC-USDT')
    expect([amount, entryPrice, unrealizedPnl].map(String)).toEqual(['2', '101', '20'])
    desk.place({ amount: '2', price: '110', tradeType: 'sell', isReduceOnly: true })
    // 18 of profit, less 0.101 and 0.11 of fees.
    expect(desk.account.wallet('USDT').toString()).toBe('1000017.789')
    expect(desk.account.positions()).toEqual([])
  })

  it('refuses what binds more margin than there is, as the worse of two ends', () => {
    const poor = new PaperDesk('10')
    poor.show(BIDS, ASKS)
    // 100 / 20 is 5.
    expect(poor.place({}).answer.kind).toBe('accepted')
    expect(poor.place({}).answer.kind).toBe('accepted')
    expect(poor.place({}).answer).toMatchObject({ kind: 'rejected', reason: { code: 'QTX_ORDER_REJECTED' } })
    // The other side binds nothing more.
    expect(poor.place({ tradeType: 'sell', price: '103', amount: '1.5' }).answer.kind).toBe('accepted')
  })

  it('never lets a reduce-only order turn the position, and ends it when nothing is left', () => {
    desk.place({ amount: '2', price: '101' })
    const close = desk.place({ amount: '5', price: '104', tradeType: 'sell', isReduceOnly: true })
    desk.place({ amount: '1', price: '100', tradeType: 'sell', isReduceOnly: true })
    desk.trade('buy', 105, 10)
    expect(desk.account.positionAmount('BTC-USDT').toString()).toBe('0')
    expect(desk.stateOf(close.id)).toBe('canceled')
    expect(desk.place({ tradeType: 'sell', isReduceOnly: true }).answer.kind).toBe('rejected')
  })
})
