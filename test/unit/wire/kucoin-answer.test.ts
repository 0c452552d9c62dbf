import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { decodeOrderAnswer, saysKeyIsMissing } from '../../../src/wire/order-answer.ts'
import type { AnsweredRequest } from '../../../src/wire/answer-format.ts'

const ID = '18446744073709551615'
const TIMES = { inTime: 1_695_190_491_421, outTime: 1_695_190_491_422 }

const read = (request: AnsweredRequest, answer: object) =>
  decodeOrderAnswer('kucoin', request, ID, JSON.stringify(answer))

describe('KuCoin’s answers', () => {
  test('an accepted order has both ids, and no state: it may be canceled at once', () => {
    const data = { orderId: '234125150956625920', clientOid: ID }
    expect(read('place', { id: '1', op: 'futures.order', code: '200000', data, ...TIMES })).toEqual({
      kind: 'accepted',
      exchangeOrderId: '234125150956625920',
      exchangeStatus: undefined,
      state: undefined,
      clientOrderId: ID,
      executedSize: undefined,
    })
  })

  test('a cancel is accepted by client id or by the one id of the exchange', () => {
    const answer = (data: object) => read('cancel', { id: '1', op: 'futures.cancel', code: '200000', data })
    expect(answer({ clientOid: ID })).toMatchObject({ kind: 'accepted', clientOrderId: ID })
    expect(answer({ cancelledOrderIds: ['77'] })).toMatchObject({ kind: 'accepted', exchangeOrderId: '77' })
    for (const ids of [[], ['1', '2'], [{}], ['not an id'], 'none']) {
      expect(answer({ cancelledOrderIds: ids })).toMatchObject({ kind: 'unknown' })
    }
  })

  test('a session’s welcome is the answer to the key, and to nothing else', () => {
    const welcome = { sessionId: 'a', data: 'welcome', pingInterval: 18_000, pingTimeout: 10_000 }
    expect(read('key', welcome)).toMatchObject({ kind: 'accepted' })
    expect(read('place', welcome)).toMatchObject({ kind: 'unknown' })
    expect(read('key', { ...welcome, data: 'goodbye' })).toMatchObject({ kind: 'unknown' })
  })

  test('refusals have the exchange’s code and words', () => {
    expect(
      read('place', { id: '1', op: 'futures.order', code: '300003', msg: 'Balance not enough.' }),
    ).toEqual({ kind: 'rejected', exchangeCode: '300003', message: 'Balance not enough.', notFound: false })
    expect(read('key', { code: '400003', msg: 'KC-API-KEY not exists.', ...TIMES })).toMatchObject({
      kind: 'rejected',
      exchangeCode: '400003',
    })
  })

  test('a cancel of what is not there is not found; of the code with two meanings the words decide', () => {
    const refused = (code: string, msg: string) => read('cancel', { op: 'futures.cancel', code, msg })
    expect(refused('100004', 'Order is in not cancelable state')).toMatchObject({ notFound: true })
    expect(refused('100001', 'error.getOrder.orderNotExist')).toMatchObject({ notFound: true })
    expect(refused('100001', 'There are invalid parameters')).toMatchObject({ notFound: false })
    expect(
      read('place', { op: 'futures.order', code: '100004', msg: 'Order is in not cancelable state' }),
    ).toMatchObject({ notFound: false })
  })

  test('what leaves it open is unknown: the exchange’s own doubts, an id in use, another order, another operation', () => {
    const reasons = [
      [{ code: '500000', msg: 'Internal Server Error' }, 'exchange-unsure'],
      [{ code: '408000', msg: 'Network timeout' }, 'exchange-unsure'],
      [{ code: '300018', msg: 'clientOid parameter repeated' }, 'duplicate-id'],
      [{ code: '200000', data: { orderId: '1', clientOid: '7' } }, 'other-order'],
      [{ op: 'futures.cancel', code: '200000', data: { orderId: '1', clientOid: ID } }, 'contradictory'],
      [{ code: '300003', msg: 'no', data: { orderId: '1', clientOid: ID } }, 'contradictory'],
      [{ code: '200000', data: {} }, 'unrecognised'],
      [{ code: '200000' }, 'unrecognised'],
      [{ code: '200000', data: true }, 'unrecognised'],
      [{ code: 'fine', data: { orderId: '1', clientOid: ID } }, 'unrecognised'],
    ] as const
    for (const [answer, reason] of reasons) {
      expect(read('place', answer), JSON.stringify(answer)).toMatchObject({ kind: 'unknown', reason })
    }
  })

  test('which codes say that the key is missing', () => {
    expect(['400003', '400001', '300003'].map((code) => saysKeyIsMissing('kucoin', code))).toEqual([
      true,
      true,
      false,
    ])
  })

  test('whatever the answer is, nothing is thrown, and nothing is accepted but an explicit success of this order', () => {
    const word = fc.constantFrom('200000', 200_000, '300003', '100004', '', null, true, ID, 'welcome', {}, [])
    const data = fc.oneof(
      word,
      fc.record({ orderId: word, clientOid: word, cancelledOrderIds: word }, { requiredKeys: [] }),
      fc.jsonValue(),
    )
    const answer = fc.record(
      { code: word, op: fc.oneof(word, fc.constant('futures.order')), msg: word, data, sessionId: word },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(answer, fc.jsonValue()), (json) => {
        const found = decodeOrderAnswer('kucoin', 'place', ID, JSON.stringify(json))
        if (found.kind !== 'accepted') return
        const { code, data: named } = json as { code: unknown; data: Record<string, unknown> }
        expect(String(code)).toBe('200000')
        if (typeof named['clientOid'] === 'string') expect(['', ID]).toContain(named['clientOid'])
        expect(found.exchangeOrderId !== undefined || found.clientOrderId === ID).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeOrderAnswer('kucoin', 'cancel', ID, text)).not.toThrow()
      }),
    )
  })
})
