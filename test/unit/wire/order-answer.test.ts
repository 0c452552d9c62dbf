import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { decodeOrderAnswer, type OrderAnswer } from '../../../src/wire/order-answer.ts'
import { parseExactJson } from '../../../src/wire/exact-json.ts'
import type { AnsweredRequest } from '../../../src/wire/answer-format.ts'
import { ANSWERED } from '../../support/order-slot-vectors.ts'

function binance(text: string, request: AnsweredRequest = 'place', clientOrderId = '7'): OrderAnswer {
  return decodeOrderAnswer('binance', request, clientOrderId, text)
}

function accepted(result: object, request: AnsweredRequest = 'place'): OrderAnswer {
  return binance(JSON.stringify({ id: '1', status: 200, result: { clientOrderId: '7', ...result } }), request)
}

describe('Binance accepts', () => {
  test('a placement, in the vendor’s own example', () => {
    expect(binance(ANSWERED.answer)).toEqual({
      kind: 'accepted',
      exchangeOrderId: '283194212',
      exchangeStatus: 'NEW',
      state: 'open',
      clientOrderId: '7',
      executedSize: '0',
    })
  })

  test.each(['NEW', 'PARTIALLY_FILLED', 'FILLED', 'EXPIRED', 'CANCELED', 'EXPIRED_IN_MATCH'])(
    'Q66: the order’s status %s and what was executed are kept',
    (status) => {
      expect(accepted({ orderId: 1, status, executedQty: '0.0300' })).toMatchObject({
        kind: 'accepted',
        exchangeStatus: status,
        executedSize: '0.0300',
      })
    },
  )

  test('an order id above 2^53 is exact', () => {
    const text = '{"status":200,"result":{"orderId":9223372036854775807,"clientOrderId":"7","status":"NEW"}}'
    expect(binance(text)).toMatchObject({ exchangeOrderId: '9223372036854775807' })
  })

  test('Q65: a missing exchange id stays missing', () => {
    expect(accepted({ status: 'NEW' })).toMatchObject({ kind: 'accepted', exchangeOrderId: undefined })
  })

  test.each([['1748231160127'], [1748231160127.5], [null], [{}], [undefined]])(
    'Q63: an update time of %j does not change the outcome',
    (updateTime) => {
      expect(accepted({ orderId: 1, status: 'NEW', updateTime }).kind).toBe('accepted')
    },
  )

  test('a status and ids written as text', () => {
    const text = '{"status":"200","result":{"orderId":"12","clientOrderId":7}}'
    expect(binance(text)).toMatchObject({ kind: 'accepted', exchangeOrderId: '12', clientOrderId: '7' })
  })

  test('a cancellation that names the order as the original one', () => {
    const result = { clientOrderId: 'made-up', origClientOrderId: '7', orderId: 5, status: 'CANCELED' }
    expect(accepted(result, 'cancel')).toMatchObject({ kind: 'accepted', exchangeStatus: 'CANCELED' })
  })

  test('fields that are nonsense are left out, not passed on', () => {
    expect(accepted({ orderId: { evil: 1 }, status: '<b>', executedQty: '1e9' })).toEqual({
      kind: 'accepted',
      exchangeOrderId: undefined,
      exchangeStatus: undefined,
      clientOrderId: '7',
      executedSize: undefined,
    })
  })
})

describe('Binance rejects', () => {
  test('Q61: with a nested error, code and words unpacked', () => {
    expect(binance('{"status":400,"error":{"code":-2019,"msg":"Margin is insufficient."}}')).toEqual({
      kind: 'rejected',
      exchangeCode: '-2019',
      message: 'Margin is insufficient.',
      notFound: false,
    })
  })

  test('Q61: with a flat error', () => {
    expect(binance('{"code":-1121,"msg":"Invalid symbol."}')).toMatchObject({
      kind: 'rejected',
      exchangeCode: '-1121',
      message: 'Invalid symbol.',
    })
  })

  test.each([-2011, -2013])('Q61, Q64: code %i on a cancellation is not found, never cancelled', (code) => {
    const answer = binance(`{"status":400,"error":{"code":${code},"msg":"Unknown order sent."}}`, 'cancel')
    expect(answer).toMatchObject({ kind: 'rejected', notFound: true })
  })

  test.each(['already filled', 'rejected', 'invalid order', 'order cannot be canceled'])(
    'Q64: a cancellation refused with "%s" is a refusal',
    (msg) => {
      const text = JSON.stringify({ status: 400, error: { code: -2021, msg } })
      expect(binance(text, 'cancel')).toMatchObject({ kind: 'rejected', notFound: false, message: msg })
    },
  )

  test('with the order status REJECTED inside a result', () => {
    expect(accepted({ orderId: 1, status: 'REJECTED' }).kind).toBe('rejected')
  })

  test('with words that are made one printable line and cut', () => {
    const msg = `a\nb\u001b[31m${'x'.repeat(1_000)}`
    const answer = binance(JSON.stringify({ code: -1, msg }))
    expect(answer.kind === 'rejected' && answer.message.startsWith('a?b?[31mxxx')).toBe(true)
    expect(answer.kind === 'rejected' && answer.message.length).toBeLessThan(210)
  })

  test('without words, by its code', () => {
    expect(binance('{"code":-4014}')).toMatchObject({ kind: 'rejected', message: 'code -4014' })
  })
})

describe('the outcome is unknown', () => {
  test.each([-1000, -1001, -1006, -1007])('when the exchange is not sure itself: %i', (code) => {
    const text = `{"status":400,"error":{"code":${code},"msg":"x"}}`
    expect(binance(text)).toMatchObject({ kind: 'unknown', reason: 'exchange-unsure' })
  })

  test.each([500, 502, 503, 504, 408])('after status %i', (status) => {
    const text = `{"status":${status},"error":{"code":-1008,"msg":"x"}}`
    expect(binance(text)).toMatchObject({ kind: 'unknown', reason: 'exchange-unsure' })
  })

  test('when the id is said to be in use: as ids are unique, it is this order that is there', () => {
    const text = '{"status":400,"error":{"code":-4116,"msg":"ClientOrderId is duplicated."}}'
    expect(binance(text)).toMatchObject({ kind: 'unknown', reason: 'duplicate-id' })
  })

  test('Q44: when the answer names another order', () => {
    expect(binance(ANSWERED.answer, 'place', '8')).toMatchObject({ kind: 'unknown', reason: 'other-order' })
  })

  test.each([
    ['', 'empty'],
    ['   \n', 'empty'],
    ['{"status":200,"result":{"orderId":1,"executedQty":"1"', 'malformed'],
    ['{"status":200,"result":{"orderId":01}}', 'malformed'],
    ['{1:2}', 'malformed'],
    ['[]', 'unrecognised'],
    ['{}', 'unrecognised'],
    ['"success"', 'unrecognised'],
    ['{"status":200,"result":{}}', 'unrecognised'],
    ['{"status":200,"result":[]}', 'unrecognised'],
    ['{"status":200,"result":"success"}', 'unrecognised'],
    ['{"status":200}', 'unrecognised'],
    ['{"status":400}', 'unrecognised'],
    ['{"status":400,"error":"success"}', 'unrecognised'],
    ['{"status":"yes","result":{"orderId":1}}', 'unrecognised'],
    ['{"result":{"orderId":1,"clientOrderId":"7"}}', 'unrecognised'],
    ['{"code":200,"msg":"success"}', 'unrecognised'],
    ['{"__proto__":{"status":200,"result":{"orderId":1}}}', 'unrecognised'],
    ['{"status":200,"result":{"orderId":1},"error":{"code":-1,"msg":"x"}}', 'contradictory'],
    ['{"status":200,"error":{"code":-2019,"msg":"x"}}', 'contradictory'],
    ['['.repeat(9_999), 'malformed'],
  ])('Q60, Q63: for %s', (text, reason) => {
    expect(binance(text)).toMatchObject({ kind: 'unknown', reason })
  })

  test('Q60: for JSON of a backend whose format is not known', () => {
    const text = '{"retCode":0,"data":{"orderId":"1"}}'
    expect(decodeOrderAnswer('kucoin', 'place', '7', text)).toMatchObject({ kind: 'unknown' })
    expect(binance(text)).toMatchObject({ kind: 'unknown', reason: 'unrecognised' })
  })

  test('for any text at all it never throws', () => {
    const request = fc.constantFrom<AnsweredRequest>('key', 'place', 'cancel')
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom('{"status":200,"result":', '{"code":-'),
    )
    fc.assert(
      fc.property(
        fc.constantFrom('binance', 'okx', 'bybit', 'gate_io'),
        request,
        text,
        (backend, asked, answer) => {
          const decoded = decodeOrderAnswer(backend, asked, '7', answer)
          expect(['accepted', 'rejected', 'unknown']).toContain(decoded.kind)
        },
      ),
      { seed: 7, numRuns: 500 },
    )
  })
})

describe('plain text', () => {
  test.each([
    ['success', 'place'],
    ['Order executed.', 'place'],
    ['SUCCESS', 'cancel'],
    ['canceled', 'cancel'],
    ['order 7 cancelled', 'cancel'],
  ] as const)('"%s" accepts (%s), without an exchange id', (text, request) => {
    expect(decodeOrderAnswer('gate_io', request, '7', text)).toEqual({
      kind: 'accepted',
      exchangeOrderId: undefined,
      exchangeStatus: undefined,
      clientOrderId: undefined,
      executedSize: undefined,
    })
  })

  test.each([
    ['unsuccessful', 'place'],
    ['not executed', 'place'],
    ['cannot be canceled', 'cancel'],
    ['success: false', 'place'],
    ['success rate unknown', 'place'],
    ['failed, not success', 'place'],
    ['maybe executed', 'place'],
    ['canceled', 'place'],
    ['executed', 'cancel'],
    ['error: success', 'place'],
    ['no error', 'place'],
    ['error: timeout', 'place'],
    ['unknown error', 'place'],
    ['terrors', 'place'],
    ['OK', 'place'],
  ] as const)('Q62: "%s" settles nothing (%s)', (text, request) => {
    expect(decodeOrderAnswer('binance', request, '7', text)).toMatchObject({ kind: 'unknown' })
  })

  test('"error" as a word rejects, with the words', () => {
    expect(binance('error: margin is not sufficient')).toEqual({
      kind: 'rejected',
      exchangeCode: undefined,
      message: 'error: margin is not sufficient',
      notFound: false,
    })
  })
})

describe('other exchanges (assumed formats)', () => {
  const okx = (text: string, request: AnsweredRequest = 'place') =>
    decodeOrderAnswer('OKX', request, '7', text)
  const bybit = (text: string, request: AnsweredRequest = 'place') =>
    decodeOrderAnswer('bybit', request, '7', text)

  test('Q60: OKX accepts', () => {
    const text =
      '{"id":"1","op":"order","code":"0","msg":"","data":[{"ordId":"312269865356374016","clOrdId":"7","sCode":"0","sMsg":""}]}'
    expect(okx(text)).toMatchObject({
      kind: 'accepted',
      exchangeOrderId: '312269865356374016',
      clientOrderId: '7',
    })
  })

  test('Q60: OKX rejects by the row’s code', () => {
    const text =
      '{"code":"1","msg":"","data":[{"ordId":"","clOrdId":"7","sCode":"51008","sMsg":"Insufficient margin"}]}'
    expect(okx(text)).toMatchObject({
      kind: 'rejected',
      exchangeCode: '51008',
      message: 'Insufficient margin',
    })
  })

  test('OKX does not find an order to cancel', () => {
    const text = '{"code":"1","data":[{"clOrdId":"7","sCode":"51400","sMsg":"Cancellation failed"}]}'
    expect(okx(text, 'cancel')).toMatchObject({ kind: 'rejected', notFound: true })
  })

  test.each([
    '{"code":"0","data":[]}',
    '{"code":"0","data":[{"ordId":"1","clOrdId":"8","sCode":"0"}]}',
    '{"code":"0","data":[{"ordId":"1","sCode":"0"},{"ordId":"2","sCode":"0"}]}',
    '{"code":"1","data":[{"ordId":"1","clOrdId":"7","sCode":"0"}]}',
    '{"code":"50004","msg":"Endpoint request timeout","data":[]}',
  ])('OKX leaves open: %s', (text) => {
    expect(okx(text)).toMatchObject({ kind: 'unknown' })
  })

  test('Q60: Bybit accepts and rejects', () => {
    expect(
      bybit('{"retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":"b-1","orderLinkId":"7"}}'),
    ).toMatchObject({
      kind: 'accepted',
      exchangeOrderId: 'b-1',
    })
    expect(bybit('{"retCode":110007,"retMsg":"ab not enough"}')).toMatchObject({
      kind: 'rejected',
      exchangeCode: '110007',
      message: 'ab not enough',
    })
    expect(bybit('{"retCode":110001,"retMsg":"order not exists"}', 'cancel')).toMatchObject({
      notFound: true,
    })
    expect(bybit('{"retCode":10016,"retMsg":"Internal error"}')).toMatchObject({ kind: 'unknown' })
    expect(bybit('{"retCode":0,"data":{"orderId":"1","orderLinkId":"8"}}')).toMatchObject({
      reason: 'other-order',
    })
  })
})

describe('exact JSON', () => {
  test('keeps numbers as their text, and text that looks like numbers as it is', () => {
    expect(
      parseExactJson('{"a":-1.50e3,"b":"12 \\" 13","c":[123456789012345678901],"d":true,"e":null}'),
    ).toEqual({
      a: '-1.50e3',
      b: '12 " 13',
      c: ['123456789012345678901'],
      d: true,
      e: null,
    })
  })

  test.each(['0', '-1', '123456789012345', '-123456789012345', '1234567890123456', '9007199254740993'])(
    'keeps %s as it was written, wherever it stands',
    (number) => {
      expect(parseExactJson(number)).toBe(number)
      expect(parseExactJson(` [${number}, {"a": ${number},"b":[[${number}]]}]\n`)).toEqual([
        number,
        { a: number, b: [[number]] },
      ])
      expect(parseExactJson(`{"a":"${number}","b":true,"c":null}`)).toEqual({ a: number, b: true, c: null })
    },
  )

  test.each(['-0', '1.0', '0.10', '1e2', '1E2', '-1.5e-7', '1e400', '100000000000000000000'])(
    'keeps %s, which a number would print differently',
    (number) => {
      expect(parseExactJson(`{"a":[${number}]}`)).toEqual({ a: [number] })
      expect(parseExactJson(number)).toBe(number)
    },
  )

  test('keeps numbers as text in members of any name', () => {
    const parsed = parseExactJson('{"__proto__":7,"constructor":{"__proto__":8}}')
    expect(JSON.stringify(parsed)).toBe('{"__proto__":"7","constructor":{"__proto__":"8"}}')
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
  })

  test.each(['01', '1.', '.5', '+1', '{"a":01}', '[1,]', '1 2', 'NaN'])(
    'refuses %s, which is no JSON',
    (text) => {
      expect(parseExactJson(text)).toBeUndefined()
    },
  )

  test('agrees with JSON.parse on everything but numbers', () => {
    const plain = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (_, member: unknown) => (typeof member === 'number' ? String(member) : member)),
      )
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value)
        expect(parseExactJson(text)).toEqual(plain(JSON.parse(text)))
      }),
      { seed: 11, numRuns: 300 },
    )
  })
})
