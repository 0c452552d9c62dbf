import { describe, expect, test } from 'vitest'
import { GATE_IO_ERROR_CODES, readGateIoRefusal } from '../../../../src/exchanges/gate-io/gate-io-errors.ts'

describe('refusals of Gate.io', () => {
  test('REST has a label, and its words in one of two fields', () => {
    expect(readGateIoRefusal({ label: 'SIZE_TOO_SMALL', message: 'small' })).toEqual({
      code: 'SIZE_TOO_SMALL',
      words: 'small',
    })
    expect(readGateIoRefusal({ label: 'ORDER_POC_IMMEDIATE', detail: 'price 2 while 1' })).toEqual({
      code: 'ORDER_POC_IMMEDIATE',
      words: 'price 2 while 1',
    })
  })

  test('the websocket has a number and words, or the label as JSON in the words', () => {
    const message = '{"label":"INVALID_KEY","message":"Invalid key provided"}\n'
    expect(readGateIoRefusal({ error: { code: 4, message } })).toEqual({
      code: 'INVALID_KEY',
      words: 'Invalid key provided',
    })
    expect(readGateIoRefusal({ error: { code: 2, message: 'unknown contract X' } })).toEqual({
      code: '2',
      words: 'unknown contract X',
    })
    expect(readGateIoRefusal({ error: { code: 2, message: '{broken' } })).toEqual({
      code: '2',
      words: '{broken',
    })
    expect(readGateIoRefusal({ error: 'odd', label: 7n })).toEqual({ code: undefined, words: undefined })
  })

  test('an expired request is one of the clock, and a cancel that comes too late finds nothing', () => {
    expect(GATE_IO_ERROR_CODES['REQUEST_EXPIRED']).toBe('QTX_CLOCK_SKEW')
    expect(GATE_IO_ERROR_CODES['ORDER_FINISHED']).toBe('QTX_ORDER_NOT_FOUND')
    expect(GATE_IO_ERROR_CODES['INTERNAL']).toBe('outcome-unknown')
  })
})
