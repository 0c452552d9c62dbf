import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { AnsweredRequest } from '../../../src/wire/answer-format.ts'
import { decodeOrderAnswer, saysKeyIsMissing } from '../../../src/wire/order-answer.ts'

const CLIENT_ID = '18446744073709551615'
const ORDER_ID = 'c5dfa6b1-7a64-4d1b-9e3a-0001dcd65001'

const read = (answer: unknown, request: AnsweredRequest = 'place', clientOrderId = CLIENT_ID) =>
  decodeOrderAnswer(
    'bybit',
    request,
    clientOrderId,
    typeof answer === 'string' ? answer : JSON.stringify(answer),
  )

const answer = (fields: object = {}) => ({
  reqId: '7',
  retCode: 0,
  retMsg: 'OK',
  op: 'order.create',
  data: { orderId: ORDER_ID, orderLinkId: CLIENT_ID },
  retExtInfo: {},
  header: { Timenow: '1760461517300' },
  connId: 'cnt5leec0hvan15eukcg-2t',
  ...fields,
})

describe('an answer of Bybit’s trade socket', () => {
  test('an accepted order has the exchange’s id and no state: it is a receipt', () => {
    expect(read(answer())).toEqual({
      kind: 'accepted',
      exchangeOrderId: ORDER_ID,
      exchangeStatus: undefined,
      state: undefined,
      clientOrderId: CLIENT_ID,
      executedSize: undefined,
    })
  })

  test('a client id that is a number is exact to the last digit', () => {
    const text = `{"retCode":0,"op":"order.create","data":{"orderId":"${ORDER_ID}","orderLinkId":${CLIENT_ID}}}`
    expect(read(text)).toMatchObject({ kind: 'accepted', clientOrderId: CLIENT_ID })
  })

  test('a canceled order is a receipt as well', () => {
    expect(read(answer({ op: 'order.cancel' }), 'cancel')).toMatchObject({
      kind: 'accepted',
      state: undefined,
    })
  })

  test('an accepted key needs no order', () => {
    expect(read({ retCode: 0, retMsg: 'OK', op: 'auth', connId: 'c' }, 'key')).toMatchObject({
      kind: 'accepted',
    })
  })

  test('a refused order has the exchange’s code and words', () => {
    expect(read(answer({ retCode: 110007, retMsg: 'ab not enough for new order', data: {} }))).toEqual({
      kind: 'rejected',
      exchangeCode: '110007',
      message: 'ab not enough for new order',
      notFound: false,
    })
    expect(read({ retCode: 10001, retMsg: '' })).toMatchObject({ kind: 'rejected', message: 'code 10001' })
  })

  test.each([110001, 110008, 110010])('%i to a cancel: nothing is open, it may have filled', (retCode) => {
    const refused = answer({ op: 'order.cancel', retCode, retMsg: 'order not exists or too late', data: {} })
    expect(read(refused, 'cancel')).toMatchObject({ kind: 'rejected', notFound: true })
    expect(read(refused, 'place')).toMatchObject({ kind: 'rejected', notFound: false })
  })

  test.each([10000, 10016, 10014, 20006])('after %i nobody knows what became of it', (retCode) => {
    expect(read(answer({ retCode, retMsg: 'server error' }))).toMatchObject({
      kind: 'unknown',
      reason: 'exchange-unsure',
    })
  })

  test.each([110072, 110030])('%i means that this very order is there already', (retCode) => {
    expect(read(answer({ retCode, retMsg: 'duplicate' }))).toMatchObject({
      kind: 'unknown',
      reason: 'duplicate-id',
    })
  })

  test('an answer about another order, or to another request, is not this one’s', () => {
    expect(read(answer(), 'place', '5')).toMatchObject({ kind: 'unknown', reason: 'other-order' })
    expect(read(answer(), 'cancel')).toMatchObject({ kind: 'unknown', reason: 'unrecognised' })
    expect(read(answer({ op: 'order.amend' }))).toMatchObject({ kind: 'unknown' })
    expect(read(answer({ op: 5 }))).toMatchObject({ kind: 'unknown' })
  })

  test.each([
    ['no code', { data: { orderId: ORDER_ID, orderLinkId: CLIENT_ID } }],
    ['a code that is none', answer({ retCode: 'zero' })],
    ['a code of null', answer({ retCode: null })],
    ['no data', answer({ data: undefined })],
    ['data that is a list', answer({ data: [{ orderId: ORDER_ID, orderLinkId: CLIENT_ID }] })],
    ['data without any id', answer({ data: {} })],
    ['an id that is none', answer({ data: { orderId: 'a b' } })],
    ['a list', [answer()]],
    ['half an answer', JSON.stringify(answer()).slice(0, 60)],
  ])('an answer with %s is no acceptance', (_what, text) => {
    expect(read(text)).toMatchObject({ kind: 'unknown' })
  })

  test('codes of a missing key are told apart from other refusals', () => {
    expect(['10003', '10004', '33004'].every((code) => saysKeyIsMissing('bybit', code))).toBe(true)
    expect(saysKeyIsMissing('bybit', '110007')).toBe(false)
  })

  test('whatever the JSON is, it is read without throwing, and accepted only with code 0 and an id', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(0, '0', CLIENT_ID, ORDER_ID, 'order.create'))
    const shaped = fc.record(
      {
        retCode: value,
        retMsg: value,
        op: value,
        data: fc.oneof(value, fc.record({ orderId: value, orderLinkId: value }, { requiredKeys: [] })),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(shaped, fc.jsonValue()), (json) => {
        const found = read(JSON.stringify(json))
        if (found.kind !== 'accepted') return
        const root = json as { retCode: unknown; data: { orderId?: unknown; orderLinkId?: unknown } }
        expect(String(root.retCode)).toBe('0')
        expect(root.data.orderId ?? root.data.orderLinkId).toBeDefined()
        if (found.clientOrderId !== undefined) expect(found.clientOrderId).toBe(CLIENT_ID)
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})
