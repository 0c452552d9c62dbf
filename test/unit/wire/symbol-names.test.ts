import { describe, expect, test } from 'vitest'
import { EXCHANGE_BACKENDS, fromQtxSymbol, toQtxSymbol } from '../../../src/wire/symbol-names.ts'

describe('QTX symbols', () => {
  test('Q8: a pair is named by its backend’s row', () => {
    expect(toQtxSymbol('BTC-USDT', 'binance')).toBe('binance-futures:btcusdt')
    expect(toQtxSymbol('1000PEPE-USDC', 'binance')).toBe('binance-futures:1000pepeusdc')
  })

  test.each(['BTC-USDT', 'ETH-USDC', 'BTC-FDUSD', 'ETH-BTC', 'USDC-USDT', 'X-USD', '1INCH-USDT'])(
    '%s comes back from its symbol on every backend',
    (pair) => {
      for (const backend of EXCHANGE_BACKENDS) {
        expect(fromQtxSymbol(toQtxSymbol(pair, backend))).toEqual({ backend, pair })
      }
    },
  )

  test.each([
    ['XBTUSDTM', 'BTC-USDT'],
    ['1000PEPEUSDTM', '1000PEPE-USDT'],
    ['XBTUSDM', 'BTC-USD'],
    ['btcusdt', 'BTC-USDT'],
  ])('kucoin-futures:%s, as the logger may show it, is %s', (name, pair) => {
    expect(fromQtxSymbol(`kucoin-futures:${name}`)).toEqual({ backend: 'kucoin', pair })
  })

  test.each([
    'kucoin-futures:XBTUSDT',
    'binance-futures:XBTUSDTM',
    'btcusdt',
    'nowhere-futures:btcusdt',
    'binance-futures:',
    'binance-futures:usdt',
    'binance-futures:btc-usdt',
  ])('%j names nothing', (symbol) => {
    expect(() => fromQtxSymbol(symbol)).toThrow(expect.objectContaining({ code: 'QTX_PAIR_INVALID' }))
  })

  test.each(['btc-usdt', 'BTCUSDT', 'BTC-USDT-SWAP', ''])('%j is no pair', (pair) => {
    expect(() => toQtxSymbol(pair, 'binance')).toThrow(expect.objectContaining({ code: 'QTX_PAIR_INVALID' }))
  })
})
