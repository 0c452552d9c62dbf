import { beforeEach, describe, expect, it } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { TradingFloor } from './trading-floor.ts'

let floor: TradingFloor

beforeEach(() => {
  floor = new TradingFloor()
  floor.openBook()
})

const fills = () =>
  floor.orderUpdates
    .filter((update) => update.fill)
    .map(
      ({ fill }) => `${fill!.maker ? 'maker' : 'taker'} ${fill!.size.toString()} @ ${fill!.price.toString()}`,
    )

describe('a taker', () => {
  it('walks the source’s levels and leaves them consumed until the source sets them again', () => {
    const order = floor.order(floor.alice, { kind: 'market', size: '1.5' })
    expect(order).toMatchObject({ status: 'filled' })
    expect(fills()).toEqual(['taker 1 @ 60001', 'taker 0.5 @ 60002'])
    expect(floor.top('ask')).toEqual([60_002, 1.5])
    floor.source({ kind: 'depth', sequence: 200n, bids: [], asks: [[60_001, 3]] })
    expect(floor.top('ask')).toEqual([60_001, 3])
  })

  it('with a limit stops at it and rests with what is left', () => {
    const order = floor.order(floor.alice, { size: '1.5', price: '60001' })
    expect(order).toMatchObject({ status: 'partially-filled' })
    expect(order.filledSize.toString()).toBe('1')
    expect(floor.top('bid')).toEqual([60_001, 0.5])
  })

  it('IOC: what does not fill at once expires', () => {
    const part = floor.order(floor.alice, { size: '1.5', price: '60001', timeInForce: 'ioc' })
    expect([part.status, part.filledSize.toString()]).toEqual(['expired', '1'])
    const none = floor.order(floor.alice, { size: '1', price: '59000', timeInForce: 'ioc' })
    expect([none.status, none.filledSize.toString()]).toEqual(['expired', '0'])
    expect(floor.news.slice(-2)).toEqual(['order new new', 'order expired expired'])
  })

  it('FOK: fills whole or is refused without a trace', () => {
    const whole = floor.order(floor.alice, { size: '3', price: '60002', timeInForce: 'fok' })
    expect(whole.status).toBe('filled')
    floor.news.length = 0
    const reason = floor.refusal(() =>
      floor.order(floor.alice, { side: 'sell', size: '3.001', price: '59999', timeInForce: 'fok' }),
    )
    expect(reason).toBe('fill-or-kill-unfillable')
    expect(floor.news).toEqual([])
  })

  it('takes other users’ orders at their price, after the source’s size there', () => {
    floor.order(floor.bob, { side: 'sell', size: '0.4', price: '60001' })
    floor.orderUpdates.length = 0
    const order = floor.order(floor.alice, { size: '1.3', price: '60001', clientOrderId: 'taker' })
    expect(order.status).toBe('filled')
    expect(fills()).toEqual(['taker 1 @ 60001', 'taker 0.3 @ 60001', 'maker 0.3 @ 60001'])
    const [, taken, made] = floor.orderUpdates.filter((update) => update.fill)
    expect(taken!.fill!.tradeId).toBe(made!.fill!.tradeId)
    expect(floor.position(floor.bob).size).toBe('-0.3')
  })

  it('finds its price by price match', () => {
    const queue = floor.order(floor.alice, { size: '0.1', priceMatch: { from: 'queue', level: 1 } })
    expect(queue.price.toString()).toBe('60000')
    const opponent = floor.order(floor.alice, {
      size: '0.1',
      timeInForce: 'ioc',
      priceMatch: { from: 'opponent', level: 2 },
    })
    expect([opponent.price.toString(), opponent.status]).toEqual(['60002', 'filled'])
    const deep = () => floor.order(floor.alice, { size: '0.1', priceMatch: { from: 'queue', level: 5 } })
    expect(floor.refusal(deep)).toBe('no-price-to-match')
  })
})

describe('a resting order', () => {
  it('fills up to the trade’s size when the market trades through its price, at its own price', () => {
    floor.order(floor.alice, { size: '1', price: '60000' })
    floor.source({ kind: 'trade', tradeId: 900n, takerSide: 'sell', price: 59_999, size: 0.6 })
    expect(fills()).toEqual(['maker 0.6 @ 60000'])
    floor.source({ kind: 'trade', tradeId: 901n, takerSide: 'sell', price: 59_999, size: 5 })
    expect(fills()).toEqual(['maker 0.6 @ 60000', 'maker 0.4 @ 60000'])
    expect(floor.alice.records.openOrders()).toEqual([])
  })

  it('at the trade’s price waits for the queue that was there before it', () => {
    floor.order(floor.alice, { size: '1', price: '60000' })
    const trade = (tradeId: bigint, size: number) =>
      floor.source({ kind: 'trade', tradeId, takerSide: 'sell', price: 60_000, size })
    trade(900n, 0.75)
    expect(fills()).toEqual([])
    trade(901n, 0.5)
    expect(fills()).toEqual(['maker 0.25 @ 60000'])
  })

  it('moves up the queue when the source’s level shrinks', () => {
    floor.order(floor.alice, { size: '1', price: '60000' })
    floor.source({ kind: 'depth', sequence: 200n, bids: [[60_000, 0.2]], asks: [] })
    floor.source({ kind: 'trade', tradeId: 900n, takerSide: 'sell', price: 60_000, size: 0.5 })
    expect(fills()).toEqual(['maker 0.3 @ 60000'])
  })

  it('is not reached by trades of takers on its own side or beyond its price', () => {
    floor.order(floor.alice, { size: '1', price: '59999.5' })
    floor.source({ kind: 'trade', tradeId: 900n, takerSide: 'buy', price: 59_999, size: 5 })
    floor.source({ kind: 'trade', tradeId: 901n, takerSide: 'sell', price: 60_000, size: 5 })
    expect(fills()).toEqual([])
  })

  it('fills when the source’s other side crosses it, once for the size that is shown', () => {
    floor.order(floor.alice, { size: '1', price: '59999.5' })
    floor.source({ kind: 'ticker', sequence: 200n, side: 'ask', price: 59_999, size: 0.7 })
    expect(fills()).toEqual(['maker 0.7 @ 59999.5'])
    expect(floor.top('bid')).toEqual([59_999.5, 0.3])
    expect(floor.told.filter((event) => event.kind === 'trade')).toMatchObject([
      { takerSide: 'sell', price: 59_999.5, size: 0.7 },
    ])
  })

  it('serves better prices first, then first come', () => {
    floor.order(floor.alice, { size: '0.1', price: '59998', clientOrderId: 'late' })
    floor.order(floor.bob, { size: '0.1', price: '59998.5', clientOrderId: 'better' })
    floor.order(floor.bob, { size: '0.1', price: '59998', clientOrderId: 'later' })
    floor.source({ kind: 'trade', tradeId: 900n, takerSide: 'sell', price: 59_997, size: 0.25 })
    const filled = floor.orderUpdates.filter((update) => update.fill)
    expect(filled.map((update) => [update.order.clientOrderId, update.order.status])).toEqual([
      ['better', 'filled'],
      ['late', 'filled'],
      ['later', 'partially-filled'],
    ])
  })

  it('is told of as account first, order second', () => {
    floor.order(floor.alice, { size: '1', price: '60001' })
    expect(floor.news).toEqual(['order new new', 'account order', 'order trade filled'])
  })

  it('goes when it is cancelled, and only once', () => {
    floor.order(floor.alice, { size: '1', price: '59000', clientOrderId: '5' })
    const cancel = () => floor.engine.cancel(floor.alice, 'BTCUSDT', { clientOrderId: '5' })
    expect(floor.refusal(() => floor.engine.cancel(floor.bob, 'BTCUSDT', { clientOrderId: '5' }))).toBe(
      'unknown-order',
    )
    expect(cancel().status).toBe('canceled')
    expect(floor.refusal(cancel)).toBe('unknown-order')
    expect(floor.engine.book('BTCUSDT').levels('bid', 10)).toHaveLength(2)
  })
})

describe('reduce-only', () => {
  it('is refused without a position, never goes through zero, and expires when idle', () => {
    const close = (more = {}) =>
      floor.order(floor.alice, { side: 'sell', kind: 'market', size: '1', reduceOnly: true, ...more })
    expect(floor.refusal(close)).toBe('reduce-only-rejected')
    floor.order(floor.alice, { kind: 'market', size: '0.5' })
    close({ kind: 'limit', price: '60050', size: '0.5' })
    const closed = close()
    expect([closed.status, closed.filledSize.toString()]).toEqual(['expired', '0.5'])
    expect(floor.position(floor.alice).size).toBe('0')
    expect(floor.alice.records.openOrders()).toEqual([])
    expect(floor.news.at(-1)).toBe('order expired expired')
  })
})

describe('refusals', () => {
  it.each([
    ['unknown-symbol', { symbol: 'NOPE', size: '1', price: '60000' }],
    ['size-not-positive', { size: '0', price: '60000' }],
    ['size-above-maximum', { size: '1000.001', price: '60000' }],
    ['precision-exceeded', { size: '0.0105', price: '60000' }],
    ['precision-exceeded', { size: '0.01', price: '60000.005' }],
    ['price-off-tick', { size: '0.01', price: '60000.05' }],
    ['price-not-positive', { size: '0.01', price: '0' }],
    ['price-below-minimum', { size: '0.01', price: '200' }],
    ['price-above-band', { size: '0.01', price: '63001' }],
    ['price-below-band', { side: 'sell', size: '0.01', price: '56999' }],
    ['notional-below-minimum', { size: '0.001', price: '60000' }],
    ['margin-insufficient', { size: '4', price: '60000' }],
    ['post-only-would-cross', { size: '0.01', price: '60001', timeInForce: 'post-only' }],
    ['position-side-mismatch', { size: '0.01', price: '60000', positionSide: 'long' }],
  ] as const)('%s: %o changes nothing', (reason, order) => {
    expect(floor.refusal(() => floor.order(floor.alice, order))).toBe(reason)
    expect([floor.news, floor.told, floor.wallet(floor.alice)]).toEqual([[], [], '10000'])
  })

  it('duplicate-client-order-id: only while the first is open', () => {
    const place = () => floor.order(floor.alice, { size: '0.01', price: '59000', clientOrderId: '7' })
    place()
    expect(floor.refusal(place)).toBe('duplicate-client-order-id')
    floor.engine.cancelAll(floor.alice, 'BTCUSDT')
    expect(place().status).toBe('new')
  })

  it('counts open orders’ margin, and none for orders that only close', () => {
    floor.engine.setLeverage(floor.alice, 'BTCUSDT', 10)
    floor.order(floor.alice, { size: '1.6', price: '59000' })
    const more = () => floor.order(floor.alice, { size: '0.1', price: '59000' })
    expect(floor.refusal(more)).toBe('margin-insufficient')
    floor.engine.cancelAll(floor.alice, 'BTCUSDT')
    floor.order(floor.alice, { kind: 'market', size: '1.6' })
    expect(floor.order(floor.alice, { side: 'sell', size: '1.6', price: '61000' }).status).toBe('new')
  })

  it('a hedge-mode account’s one-way orders are refused, and the mode keeps while orders are open', () => {
    floor.order(floor.alice, { size: '0.01', price: '59000' })
    const hedge = () => floor.engine.setHedgeMode(floor.alice, true)
    expect(floor.refusal(hedge)).toBe('position-mode-open-orders')
    floor.engine.cancelAll(floor.alice, 'BTCUSDT')
    hedge()
    expect(floor.refusal(hedge)).toBe('position-mode-unchanged')
    expect(floor.refusal(() => floor.order(floor.alice, { size: '0.01', price: '59000' }))).toBe(
      'position-side-mismatch',
    )
  })
})

describe('money', () => {
  it('is exact to the last digit through opening, adding, reducing, flipping and closing', () => {
    const take = (side: 'buy' | 'sell', size: string) =>
      floor.order(floor.alice, { side, kind: 'market', size })
    take('buy', '0.003')
    floor.source({
      kind: 'depth',
      sequence: 200n,
      bids: [],
      asks: [
        [60_001, 0],
        [60_010.7, 1],
      ],
    })
    floor.source({ kind: 'depth', sequence: 201n, bids: [], asks: [[60_002, 0]] })
    take('buy', '0.004')
    // (0.003 × 60001 + 0.004 × 60010.7) ÷ 0.007
    expect(floor.position(floor.alice).entry).toMatch(/^60006\.542857142857/)
    take('sell', '0.010')
    expect(floor.position(floor.alice)).toEqual({ size: '-0.003', entry: '60000' })
    take('buy', '0.003')
    expect(floor.position(floor.alice).size).toBe('0')
    // Profit: 0.007 × 60000 − 420.0458, then 0.003 × (60000 − 60010.7); fees: 0.0005 of every notional.
    const profit = new Decimal('-0.0458').minus('0.0321')
    const fees = new Decimal('180.003').plus('240.0428').plus('600').plus('180.0321').mul('0.0005')
    expect(floor.wallet(floor.alice)).toBe(new Decimal(10_000).plus(profit).minus(fees.toDP(8)).toString())
    const incomes = floor.alice.records
      .incomes()
      .reduce((sum, income) => sum.plus(income.amount), new Decimal(0))
    expect(new Decimal(10_000).plus(incomes).toString()).toBe(floor.wallet(floor.alice))
  })

  it('funding moves from long to short at the mark price', () => {
    floor.order(floor.alice, { side: 'sell', size: '0.5', price: '60000.5' })
    floor.order(floor.bob, { size: '0.5', price: '60000.5' })
    const before = [floor.alice, floor.bob].map((account) => account.walletBalance('USDT'))
    floor.engine.setFunding('BTCUSDT', {
      fundingRate: new Decimal('0.0003'),
      markPrice: new Decimal('60100'),
    })
    floor.engine.payFunding('BTCUSDT')
    const change = [floor.alice, floor.bob].map((account, at) =>
      account.walletBalance('USDT').minus(before[at]!).toString(),
    )
    expect(change).toEqual(['9.015', '-9.015'])
    expect(floor.news.slice(-2)).toEqual(['account funding', 'account funding'])
  })
})

describe('a listener that trades', () => {
  it('causes news after the news that it is hearing', () => {
    let answered = false
    const reacting = new TradingFloor((event) => {
      if (event.kind !== 'trade' || answered) return
      answered = true
      reacting.order(reacting.bob, { side: 'sell', size: '0.1', price: '60000' })
    })
    reacting.openBook()
    reacting.order(reacting.alice, { size: '1', price: '60001' })
    expect(reacting.news.slice(0, 4)).toEqual([
      'order new new',
      'account order',
      'order trade filled',
      'order new new',
    ])
    const kinds = reacting.told.map((event) => event.kind)
    expect(kinds.slice(0, 3)).toEqual(['trade', 'depth', 'ticker'])
  })
})
