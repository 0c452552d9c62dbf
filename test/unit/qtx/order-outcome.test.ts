import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import type { AcceptedResult, RejectedResult, UnknownResult } from '../../../src/qtx/orders/order-result.ts'
import { toCancelOutcome, toPlaceOutcome } from '../../../src/qtx/overrides/order-outcome.ts'

const NOW_MS = 1_748_231_160_000
const BASE = new Decimal(1)
const IN_CONTRACTS = new Decimal('0.001')

const accepted = (given: Partial<AcceptedResult> = {}): AcceptedResult => ({
  kind: 'accepted',
  clientOrderId: '1001',
  latencyMs: 1,
  ...given,
})
const rejected = (given: Partial<RejectedResult> = {}): RejectedResult => ({
  kind: 'rejected',
  clientOrderId: '1001',
  message: 'Margin is insufficient.',
  notFound: false,
  latencyMs: 1,
  ...given,
})
const unknown = (given: Partial<UnknownResult> = {}): UnknownResult => ({
  kind: 'unknown',
  clientOrderId: '1001',
  reason: 'timeout',
  message: 'no answer within 10000 ms',
  withdrawn: false,
  latencyMs: 1,
  ...given,
})

describe('a placing', () => {
  test.each(['open', 'partiallyFilled', 'filled', 'canceled'] as const)(
    'Q66: that the exchange answers as %s is %s',
    (state) => {
      expect(toPlaceOutcome(accepted({ state }), BASE, NOW_MS)).toMatchObject({ kind: 'accepted', state })
    },
  )

  test('Q66: that expired at once says so', () => {
    expect(
      toPlaceOutcome(accepted({ exchangeStatus: 'EXPIRED', state: 'canceled' }), BASE, NOW_MS),
    ).toMatchObject({
      reason: { code: 'EXPIRED', message: 'the exchange says EXPIRED' },
    })
  })

  test('Q65: whose answer lacks the exchange’s id has none, and no state where it lacks that', () => {
    expect(toPlaceOutcome(accepted(), BASE, NOW_MS)).toEqual({ kind: 'accepted', updateMs: NOW_MS })
    expect(toPlaceOutcome(accepted({ exchangeStatus: 'SOMETHING' }), BASE, NOW_MS)).toEqual({
      kind: 'accepted',
      updateMs: NOW_MS,
    })
  })

  test('Q7, I18: what was executed is in base units, exactly', () => {
    const outcome = toPlaceOutcome(
      accepted({ executedSize: '3', exchangeOrderId: '77' }),
      IN_CONTRACTS,
      NOW_MS,
    )
    expect(outcome).toMatchObject({ kind: 'accepted', exchangeOrderId: '77' })
    expect(outcome.kind === 'accepted' && outcome.executedAmount?.toString()).toBe('0.003')
  })

  test('that was rejected carries the exchange’s code and words', () => {
    expect(toPlaceOutcome(rejected({ exchangeCode: '-2019' }), BASE, NOW_MS)).toEqual({
      kind: 'rejected',
      reason: { code: 'QTX_ORDER_REJECTED', message: '-2019: Margin is insufficient.' },
    })
    expect(toPlaceOutcome(rejected(), BASE, NOW_MS)).toMatchObject({
      reason: { message: 'Margin is insufficient.' },
    })
  })

  test.each([
    ['timeout', 'QTX_ORDER_TIMEOUT'],
    ['disconnected', 'QTX_ORDER_UNKNOWN_OUTCOME'],
    ['lost', 'QTX_ORDER_UNKNOWN_OUTCOME'],
  ] as const)('Q45, Q60, Q69: whose outcome is unknown by %s is unknown', (reason, code) => {
    expect(toPlaceOutcome(unknown({ reason }), BASE, NOW_MS)).toMatchObject({
      kind: 'unknown',
      reason: { code },
    })
  })
})

describe('a cancel', () => {
  test('that the answer itself ends tells what was executed, in base units', () => {
    const outcome = toCancelOutcome(
      accepted({ state: 'canceled', executedSize: '400' }),
      IN_CONTRACTS,
      NOW_MS,
    )
    expect(outcome.kind === 'accepted' && outcome.executedAmount?.toString()).toBe('0.4')
  })

  test('that was only taken is not the end: the stream will tell', () => {
    for (const given of [{}, { state: 'open', executedSize: '0' }, { state: 'canceled' }] as const)
      expect(toCancelOutcome(accepted(given), BASE, NOW_MS)).toEqual({
        kind: 'accepted',
        updateMs: NOW_MS,
      })
  })

  test('Q64: that finds no order is a rejection that says so, never a success', () => {
    expect(toCancelOutcome(rejected({ notFound: true, exchangeCode: '-2011' }), BASE, NOW_MS)).toMatchObject({
      kind: 'rejected',
      notFound: true,
      reason: { code: 'QTX_ORDER_NOT_FOUND' },
    })
    expect(toCancelOutcome(rejected(), BASE, NOW_MS)).toMatchObject({ kind: 'rejected', notFound: false })
  })

  test('whose outcome is unknown is unknown', () => {
    expect(toCancelOutcome(unknown(), BASE, NOW_MS)).toMatchObject({ kind: 'unknown' })
  })
})
