import { describe, expect, test } from 'vitest'
import { BTC, type ContractWorld } from './contract-world.ts'

export function describePositions(world: () => ContractWorld): void {
  /** Takes from the book; resolves when the order is completed and the account is the exchange's. */
  async function take(side: 'buy' | 'sell', amount: string, price: number): Promise<void> {
    const here = world()
    const id = here.connector[side](BTC, amount, 'limit', price, {
      timeInForce: 'ioc',
      positionAction: 'open',
    })
    expect(await here.record.end(id)).toBe(`${side}OrderCompleted`)
    await here.untilAccountAgrees()
  }

  function shown(): string {
    const position = world().connector.positions.get(BTC)
    return position ? `${String(position.amount)} at ${String(position.entryPrice)}` : 'none'
  }

  describe('positions', () => {
    test('a long is opened, added to, reduced, flipped and closed', async () => {
      const { connector, market, record } = world()
      await take('buy', '0.02', 60_010)
      expect(shown()).toBe('0.02 at 60010')
      market.show(BTC, { bids: [[60_020, 1]], asks: [[60_030, 1]] })
      await take('buy', '0.02', 60_030)
      expect(shown(), 'added to').toBe('0.04 at 60020')
      await take('sell', '0.01', 60_020)
      expect(shown(), 'reduced').toBe('0.03 at 60020')
      market.show(BTC, { bids: [[60_000, 1]], asks: [[60_010, 1]] })
      await take('sell', '0.05', 60_000)
      expect(shown(), 'flipped').toBe('-0.02 at 60000')
      await take('buy', '0.02', 60_010)
      expect(shown(), 'closed').toBe('none')
      expect(connector.positions.size).toBe(0)
      const amounts = record.all('positionUpdated').map(({ amount }) => String(amount))
      expect([...new Set(amounts)]).toEqual(['0.02', '0.04', '0.03', '-0.02', '0'])
    })

    test('a short is opened, added to, reduced, flipped and closed', async () => {
      const { market } = world()
      await take('sell', '0.03', 60_000)
      expect(shown()).toBe('-0.03 at 60000')
      market.show(BTC, { bids: [[60_040, 1]], asks: [[60_050, 1]] })
      await take('sell', '0.01', 60_040)
      expect(shown(), 'added to').toBe('-0.04 at 60010')
      await take('buy', '0.03', 60_050)
      expect(shown(), 'reduced').toBe('-0.01 at 60010')
      await take('buy', '0.03', 60_050)
      expect(shown(), 'flipped').toBe('0.02 at 60050')
      await take('sell', '0.02', 60_040)
      expect(shown(), 'closed').toBe('none')
    })

    test('I27: a close is never larger than the position, and cannot turn it', async () => {
      const here = world()
      await take('buy', '0.02', 60_010)
      const id = here.connector.sell(BTC, '5', 'limit', '60000', {
        positionAction: 'close',
        timeInForce: 'ioc',
      })
      expect(await here.record.end(id)).toBe('sellOrderCompleted')
      expect(String((await here.record.of('sellOrderCompleted', id)).baseAmount)).toBe('0.02')
      expect((await here.record.of('sellOrderCreated', id)).positionAction).toBe('close')
      await here.untilAccountAgrees()
      expect(shown()).toBe('none')
    })

    test('with nothing to close a close fails, and is not sent', async () => {
      const here = world()
      const sent = here.account.records.allOrders(here.symbol(BTC)).length
      const id = here.connector.sell(BTC, '0.02', 'limit', '60000', { positionAction: 'close' })
      expect((await here.record.of('orderFailure', id)).errorCode).toBe('QTX_NOTHING_TO_CLOSE')
      expect(here.account.records.allOrders(here.symbol(BTC))).toHaveLength(sent)
    })

    test('I17: what another session of the account does is seen, and what it closed is gone', async () => {
      const here = world()
      const order = { symbol: here.symbol(BTC), kind: 'market', timeInForce: 'ioc' } as const
      here.engine.place(here.account, {
        ...order,
        side: 'buy',
        size: here.connector.quantizeAmount(BTC, '0.04'),
      })
      await here.untilAccountAgrees()
      expect(shown()).toBe('0.04 at 60010')
      here.engine.place(here.account, {
        ...order,
        side: 'sell',
        size: here.connector.quantizeAmount(BTC, '0.04'),
      })
      await here.untilAccountAgrees()
      expect(shown()).toBe('none')
    })
  })
}
