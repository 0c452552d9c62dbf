import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { DecimalGrid } from '../../../../src/simulator/feed/decimal-grid.ts'

describe('a decimal grid', () => {
  it('gives the double that is nearest to the decimal, for any count and increment', () => {
    const increments = fc.constantFrom('0.10', '0.01', '0.001', '1', '5', '0.5', '0.00000025', '12.5')
    fc.assert(
      fc.property(increments, fc.integer({ min: 0, max: 1e9 }), (increment, count) => {
        const grid = new DecimalGrid(increment)
        expect(grid.value(count)).toBe(new Decimal(increment).mul(count).toNumber())
        expect(grid.count(grid.value(count))).toBe(count)
      }),
      { seed: 1 },
    )
  })

  it.each(['0', '0.00', '-1', '1e-3', '', 'x', '.5', '1.'])('refuses %j as an increment', (increment) => {
    expect(() => new DecimalGrid(increment)).toThrow(/must be a decimal above zero/)
  })
})
