import fc from './seeded-fast-check.ts'
import type { FillRecord, JournalRecord, OrderRecord } from '../../src/journal/journal-record.ts'

const text = fc.oneof(
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.constantFrom('BTC-USDT', '0.001', '103245.50', '9223372036854775807'),
)
const maybe = fc.option(text, { nil: undefined })
const timeMs = fc.integer({ min: 0, max: 2 ** 41 })
const side = fc.constantFrom<FillRecord['tradeType'][]>('buy', 'sell')
const action = fc.constantFrom('open', 'close')

/** Every kind of record, with every kind of text in it. */
export const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('order' as const),
    clientOrderId: text,
    pair: text,
    tradeType: side,
    orderType: fc.constantFrom('limit', 'limitMaker', 'market'),
    timeInForce: fc.constantFrom('gtc', 'ioc', 'fok'),
    positionAction: action,
    amount: text,
    price: maybe,
    maxSlippage: text,
    leverage: fc.double({ noNaN: true, min: 0, max: 200 }),
    createdMs: timeMs,
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    clientOrderId: text,
    pair: text,
    request: fc.constantFrom('place', 'cancel'),
    outcome: fc.constantFrom('accepted', 'rejected', 'unknown', 'not-sent'),
    exchangeOrderId: maybe,
    code: maybe,
    message: maybe,
    atMs: timeMs,
  }),
  fc.record({
    kind: fc.constant('state' as const),
    clientOrderId: text,
    pair: text,
    state: fc.constantFrom('pendingCreate', 'submitUnknown', 'open', 'partiallyFilled', 'filled', 'failed'),
    exchangeOrderId: maybe,
    code: maybe,
    message: maybe,
    atMs: timeMs,
  }),
  fc.record({
    kind: fc.constant('fill' as const),
    pair: text,
    tradeId: text,
    clientOrderId: text,
    exchangeOrderId: maybe,
    tradeType: side,
    positionAction: action,
    price: text,
    amount: text,
    feeAsset: maybe,
    feeAmount: maybe,
    isMaker: fc.boolean(),
    fillMs: timeMs,
  }),
  fc.record({
    kind: fc.constant('funding' as const),
    pair: text,
    paymentId: text,
    asset: text,
    amount: text,
    paidMs: timeMs,
  }),
  fc.record({ kind: fc.constant('balance' as const), asset: text, total: text, atMs: timeMs }),
  fc.record({
    kind: fc.constant('position' as const),
    pair: text,
    amount: text,
    entryPrice: text,
    atMs: timeMs,
  }),
)

export function orderRecord(fields: Partial<OrderRecord> = {}): OrderRecord {
  return {
    kind: 'order',
    clientOrderId: '1001',
    pair: 'BTC-USDT',
    tradeType: 'buy',
    orderType: 'limit',
    timeInForce: 'gtc',
    positionAction: 'open',
    amount: '0.010',
    price: '103245.50',
    maxSlippage: '0.005',
    leverage: 5,
    createdMs: 1_748_231_160_000,
    ...fields,
  }
}

export function fillRecord(fields: Partial<FillRecord> = {}): FillRecord {
  return {
    kind: 'fill',
    pair: 'BTC-USDT',
    tradeId: '1',
    clientOrderId: '1001',
    exchangeOrderId: '88',
    tradeType: 'buy',
    positionAction: 'open',
    price: '100',
    amount: '1',
    feeAsset: 'USDT',
    feeAmount: '0.04',
    isMaker: false,
    fillMs: 1_748_231_160_500,
    ...fields,
  }
}
