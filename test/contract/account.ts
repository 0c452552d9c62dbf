import { describe, expect, test } from 'vitest'
import { QtxError } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { BTC, ETH, type ContractWorld } from './contract-world.ts'

export function describeAccount(world: () => ContractWorld): void {
  describe('balances', () => {
    test('are the exchange’s wallet and what it has available, also while a position is open', async () => {
      const here = world()
      const { connector, record } = here
      const agrees = () => String(connector.availableBalance('USDT')) === here.exchangeAvailable
      await until(agrees, 'what is available while flat')
      const id = connector.buy(BTC, '0.1', 'limit', '60010')
      await record.end(id)
      await here.untilAccountAgrees()
      await until(agrees, `${here.exchangeAvailable} to be available`).catch(() => undefined)
      expect(String(connector.availableBalance('USDT'))).toBe(here.exchangeAvailable)
      expect(record.all('balanceUpdated').at(-1)).toMatchObject({ asset: 'USDT' })
      expect(String(connector.balance('BTC'))).toBe('0')
    })

    test('I23: what a new order binds is not available any more at once', async () => {
      const here = world()
      const { connector } = here
      await until(
        () => String(connector.availableBalance('USDT')) === here.exchangeAvailable,
        'what is available',
      )
      const before = connector.availableBalance('USDT')
      const id = connector.buy(BTC, '0.1', 'limit', '59000')
      expect(String(connector.availableBalance('USDT'))).toBe(String(before.minus(295)))
      await here.record.of('buyOrderCreated', id)
    })

    test('a deposit is seen', async () => {
      const here = world()
      here.engine.deposit(here.account, 'USDT', '12.5')
      await here.untilAccountAgrees()
    })
  })

  describe('leverage', () => {
    test('is the exchange’s, and is set there for one pair', async () => {
      const here = world()
      const { connector, account } = here
      expect([connector.leverage(BTC), connector.leverage(ETH)]).toEqual([20, 20])
      await connector.setLeverage(BTC, 7)
      expect([connector.leverage(BTC), connector.leverage(ETH)]).toEqual([7, 20])
      expect([account.leverage(here.symbol(BTC)), account.leverage(here.symbol(ETH))]).toEqual([7, 20])
      await connector.setLeverage(BTC, 7)
      await connector.setLeverage(BTC, 20)
      expect(account.leverage(here.symbol(BTC))).toBe(20)
    })

    test('that the exchange does not give is refused, and stays as it is', async () => {
      const here = world()
      const error: unknown = await here.connector.setLeverage(BTC, 1_000).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(QtxError)
      expect(here.connector.leverage(BTC)).toBe(20)
      expect(here.account.leverage(here.symbol(BTC))).toBe(20)
    })
  })

  describe('position mode', () => {
    test('is read from the exchange by the request that the registry names, and only read', () => {
      const { connector, row, account, startRequests } = world()
      expect(connector.positionMode).toBe('oneWay')
      expect(startRequests).toContain(row.positionModeRequest)
      expect(account.hedgeMode).toBe(false)
    })

    test('is set on the exchange; in hedge mode nothing is ordered; the same again is no error', async () => {
      const here = world()
      const { connector, record, account, row } = here
      expect(row.positionModes).toEqual(['oneWay', 'hedge'])
      await connector.setPositionMode('hedge')
      expect([connector.positionMode, account.hedgeMode]).toEqual(['hedge', true])
      expect(() => connector.buy(BTC, '0.02', 'limit', '59900')).toThrow(/position mode/)
      await connector.setPositionMode('oneWay')
      await connector.setPositionMode('oneWay')
      expect([connector.positionMode, account.hedgeMode]).toEqual(['oneWay', false])
      expect(record.all('positionModeChanged').map(({ positionMode }) => positionMode)).toEqual([
        'hedge',
        'oneWay',
      ])
    })

    test('I15: an account in hedge mode is refused at the start, and not changed', async () => {
      const here = world()
      here.engine.setHedgeMode(here.account, true)
      try {
        await here.withRingFree(async () => {
          const connector = await here.connectAnother()
          await expect(connector.start()).rejects.toMatchObject({ code: 'QTX_POSITION_MODE' })
          expect(here.account.hedgeMode).toBe(true)
          here.engine.setHedgeMode(here.account, false)
        })
      } finally {
        if (here.account.hedgeMode) here.engine.setHedgeMode(here.account, false)
      }
    })

    test('an account in hedge mode is switched at the start where that is allowed', async () => {
      const here = world()
      here.engine.setHedgeMode(here.account, true)
      try {
        await here.withRingFree(async () => {
          await using connector = await here.connectAnother({ switchToOneWay: true })
          await connector.start()
          expect([connector.positionMode, here.account.hedgeMode]).toEqual(['oneWay', false])
        })
      } finally {
        if (here.account.hedgeMode) here.engine.setHedgeMode(here.account, false)
      }
    })
  })
}
