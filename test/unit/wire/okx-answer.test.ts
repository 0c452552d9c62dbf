import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { AnsweredRequest } from '../../../src/wire/answer-format.ts'
import { decodeOrderAnswer, saysKeyIsMissing } from '../../../src/wire/order-answer.ts'

const CLIENT_ID = '18446744073709551615'

const read = (answer: unknown, request: AnsweredRequest = 'place') =>
  decodeOrderAnswer('okx', request, CLIENT_ID, typeof answer === 'string' ? answer : JSON.stringify(answer))

const row = (fields: object = {}) => ({
  ordId: '2497956918703120384',
  clOrdId: CLIENT_ID,
  sCode: '0',
  sMsg: '',
  ...fields,
})
const answer = (fields: object = {}, ...rows: object[]) => ({
  id: '7',
  op: 'order',
  code: '0',
  msg: '',
  data: rows,
  ...fields,
})

describe('an answer of OKX’s websocket', () => {
  test('an accepted order has the exchange’s id to the last digit, and no state: it is a receipt', () => {
    expect(read(answer({}, row()))).toEqual({
      kind: 'accepted',
      exchangeOrderId: '2497956918703120384',
      exchangeStatus: undefined,
      state: undefined,
      clientOrderId: CLIENT_ID,
      executedSize: undefined,
    })
  })

  test('ids that are numbers are exact too', () => {
    const text = `{"op":"order","code":"0","data":[{"ordId":2497956918703120385,"clOrdId":"${CLIENT_ID}","sCode":"0"}]}`
    expect(read(text)).toMatchObject({ kind: 'accepted', exchangeOrderId: '2497956918703120385' })
  })

  test('a canceled order is a receipt as well', () => {
    expect(read(answer({ op: 'cancel-order' }, row()), 'cancel')).toMatchObject({
      kind: 'accepted',
      state: undefined,
    })
  })

  test('a refused order has the code and the words of its own row', () => {
    const refused = answer(
      { code: '1', msg: 'All operations failed' },
      row({ ordId: '', sCode: '51008', sMsg: 'No margin' }),
    )
    expect(read(refused)).toEqual({
      kind: 'rejected',
      exchangeCode: '51008',
      message: 'No margin',
      notFound: false,
    })
  })

  test('a refused request has its own', () => {
    expect(read(answer({ code: '60013', msg: 'Invalid args' }))).toMatchObject({
      kind: 'rejected',
      exchangeCode: '60013',
      message: 'Invalid args',
    })
  })

  test.each(['51400', '51401', '51402', '51603'])(
    '%s: the order to cancel is not there, and may have filled',
    (sCode) => {
      const refused = answer({ op: 'cancel-order', code: '1' }, row({ sCode }))
      expect(read(refused, 'cancel')).toMatchObject({ kind: 'rejected', notFound: true })
      expect(read({ ...refused, op: 'order' }), 'a placing cannot fail so').toMatchObject({ notFound: false })
    },
  )

  test.each(['50001', '50004', '50005', '50013', '50026', '51149', '51410', '63999'])(
    '%s: the exchange does not know what became of it',
    (code) => {
      expect(read(answer({ code: '1' }, row({ sCode: code })))).toMatchObject({ reason: 'exchange-unsure' })
      expect(read(answer({ code }))).toMatchObject({ kind: 'unknown', reason: 'exchange-unsure' })
    },
  )

  test('an id that is in use is this very order’s', () => {
    expect(read(answer({ code: '1' }, row({ sCode: '51016' })))).toMatchObject({ reason: 'duplicate-id' })
  })

  test.each([
    ['the request succeeded and the row did not say so', answer({}, row({ sCode: undefined }))],
    ['the request failed and the row did not', answer({ code: '1' }, row())],
    ['it has no row', answer()],
    ['it failed without saying why', answer({ code: '1' })],
    ['some failed, it does not say which', answer({ code: '2' })],
    ['it has two rows', answer({}, row(), row())],
    ['it is about another order', answer({}, row({ clOrdId: '8' }))],
    ['it answers another request', answer({ op: 'cancel-order' }, row())],
    ['its code is no code', answer({ code: 'zero' }, row())],
    ['its row’s code is no code', answer({}, row({ sCode: 'ok' }))],
    ['it names no order', answer({}, row({ ordId: '', clOrdId: '' }))],
    ['it is a login', { event: 'login', code: '0', msg: '' }],
  ])('settles nothing: %s', (_, text) => {
    expect(read(text)).toMatchObject({ kind: 'unknown' })
  })

  test('a key is taken, or refused with its code', () => {
    expect(read({ event: 'login', code: '0', msg: '', connId: 'a4d3ae55' }, 'key')).toMatchObject({
      kind: 'accepted',
    })
    expect(read({ event: 'error', code: '60009', msg: 'Login failed.' }, 'key')).toMatchObject({
      kind: 'rejected',
      exchangeCode: '60009',
    })
    expect(read({ event: 'login', code: '60009', msg: 'Login failed.' }, 'key')).toMatchObject({
      kind: 'unknown',
    })
    expect(read(answer({}, row()), 'key')).toMatchObject({ kind: 'unknown' })
  })

  test('a manager without a login is one that has lost its key', () => {
    const refused = read(answer({ code: '60011', msg: 'Please log in' }))
    expect(refused).toMatchObject({ kind: 'rejected', exchangeCode: '60011' })
    expect(saysKeyIsMissing('okx', '60011')).toBe(true)
    expect(saysKeyIsMissing('okx', '51008')).toBe(false)
  })

  test('whatever the answer is, reading it never throws', () => {
    const request = fc.constantFrom<AnsweredRequest>('key', 'place', 'cancel')
    const hostile = fc.record(
      {
        op: fc.jsonValue(),
        event: fc.jsonValue(),
        code: fc.oneof(fc.constantFrom('0', 0, '1', '2', '50004'), fc.jsonValue()),
        msg: fc.jsonValue(),
        data: fc.oneof(fc.array(fc.jsonValue(), { maxLength: 3 }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(hostile, request, (each, asked) => {
        expect(['accepted', 'rejected', 'unknown']).toContain(read(each, asked).kind)
      }),
      { seed: 11, numRuns: 500 },
    )
  })

  test('an acceptance is never invented: both codes are 0, there is one row, and it names the order', () => {
    const word = (value: string) => fc.oneof(fc.constant(value), fc.constantFrom('1', '51008', '', '00', 'x'))
    const anyRow = fc.record({ ordId: word('12'), clOrdId: word(CLIENT_ID), sCode: word('0') })
    fc.assert(
      fc.property(word('0'), word('order'), fc.array(anyRow, { maxLength: 2 }), (code, op, data) => {
        if (read({ op, code, data }).kind !== 'accepted') return
        expect(code).toBe('0')
        expect(op).toBe('order')
        expect(data).toHaveLength(1)
        expect(data[0]!.sCode).toBe('0')
        expect([CLIENT_ID, '']).toContain(data[0]!.clOrdId)
      }),
      { seed: 12, numRuns: 2_000 },
    )
  })
})
