import { PassThrough } from 'node:stream'
import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, it, vi } from 'vitest'
import {
  beside,
  fitLine,
  painterFor,
  plainPaint,
  span,
  spread,
  toText,
  widthOf,
  type Line,
} from '../../../../src/cli/terminal/line.ts'

const text = (line: Line): string => toText(line, plainPaint)
const anyLine = fc.array(fc.string({ unit: 'grapheme-ascii' }).map((one) => span(one, 'red')))

describe('a line of the terminal', () => {
  it('is filled with spaces, or cut off with an ellipsis', () => {
    expect(text(fitLine([span('bid'), span(' 1', 'red')], 8))).toBe('bid 1   ')
    expect(text(fitLine([span('bid'), span(' 61800', 'red')], 6))).toBe('bid 6…')
  })

  it('always has the width it is given', () => {
    fc.assert(
      fc.property(anyLine, fc.nat(40), (line, width) => {
        expect(widthOf(fitLine(line, width))).toBe(width)
      }),
    )
  })

  it('keeps its right end when the left is too long', () => {
    expect(text(spread([span('a long title')], [span('0:07')], 12))).toBe('a long …0:07')
    expect(text(spread([span('short')], [span('0:07')], 12))).toBe('short   0:07')
  })

  it('stands beside others of another height', () => {
    const rows = beside([[[span('a')], [span('b')]], [[span('c')]]], [3, 2], ' │ ')
    expect(rows.map(text)).toEqual(['a   │ c ', 'b   │   '])
  })

  it('makes control characters visible instead of sending them', () => {
    expect(span('x\u001b[31m\r\ny\u202e').text).toBe('x·[31m··y·')
  })

  it('has no colours where the stream is no terminal, also with several formats', () => {
    const paint = painterFor(new PassThrough() as unknown as NodeJS.WriteStream)
    vi.stubEnv('FORCE_COLOR', undefined)
    expect(toText([span('a', 'red'), span('b', ['green', 'dim'])], paint)).toBe('ab')
    vi.stubEnv('FORCE_COLOR', '1')
    expect(toText([span('b', ['green', 'dim'])], paint)).toBe('\u001b[2m\u001b[32mb\u001b[39m\u001b[22m')
    vi.unstubAllEnvs()
  })

  it('is painted at the end, piece by piece', () => {
    const painted = toText([span('a'), span('b', 'red')], (format, part) => `<${String(format)}>${part}`)
    expect(painted).toBe('a<red>b')
  })
})
