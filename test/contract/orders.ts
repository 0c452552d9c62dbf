import { describe, expect, test } from 'vitest'
import { BTC, ETH, type ContractWorld } from './contract-world.ts'

/** An order that is not let into the book: refused, or accepted and canceled at once. */
const NOT_LET_IN = /^(orderFailure|orderCancelled|(buy|sell)OrderCreated orderCancelled)$/
/** An order that ends without a fill; whether it was seen open before depends on which message comes first. */
const CANCELLED_UNFILLED = /^((buy|sell)OrderCreated )?orderCancelled$/

export function describeOrders(world: () => ContractWorld): void {
  describe('orders', () => {
    test('a limit order rests on the exchange, under its client id, at its price and size', async () => {
      const here = world()
      const { connector, record } = here
      const buy = connector.buy(BTC, '0.02', 'limit', '59900')
      const sell = connector.sell(ETH, '0.3', 'limit', '3050')
      expect(
        [...record.namesOf(buy), ...record.namesOf(sell)],
        'no event comes before the call returns',
      ).toEqual([])
      const created = await record.of('buyOrderCreated', buy)
      const soldCreated = await record.of('sellOrderCreated', sell)
      expect(here.openOrders()).toHaveLength(2)
      const order = here.exchangeOrder(buy)
      expect(order).toMatchObject({ side: 'buy', kind: 'limit', timeInForce: 'gtc', status: 'new' })
      expect([String(order.price), String(order.size)]).toEqual(['59900', '0.02'])
      if (!here.isQtx) expect(order.clientOrderId).toBe(`${here.row.clientIdPrefix}${buy}`)
      expect(String(here.exchangeOrder(sell).size)).toBe('0.3')
      expect(created).toMatchObject({
        pair: BTC,
        tradeType: 'buy',
        orderType: 'limit',
        positionAction: 'open',
      })
      expect([String(created.amount), String(created.price)]).toEqual(['0.02', '59900'])
      expect(created.leverage).toBe(20)
      expect(String(soldCreated.amount)).toBe('0.3')
      expect(connector.inFlightOrders.get(buy)?.state).toBe('open')
      expect(record.namesOf(buy)).toEqual(['buyOrderCreated'])
      expect(record.namesOf(sell)).toEqual(['sellOrderCreated'])
    })

    test('a limit order that reaches the other side takes it: created, filled, completed', async () => {
      const here = world()
      const { connector, record } = here
      const id = connector.buy(BTC, '0.02', 'limit', '60015')
      expect(await record.end(id)).toBe('buyOrderCompleted')
      expect(record.namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
      const [fill] = record.fillsOf(id)
      expect(fill).toMatchObject({ isMaker: false, pair: BTC, tradeType: 'buy', orderType: 'limit' })
      expect([String(fill?.price), String(fill?.amount)]).toEqual(['60010', '0.02'])
      expect(connector.inFlightOrders.has(id)).toBe(false)
    })

    test('a limit order takes what is there and rests with the remainder', async () => {
      const here = world()
      const { connector, record, market } = here
      market.show(BTC, { bids: [[60_000, 1]], asks: [[60_010, 0.02], [60_050, 1]] }) // prettier-ignore
      const id = connector.buy(BTC, '0.05', 'limit', '60020')
      await record.of('orderFilled', id)
      expect(record.namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled'])
      expect(connector.inFlightOrders.get(id)?.state).toBe('partiallyFilled')
      expect(String(connector.inFlightOrders.get(id)?.remainingAmount)).toBe('0.03')
      expect(String(here.exchangeOrder(id).filledSize)).toBe('0.02')
    })

    test('a post-only order rests and fills as maker', async () => {
      const here = world()
      const { connector, record, market } = here
      const id = connector.sell(BTC, '0.03', 'limitMaker', '60005')
      await record.of('sellOrderCreated', id)
      expect(here.exchangeOrder(id).timeInForce).toBe('post-only')
      market.trade(BTC, 'buy', 60_005, 0.03)
      await record.end(id)
      expect(record.namesOf(id)).toEqual(['sellOrderCreated', 'orderFilled', 'sellOrderCompleted'])
      expect(record.fillsOf(id)[0]?.isMaker).toBe(true)
    })

    test('Q66: a post-only order that would take does not live and does not fill', async () => {
      const here = world()
      const { connector, record } = here
      const id = connector.buy(BTC, '0.02', 'limitMaker', '60015')
      await record.end(id)
      expect(record.namesOf(id).join(' ')).toMatch(NOT_LET_IN)
      expect(connector.inFlightOrders.has(id)).toBe(false)
      expect(here.openOrders()).toEqual([])
      expect(here.exchangePosition(BTC).amount).toBe('0')
    })

    test('Q66: an immediate-or-cancel order that finds nothing is cancelled, unfilled', async () => {
      const here = world()
      const { connector, record } = here
      const id = connector.sell(BTC, '0.02', 'limit', '60100', { timeInForce: 'ioc' })
      await record.end(id)
      expect(record.namesOf(id).join(' ')).toMatch(CANCELLED_UNFILLED)
      expect(String(record.all('orderCancelled')[0]?.executedAmount)).toBe('0')
      expect(here.exchangeOrder(id).timeInForce).toBe('ioc')
      expect(here.openOrders()).toEqual([])
    })

    test('an immediate-or-cancel order takes what is there; the rest is cancelled', async () => {
      const { connector, record, market } = world()
      market.show(BTC, { bids: [[60_000, 1]], asks: [[60_010, 0.03], [60_050, 1]] }) // prettier-ignore
      const id = connector.buy(BTC, '0.08', 'limit', '60010', { timeInForce: 'ioc' })
      await record.end(id)
      expect(record.namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'orderCancelled'])
      expect(String(record.all('orderCancelled')[0]?.executedAmount)).toBe('0.03')
      expect(String(record.fillsOf(id)[0]?.amount)).toBe('0.03')
    })

    test('a fill-or-kill order fills whole; where the exchange has none it fails and is not sent', async () => {
      const here = world()
      const { connector, record, row, account } = here
      const sent = account.records.allOrders(here.symbol(BTC)).length
      const id = connector.sell(BTC, '0.04', 'limit', '60000', { timeInForce: 'fok' })
      await record.end(id)
      if (!row.timesInForce.includes('fok')) {
        expect(record.namesOf(id)).toEqual(['orderFailure'])
        expect(account.records.allOrders(here.symbol(BTC))).toHaveLength(sent)
        return
      }
      expect(record.namesOf(id)).toEqual(['sellOrderCreated', 'orderFilled', 'sellOrderCompleted'])
      expect(here.exchangeOrder(id).timeInForce).toBe('fok')
    })

    test('Q66: a fill-or-kill order that cannot fill whole does not fill at all', async () => {
      const here = world()
      const { connector, record, market } = here
      market.show(BTC, { bids: [[60_000, 0.01], [59_000, 1]], asks: [[60_010, 1]] }) // prettier-ignore
      const id = connector.sell(BTC, '0.04', 'limit', '60000', { timeInForce: 'fok' })
      await record.end(id)
      expect(record.namesOf(id).join(' ')).toMatch(NOT_LET_IN)
      expect(here.exchangePosition(BTC).amount).toBe('0')
      expect(here.openOrders()).toEqual([])
    })

    test('Q57: a market order takes the best levels and never rests', async () => {
      const here = world()
      const { connector, record, market } = here
      market.show(BTC, { bids: [[60_000, 1]], asks: [[60_010, 0.01], [60_020, 0.04], [60_030, 1]] }) // prettier-ignore
      if (here.isQtx) await bookShows(here, 60_010, 0.01)
      const id = connector.buy(BTC, '0.03', 'market')
      expect(await record.end(id)).toBe('buyOrderCompleted')
      expect(record.namesOf(id)).toEqual([
        'buyOrderCreated',
        'orderFilled',
        'orderFilled',
        'buyOrderCompleted',
      ])
      expect(record.fillsOf(id).map(({ price, amount }) => `${String(amount)} at ${String(price)}`)).toEqual([
        '0.01 at 60010',
        '0.02 at 60020',
      ])
      const completed = await record.of('buyOrderCompleted', id)
      expect([String(completed.baseAmount), String(completed.quoteAmount)]).toEqual(['0.03', '1800.5'])
      expect([completed.baseAsset, completed.quoteAsset]).toEqual(['BTC', 'USDT'])
      expect(here.openOrders()).toEqual([])
    })

    test('an order without the margin for it fails with the exchange’s words, and nothing lives', async () => {
      const here = world()
      const { connector, record } = here
      const id = connector.buy(BTC, '8', 'limit', '59990')
      const failure = await record.of('orderFailure', id)
      expect(failure.errorCode).toBe('QTX_ORDER_REJECTED')
      expect(failure.errorMessage).toMatch(/\d|[A-Z]{3}/)
      expect(record.namesOf(id)).toEqual(['orderFailure'])
      expect(here.openOrders()).toEqual([])
    })

    test('orders sent in one go are told apart', async () => {
      const here = world()
      const { connector, record } = here
      const ids = [1, 2, 3, 4, 5].map((n) => connector.buy(BTC, `0.0${n}`, 'limit', 59_900 + n))
      await Promise.all(ids.map((id) => record.of('buyOrderCreated', id)))
      expect(ids.map((id) => String(here.exchangeOrder(id).size))).toEqual([
        '0.01',
        '0.02',
        '0.03',
        '0.04',
        '0.05',
      ])
      expect(new Set(ids.map((id) => connector.inFlightOrders.get(id)?.exchangeOrderId)).size).toBe(5)
    })
  })
}

/** A market order through the ring is priced by the book. */
async function bookShows({ connector }: ContractWorld, price: number, size: number): Promise<void> {
  const book = connector.orderBook(BTC)
  await expect
    .poll(() => [book.bestAskPrice, Number(book.bestAskSize.toPrecision(12))], { interval: 2 })
    .toEqual([price, size])
}
