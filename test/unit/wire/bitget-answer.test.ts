import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { AnsweredRequest } from '../../../src/wire/answer-format.ts'
import { decodeOrderAnswer, saysKeyIsMissing, type OrderAnswer } from '../../../src/wire/order-answer.ts'

const IDS = { orderId: '1360000000000000001', clientOid: '7' }

function answer(body: unknown, request: AnsweredRequest = 'place'): OrderAnswer {
  return decodeOrderAnswer('bitget', request, '7', JSON.stringify(body))
}

function traded(params: object, more: object = {}): object {
  const arg = [{ id: '1', instType: 'USDT-FUTURES', channel: 'place-order', instId: 'BTCUSDT', params }]
  return { event: 'trade', arg, code: 0, msg: 'Success', ts: 1760461517300, ...more }
}

describe('Bitget accepts', () => {
  test.each([
    ['a placement', traded(IDS), 'place'],
    ['a cancellation', traded(IDS), 'cancel'],
    ['a code that is text', traded(IDS, { code: '0' }), 'place'],
    ['arguments by their other name', { event: 'trade', args: [IDS], code: '0' }, 'place'],
    ['an answer as REST has it', { code: '00000', msg: 'success', data: IDS }, 'place'],
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

  test('a key', () => {
    expect(answer({ event: 'login', code: 0, msg: '' }, 'key')).toMatchObject({ kind: 'accepted' })
  })

  test('an order id above 2^53 that is a number', () => {
    const text =
      '{"event":"trade","arg":[{"params":{"orderId":1360000000000000001,"clientOid":"7"}}],"code":0}'
    expect(decodeOrderAnswer('bitget', 'place', '7', text)).toMatchObject({ exchangeOrderId: IDS.orderId })
  })
})

describe('Bitget refuses', () => {
  test('with its code and words', () => {
    const body = {
      ...traded({ clientOid: '7' }),
      event: 'error',
      code: 40762,
      msg: 'The order amount exceeds',
    }
    expect(answer(body)).toEqual({
      kind: 'rejected',
      exchangeCode: '40762',
      message: 'The order amount exceeds',
      notFound: false,
    })
    expect(answer({ code: '43012', msg: 'Insufficient balance', data: null })).toMatchObject({
      kind: 'rejected',
    })
  })

  test.each([22001, 25204, 40109, 40768, 43001])('a cancel of an order that it does not have: %d', (code) => {
    expect(answer({ event: 'error', code, msg: '' }, 'cancel')).toMatchObject({ notFound: true })
    expect(answer({ event: 'error', code, msg: '' }, 'place')).toMatchObject({ notFound: false })
  })

  test('a missing login means that the key did not arrive', () => {
    expect(saysKeyIsMissing('bitget', '30004')).toBe(true)
    expect(saysKeyIsMissing('bitget', '40762')).toBe(false)
  })
})

describe('the outcome is unknown', () => {
  test.each([
    [{ event: 'error', code: 40010, msg: 'Request timed out' }, 'exchange-unsure'],
    [{ event: 'error', code: 45001, msg: 'Unknown error' }, 'exchange-unsure'],
    [{ event: 'error', code: 40786, msg: 'Duplicate clientOid' }, 'duplicate-id'],
    [{ ...traded(IDS), event: 'error' }, 'contradictory'],
    [traded({ ...IDS, clientOid: '8' }), 'other-order'],
    [traded({}), 'unrecognised'],
    [{ event: 'trade', arg: [{ params: IDS }, { params: IDS }], code: 0 }, 'unrecognised'],
    [{ event: 'login', code: 0 }, 'unrecognised'],
    [{ event: 'orders', code: 0, arg: [IDS] }, 'unrecognised'],
    [{ code: '0', data: IDS }, 'unrecognised'],
    [{ event: 'trade', arg: [{ params: IDS }] }, 'unrecognised'],
  ])('%j: %s', (body, reason) => {
    expect(answer(body)).toMatchObject({ kind: 'unknown', reason })
  })
})

test('whatever it is, it never throws, and only a success with this order’s id is an acceptance', () => {
  const code = fc.oneof(fc.constantFrom<unknown>(0, '0', '00000', 40762, '40010', null), fc.jsonValue())
  const event = fc.oneof(fc.constantFrom('trade', 'error', 'login'), fc.jsonValue())
  const ids = fc.oneof(
    fc.constantFrom<unknown>(IDS, { ...IDS, clientOid: '8' }, { orderId: '5' }),
    fc.jsonValue(),
  )
  const request = fc.constantFrom<AnsweredRequest>('key', 'place', 'cancel')
  fc.assert(
    fc.property(code, event, ids, fc.boolean(), request, (sent, kind, named, isRest, asked) => {
      const body = isRest
        ? { code: sent, data: named }
        : { event: kind, code: sent, arg: [{ params: named }] }
      const decoded = answer(body, asked)
      if (decoded.kind !== 'accepted') return
      expect(['0', '00000']).toContain(String(sent))
      if (asked === 'key') return
      const { clientOid = '', orderId } = named as { clientOid?: string | number; orderId?: unknown }
      expect(['7', ''], JSON.stringify(body)).toContain(String(clientOid))
      expect(clientOid !== '' || orderId !== undefined).toBe(true)
    }),
    { seed: 31, numRuns: 2_000 },
  )
})
