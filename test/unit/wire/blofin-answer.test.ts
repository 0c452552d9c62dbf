import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { AnsweredRequest } from '../../../src/wire/answer-format.ts'
import { decodeOrderAnswer, saysKeyIsMissing, type OrderAnswer } from '../../../src/wire/order-answer.ts'

const IDS = { orderId: '28000001', clientOrderId: '7' }
const TAKEN = { ...IDS, code: '0', msg: '' }

function answer(body: unknown, request: AnsweredRequest = 'place'): OrderAnswer {
  return decodeOrderAnswer('blofin', request, '7', JSON.stringify(body))
}

describe('BloFin accepts', () => {
  test.each([
    ['a placement', { code: '0', msg: '', data: [TAKEN] }, 'place'],
    ['a cancellation', { code: '0', msg: '', data: [TAKEN] }, 'cancel'],
    ['a row by itself', { code: '0', msg: 'success', data: TAKEN }, 'cancel'],
  ] as const)('%s, with ids and no state', (_, body, request) => {
    expect(answer(body, request)).toEqual({
      kind: 'accepted',
      exchangeOrderId: IDS.orderId,
      exchangeStatus: undefined,
      state: undefined,
      clientOrderId: '7',
      executedSize: undefined,
    })
  })

  test('a key, by the answer to a login', () => {
    expect(answer({ event: 'login', code: '0', msg: '' }, 'key')).toMatchObject({ kind: 'accepted' })
    expect(answer({ event: 'error', code: '60009', msg: 'Login failed.' }, 'key')).toMatchObject({
      kind: 'rejected',
      exchangeCode: '60009',
    })
  })
})

describe('BloFin refuses', () => {
  test('with the code and the words of the row, which say more than those of the request', () => {
    const row = { orderId: null, clientOrderId: '7', code: '103003', msg: 'Insufficient USDT margin' }
    expect(answer({ code: '1', msg: 'All operations failed', data: [row] })).toEqual({
      kind: 'rejected',
      exchangeCode: '103003',
      message: 'Insufficient USDT margin',
      notFound: false,
    })
  })

  test('a cancel of what is not there, which may have filled', () => {
    const row = { orderId: null, clientOrderId: '7', code: '102068', msg: 'Cancel failed' }
    expect(answer({ code: '1', msg: '', data: [row] }, 'cancel')).toMatchObject({ notFound: true })
    expect(answer({ code: '1', msg: '', data: [row] }, 'place')).toMatchObject({ notFound: false })
  })

  test('a request without a key', () => {
    expect(saysKeyIsMissing('blofin', '152401')).toBe(true)
    expect(saysKeyIsMissing('blofin', '103003')).toBe(false)
  })
})

describe('BloFin leaves unknown', () => {
  const rowOf = (code: string) => ({ code: '1', msg: '', data: [{ ...IDS, code, msg: '' }] })
  test.each([
    ['its own failure', { code: '500', msg: 'Internal Server Error' }, 'exchange-unsure'],
    ['a failure of the row', rowOf('103013'), 'exchange-unsure'],
    ['an id that is in use: by this very order', rowOf('102002'), 'duplicate-id'],
    ['another order’s answer', { code: '0', data: [{ ...TAKEN, clientOrderId: '8' }] }, 'other-order'],
    ['a row that contradicts the whole', { code: '1', data: [TAKEN] }, 'contradictory'],
    ['a failure without a row', { code: '1', msg: 'All operations failed' }, 'unrecognised'],
    ['success without a row', { code: '0', msg: 'success', data: [] }, 'unrecognised'],
    ['two rows', { code: '0', data: [TAKEN, TAKEN] }, 'unrecognised'],
    ['no code', { data: [TAKEN] }, 'unrecognised'],
  ] as const)('%s', (_, body, reason) => {
    expect(answer(body)).toMatchObject({ kind: 'unknown', reason })
  })

  test('whatever JSON it is: it never throws, and accepts nothing without success and this order’s id', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('place', 'cancel', 'key' as const), (text, request) => {
        expect(decodeOrderAnswer('blofin', request, '7', text).kind).not.toBe('accepted')
      }),
    )
    const part = fc.constantFrom('0', '1', '102002', '500', null, 7)
    fc.assert(
      fc.property(part, part, part, part, (code, rowCode, orderId, clientOrderId) => {
        const found = answer({ code, data: [{ orderId, clientOrderId, code: rowCode }] })
        if (found.kind === 'accepted') expect([code, rowCode]).toEqual(['0', '0'])
      }),
    )
  })
})
