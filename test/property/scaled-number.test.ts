import fc from '../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal, ceilToStep, floorToStep, type DecimalInput } from '../../src/common/decimal.ts'
import { decimalTextLength, writeDecimal } from '../../src/common/decimal-text.ts'
import { ScaledNumber } from '../../src/common/scaled-number.ts'

const RUNS = Number(process.env['QTX_PROPERTY_RUNS'] ?? 20_000)

/** Every way in which a strategy may write a number: with zeros around it, with exponents, with many digits. */
const digits = (most: number) =>
  fc
    .array(fc.constantFrom(...Array.from('00001234567899')), { minLength: 1, maxLength: most })
    .map((all) => all.join(''))
const plainText = fc
  .tuple(digits(12), fc.option(digits(14)))
  .map(([whole, fraction]) => (fraction === null ? whole : `${whole}.${fraction}`))
const oddText = fc.oneof(
  fc.tuple(plainText, fc.integer({ min: -30, max: 30 })).map(([text, power]) => `${text}e${power}`),
  fc.tuple(digits(40), digits(40)).map(([whole, fraction]) => `${whole}.${fraction}`),
  plainText.map((text) => `-${text}`),
  fc.constantFrom(
    '',
    '.',
    '.5',
    '5.',
    '1.2.3',
    '+5',
    ' 5',
    '1_000',
    '0x10',
    'NaN',
    'Infinity',
    '-0',
    '0',
    '0.0',
    '1,5',
  ),
)
const number = fc.oneof(
  plainText.map(Number),
  fc.double(),
  fc.integer(),
  fc.constantFrom(0.1 + 0.2, 1e21, 1e-7, 1e-22, 5e-324, 2 ** 53, 999_999_999_999_999, 1e15),
)
const input: fc.Arbitrary<DecimalInput> = fc.oneof(
  { weight: 3, arbitrary: plainText },
  { weight: 1, arbitrary: oddText },
  { weight: 2, arbitrary: number },
  { weight: 2, arbitrary: plainText.map((text) => new Decimal(text)) },
  { weight: 1, arbitrary: fc.tuple(plainText, plainText).map(([a, b]) => new Decimal(a).mul(b)) },
  { weight: 1, arbitrary: fc.double({ noNaN: true }).map((value) => new Decimal(value)) },
)
const step = fc.oneof(
  fc.integer({ min: -12, max: 6 }).map((power) => new Decimal(10).pow(power)),
  fc
    .tuple(fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: -12, max: 4 }))
    .map(([count, power]) => new Decimal(10).pow(power).mul(count)),
  plainText.map((text) => new Decimal(text)).filter((value) => value.gt(0)),
)

function decimalOf(value: DecimalInput): Decimal | undefined {
  try {
    return new Decimal(value)
  } catch {
    return undefined
  }
}

describe('a scaled number', () => {
  test('is what the decimal is, or refuses to be it', () => {
    let taken = 0
    fc.assert(
      fc.property(input, (value) => {
        const scaled = new ScaledNumber()
        if (!scaled.read(value)) return
        taken++
        const decimal = decimalOf(value)!
        expect(decimal.gt(0)).toBe(true)
        assertSame(scaled.toDecimal(), decimal)
        expect(scaled.toNumber()).toBe(decimal.toNumber())
      }),
      { numRuns: RUNS },
    )
    // Plain texts of few digits are most of them.
    expect(taken).toBeGreaterThan(RUNS / 3)
  })

  test('lies on the grid where decimals put it, to the last word', () => {
    let moved = 0
    fc.assert(
      fc.property(input, step, fc.boolean(), (value, size, isUp) => {
        const [scaled, grid] = [new ScaledNumber(), new ScaledNumber()]
        if (!grid.read(size) || !scaled.read(value)) return
        const before = [scaled.units, scaled.places]
        if (!(isUp ? scaled.ceilTo(grid) : scaled.floorTo(grid))) {
          expect([scaled.units, scaled.places]).toEqual(before)
          return
        }
        moved++
        const decimal = decimalOf(value)!
        assertSame(scaled.toDecimal(), isUp ? ceilToStep(decimal, size) : floorToStep(decimal, size))
      }),
      { numRuns: RUNS },
    )
    expect(moved).toBeGreaterThan(RUNS / 5)
  })

  test('is in the order of its doubles', () => {
    fc.assert(
      fc.property(plainText, plainText, (a, b) => {
        const [left, right] = [new ScaledNumber(), new ScaledNumber()]
        if (!left.read(a) || !right.read(b)) return
        expect(Math.sign(left.toNumber() - right.toNumber())).toBe(new Decimal(a).cmp(b))
      }),
      { numRuns: RUNS },
    )
  })
})

test('the text of a decimal is written as toString() gives it, and is as long as was said', () => {
  const bytes = new Uint8Array(20_000)
  fc.assert(
    fc.property(input, (value) => {
      const decimal = decimalOf(value)
      if (!decimal?.isFinite() || (decimal.isNegative() && !decimal.isZero()) || Math.abs(decimal.e) > 400)
        return
      bytes.fill(0x23)
      const end = writeDecimal(bytes, 3, decimal)
      expect(Buffer.from(bytes.subarray(3, end)).toString('latin1')).toBe(decimal.toString())
      expect(decimalTextLength(decimal)).toBe(end - 3)
      expect([bytes[2], bytes[end]]).toEqual([0x23, 0x23])
    }),
    { numRuns: RUNS },
  )
})

/** The same number, kept the same way: what decimal.js does with one it does with the other. */
function assertSame(actual: Decimal, expected: Decimal): void {
  expect([actual.s, actual.e, actual.d]).toEqual([expected.s, expected.e, expected.d])
  expect(actual).toStrictEqual(expected)
  expect(actual.toString()).toBe(expected.toString())
}
