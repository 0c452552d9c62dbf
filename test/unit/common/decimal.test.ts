import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal, ceilToStep, floorToStep, minDecimal } from '../../../src/common/decimal.ts'

const decimal = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 0, max: 15 }))
  .map(([mantissa, scale]) => new Decimal(`${mantissa}e-${scale}`))

describe('decimals', () => {
  test('Q53: print plainly, however small or large, and read back the same', () => {
    expect(new Decimal('5e-7').toString()).toBe('0.0000005')
    expect(new Decimal('1e30').toString()).toBe(`1${'0'.repeat(30)}`)
    fc.assert(
      fc.property(decimal, (value) => {
        expect(value.toString()).toMatch(/^\d+(\.\d+)?$/)
        expect(new Decimal(value.toString()).eq(value)).toBe(true)
      }),
    )
  })

  test('read a number by its shortest form', () => {
    expect(new Decimal(0.1).plus(0.2).toString()).toBe('0.3')
  })

  test('are rounded to a step down and up, and stay where they are on the grid', () => {
    expect(floorToStep(new Decimal('1.29'), new Decimal('0.1')).toString()).toBe('1.2')
    expect(ceilToStep(new Decimal('1.21'), new Decimal('0.1')).toString()).toBe('1.3')
    expect(floorToStep(new Decimal('0.9'), new Decimal('0.3')).toString()).toBe('0.9')
    expect(ceilToStep(new Decimal('0.9'), new Decimal('0.3')).toString()).toBe('0.9')
  })

  test('rounded down and up enclose the value within a step, for any grid', () => {
    fc.assert(
      fc.property(decimal, decimal, (value, step) => {
        const floor = floorToStep(value, step)
        const ceil = ceilToStep(value, step)
        expect(floor.lte(value) && ceil.gte(value)).toBe(true)
        expect(ceil.minus(floor).eq(floor.eq(value) ? 0 : step)).toBe(true)
      }),
    )
  })

  test('the smaller of two', () => {
    expect(minDecimal(new Decimal(1), new Decimal(2)).toString()).toBe('1')
    expect(minDecimal(new Decimal(2), new Decimal(-1)).toString()).toBe('-1')
  })
})
