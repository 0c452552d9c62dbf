import { describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { BTC, ETH, type ContractWorld } from './contract-world.ts'

export function describeRestart(world: () => ContractWorld): void {
  describe('a restart', () => {
    test('the same connector, stopped and started, has the account as it is, and its open orders', async () => {
      const here = world()
      const { connector, record, market, simulator } = here
      await connector.setLeverage(BTC, 10)
      const opened = connector.buy(BTC, '0.02', 'limit', '60010')
      await record.end(opened)
      const resting = connector.sell(ETH, '0.5', 'limitMaker', '3000.5')
      await record.of('sellOrderCreated', resting)
      const report = await connector.stop()
      expect(report.openOrders.map(({ clientOrderId }) => clientOrderId)).toEqual([resting])
      expect(connector.ready).toBe(false)
      await until(() => simulator.exchange.socketCount === 0, 'every socket to be closed')

      market.trade(ETH, 'buy', 3_000.5, 0.2)
      await here.start()
      await until(() => record.fillsOf(resting).length === 1, 'what filled meanwhile')
      await here.untilAccountAgrees(BTC)
      await here.untilAccountAgrees(ETH)
      expect(connector.leverage(BTC)).toBe(10)
      market.trade(ETH, 'buy', 3_000.5, 0.3)
      await record.end(resting)
      expect(record.namesOf(resting)).toEqual([
        'sellOrderCreated',
        'orderFilled',
        'orderFilled',
        'sellOrderCompleted',
      ])
    })

    test('a new connector on the same account has its balance, position and leverage, and trades on', async () => {
      const here = world()
      const { connector, record } = here
      await connector.setLeverage(BTC, 10)
      await record.end(connector.sell(BTC, '0.03', 'limit', '60000'))
      await connector.stop()
      {
        await using next = await here.connectAnother()
        await here.start(next)
        const position = next.positions.get(BTC)
        expect([String(position?.amount), String(position?.entryPrice)]).toEqual(['-0.03', '60000'])
        expect(String(next.balance('USDT'))).toBe(here.exchangeWallet)
        expect(String(next.availableBalance('USDT'))).toBe(here.exchangeAvailable)
        expect(next.leverage(BTC)).toBe(10)
        expect(next.positionMode).toBe('oneWay')
        const completed = new Promise<string>((resolve) => {
          next.on('buyOrderCompleted', ({ clientOrderId }) => resolve(clientOrderId))
        })
        const id = next.buy(BTC, '0.03', 'limit', '60010', { positionAction: 'close' })
        expect(await completed).toBe(id)
        await until(() => !next.positions.has(BTC), 'the position to be closed')
      }
      await here.start()
    })
  })
}
