import { describe, expect, test } from 'vitest'
import { ERRORS, QtxError, messageOf, type ErrorCode } from '../../src/errors.ts'

describe('the table of errors', () => {
  test.each(Object.entries(ERRORS))('%s says what it means and what to do', (code, row) => {
    expect(code).toMatch(/^QTX(_[A-Z]+)+$/)
    expect(row.meaning).toMatch(/^[A-Z].*\.$/)
    expect(row.remedy).not.toBe('')
    expect(row.remedy).not.toMatch(/\.$/)
    expect(`${row.meaning} ${row.remedy}`).not.toMatch(/\bgot\b/)
  })

  test('only what may be live is of unknown outcome', () => {
    const unknown = Object.entries(ERRORS).filter(([, row]) => row.outcome === 'unknown')
    expect(unknown.map(([code]) => code)).toEqual(['QTX_ORDER_TIMEOUT', 'QTX_ORDER_UNKNOWN_OUTCOME'])
  })
})

describe('an error', () => {
  test('says what failed and the remedy, and carries code, outcome, details and cause', () => {
    const cause = new Error('ECONNREFUSED')
    const error = new QtxError('QTX_EXCHANGE_DOWN', 'fetching balances failed', {
      cause,
      details: { attempt: 3 },
    })
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('QtxError')
    expect(error.message).toBe(`fetching balances failed: ${ERRORS.QTX_EXCHANGE_DOWN.remedy}`)
    expect(error).toMatchObject({
      code: 'QTX_EXCHANGE_DOWN',
      outcome: 'none',
      details: { attempt: 3 },
      cause,
    })
  })

  test('may have a more precise remedy', () => {
    const error = new QtxError('QTX_STATE_INVALID', 'it was stopped', { remedy: 'call start()' })
    expect(error.remedy).toBe('call start()')
    expect(error.message).toBe('it was stopped: call start()')
  })

  test('without a cause has none', () => {
    expect('cause' in new QtxError('QTX_TIMEOUT', 'late')).toBe(false)
    expect(new QtxError('QTX_TIMEOUT', 'late').details).toEqual({})
  })

  test('of an order tells by its outcome whether the order may be live', () => {
    const outcomeOf = (code: ErrorCode) => new QtxError(code, 'x').outcome
    expect(outcomeOf('QTX_RING_FULL')).toBe('none')
    expect(outcomeOf('QTX_ORDER_REJECTED')).toBe('rejected')
    expect(outcomeOf('QTX_ORDER_TIMEOUT')).toBe('unknown')
  })
})

test('whatever was thrown has a message', () => {
  expect(messageOf(new Error('no'))).toBe('no')
  expect(messageOf('no')).toBe('no')
  expect(messageOf(undefined)).toBe('undefined')
  expect(messageOf({ toString: () => 'an object' })).toBe('an object')
})
