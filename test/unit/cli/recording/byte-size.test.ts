import { describe, expect, it } from 'vitest'
import { formatBytes, parseByteSize } from '../../../../src/cli/recording/byte-size.ts'

describe('a size', () => {
  it.each([
    ['65536', 65_536],
    ['64k', 65_536],
    ['500M', 524_288_000],
    ['1.5GiB', 1_610_612_736],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes)
  })

  it.each(['', '10', '-5M', '5 apples', '1e9', 'M'])('%j is refused', (text) => {
    expect(() => parseByteSize(text)).toThrow('expected a size')
  })

  it('is shown in the unit that reads best', () => {
    expect([0, 999, 1_234, 56_789_012, 250_000_000_000].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.2 kB',
      '56.8 MB',
      '250 GB',
    ])
  })
})
