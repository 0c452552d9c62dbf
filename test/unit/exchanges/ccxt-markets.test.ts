import { existsSync, readFileSync } from 'node:fs'
import { pro } from 'ccxt'
import { describe, expect, test } from 'vitest'
import type { QtxError } from '../../../src/errors.ts'
import type { CcxtMarket } from '../../../src/exchanges/ccxt-exchange.ts'
import { CcxtMarkets } from '../../../src/exchanges/ccxt-markets.ts'

const RECORDED = new URL(
  '../../../../shared/exchange-fixtures/binance/cf_exchangeInfo_2021.json',
  import.meta.url,
)

function market(symbol: string, fields: Partial<CcxtMarket> = {}): [string, CcxtMarket] {
  return [
    symbol,
    {
      id: symbol.replace('/', '').split(':')[0],
      symbol,
      swap: true,
      active: true,
      settle: 'USDT',
      contractSize: '1',
      precision: { price: '0.1', amount: '0.001' },
      limits: { amount: { min: '0.001', max: '1000' }, cost: { min: '100' } },
      ...fields,
    },
  ]
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return (error as QtxError).code
  }
  return 'nothing was thrown'
}

describe('markets of the tracked pairs', () => {
  const markets = Object.fromEntries([
    market('BTC/USDT:USDT'),
    market('BTC/USDC:USDC'),
    market('1000PEPE/USDT:USDT'),
    market('OLD/USDT:USDT', { active: false }),
    market('ETH/USDT:USDT', {
      id: 'ETH-USDT-SWAP',
      contractSize: '0.1',
      precision: { price: '0.01', amount: '0.01' },
      limits: { amount: { min: '0.01', max: '20000' } },
    }),
    market('BTC/USDT', { swap: false }),
  ])

  test('I18: sizes in contracts become base units in the rule', () => {
    const { rule } = new CcxtMarkets(markets, ['ETH-USDT']).ofPair('ETH-USDT')
    const text = Object.fromEntries(Object.entries(rule).map(([name, value]) => [name, String(value)]))
    expect(text).toEqual({
      pair: 'ETH-USDT',
      exchangeSymbol: 'ETH-USDT-SWAP',
      minPriceIncrement: '0.01',
      minBaseAmountIncrement: '0.001',
      minOrderSize: '0.001',
      maxOrderSize: '2000',
      minNotionalSize: '0',
      contractSize: '0.1',
      buyOrderCollateralToken: 'USDT',
      sellOrderCollateralToken: 'USDT',
    })
  })

  test('a market is found by pair, by the exchange’s symbol and by ccxt’s', () => {
    const found = new CcxtMarkets(markets, ['BTC-USDT'])
    expect(found.ofExchangeSymbol('BTCUSDT')?.pair).toBe('BTC-USDT')
    expect(found.ofCcxtSymbol('BTC/USDT:USDT')?.pair).toBe('BTC-USDT')
    expect(found.ofExchangeSymbol('ETH-USDT-SWAP')).toBeUndefined()
    expect(codeOf(() => found.ofPair('ETH-USDT'))).toBe('QTX_PAIR_UNKNOWN')
  })

  test.each([
    ['BTC-USD', 'BTC-USDT'],
    ['BTX-USDT', 'BTC-USDT'],
    ['PEPE-USDT', '1000PEPE-USDT'],
  ])('%s is unknown, and %s is named', (pair, near) => {
    expect(() => new CcxtMarkets(markets, [pair])).toThrow(new RegExp(`${pair}.*${near}`))
    expect(codeOf(() => new CcxtMarkets(markets, [pair]))).toBe('QTX_PAIR_UNKNOWN')
  })

  test('a market that does not trade, or is not a perpetual, is unknown', () => {
    expect(() => new CcxtMarkets(markets, ['OLD-USDT'])).toThrow(/not traded/)
    expect(codeOf(() => new CcxtMarkets(markets, ['CONSTRUCTOR-USDT']))).toBe('QTX_PAIR_UNKNOWN')
  })

  test('rules that cannot be read are an error of the exchange’s, not a rule without steps', () => {
    for (const fields of [{ precision: {} }, { precision: { price: '0', amount: '1' } }, { id: undefined }]) {
      const broken = Object.fromEntries([market('BTC/USDT:USDT', fields)])
      expect(codeOf(() => new CcxtMarkets(broken, ['BTC-USDT']))).toBe('QTX_EXCHANGE_ANSWER')
    }
  })

  test.skipIf(!existsSync(RECORDED))(
    'a recorded exchangeInfo is read through ccxt (runs where the recordings are)',
    async () => {
      const exchange = new pro.binanceusdm({ options: { fetchMarkets: { types: ['linear'] } } })
      exchange.number = String as never
      exchange.has['fetchCurrencies'] = false
      const body = readFileSync(RECORDED, 'utf8')
      exchange.fetch = () => Promise.resolve(JSON.parse(body) as unknown)
      await exchange.loadMarkets()
      const read = new CcxtMarkets(exchange.markets as unknown as Record<string, CcxtMarket>, ['BTC-USDT'])
      const { rule } = read.ofPair('BTC-USDT')
      expect(String(rule.minPriceIncrement)).toBe('0.01')
      expect(String(rule.minBaseAmountIncrement)).toBe('0.001')
      expect(String(rule.maxOrderSize)).toBe('1000')
      expect(String(rule.minNotionalSize)).toBe('5')
    },
  )
})
