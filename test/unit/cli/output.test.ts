import { describe, expect, it } from 'vitest'
import { errorLine } from '../../../src/cli/output.ts'

describe('an error on the command line', () => {
  it('is one line that begins with the program’s name', () => {
    expect(errorLine("error: unknown option '--prt'\n(Did you mean --port?)\n")).toBe(
      "qtx: unknown option '--prt' (Did you mean --port?)",
    )
  })

  it('moves no cursor and changes no colour, whatever a server sent', () => {
    expect(errorLine('refused, saying \u001b[2J\u0007\u009b1m')).toBe('qtx: refused, saying ·[2J··1m')
  })
})
