import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../../src/cli/duration.ts'

describe('a duration on the command line', () => {
  it.each([
    ['500ms', 500],
    ['20s', 20_000],
    ['20', 20_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    [' 3s ', 3_000],
  ])('reads %s as %d milliseconds', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs)
  })

  it.each(['', 's', '0s', '-1s', '1d', '1e3', 'soon', '20 s', '30000000s'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(InvalidArgumentError)
  })
})
