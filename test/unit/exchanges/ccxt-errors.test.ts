import { pro } from 'ccxt'
import * as ccxt from 'ccxt'
import { describe, expect, test } from 'vitest'
import { QtxError } from '../../../src/errors.ts'
import { BINANCE_ERROR_CODES } from '../../../src/exchanges/binance/binance-errors.ts'
import {
  diagnose,
  redact,
  toCancelOutcome,
  toPlaceOutcome,
  toQtxError,
  type ErrorReading,
} from '../../../src/exchanges/ccxt-errors.ts'
import { TransportError } from '../../../src/exchanges/http-transport.ts'

const reading: ErrorReading = {
  codes: BINANCE_ERROR_CODES,
  exchangeId: 'binanceusdm',
  secrets: ['KEY-OF-TEST', 'SECRET-OF-TEST'],
}

/** The error that ccxt makes of an answer of Binance's. */
function ccxtErrorOf(status: number, code: number, msg: string): unknown {
  const exchange = new pro.binanceusdm()
  const body = JSON.stringify({ code, msg })
  const url = 'https://fapi.binance.com/fapi/v1/order?timestamp=1&signature=SIGNATURE'
  try {
    exchange.handleErrors(status, '', url, 'POST', {}, body, { code, msg }, {}, {})
  } catch (error) {
    return error
  }
  return undefined
}

describe('what an error of the exchange means', () => {
  const rows = [
    [401, -2015, 'Invalid API-key, IP, or permissions for action.', 'QTX_AUTH', 'refused'],
    [400, -2014, 'API-key format invalid.', 'QTX_AUTH', 'refused'],
    [400, -1022, 'Signature for this request is not valid.', 'QTX_AUTH', 'refused'],
    [400, -1021, 'Timestamp for this request is outside of the recvWindow.', 'QTX_CLOCK_SKEW', 'refused'],
    [400, -2011, 'Unknown order sent.', 'QTX_ORDER_NOT_FOUND', 'refused'],
    [400, -2013, 'Order does not exist.', 'QTX_ORDER_NOT_FOUND', 'refused'],
    [400, -2019, 'Margin is insufficient.', 'QTX_ORDER_REJECTED', 'refused'],
    [400, -2022, 'ReduceOnly Order is rejected.', 'QTX_ORDER_REJECTED', 'refused'],
    [400, -5022, 'Post Only order will be rejected.', 'QTX_ORDER_REJECTED', 'refused'],
    [400, -1003, 'Too many requests.', 'QTX_RATE_LIMITED', 'refused'],
    [400, -1007, 'Timeout waiting for response from backend server.', 'QTX_EXCHANGE_DOWN', 'unknown'],
    [400, -1006, 'An unexpected response was received from the message bus.', 'QTX_EXCHANGE_DOWN', 'unknown'],
    [400, -4028, 'Leverage 9999 is not valid', 'QTX_EXCHANGE_ANSWER', 'refused'],
  ] as const

  test.each(rows)('HTTP %i %i %s is %s, %s', (status, code, msg, expected, certainty) => {
    const diagnosis = diagnose(ccxtErrorOf(status, code, msg), reading)
    expect(diagnosis.code).toBe(expected)
    expect(diagnosis.certainty).toBe(certainty)
    expect(diagnosis.words).toBe(`${code} ${msg}`)
    expect(diagnosis.details).toMatchObject({ exchangeCode: String(code) })
  })

  test('classes without a code keep their meaning', () => {
    expect(diagnose(new ccxt.RequestTimeout('binanceusdm GET x timed out'), reading)).toMatchObject({
      code: 'QTX_EXCHANGE_DOWN',
      certainty: 'unknown',
    })
    expect(diagnose(new ccxt.NullResponse('binanceusdm parseOrder() is empty'), reading)).toMatchObject({
      code: 'QTX_EXCHANGE_ANSWER',
      certainty: 'unknown',
    })
    expect(diagnose(new TypeError('x is not a function'), reading)).toMatchObject({
      code: 'QTX_EXCHANGE_ANSWER',
      certainty: 'unknown',
    })
  })
})

describe('what a failed order request becomes', () => {
  test('I2: timeouts, lost connections and status 5xx are unknown', () => {
    const timeout = toPlaceOutcome(new TransportError('timeout', 'no answer'), 'placing', true, reading)
    expect(timeout).toMatchObject({ kind: 'unknown', reason: { code: 'QTX_ORDER_TIMEOUT' } })
    for (const failure of ['lost', 'server', 'aborted'] as const) {
      const outcome = toPlaceOutcome(new TransportError(failure, 'gone'), 'placing', true, reading)
      expect(outcome).toMatchObject({ kind: 'unknown', reason: { code: 'QTX_ORDER_UNKNOWN_OUTCOME' } })
    }
    const overload = ccxtErrorOf(400, -1007, 'Timeout')
    expect(toPlaceOutcome(overload, 'placing', true, reading).kind).toBe('unknown')
    expect(toCancelOutcome(overload, 'canceling', true, reading).kind).toBe('unknown')
  })

  test('what was never sent is thrown', () => {
    const refused = new TransportError('unreachable', 'connection failed with ECONNREFUSED')
    expect(() => toPlaceOutcome(refused, 'placing', true, reading)).toThrow(QtxError)
    expect(() => toPlaceOutcome(new ccxt.InvalidOrder('too small'), 'placing', false, reading)).toThrow(
      /too small/,
    )
  })

  test('I4: a cancel that finds nothing says so, and other refusals do not', () => {
    const missing = toCancelOutcome(
      ccxtErrorOf(400, -2011, 'Unknown order sent.'),
      'canceling',
      true,
      reading,
    )
    expect(missing).toMatchObject({ kind: 'rejected', notFound: true })
    const other = toCancelOutcome(ccxtErrorOf(400, -4028, 'Nonsense'), 'canceling', true, reading)
    expect(other).toMatchObject({ kind: 'rejected', notFound: false, reason: { code: 'QTX_ORDER_REJECTED' } })
  })
})

describe('secrets', () => {
  test('keys, signatures, listen keys and queries are taken out of texts', () => {
    const text =
      'GET https://fapi.binance.com/fapi/v1/order?symbol=BTCUSDT&signature=abc123 with KEY-OF-TEST and SECRET-OF-TEST, listenKey=xyz789'
    const clean = redact(text, reading.secrets)
    for (const secret of ['abc123', 'KEY-OF-TEST', 'SECRET-OF-TEST', 'xyz789'])
      expect(clean).not.toContain(secret)
    expect(clean).toContain('https://fapi.binance.com/fapi/v1/order')
  })

  test('an error made of ccxt’s carries neither its address nor itself', () => {
    const leaking = new ccxt.RequestTimeout(
      'binanceusdm GET https://fapi.binance.com/fapi/v3/account?timestamp=1&signature=abc123 request timed out',
    )
    const error = toQtxError(leaking, 'fetching balances', reading)
    expect(error.message).toContain('fetching balances failed')
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('abc123')
    expect(error.cause).toBeUndefined()
  })
})
