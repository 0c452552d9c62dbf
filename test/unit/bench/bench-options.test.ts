import { describe, expect, it } from 'vitest'
import { SECTIONS, parseBenchOptions } from '../../../bench/bench-options.ts'

describe('the options of the bench', () => {
  it('measures everything seven times, and the memory for a minute, unless it is told otherwise', () => {
    const options = parseBenchOptions([], 'here')
    expect(options).toMatchObject({ sections: SECTIONS, runs: 7, minutes: 1, isBrief: false, out: 'here' })
    expect(parseBenchOptions(['ring', '--runs', '3', '--minutes', '10'], 'here')).toMatchObject({
      sections: ['ring'],
      runs: 3,
      minutes: 10,
    })
  })

  it('leaves the last results alone when it is brief', () => {
    expect(parseBenchOptions(['--brief'], 'here')).toMatchObject({ runs: 1, out: undefined })
    expect(parseBenchOptions(['--brief', '--out', 'there'], 'here')).toMatchObject({ out: 'there' })
  })

  it.each(['0', '1.5', 'many', '101'])('refuses %s runs', (runs) => {
    expect(() => parseBenchOptions(['--runs', runs], 'here')).toThrow(/--runs .* from 1 to 100/)
  })

  it.each(['0', '0.5', '1441'])('refuses %s minutes', (minutes) => {
    expect(() => parseBenchOptions(['--minutes', minutes], 'here')).toThrow(/--minutes .* from 1 to 1440/)
  })

  it('writes the documentation without measuring, and never of a brief run', () => {
    expect(parseBenchOptions(['--write-docs'], 'here').writesDocs).toBe(true)
    expect(() => parseBenchOptions(['--write-docs', 'ring'], 'here')).toThrow(/by itself/)
    expect(() => parseBenchOptions(['--write-docs', '--brief'], 'here')).toThrow(/by itself/)
  })
})
