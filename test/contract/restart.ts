import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PerpetualConnector } from '../../src/index.ts'
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

    test('the next process takes over open orders from the journal, and tells what it missed once', async () => {
      const here = world()
      const { connector, market } = here
      const folder = mkdtempSync(join(tmpdir(), 'qtx-contract-journal-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      await connector.stop()
      let id: string
      {
        await using first = await here.connectAnother({ journal: { folder } })
        await here.start(first)
        const seen = eventsOf(first)
        id = first.sell(ETH, '0.5', 'limitMaker', '3000.5')
        await until(() => seen.includes(`sellOrderCreated ${id}`), 'the order')
        market.trade(ETH, 'buy', 3_000.5, 0.2)
        await until(() => seen.includes(`orderFilled ${id} 0.2`), 'its first fill')
      }
      market.trade(ETH, 'buy', 3_000.5, 0.1)
      {
        await using second = await here.connectAnother({ journal: { folder } })
        const seen = eventsOf(second)
        await here.start(second)
        const order = second.inFlightOrders.get(id)
        expect(order).toMatchObject({ isAdopted: true, state: 'partiallyFilled' })
        expect(String(order?.executedAmount)).toBe('0.3')
        market.trade(ETH, 'buy', 3_000.5, 0.2)
        await until(() => seen.includes(`sellOrderCompleted ${id}`), 'its end')
        expect(seen).toEqual([`orderFilled ${id} 0.1`, `orderFilled ${id} 0.2`, `sellOrderCompleted ${id}`])
        const { rows } = await second.history({ kind: 'fills', order: 'oldest' })
        expect(rows.map(({ clientOrderId, amount }) => `${clientOrderId} ${amount}`)).toEqual(
          ['0.2', '0.1', '0.2'].map((amount) => `${id} ${amount}`),
        )
        const [profit] = await second.profitAndLoss({ pair: ETH })
        expect(String(profit?.position)).toBe('-0.5')
      }
      await here.start()
    })
  })
}

/** The events of a connector's orders from now on, in words. */
function eventsOf(connector: PerpetualConnector): string[] {
  const seen: string[] = []
  for (const name of ['sellOrderCreated', 'sellOrderCompleted', 'orderCancelled', 'orderFailure'] as const) {
    connector.on(name, ({ clientOrderId }) => seen.push(`${name} ${clientOrderId}`))
  }
  connector.on('orderFilled', ({ clientOrderId, amount }) =>
    seen.push(`orderFilled ${clientOrderId} ${String(amount)}`),
  )
  return seen
}
