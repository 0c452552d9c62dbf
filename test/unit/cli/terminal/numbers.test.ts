import { describe, expect, it } from 'vitest'
import { decimalsOf, formatClock, formatMs, formatNumber } from '../../../../src/cli/terminal/numbers.ts'

describe('numbers for people', () => {
  it('have thousands separators and the decimals asked for', () => {
    expect(formatNumber(61_800.1, 2)).toBe('61,800.10')
    expect(formatNumber(1_234_567)).toBe('1,234,567')
    expect(formatNumber(NaN)).toBe('–')
    expect(formatNumber(undefined, 2)).toBe('–')
  })

  it.each([
    [0.0004, '0 µs'],
    [0.082, '82 µs'],
    [0.9996, '1.0 ms'],
    [12.34, '12.3 ms'],
    [340.4, '340 ms'],
    [999.6, '1.0 s'],
    [3_400, '3.4 s'],
    [NaN, '–'],
  ])('of %d milliseconds read %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text)
  })

  it('count the decimals of the finest value, up to a limit', () => {
    expect(decimalsOf([61_800, 61_800.1, 61_799.95], 8)).toBe(2)
    expect(decimalsOf([1.5e-7], 10)).toBe(8)
    expect(decimalsOf([1e21, 3], 8)).toBe(0)
    expect(decimalsOf([0.123_456], 4)).toBe(4)
    expect(decimalsOf([], 4)).toBe(0)
  })

  it('of passed time are minutes and seconds', () => {
    expect(formatClock(7_900)).toBe('0:07')
    expect(formatClock(125_000)).toBe('2:05')
  })
})
