import { describe, expect, test } from 'vitest'
import { createQtxConnector, QtxError } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { BTC, ETH, qtxConfig, type ContractWorld } from './contract-world.ts'

/** What every connector waits for, with QTX's own beside it. */
const CHECKS = [
  'startup',
  'tradingRules',
  'fundingInfo',
  'orderBooks',
  'positionMode',
  'accountBalance',
  'positions',
  'userStream',
]

/** Where the configuration has each credential. */
const OPTION_OF = {
  apiKey: 'exchangeApiKey',
  apiSecret: 'exchangeApiSecret',
  passphrase: 'exchangeApiPassphrase',
  userId: 'exchangeUserId',
} as const

export function describeReadinessAndRules(world: () => ContractWorld): void {
  describe('readiness', () => {
    test('every named check holds, and the exchange is reachable', () => {
      const { connector, isQtx } = world()
      const { status } = connector
      expect(Object.keys(status)).toEqual(
        expect.arrayContaining([...CHECKS, ...(isQtx ? ['orderRing'] : [])]),
      )
      expect(Object.entries(status).filter(([, check]) => !check.ok)).toEqual([])
      expect(connector.ready).toBe(true)
      expect(connector.networkStatus).toBe('connected')
      expect(connector.clockSkewMs).toBeTypeOf('number')
    })

    test('keys that the exchange refuses end the start at once, with nothing left running', async () => {
      const here = world()
      const { exchange } = here.simulator
      const secrets = here.row.credentialFields.filter(
        (field) => field === 'apiSecret' || field === 'passphrase',
      )
      await here.withRingFree(async () => {
        const sockets = exchange.socketCount
        for (const field of secrets) {
          const connector = await here.connectAnother({ credentials: { [field]: 'of-somebody-else' } })
          const error: unknown = await connector.start().catch((reason: unknown) => reason)
          expect(error, field).toBeInstanceOf(QtxError)
          // The order manager is given the key first.
          const codes = here.isQtx ? ['QTX_AUTH', 'QTX_RING_KEY_REFUSED'] : ['QTX_AUTH']
          expect(codes, (error as QtxError).message).toContain((error as QtxError).code)
          expect((error as QtxError).message).not.toContain('of-somebody-else')
          expect(connector.ready).toBe(false)
          await until(() => exchange.socketCount <= sockets, 'no socket of the refused connector')
        }
      })
    })

    test('without its keys a connector is refused', async () => {
      const here = world()
      const { subject, row, simulator, isQtx } = here
      if (!isQtx) {
        const connector = await here.connectAnother({ credentials: 'none' })
        await expect(connector.start()).rejects.toMatchObject({ code: 'QTX_CREDENTIALS_MISSING' })
        return
      }
      for (const missing of row.credentialFields) {
        const given = row.credentialFields.filter((field) => field !== missing)
        const keys = Object.fromEntries(given.map((field) => [field, simulator.account[field]]))
        await expect(createQtxConnector(qtxConfig(subject, simulator, keys)), missing).rejects.toMatchObject({
          code: 'QTX_CREDENTIALS_MISSING',
          message: expect.stringContaining(OPTION_OF[missing]) as string,
        })
      }
    })
  })

  describe('trading rules', () => {
    test('are the exchange’s, in base units', () => {
      const { connector, market, row } = world()
      for (const pair of [BTC, ETH]) {
        const instrument = market.instrument(pair)
        const rule = connector.tradingRule(pair)
        const shown = {
          exchangeSymbol: rule.exchangeSymbol,
          tick: String(rule.minPriceIncrement),
          step: String(rule.minBaseAmountIncrement),
          minSize: String(rule.minOrderSize),
          minNotional: String(rule.minNotionalSize),
          contractSize: String(rule.contractSize),
          collateral: [rule.buyOrderCollateralToken, rule.sellOrderCollateralToken],
        }
        expect(shown, pair).toEqual({
          exchangeSymbol: instrument.symbol,
          tick: String(instrument.tickSize),
          step: String(instrument.stepSize),
          minSize: String(instrument.minSize),
          minNotional: String(instrument.minNotional),
          contractSize: String(instrument.contractSize),
          collateral: ['USDT', 'USDT'],
        })
        expect(rule.contractSize.eq(1), 'contracts where the registry says so').toBe(row.sizeUnit === 'base')
      }
    })

    test('prices and amounts are quantised down to the grid', () => {
      const { connector } = world()
      for (const pair of [BTC, ETH]) {
        const { minPriceIncrement: tick, minBaseAmountIncrement: step } = connector.tradingRule(pair)
        expect(String(connector.quantizePrice(pair, tick.mul('7.999')))).toBe(String(tick.mul(7)))
        expect(String(connector.quantizePrice(pair, tick.mul(8)))).toBe(String(tick.mul(8)))
        expect(String(connector.quantizeAmount(pair, step.mul('12.999')))).toBe(String(step.mul(12)))
        expect(String(connector.quantizeAmount(pair, step.mul('0.5')))).toBe('0')
      }
    })

    test('an order goes out quantised and never worse than asked: a buy’s price moves down, a sell’s up', async () => {
      const here = world()
      const { connector, record } = here
      const { minPriceIncrement: tick, minBaseAmountIncrement: step } = connector.tradingRule(BTC)
      const buy = connector.buy(BTC, step.mul('400.7'), 'limit', tick.mul('0.4').plus(59_000))
      const sell = connector.sell(BTC, step.mul('400.7'), 'limit', tick.mul('0.4').plus(61_000))
      await record.of('buyOrderCreated', buy)
      await record.of('sellOrderCreated', sell)
      expect(String(here.exchangeOrder(buy).price)).toBe('59000')
      expect(String(here.exchangeOrder(sell).price)).toBe(String(tick.plus(61_000)))
      expect(String(here.exchangeOrder(buy).size)).toBe(String(step.mul(400)))
    })

    test('an order below the minimum is never sent, and its failure names the rule', async () => {
      const here = world()
      const { connector, record } = here
      const sent = here.account.records.allOrders(here.symbol(BTC)).length
      const { minBaseAmountIncrement: step } = connector.tradingRule(BTC)
      const id = connector.buy(BTC, step.mul('0.9'), 'limit', '59000')
      expect(record.namesOf(id), 'no event comes before buy() has returned').toEqual([])
      const failure = await record.of('orderFailure', id)
      expect(failure.errorCode).toBe('QTX_ORDER_INVALID')
      expect(failure.errorMessage).toMatch(/below/)
      expect(record.namesOf(id)).toEqual(['orderFailure'])
      expect(here.account.records.allOrders(here.symbol(BTC))).toHaveLength(sent)
    })

    test('a pair that was not named is refused', () => {
      const { connector } = world()
      expect(() => connector.tradingRule('SOL-USDT')).toThrow(
        expect.objectContaining({ code: 'QTX_PAIR_UNKNOWN' }) as Error,
      )
      expect(() => connector.orderBook('SOL-USDT')).toThrow(
        expect.objectContaining({ code: 'QTX_PAIR_UNKNOWN' }) as Error,
      )
      expect(() => connector.buy('SOL-USDT', 1, 'limit', 100)).toThrow(
        expect.objectContaining({ code: 'QTX_PAIR_UNKNOWN' }) as Error,
      )
    })
  })
}
