import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import {
  assertOrderAllowed,
  quantizeAmount,
  quantizePrice,
  type TradingRule,
} from '../../../src/connector/trading-rule.ts'
import { QtxError } from '../../../src/errors.ts'
import { BTC_RULE } from '../../support/scripted-exchange.ts'

const d = (text: string) => new Decimal(text)

function refusalOf(amount: string, price: string | undefined, isClose = false): QtxError | undefined {
  try {
    assertOrderAllowed(BTC_RULE, {
      amount: d(amount),
      price: price === undefined ? undefined : d(price),
      isClose,
    })
    return undefined
  } catch (error) {
    if (error instanceof QtxError) return error
    throw error
  }
}

describe('quantising', () => {
  test('prices go down to the tick, amounts down to the step', () => {
    expect(quantizePrice(BTC_RULE, '50000.19').toString()).toBe('50000.1')
    expect(quantizePrice(BTC_RULE, 0.3).toString()).toBe('0.3')
    expect(quantizeAmount(BTC_RULE, '0.0019999').toString()).toBe('0.001')
    expect(quantizeAmount(BTC_RULE, '0.0009').toString()).toBe('0')
  })

  test('Q53: prints plainly, however small', () => {
    const rule: TradingRule = { ...BTC_RULE, minPriceIncrement: d('0.0000001') }
    expect(quantizePrice(rule, '0.0000005').toString()).toBe('0.0000005')
  })

  test('is on the grid, not above what was asked, and less than one step away, for any grid', () => {
    const decimal = fc
      .tuple(fc.integer({ min: 1, max: 999_999_999 }), fc.integer({ min: 0, max: 12 }))
      .map(([mantissa, scale]) => new Decimal(mantissa).div(new Decimal(10).pow(scale)))
    fc.assert(
      fc.property(decimal, decimal, (value, step) => {
        const quantised = quantizeAmount({ ...BTC_RULE, minBaseAmountIncrement: step }, value)
        expect(quantised.lte(value)).toBe(true)
        expect(value.minus(quantised).lt(step)).toBe(true)
        expect(quantised.mod(step).isZero()).toBe(true)
      }),
    )
  })
})

describe('the rules', () => {
  test.each<[string, string, string | undefined, string[]]>([
    ['no amount', '0', '50000', ['amount', 'one step of 0.001']],
    ['no amount and no price', '0', undefined, ['amount', 'one step of 0.001']],
    ['too little', '0.0005', '50000', ['amount 0.0005', 'minimum order size 0.001']],
    ['too much', '101', '50000', ['amount 101', 'maximum order size 100']],
    ['no price', '1', '0', ['price', 'one tick of 0.1']],
    ['too little value', '0.001', '50000', ['order value 50', 'minimum notional 100']],
  ])('I28: %s: the message names pair, rule, value and limit', (_name, amount, price, words) => {
    const refusal = refusalOf(amount, price)
    expect(refusal?.code).toBe('QTX_ORDER_INVALID')
    for (const word of ['BTC-USDT', ...words]) expect(refusal?.message).toContain(word)
  })

  test('what is exactly at a limit is allowed', () => {
    expect(refusalOf('0.002', '50000')).toBeUndefined()
    expect(refusalOf('100', '50000')).toBeUndefined()
  })

  test('I28: a close need not have the minimum value', () => {
    expect(refusalOf('0.001', '50000', true)).toBeUndefined()
    expect(refusalOf('0.0005', '50000', true)?.message).toContain('minimum order size')
  })

  test('without a price the value is left to the exchange', () => {
    expect(refusalOf('0.001', undefined)).toBeUndefined()
  })
})
