import { describe, expect, it } from 'vitest'
import { EXIT, EXIT_CODES_HELP, exitCodeOf } from '../../../src/cli/exit-codes.ts'
import { ERRORS, QtxError, type ErrorCode } from '../../../src/errors.ts'

const CODES = Object.keys(ERRORS) as ErrorCode[]

describe('the exit code of an error', () => {
  it('is one of the documented codes, and never ok, for every error there is', () => {
    for (const code of CODES) {
      const exitCode = exitCodeOf(new QtxError(code, 'something failed'))
      expect(exitCode, code).toBeGreaterThan(EXIT.OK)
      expect(EXIT_CODES_HELP, code).toContain(`${exitCode} `)
    }
  })

  it('says that the outcome is unknown for exactly the errors that leave an order in doubt', () => {
    for (const code of CODES) {
      const isUnknown = exitCodeOf(new QtxError(code, 'x')) === EXIT.OUTCOME_UNKNOWN
      expect(isUnknown, code).toBe(ERRORS[code].outcome === 'unknown')
    }
  })

  it.each([
    ['QTX_CONFIG_INVALID', EXIT.CONFIG],
    ['QTX_SYMBOL_REFUSED', EXIT.CONFIG],
    ['QTX_FEED_SILENT', EXIT.UNREACHABLE],
    ['QTX_FEED_UNREACHABLE', EXIT.UNREACHABLE],
    ['QTX_TIMEOUT', EXIT.UNREACHABLE],
    ['QTX_SHM_MISSING', EXIT.NOT_RUNNING],
    ['QTX_ORDER_REJECTED', EXIT.ERROR],
  ] as const)('of %s is %d', (code, exitCode) => {
    expect(exitCodeOf(new QtxError(code, 'x'))).toBe(exitCode)
  })

  it('of anything that is no error of the project is 1', () => {
    expect(exitCodeOf(new TypeError('x'))).toBe(EXIT.ERROR)
    expect(exitCodeOf('thrown text')).toBe(EXIT.ERROR)
  })
})
