import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { decodeOrderAnswer, saysKeyIsMissing } from '../../../src/wire/order-answer.ts'

const ID = '18446744073709551615'

const RESULT = {
  id: 74_046_514,
  user: 6_790_020,
  create_time: 1_681_195_484.462,
  finish_time: 1_681_195_484.462,
  finish_as: 'filled',
  status: 'finished',
  contract: 'BTC_USDT',
  size: -10,
  left: 0,
  price: '31503.3',
  tif: 'gtc',
  fill_price: '31500',
  text: `t-${ID}`,
}

function answer(result: object, changes: object = {}) {
  return JSON.stringify({
    request_id: 'request-id-1',
    ack: false,
    header: { response_time: '1681195484360', status: '200', channel: 'futures.order_place', event: 'api' },
    data: { result },
    ...changes,
  })
}

function refusal(label: string, status = '400') {
  return JSON.stringify({
    request_id: '1',
    header: { status },
    data: { errs: { label, message: 'some words' } },
  })
}

const place = (text: string) => decodeOrderAnswer('gate_io', 'place', ID, text)
const cancel = (text: string) => decodeOrderAnswer('gate_io', 'cancel', ID, text)

describe('answers of Gate.io', () => {
  test.each([
    ['finished', 'filled', -10, 0, 'filled', '10'],
    ['open', '', 10, 10, 'open', '0'],
    ['open', '', -10, -4, 'partiallyFilled', '6'],
    ['finished', 'cancelled', 10, 7, 'canceled', '3'],
    ['finished', 'ioc', 10, 10, 'canceled', '0'],
    ['finished', 'unheard_of', 10, 7, undefined, '3'],
  ])(
    'status %s, finished as %s, size %i with %i left is %s',
    (status, finish_as, size, left, state, executed) => {
      expect(place(answer({ ...RESULT, status, finish_as, size, left }))).toMatchObject({
        kind: 'accepted',
        exchangeOrderId: '74046514',
        clientOrderId: ID,
        state,
        executedSize: executed,
      })
    },
  )

  test('as documented, a filled order may lack what is left', () => {
    const { left: _, ...documented } = RESULT
    expect(place(answer(documented))).toMatchObject({
      state: 'filled',
      executedSize: '10',
      exchangeStatus: 'filled',
    })
  })

  test('an id of more digits than a double stays exact', () => {
    const text = answer(RESULT).replace('74046514', '1152921504606846977')
    expect(place(text)).toMatchObject({ exchangeOrderId: '1152921504606846977' })
  })

  test('the text is this order’s with the prefix and without, and no other’s', () => {
    expect(place(answer({ ...RESULT, text: ID }))).toMatchObject({ kind: 'accepted', clientOrderId: ID })
    expect(place(answer({ ...RESULT, text: 't-5' }))).toMatchObject({
      kind: 'unknown',
      reason: 'other-order',
    })
  })

  test('the receipt of a request is no acceptance of it', () => {
    const received = answer({ req_id: '1', req_param: { text: `t-${ID}` } }, { ack: true })
    expect(place(received)).toMatchObject({ kind: 'unknown', reason: 'unrecognised' })
    expect(place(answer(RESULT, { ack: true }))).toMatchObject({ kind: 'unknown' })
  })

  test('a refusal has its label and words, as the websocket and as REST write it', () => {
    expect(place(refusal('ORDER_POC_IMMEDIATE'))).toEqual({
      kind: 'rejected',
      exchangeCode: 'ORDER_POC_IMMEDIATE',
      message: 'some words',
      notFound: false,
    })
    const flat = JSON.stringify({ label: 'INSUFFICIENT_AVAILABLE', detail: 'not enough' })
    expect(place(flat)).toMatchObject({ exchangeCode: 'INSUFFICIENT_AVAILABLE', message: 'not enough' })
  })

  test('a cancel that finds nothing open is not found; what the exchange is unsure of is unknown', () => {
    expect(cancel(refusal('ORDER_NOT_FOUND', '404'))).toMatchObject({ kind: 'rejected', notFound: true })
    expect(cancel(refusal('ORDER_FINISHED'))).toMatchObject({ kind: 'rejected', notFound: true })
    expect(place(refusal('ORDER_NOT_FOUND'))).toMatchObject({ notFound: false })
    expect(place(refusal('INTERNAL'))).toMatchObject({ kind: 'unknown', reason: 'exchange-unsure' })
    expect(place(refusal('INVALID_PARAM_VALUE', '500'))).toMatchObject({ reason: 'exchange-unsure' })
    expect(place(refusal('REPEATED_CREATION'))).toMatchObject({ reason: 'duplicate-id' })
  })

  test('a refusal with a result, or with status 200, says nothing', () => {
    const both = answer(RESULT, { data: { result: RESULT, errs: { label: 'INTERNAL' } } })
    expect(place(both)).toMatchObject({ kind: 'unknown', reason: 'contradictory' })
    expect(place(refusal('SIZE_TOO_SMALL', '200'))).toMatchObject({
      kind: 'unknown',
      reason: 'contradictory',
    })
  })

  test('a login is answered, and a missing key is recognised', () => {
    const text = answer({ api_key: 'k', uid: '110284739' })
    expect(decodeOrderAnswer('gate_io', 'key', '0', text)).toMatchObject({ kind: 'accepted' })
    expect(place(text), 'a login is no order').toMatchObject({ kind: 'unknown' })
    expect(saysKeyIsMissing('gate_io', 'AUTHENTICATION_FAILED')).toBe(true)
    expect(saysKeyIsMissing('gate_io', 'SIZE_TOO_SMALL')).toBe(false)
  })

  test('whatever is written, reading never throws and never makes up an acceptance', () => {
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('200', '400', '500', `t-${ID}`, 'open', 'finished', true),
    )
    const result = fc.record(
      { id: field, text: field, status: field, finish_as: field, size: field, left: field },
      { requiredKeys: [] },
    )
    const root = fc.record(
      {
        ack: field,
        label: field,
        header: fc.oneof(fc.record({ status: field }), field),
        data: fc.oneof(fc.record({ result, errs: field }, { requiredKeys: [] }), field),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(root, fc.jsonValue()), (value) => {
        const found = place(JSON.stringify(value))
        if (found.kind !== 'accepted') return
        const { header, data, ack } = value as {
          header: { status: unknown }
          data: { result: { text?: unknown; id?: unknown }; errs?: unknown }
          ack?: unknown
        }
        expect(String(header.status)).toBe('200')
        expect(ack).not.toBe(true)
        expect(data.errs ?? undefined).toBeUndefined()
        expect(found.exchangeOrderId ?? found.clientOrderId).toBeDefined()
      }),
      { numRuns: 1_000 },
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => place(text)).not.toThrow()
      }),
    )
  })
})
