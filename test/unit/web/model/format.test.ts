import { describe, expect, test } from 'vitest'
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDecimal,
  formatDuration,
  formatMicros,
  formatName,
  formatNumber,
  formatSigned,
  formatTime,
  groupDigits,
} from '../../../../web/src/model/format.ts'

describe('numbers on the page', () => {
  test.each([
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['-1234567.8901', '-1,234,567.8901'],
    ['1e21', '1e21'],
    ['market', 'market'],
  ])('groupDigits(%s) is %s: thousands apart, never behind the point', (text, grouped) => {
    expect(groupDigits(text)).toBe(grouped)
  })

  test('prices have as many digits as the pair, and all of their own where those are not known', () => {
    expect(formatNumber(67012, 1)).toBe('67,012.0')
    expect(formatNumber(0.5234, 4)).toBe('0.5234')
    expect(formatNumber(67012.1, null)).toBe('67,012.1')
    expect(formatNumber(0.000_001, null)).toBe('0.000001')
    expect(formatNumber(100, null)).toBe('100')
    expect(formatNumber(null, 2)).toBe('–')
    expect(formatNumber(NaN, 2)).toBe('–')
  })

  test('decimal text is shown digit by digit as it is', () => {
    expect(formatDecimal('12345.123456789012345678')).toBe('12,345.123456789012345678')
    expect(formatDecimal(null)).toBe('–')
  })

  test.each([
    [0, '0'],
    [999_999, '999,999'],
    [1_234_567, '1.23 M'],
    [1_234_567_890, '1.235 G'],
  ])('formatCount(%d) is %s', (count, text) => {
    expect(formatCount(count)).toBe(text)
  })

  test.each([
    [0.42, '0.42 µs'],
    [12.34, '12.3 µs'],
    [999, '999 µs'],
    [1_240, '1.24 ms'],
    [2_100_000, '2.10 s'],
    [null, '–'],
  ])('formatMicros(%s) is %s', (us, text) => {
    expect(formatMicros(us)).toBe(text)
  })

  test.each([
    ['1.25', '+1.25'],
    ['-0.30000', '−0.3'],
    ['0.000', '0'],
    ['-0', '0'],
    ['0.00001234', '+0.000012'],
    ['-1234.56789', '−1,234.5679'],
    ['', '–'],
    ['unknown', 'unknown'],
  ])('formatSigned(%s) is %s: a sign on all but zero', (text, shown) => {
    expect(formatSigned(text)).toBe(shown)
  })
})

describe('times on the page', () => {
  test('a duration counts hours and minutes, and days where there are some', () => {
    expect(formatDuration(0)).toBe('00:00:00')
    expect(formatDuration(-5)).toBe('00:00:00')
    expect(formatDuration(11_529_999)).toBe('03:12:09')
    expect(formatDuration(2 * 86_400_000 + 1_000)).toBe('2 d 00:00:01')
  })

  test.each([
    [null, '–'],
    [-1, '0.0 s'],
    [1_240, '1.2 s'],
    [61_000, '1 min'],
    [7_200_000, '2 h'],
    [3 * 86_400_000, '3 d'],
  ])('formatAge(%s) is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text)
  })

  test('time of day is local', () => {
    expect(formatTime(new Date(2026, 4, 3, 4, 5, 6).getTime())).toBe('04:05:06')
  })
})

test('sizes are in binary units, names in words', () => {
  expect([formatBytes(512), formatBytes(8_388_608), formatBytes(212_992)]).toEqual([
    '512 B',
    '8.00 MiB',
    '208 KiB',
  ])
  expect(formatName('orderBooks')).toBe('order books')
})
