import { describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { BTC, ETH, type ContractWorld } from './contract-world.ts'

export function describePrivateStream(world: () => ContractWorld): void {
  /** Cuts every websocket, does the work while nothing can connect, and resolves when the stream is back. */
  async function whileStreamIsDown(work: () => void | Promise<void>): Promise<void> {
    const here = world()
    const { exchange } = here.simulator
    const isUp = () => here.connector.status['userStream']?.ok === true
    exchange.refuseConnections(true)
    exchange.dropSockets()
    await until(() => !isUp(), 'the loss to be noticed')
    await work()
    exchange.refuseConnections(false)
    await here.whileMarketPulses(() => until(isUp, 'the private stream to be back'))
  }

  describe('the private stream', () => {
    test('I14: what fills while it is down is told once when it is back, and the account is right', async () => {
      const here = world()
      const { connector, record, market } = here
      const whole = connector.buy(BTC, '0.02', 'limitMaker', '60005')
      const part = connector.sell(ETH, '0.5', 'limitMaker', '3000.5')
      await record.of('buyOrderCreated', whole)
      await record.of('sellOrderCreated', part)
      await whileStreamIsDown(() => {
        market.trade(BTC, 'sell', 60_005, 0.02)
        market.trade(ETH, 'buy', 3_000.5, 0.2)
      })
      await record.end(whole)
      await until(() => record.fillsOf(part).length > 0, 'the partial fill')
      expect(record.namesOf(whole)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
      expect(record.namesOf(part)).toEqual(['sellOrderCreated', 'orderFilled'])
      await here.untilAccountAgrees(BTC)
      await here.untilAccountAgrees(ETH)
      const feesOf = (id: string) =>
        record.fillsOf(id).map(({ fee }) => `${fee?.asset} ${String(fee?.amount)}`)
      expect(feesOf(whole)).toEqual(['USDT -0.12001'])
      expect(feesOf(part)).toEqual(['USDT -0.06001'])

      market.trade(ETH, 'buy', 3_000.5, 0.3)
      await record.end(part)
      expect(record.namesOf(part)).toEqual([
        'sellOrderCreated',
        'orderFilled',
        'orderFilled',
        'sellOrderCompleted',
      ])
    })

    test('what is cancelled by somebody else while it is down ends as cancelled', async () => {
      const here = world()
      const { connector, record } = here
      const id = connector.buy(BTC, '0.02', 'limit', '59900')
      await record.of('buyOrderCreated', id)
      await whileStreamIsDown(() => {
        here.engine.cancelAll(here.account, here.symbol(BTC))
      })
      expect(await record.end(id)).toBe('orderCancelled')
      expect(record.namesOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
    })

    test('a position that somebody else closes while it is down is gone when it is back', async () => {
      const here = world()
      const { connector, record } = here
      const id = connector.buy(BTC, '0.02', 'limit', '60010')
      await record.end(id)
      await here.untilAccountAgrees()
      await whileStreamIsDown(() => {
        here.engine.place(here.account, {
          symbol: here.symbol(BTC),
          side: 'sell',
          kind: 'market',
          timeInForce: 'ioc',
          size: connector.quantizeAmount(BTC, '0.02'),
        })
      })
      expect(connector.positions.has(BTC)).toBe(false)
      await here.untilAccountAgrees()
      expect(String(connector.availableBalance('USDT'))).toBe(here.exchangeAvailable)
    })

    test('I14: after a login that the exchange ended it logs in anew, and fills arrive as before', async () => {
      const here = world()
      const { connector, record, simulator, market } = here
      const isUp = () => connector.status['userStream']?.ok === true
      const id = connector.sell(BTC, '0.02', 'limitMaker', '60005')
      await record.of('sellOrderCreated', id)
      simulator.exchange.expireLogins()
      await until(() => !isUp(), 'the loss to be noticed')
      await here.whileMarketPulses(() => until(isUp, 'the private stream to be back'))
      market.trade(BTC, 'buy', 60_005, 0.02)
      await record.end(id)
      expect(record.namesOf(id)).toEqual(['sellOrderCreated', 'orderFilled', 'sellOrderCompleted'])
    })
  })
}
