import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal, ZERO } from '../../../src/common/decimal.ts'
import { PairLedger } from '../../../src/journal/pair-ledger.ts'
import { fillRecord } from '../../support/journal-records.ts'

type Trade = readonly ['buy' | 'sell', amount: string, price: string]

function ledgerOf(...trades: Trade[]): PairLedger {
  const ledger = new PairLedger('BTC-USDT')
  for (const [tradeType, amount, price] of trades) {
    ledger.addFill(fillRecord({ tradeType, amount, price, feeAsset: undefined, feeAmount: undefined }), true)
  }
  return ledger
}

function tell(...trades: Trade[]): { realized: string; position: string; entry: string | undefined } {
  const { realizedPnl, position, entryPrice } = ledgerOf(...trades).summary()
  return { realized: String(realizedPnl), position: String(position), entry: entryPrice?.toString() }
}

describe('profit of a position', () => {
  test('opening and adding realises nothing, and averages the entry price', () => {
    expect(tell(['buy', '1', '100'], ['buy', '3', '200'])).toEqual({
      realized: '0',
      position: '4',
      entry: '175',
    })
  })

  test('a sale realises the difference to the average entry price, which stays', () => {
    expect(tell(['buy', '1', '100'], ['buy', '3', '200'], ['sell', '2', '180'])).toEqual({
      realized: '10',
      position: '2',
      entry: '175',
    })
  })

  test('a short position earns when it is bought back lower', () => {
    expect(tell(['sell', '0.3', '100.1'], ['buy', '0.1', '90'])).toEqual({
      realized: '1.01',
      position: '-0.2',
      entry: '100.1',
    })
  })

  test('a fill larger than the position closes it and opens the rest on the other side at its own price', () => {
    expect(tell(['buy', '2', '100'], ['sell', '5', '110'])).toEqual({
      realized: '20',
      position: '-3',
      entry: '110',
    })
    expect(tell(['sell', '2', '100'], ['buy', '5', '110'])).toEqual({
      realized: '-20',
      position: '3',
      entry: '110',
    })
  })

  test('a position that is closed leaves no rest, whatever the digits', () => {
    expect(tell(['buy', '3', '0.1'], ['sell', '1', '0.2'], ['sell', '2', '0.2'])).toEqual({
      realized: '0.3',
      position: '0',
      entry: undefined,
    })
  })

  test('what comes before the range builds the position, and is not counted', () => {
    const ledger = new PairLedger('BTC-USDT')
    ledger.addFill(fillRecord({ amount: '2', price: '100' }), false)
    ledger.addFill(fillRecord({ tradeType: 'sell', amount: '1', price: '130' }), true)
    const told = ledger.summary()
    expect(told.fills).toBe(1)
    expect(String(told.realizedPnl)).toBe('30')
    expect(String(told.boughtAmount)).toBe('0')
    expect(told.averageBuyPrice).toBeUndefined()
    expect(String(told.averageSellPrice)).toBe('130')
    expect(String(told.fees.get('USDT'))).toBe('0.04')
  })

  test('fees and funding are told by asset, and the net has them', () => {
    const ledger = new PairLedger('BTC-USDT')
    ledger.addFill(fillRecord({ amount: '1', price: '100', feeAsset: 'BNB', feeAmount: '0.002' }), true)
    const sale = { tradeType: 'sell', amount: '1', price: '110', feeAsset: 'USDT' } as const
    ledger.addFill(fillRecord({ ...sale, feeAmount: '-0.01' }), true)
    for (const amount of ['-0.3', '0.1']) {
      ledger.addFunding({
        kind: 'funding',
        pair: 'BTC-USDT',
        paymentId: amount,
        asset: 'USDT',
        amount,
        paidMs: 1,
      })
    }
    const { fees, funding, netPnl, volumeQuote } = ledger.summary()
    expect([...fees].map(String)).toEqual(['BNB,0.002', 'USDT,-0.01'])
    expect([...funding].map(String)).toEqual(['USDT,-0.2'])
    expect([...netPnl].map(String)).toEqual(['USDT,9.81', 'BNB,-0.002'])
    expect(String(volumeQuote)).toBe('210')
  })

  test('money is neither made nor lost: proceeds minus costs are the realised profit and what is still held', () => {
    const decimal = (max: number) =>
      fc.integer({ min: 1, max }).map((n) => new Decimal(n).div(1000).toString())
    const trade = fc.tuple(fc.constantFrom('buy', 'sell'), decimal(5_000), decimal(200_000_000))
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 40 }), (trades) => {
        const { realizedPnl, position, entryPrice } = ledgerOf(...trades).summary()
        const signs = trades.map(([side, amount, price]) => [side === 'buy' ? -1 : 1, amount, price] as const)
        const cash = signs.reduce(
          (sum, [sign, amount, price]) => sum.plus(new Decimal(price).mul(amount).mul(sign)),
          ZERO,
        )
        const net = signs.reduce((sum, [sign, amount]) => sum.minus(new Decimal(amount).mul(sign)), ZERO)
        expect(String(position)).toBe(String(net))
        const held = position.mul(entryPrice ?? 0)
        expect(realizedPnl.minus(held).minus(cash).abs().lt('1e-40')).toBe(true)
      }),
    )
  })
})
