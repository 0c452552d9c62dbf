import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { toBaseAmount, toBaseSize, toExchangeSize } from '../../../src/exchanges/contract-size.ts'

describe('contract sizes', () => {
  test('I18: contracts become base units and back', () => {
    expect(String(toBaseAmount(new Decimal('236'), new Decimal('0.001')))).toBe('0.236')
    expect(String(toExchangeSize(new Decimal('0.236'), new Decimal('0.001')))).toBe('236')
    expect(String(toExchangeSize(new Decimal('2000'), new Decimal('1000')))).toBe('2')
    expect(toBaseSize(25, 0.01)).toBe(0.25)
    expect(toBaseSize(3, 0.3)).toBe(3 * 0.3)
  })

  test('I18: whole contracts of a book become the very double of their decimal', () => {
    const contracts = fc.integer({ min: 0, max: 10_000_000 })
    const contractSizes = fc.constantFrom('1', '0.0001', '0.001', '0.01', '0.1', '10', '100', '1000')
    fc.assert(
      fc.property(contracts, contractSizes, (count, size) => {
        const exact = toBaseAmount(new Decimal(count), new Decimal(size)).toNumber()
        expect(toBaseSize(count, Number(size))).toBe(exact)
      }),
    )
  })

  test('I18: the way there and back loses nothing, whatever the sizes', () => {
    const decimal = fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 18n }), fc.integer({ min: 0, max: 12 }))
      .map(([digits, places]) => new Decimal(digits.toString()).div(new Decimal(10).pow(places)))
    const contractSizes = fc.constantFrom('1', '0.0001', '0.001', '0.01', '0.1', '10', '100', '1000')
    fc.assert(
      fc.property(decimal, contractSizes, (contracts, size) => {
        const contractSize = new Decimal(size)
        const there = toBaseAmount(contracts, contractSize)
        expect(toExchangeSize(there, contractSize).toString()).toBe(contracts.toString())
      }),
    )
  })
})
