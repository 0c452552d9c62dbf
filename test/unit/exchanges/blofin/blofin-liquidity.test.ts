import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { isMakersFee } from '../../../../src/exchanges/blofin/blofin-liquidity.ts'

describe('whose price a fill’s fee says it was', () => {
  test.each([
    ['a rate that comes out exactly', '0.0002', '1', true],
    ['a small fill whose fee was rounded up', '0.00107207', '5.36034', true],
    ['a small fill whose fee was rounded down', '0.00160813', '8.04069', true],
    ['a rebate', '-0.0001', '1', true],
    ['a taker’s rate', '0.00321620', '5.36034', false],
    ['hardly more than a maker’s rate', '0.00021', '1', false],
    ['the smallest fill, taken', '0.00000060', '0.001', false],
  ])('%s: a fee of %s on %s, a maker’s: %s', (_, fee, quoteAmount, expected) => {
    expect(isMakersFee(new Decimal(fee), new Decimal(quoteAmount), new Decimal('0.0002'))).toBe(expected)
  })
})
