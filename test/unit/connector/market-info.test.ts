import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import type { Logger } from '../../../src/common/log.ts'
import { silentLogger } from '../../../src/common/log.ts'
import { AccountState } from '../../../src/connector/account-state.ts'
import { MarketInfo } from '../../../src/connector/market-info.ts'
import type { TradingRule } from '../../../src/connector/trading-rule.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { BTC_RULE, pass, strictEvents } from '../../support/scripted-exchange.ts'

const DOWN = new QtxError('QTX_EXCHANGE_DOWN', 'no answer from the exchange')
const ETH_RULE: TradingRule = { ...BTC_RULE, pair: 'ETH-USDT', exchangeSymbol: 'ETHUSDT' }

function rig() {
  const clock = new FakeClock()
  const abort = new AbortController()
  const account = new AccountState(clock, strictEvents())
  const calls: string[] = []
  const reachable: string[] = []
  const warnings: string[] = []
  const logger: Logger = { ...silentLogger, warn: (_fields, message) => warnings.push(message) }
  const exchange = {
    rules: [BTC_RULE, ETH_RULE] as readonly TradingRule[],
    failures: new Map<string, Error>(),
    /** The exchange's clock less ours. */
    aheadMs: 0,
    roundTripMs: 0,
  }
  const ask = <T>(name: string, answer: () => T): Promise<T> => {
    calls.push(name)
    const failure = exchange.failures.get(name)
    return failure ? Promise.reject(failure) : Promise.resolve(answer())
  }
  const market = new MarketInfo({
    pairs: new Set(['BTC-USDT', 'ETH-USDT']),
    clock,
    logger,
    signal: abort.signal,
    random: () => 0,
    account,
    fetchTradingRules: () => ask('rules', () => exchange.rules),
    fetchFundingInfo: (pair) =>
      ask(`funding ${pair}`, () => ({
        pair,
        markPrice: new Decimal('50000'),
        indexPrice: new Decimal('50001'),
        rate: new Decimal('0.0001'),
        nextFundingMs: clock.nowMs() + 3_600_000,
        receivedMs: clock.nowMs(),
        source: 'rest' as const,
      })),
    fetchServerTimeMs: () =>
      ask('time', () => {
        clock.advance(exchange.roundTripMs / 2)
        const serverMs = clock.nowMs() + exchange.aheadMs
        clock.advance(exchange.roundTripMs / 2)
        return serverMs
      }),
    onReachable: (isReachable) => reachable.push(isReachable ? 'reached' : 'not reached'),
  })
  return { clock, abort, account, calls, reachable, warnings, exchange, market }
}

describe('trading rules', () => {
  test('are there after the start, by pair', async () => {
    const { market } = rig()
    await market.start()
    expect(market.rule('ETH-USDT')).toBe(ETH_RULE)
  })

  test('of a pair that is not tracked are wrong use; the message lists the pairs', async () => {
    const { market } = rig()
    await market.start()
    expect(() => market.rule('DOGE-USDT')).toThrow(/DOGE-USDT is not among .* BTC-USDT, ETH-USDT/)
  })

  test('Q67: before the start say that they are not loaded, which is wrong use and no failed order', () => {
    const { market } = rig()
    expect(() => market.rule('BTC-USDT')).toThrow(QtxError)
    expect(() => market.rule('BTC-USDT')).toThrow(/BTC-USDT are not loaded/)
  })

  test('are fetched again every half hour; a failure keeps the old ones, and is tried again with growing pauses', async () => {
    const { market, exchange, clock, calls } = rig()
    await market.start()
    exchange.failures.set('rules', DOWN)
    await pass(clock, 31 * 60_000, 10_000)
    const asked = () => calls.filter((call) => call === 'rules').length
    expect(asked(), 'at the start, after half an hour, then after 5, 10 and 20 s').toBe(5)
    expect(market.rule('BTC-USDT')).toBe(BTC_RULE)
    exchange.failures.clear()
    exchange.rules = [{ ...BTC_RULE, minPriceIncrement: new Decimal('0.5') }]
    await pass(clock, 31 * 60_000, 10_000)
    expect(market.rule('BTC-USDT').minPriceIncrement.toString()).toBe('0.5')
    expect(asked(), 'once it is back, half an hour again').toBe(7)
    expect(market.rule('ETH-USDT')).toBe(ETH_RULE)
  })
})

describe('status', () => {
  test('names the pairs without rules and without fresh funding info', async () => {
    const { market, exchange } = rig()
    expect(market.status['tradingRules']?.reason).toBe('not loaded yet for BTC-USDT, ETH-USDT')
    expect(market.status['fundingInfo']?.reason).toBe('missing or old for BTC-USDT, ETH-USDT')
    exchange.rules = [BTC_RULE]
    await market.start()
    expect(market.status['tradingRules']).toMatchObject({ ok: false, reason: 'not loaded yet for ETH-USDT' })
    expect(market.status['fundingInfo']?.ok).toBe(true)
  })

  test('rules of pairs that are not tracked do no harm', async () => {
    const { market, exchange } = rig()
    exchange.rules = [BTC_RULE, ETH_RULE, { ...BTC_RULE, pair: 'SOL-USDT' }]
    await market.start()
    expect(market.status['tradingRules']?.ok).toBe(true)
  })

  test('Q4, I21: funding info is fetched every minute, whatever feeds the books; what could not be refreshed for five minutes is not good any more', async () => {
    const { market, exchange, clock, reachable } = rig()
    await market.start()
    exchange.failures.set('funding ETH-USDT', DOWN)
    await pass(clock, 5 * 60_000 + 1_000, 1_000)
    expect(market.status['fundingInfo']).toMatchObject({ ok: false, reason: 'missing or old for ETH-USDT' })
    expect(reachable).toContain('not reached')
    exchange.failures.clear()
    await pass(clock, 61_000, 1_000)
    expect(market.status['fundingInfo']?.ok).toBe(true)
    expect(reachable.at(-1)).toBe('reached')
  })
})

describe('the exchange’s clock', () => {
  test('I30: is compared with ours; half of the round trip is taken off', async () => {
    const { market, exchange, warnings } = rig()
    exchange.aheadMs = -300
    exchange.roundTripMs = 100
    expect(market.clockSkewMs).toBeUndefined()
    await market.start()
    expect(market.clockSkewMs).toBe(300)
    expect(warnings).toEqual([])
  })

  test.each([
    ['ahead of', -2_000],
    ['behind', 2_000],
  ])('I30: ours that is far %s it is warned about', async (words, aheadMs) => {
    const { market, exchange, warnings } = rig()
    exchange.aheadMs = aheadMs
    await market.start()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`2000 ms ${words}`)
  })
})

test('a start that fails leaves nothing running, and may be tried again', async () => {
  const { market, exchange, clock } = rig()
  exchange.failures.set('time', DOWN)
  await expect(market.start()).rejects.toBe(DOWN)
  expect(clock.pending).toBe(0)
  exchange.failures.clear()
  await market.start()
  expect(clock.pending).toBe(3)
})

test('the refreshing ends with the connector', async () => {
  const { market, abort, clock, calls } = rig()
  await market.start()
  abort.abort()
  await pass(clock, 60 * 60_000, 60_000)
  expect(calls).toEqual(['rules', 'time', 'funding BTC-USDT', 'funding ETH-USDT'])
  expect(clock.pending).toBe(0)
})
