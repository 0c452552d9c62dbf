import { expect, test } from 'vitest'
import { parseTradingPair } from '../../../src/common/trading-pair.ts'

test.each([
  ['BTC-USDT', { base: 'BTC', quote: 'USDT' }],
  ['1000PEPE-USDC', { base: '1000PEPE', quote: 'USDC' }],
])('%s is a pair', (pair, assets) => {
  expect(parseTradingPair(pair)).toEqual(assets)
})

test.each([
  '',
  'BTC',
  'BTCUSDT',
  'btc-usdt',
  'BTC_USDT',
  'BTC-USDT-SWAP',
  '-USDT',
  'BTC-',
  'BTC-USDT\n',
  ' BTC-USDT',
])('%j is not', (pair) => {
  expect(() => parseTradingPair(pair)).toThrow(expect.objectContaining({ code: 'QTX_PAIR_INVALID' }))
  expect(() => parseTradingPair(pair)).toThrow(/BTC-USDT: upper case, one dash/)
})
