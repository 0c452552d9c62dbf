import { describe, expect, test } from 'vitest'
import { BTC, ETH, type ContractWorld } from './contract-world.ts'

export function describeCancels(world: () => ContractWorld): void {
  describe('cancels', () => {
    test('an open order is cancelled on the exchange: created, cancelled', async () => {
      const here = world()
      const { connector, record, notes, row } = here
      const id = connector.buy(BTC, '0.02', 'limit', '59900')
      await record.of('buyOrderCreated', id)
      expect(await connector.cancel(BTC, id)).toEqual({ clientOrderId: id, success: true })
      expect(record.namesOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
      expect(String(record.all('orderCancelled')[0]?.executedAmount)).toBe('0')
      expect(here.exchangeOrder(id).status).toBe('canceled')
      expect(connector.inFlightOrders.has(id)).toBe(false)
      const outcome = notes.cancels.at(-1)
      expect(outcome?.kind).toBe('accepted')
      expect(
        outcome?.kind === 'accepted' && outcome.executedAmount !== undefined,
        'the answer is final where the registry says so',
      ).toBe(row.isCancelFinal)
    })

    test('an order whose placing is not answered yet is cancelled after the answer', async () => {
      const here = world()
      const { connector, record } = here
      const id = connector.sell(BTC, '0.02', 'limit', '60500')
      expect(await connector.cancel(BTC, id)).toEqual({ clientOrderId: id, success: true })
      expect(record.namesOf(id)).toEqual(['sellOrderCreated', 'orderCancelled'])
      expect(here.openOrders()).toEqual([])
    })

    test('what had filled before is kept: created, filled, cancelled', async () => {
      const here = world()
      const { connector, record, market } = here
      const id = connector.buy(BTC, '0.05', 'limitMaker', '60005')
      await record.of('buyOrderCreated', id)
      market.trade(BTC, 'sell', 60_005, 0.02)
      await record.of('orderFilled', id)
      expect((await connector.cancel(BTC, id)).success).toBe(true)
      expect(record.namesOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'orderCancelled'])
      expect(String(record.all('orderCancelled')[0]?.executedAmount)).toBe('0.02')
      await here.untilAccountAgrees()
      expect(here.exchangePosition(BTC).amount).toBe('0.02')
    })

    test('I4: an order that fills before its cancel arrives is completed, not cancelled', async () => {
      const { connector, record, market } = world()
      const id = connector.sell(BTC, '0.02', 'limitMaker', '60005')
      await record.of('sellOrderCreated', id)
      const cancelling = connector.cancel(BTC, id)
      market.trade(BTC, 'buy', 60_005, 0.02)
      const result = await cancelling
      expect(result).toMatchObject({ clientOrderId: id, success: false })
      expect(result.reason).toContain('filled')
      expect(record.namesOf(id)).toEqual(['sellOrderCreated', 'orderFilled', 'sellOrderCompleted'])
    })

    test('an order that is done says so, and nothing is sent', async () => {
      const { connector, record, notes } = world()
      const id = connector.buy(BTC, '0.02', 'limit', '60015')
      await record.end(id)
      const result = await connector.cancel(BTC, id)
      expect(result).toEqual({ clientOrderId: id, success: false, reason: 'the order is filled' })
      expect(notes.cancels).toEqual([])
    })

    test('an id that nobody sent is refused', async () => {
      const { connector } = world()
      await expect(connector.cancel(BTC, '1')).rejects.toMatchObject({ code: 'QTX_ORDER_UNKNOWN_ID' })
    })

    test('cancelAll ends every open order of the pair, then of all pairs, and says so of each', async () => {
      const here = world()
      const { connector, record } = here
      const btc = ['59900', '59910', '59920'].map((price) => connector.buy(BTC, '0.01', 'limit', price))
      const eth = [connector.sell(ETH, '0.2', 'limit', '3040'), connector.buy(ETH, '0.2', 'limit', '2950')]
      await Promise.all(btc.map((id) => record.of('buyOrderCreated', id)))
      await record.of('sellOrderCreated', eth[0]!)
      await record.of('buyOrderCreated', eth[1]!)
      const ofPair = await connector.cancelAll({ pair: BTC })
      expect(ofPair.map(({ clientOrderId }) => clientOrderId).sort()).toEqual([...btc].sort())
      expect(ofPair.every(({ success }) => success)).toBe(true)
      expect(here.openOrders().map((order) => order.instrument.symbol)).toEqual([
        here.symbol(ETH),
        here.symbol(ETH),
      ])
      const rest = await connector.cancelAll()
      expect(rest.map(({ clientOrderId }) => clientOrderId).sort()).toEqual([...eth].sort())
      expect(rest.every(({ success }) => success)).toBe(true)
      expect(here.openOrders()).toEqual([])
      expect(record.all('orderCancelled')).toHaveLength(5)
      expect(await connector.cancelAll()).toEqual([])
    })
  })
}
