import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { TypedEvents } from '../../../src/common/typed-events.ts'
import type { ConnectorEvents } from '../../../src/connector/events.ts'
import type { InFlightOrder, OrderIdentity } from '../../../src/connector/in-flight-order.ts'
import { NO_RECORD } from '../../../src/connector/order-recorder.ts'
import { OrderTracker } from '../../../src/connector/order-tracker.ts'
import type { OrderUpdate, PlaceOutcome } from '../../../src/connector/order-types.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  byExchangeId,
  EventRecorder,
  fillOf,
  orderIdentity,
  settle,
  strictEvents,
  updateOf,
} from '../../support/scripted-exchange.ts'

const ACCEPTED: PlaceOutcome = { kind: 'accepted', exchangeOrderId: 'x1001', updateMs: 1_748_231_160_100 }
const UNKNOWN: PlaceOutcome = {
  kind: 'unknown',
  reason: { code: 'QTX_ORDER_TIMEOUT', message: 'no answer within 10000 ms' },
}
const REJECTED: PlaceOutcome = {
  kind: 'rejected',
  reason: { code: 'QTX_ORDER_REJECTED', message: '-2019: Margin is insufficient.' },
}

function rig() {
  const clock = new FakeClock()
  const events = strictEvents()
  const recorder = new EventRecorder(events)
  const anomalies: string[] = []
  events.on('anomaly', ({ code, clientOrderId }) => anomalies.push(`${code} ${clientOrderId}`))
  const lookUps: InFlightOrder[] = []
  const tracker = new OrderTracker({ clock, events, onLookUpNeeded: (order) => lookUps.push(order) })
  const track = (given: Partial<OrderIdentity> = {}) => tracker.track(orderIdentity(given))
  return { clock, recorder, anomalies, lookUps, tracker, track }
}

type Step = (tracker: OrderTracker, order: InFlightOrder) => void

const update =
  (state: OrderUpdate['state'], given: Partial<OrderUpdate> = {}): Step =>
  (tracker, order) =>
    tracker.applyOrderUpdate(updateOf(order, state, given))
const fill =
  (tradeId: string, amount: string): Step =>
  (tracker, order) =>
    tracker.applyTradeUpdate(fillOf(order, tradeId, amount))
const placed =
  (outcome: PlaceOutcome): Step =>
  (tracker, order) =>
    tracker.applyPlaceOutcome(order, outcome)
const canceled = (executed: string): Step => update('canceled', { executedAmount: new Decimal(executed) })

describe('the emission matrix', () => {
  test.each<[string, Step[], string[], string]>([
    ['an accepted placing', [placed(ACCEPTED)], ['buyOrderCreated'], 'open'],
    ['a stream’s open', [update('open')], ['buyOrderCreated'], 'open'],
    ['a first partial fill as a state', [update('partiallyFilled')], ['buyOrderCreated'], 'partiallyFilled'],
    ['a rejected placing', [placed(REJECTED)], ['orderFailure'], 'failed'],
    ['a stream’s failure', [update('failed')], ['orderFailure'], 'failed'],
    ['a cancel before it was ever open', [canceled('0')], ['orderCancelled'], 'canceled'],
    ['a pending cancel before it was ever open', [update('pendingCancel')], [], 'pendingCancel'],
    [
      'open and partially filled',
      [update('open'), update('partiallyFilled')],
      ['buyOrderCreated'],
      'partiallyFilled',
    ],
    [
      'open and a pending cancel',
      [update('open'), update('pendingCancel')],
      ['buyOrderCreated'],
      'pendingCancel',
    ],
    ['open and canceled', [update('open'), canceled('0')], ['buyOrderCreated', 'orderCancelled'], 'canceled'],
    ['open and failed', [update('open'), update('failed')], ['buyOrderCreated', 'orderFailure'], 'failed'],
    ['the same state twice', [update('open'), update('open'), placed(ACCEPTED)], ['buyOrderCreated'], 'open'],
    ['an unknown outcome', [placed(UNKNOWN)], ['orderSubmitUnknown'], 'submitUnknown'],
    ['an unknown outcome twice', [placed(UNKNOWN), placed(UNKNOWN)], ['orderSubmitUnknown'], 'submitUnknown'],
    [
      'an unknown outcome, then accepted late',
      [placed(UNKNOWN), placed(ACCEPTED)],
      ['orderSubmitUnknown', 'buyOrderCreated'],
      'open',
    ],
    [
      'an unknown outcome, then rejected late',
      [placed(UNKNOWN), placed(REJECTED)],
      ['orderSubmitUnknown', 'orderFailure'],
      'failed',
    ],
    [
      'a stream that was faster than an unknown outcome',
      [update('open'), placed(UNKNOWN)],
      ['buyOrderCreated'],
      'open',
    ],
    [
      'filled at once, the fill first',
      [fill('1', '1'), update('filled')],
      ['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'],
      'filled',
    ],
    [
      'filled at once, the state first (I6)',
      [update('filled'), fill('1', '1')],
      ['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'],
      'filled',
    ],
    [
      'fills that reach the amount, without any state',
      [fill('1', '0.4'), fill('2', '0.6')],
      ['buyOrderCreated', 'orderFilled', 'orderFilled', 'buyOrderCompleted'],
      'filled',
    ],
    [
      'U8: a late open after filled',
      [fill('1', '1'), update('filled'), update('open'), update('partiallyFilled')],
      ['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'],
      'filled',
    ],
    [
      'a late open after an end that was never open',
      [canceled('0'), update('open'), placed(ACCEPTED)],
      ['orderCancelled'],
      'canceled',
    ],
    ['a late open after a failure', [placed(REJECTED), update('open')], ['orderFailure'], 'failed'],
    [
      'U8: a late open after a partial fill',
      [fill('1', '0.4'), update('open')],
      ['buyOrderCreated', 'orderFilled'],
      'partiallyFilled',
    ],
    [
      'canceled after a partial fill',
      [fill('1', '0.4'), canceled('0.4')],
      ['buyOrderCreated', 'orderFilled', 'orderCancelled'],
      'canceled',
    ],
    [
      'canceled twice',
      [update('open'), canceled('0'), canceled('0')],
      ['buyOrderCreated', 'orderCancelled'],
      'canceled',
    ],
    [
      'canceled, then fills that prove it filled',
      [update('open'), canceled('0'), fill('1', '1')],
      ['buyOrderCreated', 'orderCancelled', 'orderFilled', 'buyOrderCompleted'],
      'filled',
    ],
    [
      'failed, then fills that prove it filled',
      [placed(REJECTED), fill('1', '1')],
      ['orderFailure', 'buyOrderCreated', 'orderFilled', 'buyOrderCompleted'],
      'filled',
    ],
    [
      'filled, then canceled late',
      [fill('1', '1'), canceled('1')],
      ['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'],
      'filled',
    ],
    [
      'canceled with everything executed is filled',
      [fill('1', '0.4'), canceled('1'), fill('2', '0.6')],
      ['buyOrderCreated', 'orderFilled', 'orderFilled', 'buyOrderCompleted'],
      'filled',
    ],
  ])('%s', (_name, steps, expected, state) => {
    const { tracker, recorder, track } = rig()
    const order = track()
    for (const step of steps) step(tracker, order)
    expect(recorder.names).toEqual(expected)
    expect(order.state).toBe(state)
    expect(tracker.active.has(order.clientOrderId)).toBe(!order.isDone)
  })

  test('a sell tells of itself as a sell', () => {
    const { tracker, recorder, track } = rig()
    const order = track({ tradeType: 'sell' })
    fill('1', '1')(tracker, order)
    expect(recorder.names).toEqual(['sellOrderCreated', 'orderFilled', 'sellOrderCompleted'])
  })
})

describe('contradictions are told as anomalies, and the fills are believed', () => {
  test.each<[string, Step[], string[]]>([
    ['a usual life tells none', [update('open'), fill('1', '0.4'), fill('2', '0.6'), fill('2', '0.6')], []],
    [
      'a fill that comes after an end that did not count it, though it beat the cancel',
      [update('open'), canceled('0'), fill('1', '1')],
      ['FILLED_AFTER_CANCEL 1001'],
    ],
    [
      'a cancel that waited for the fills that it counts is none',
      [update('open'), canceled('0.4'), fill('1', '0.4')],
      [],
    ],
    [
      'a fill of an order that had failed',
      [placed(REJECTED), fill('1', '0.4')],
      ['FILLED_AFTER_FAILURE 1001'],
    ],
    ['more filled than ordered', [fill('1', '0.7'), fill('2', '0.7')], ['OVERFILLED 1001']],
  ])('%s', (_name, steps, expected) => {
    const { tracker, anomalies, track } = rig()
    const order = track()
    for (const step of steps) step(tracker, order)
    expect(anomalies).toEqual(expected)
  })
})

describe('an order that was reported as failed and lives on the exchange', () => {
  const openByRest = update('open', { source: 'rest', executedAmount: new Decimal(0) })

  test('is looked up when the stream says that it is open', () => {
    const { tracker, anomalies, lookUps, track } = rig()
    const order = track()
    for (const step of [placed(REJECTED), update('open')]) step(tracker, order)
    expect(lookUps).toEqual([order])
    expect(order.state).toBe('failed')
    expect(anomalies).toEqual([])
  })

  test('is tracked again when the exchange was asked and has it open, and then ends as any other', () => {
    const { tracker, anomalies, recorder, track } = rig()
    const order = track()
    for (const step of [placed(REJECTED), openByRest]) step(tracker, order)
    expect(order.state).toBe('open')
    expect(tracker.active.get('1001')).toBe(order)
    expect(anomalies).toEqual(['LIVE_AFTER_FAILURE 1001'])
    canceled('0')(tracker, order)
    expect(recorder.names).toEqual(['orderFailure', 'buyOrderCreated', 'orderCancelled'])
    expect(tracker.active.size).toBe(0)
  })

  test('is tracked again and looked up when some of it fills', () => {
    const { tracker, anomalies, recorder, lookUps, track } = rig()
    const order = track()
    for (const step of [placed(REJECTED), fill('1', '0.4')]) step(tracker, order)
    expect(order.state).toBe('partiallyFilled')
    expect([...tracker.active.keys()]).toEqual(['1001'])
    expect(lookUps).toEqual([order])
    fill('2', '0.6')(tracker, order)
    expect(anomalies).toEqual(['FILLED_AFTER_FAILURE 1001'])
    expect(recorder.names).toEqual([
      'orderFailure',
      'buyOrderCreated',
      'orderFilled',
      'orderFilled',
      'buyOrderCompleted',
    ])
  })

  test('is not revived by an older message after another end', () => {
    const { tracker, anomalies, lookUps, track } = rig()
    const order = track()
    for (const step of [update('open'), canceled('0'), openByRest]) step(tracker, order)
    expect(order.state).toBe('canceled')
    expect([anomalies, lookUps]).toEqual([[], []])
  })
})

describe('events carry what happened', () => {
  test('created: the order as it was placed', () => {
    const { tracker, recorder, track, clock } = rig()
    const order = track({ leverage: 5, positionAction: 'close' })
    clock.advance(250)
    tracker.applyPlaceOutcome(order, ACCEPTED)
    expect(recorder.payloadsOf('buyOrderCreated')).toEqual([
      {
        timestampMs: clock.nowMs(),
        clientOrderId: '1001',
        exchangeOrderId: 'x1001',
        pair: 'BTC-USDT',
        tradeType: 'buy',
        orderType: 'limit',
        amount: order.amount,
        price: order.price,
        positionAction: 'close',
        leverage: 5,
        createdMs: order.createdMs,
      },
    ])
  })

  test('filled and completed: exact decimals, fees by asset, rebates negative', () => {
    const { tracker, recorder, track } = rig()
    const order = track({ amount: new Decimal('0.3') })
    const fee = (amount: string) => ({ fee: { asset: 'USDT', amount: new Decimal(amount) } })
    tracker.applyTradeUpdate(fillOf(order, '1', '0.1', { ...fee('0.02'), isMaker: true }))
    tracker.applyTradeUpdate(fillOf(order, '2', '0.2', { price: new Decimal('50000.1'), ...fee('-0.005') }))
    const [first] = recorder.payloadsOf('orderFilled')
    expect(first).toMatchObject({ tradeId: '1', isMaker: true, fillMs: 1_748_231_160_400 })
    const [completed] = recorder.payloadsOf('buyOrderCompleted')
    expect(completed?.baseAsset).toBe('BTC')
    expect(completed?.quoteAsset).toBe('USDT')
    expect(completed?.baseAmount.toString()).toBe('0.3')
    expect(completed?.quoteAmount.toString()).toBe('15000.02')
    expect(order.fees.get('USDT')?.toString()).toBe('0.015')
    expect(order.averagePrice?.toFixed(4)).toBe('50000.0667')
    expect(order.remainingAmount.isZero()).toBe(true)
  })

  test('cancelled: what had been executed, and why', () => {
    const { tracker, recorder, track } = rig()
    const order = track()
    fill('1', '0.4')(tracker, order)
    const reason = { code: 'EXPIRED' as const, message: 'the exchange expired the order (IOC)' }
    update('canceled', { executedAmount: new Decimal('0.4'), reason })(tracker, order)
    const [event] = recorder.payloadsOf('orderCancelled')
    expect(event?.executedAmount.toString()).toBe('0.4')
    expect(event?.reason).toBe(reason.message)
    expect(order.reason).toEqual(reason)
  })

  test('failure: the code to match on and the exchange’s words', () => {
    const { tracker, recorder, track } = rig()
    tracker.applyPlaceOutcome(track(), REJECTED)
    expect(recorder.payloadsOf('orderFailure')[0]).toMatchObject({
      errorCode: 'QTX_ORDER_REJECTED',
      errorMessage: '-2019: Margin is insufficient.',
    })
  })

  test('an order that was doubted and found carries no reason any more', () => {
    const { tracker, track } = rig()
    const order = track()
    tracker.applyPlaceOutcome(order, UNKNOWN)
    expect(order.reason?.code).toBe('QTX_ORDER_TIMEOUT')
    tracker.applyOrderUpdate(updateOf(order, 'open', { source: 'rest' }))
    expect(order.reason).toBeUndefined()
  })
})

describe('fills', () => {
  test('I7: one that comes twice, by stream and by REST, counts once', () => {
    const { tracker, recorder, track } = rig()
    const order = track()
    expect(tracker.applyTradeUpdate(fillOf(order, '1', '0.4'))).toBe(true)
    expect(tracker.applyTradeUpdate(fillOf(order, '1', '0.4'))).toBe(false)
    expect(order.executedAmount.toString()).toBe('0.4')
    expect(recorder.payloadsOf('orderFilled')).toHaveLength(1)
  })

  test('I7: one that is repeated after the order is done counts once', () => {
    const { tracker, recorder, track } = rig()
    const order = track()
    fill('1', '1')(tracker, order)
    fill('1', '1')(tracker, order)
    expect(recorder.payloadsOf('orderFilled')).toHaveLength(1)
    expect(recorder.payloadsOf('buyOrderCompleted')).toHaveLength(1)
  })

  test('one trade id on two pairs is two fills', () => {
    const { tracker, recorder, track } = rig()
    const btc = track()
    const eth = track({ clientOrderId: '1002', pair: 'ETH-USDT' })
    fill('7', '0.4')(tracker, btc)
    fill('7', '0.3')(tracker, eth)
    expect(recorder.payloadsOf('orderFilled').map(({ pair }) => pair)).toEqual(['BTC-USDT', 'ETH-USDT'])
  })

  test('of an order that is not ours are not applied', () => {
    const { tracker, recorder, track } = rig()
    const order = track()
    expect(tracker.applyTradeUpdate(fillOf(orderIdentity({ clientOrderId: '9' }), '1', '1'))).toBe(false)
    expect(tracker.applyTradeUpdate(fillOf(order, '1', '1', { pair: 'ETH-USDT' }))).toBe(false)
    expect(recorder.names).toEqual([])
    expect(order.executedAmount.isZero()).toBe(true)
  })
})

describe('a fill that was told without its fee', () => {
  const fee = { asset: 'USDT', amount: new Decimal('0.3') }

  test.each<[string, string]>([
    ['open', '0.4'],
    ['done', '1'],
  ])(
    'takes it from a later telling, on record and without a further event, of an order that is %s',
    (_, amount) => {
      const { tracker, recorder, track } = rig()
      const recorded: string[] = []
      tracker.recordBy({
        ...NO_RECORD,
        fill: (_order, trade) => recorded.push(`${trade.tradeId} ${String(trade.fee?.amount)}`),
      })
      const order = track()
      fill('1', amount)(tracker, order)
      const told = recorder.names
      expect(tracker.withoutFees).toEqual([order])
      expect(tracker.applyTradeUpdate(fillOf(order, '1', amount, { fee }))).toBe(false)
      expect(tracker.applyTradeUpdate(fillOf(order, '1', amount, { fee }))).toBe(false)
      expect(String(order.fees.get('USDT'))).toBe('0.3')
      expect(order.fills.get('1')?.fee).toEqual(fee)
      expect(order.executedAmount.toString()).toBe(amount)
      expect(recorded).toEqual(['1 undefined', '1 0.3'])
      expect(recorder.names).toEqual(told)
      expect(tracker.withoutFees).toEqual([])
    },
  )

  test('has one fee: neither a different one nor a telling without changes it', () => {
    const { tracker, track } = rig()
    const order = track()
    tracker.applyTradeUpdate(fillOf(order, '1', '0.4', { fee }))
    tracker.applyTradeUpdate(fillOf(order, '1', '0.4', { fee: { ...fee, amount: new Decimal('9') } }))
    fill('1', '0.4')(tracker, order)
    expect(String(order.fees.get('USDT'))).toBe('0.3')
  })
})

describe('an end that counted less than was executed', () => {
  test('is followed by the fill, an anomaly, and no second end while some of it did not fill', () => {
    const { tracker, recorder, anomalies, track } = rig()
    const order = track()
    for (const step of [
      update('open'),
      fill('1', '0.2'),
      canceled('0.2'),
      fill('2', '0.3'),
      fill('2', '0.3'),
    ]) {
      step(tracker, order)
    }
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'orderCancelled', 'orderFilled'])
    expect(anomalies).toEqual(['FILLED_AFTER_CANCEL 1001'])
    expect([order.state, String(order.executedAmount)]).toEqual(['canceled', '0.5'])
    expect(tracker.active.size).toBe(0)
  })

  test.each<[string, Step[]]>([
    ['a later end that counts more', [update('open'), canceled('0'), canceled('0.4')]],
    [
      'an older state that counts more',
      [canceled('0'), update('partiallyFilled', { executedAmount: new Decimal('0.4') })],
    ],
    ['a cancel of an order that had failed', [placed(REJECTED), canceled('0.4')]],
  ])('is looked up for the fills after %s', (_name, steps) => {
    const { tracker, lookUps, track } = rig()
    const order = track()
    for (const step of steps) step(tracker, order)
    expect(lookUps).toEqual([order])
  })

  test('is not looked up for what is known', () => {
    const { tracker, lookUps, track } = rig()
    const order = track()
    for (const step of [fill('1', '0.4'), canceled('0.4'), canceled('0.4'), canceled('0.2')])
      step(tracker, order)
    expect(lookUps).toEqual([])
  })
})

describe('an end whose fills are missing', () => {
  test('I5: waits for them, and asks for them once', () => {
    const { tracker, recorder, lookUps, track } = rig()
    const order = track()
    update('filled')(tracker, order)
    update('filled')(tracker, order)
    expect(tracker.isAwaitingFills(order)).toBe(true)
    expect(lookUps).toEqual([order])
    expect(recorder.names).toEqual(['buyOrderCreated'])
    fill('1', '0.4')(tracker, order)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled'])
    fill('2', '0.6')(tracker, order)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'orderFilled', 'buyOrderCompleted'])
    expect(tracker.isAwaitingFills(order)).toBe(false)
    expect(recorder.payloadsOf('buyOrderCompleted')[0]?.baseAmount.toString()).toBe('1')
  })

  test('canceled with something executed waits for just that', () => {
    const { tracker, recorder, lookUps, track } = rig()
    const order = track()
    canceled('0.4')(tracker, order)
    expect(recorder.names).toEqual([])
    expect(lookUps).toEqual([order])
    fill('1', '0.4')(tracker, order)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'orderCancelled'])
    expect(recorder.payloadsOf('orderCancelled')[0]?.executedAmount.toString()).toBe('0.4')
  })

  test('canceled without a word on what was executed is looked up, not taken for nothing', () => {
    const { tracker, recorder, lookUps, track } = rig()
    const order = track({ timeInForce: 'ioc' })
    tracker.applyPlaceOutcome(order, { kind: 'accepted', state: 'canceled', updateMs: 1 })
    expect(recorder.names).toEqual([])
    expect(lookUps).toEqual([order])
    fill('1', '0.4')(tracker, order)
    expect(order.isDone).toBe(false)
    update('canceled', { executedAmount: new Decimal('0.4'), source: 'rest' })(tracker, order)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'orderCancelled'])
  })

  test('an outcome that is unknown does not put its known end in doubt', () => {
    const { tracker, recorder, track } = rig()
    const order = track()
    canceled('0.4')(tracker, order)
    tracker.applyPlaceOutcome(order, UNKNOWN)
    expect(recorder.names).toEqual([])
    tracker.fail(order, { code: 'QTX_ORDER_NOT_FOUND', message: 'no such order' })
    expect(recorder.names).toEqual([])
    fill('1', '0.4')(tracker, order)
    expect(order.state).toBe('canceled')
  })

  test('filled after canceled is looked up rather than believed', () => {
    const { tracker, recorder, lookUps, track } = rig()
    const order = track()
    update('open')(tracker, order)
    canceled('0')(tracker, order)
    update('filled')(tracker, order)
    expect(order.state).toBe('canceled')
    expect(lookUps).toEqual([order])
    fill('1', '1')(tracker, order)
    expect(order.state).toBe('filled')
    expect(recorder.names.at(-1)).toBe('buyOrderCompleted')
  })
})

describe('a refusal of an order that the exchange itself has told of', () => {
  test.each<[string, Step]>([
    ['open', update('open')],
    ['filled in part', fill('1', '0.4')],
  ])('I1: is not believed when it is %s: it is looked up', (_name, step) => {
    const { tracker, recorder, lookUps, track } = rig()
    const order = track()
    step(tracker, order)
    tracker.applyPlaceOutcome(order, {
      kind: 'rejected',
      reason: { code: 'QTX_ORDER_REJECTED', message: 'Duplicate client order id' },
    })
    expect(order.isDone).toBe(false)
    expect(recorder.names).not.toContain('orderFailure')
    expect(lookUps).toEqual([order])
  })
})

describe('ids', () => {
  test('I31: one that is used twice is refused, also after its order is done', () => {
    const { tracker, track } = rig()
    const order = track()
    expect(() => track()).toThrow(/client order id 1001 was used before/)
    fill('1', '1')(tracker, order)
    expect(() => track()).toThrow(QtxError)
    expect(tracker.find('1001')).toBe(order)
  })

  test('an exchange id that comes late is learned from whatever brings it, and then finds the order', () => {
    for (const step of [update('open'), fill('1', '0.4'), placed(ACCEPTED)]) {
      const { tracker, track } = rig()
      const order = track()
      expect(order.exchangeOrderId).toBeUndefined()
      step(tracker, order)
      expect(order.exchangeOrderId).toBe('x1001')
      expect(tracker.applyTradeUpdate(byExchangeId(fillOf(order, '2', '0.1')))).toBe(true)
    }
  })

  test('Q65: an exchange id that is missing stays missing', () => {
    const { tracker, track } = rig()
    const order = track()
    tracker.applyPlaceOutcome(order, { kind: 'accepted', updateMs: 1 })
    expect(order.state).toBe('open')
    expect(order.exchangeOrderId).toBeUndefined()
  })

  test('an exchange id is never replaced', () => {
    const { tracker, track } = rig()
    const order = track()
    update('open')(tracker, order)
    update('open', { exchangeOrderId: 'x9' })(tracker, order)
    expect(order.exchangeOrderId).toBe('x1001')
  })

  test('exchanges number each pair’s orders by themselves: one exchange id on two pairs is two orders', () => {
    const { tracker, track } = rig()
    const btc = track()
    const eth = track({ clientOrderId: '1002', pair: 'ETH-USDT' })
    update('open', { exchangeOrderId: '77' })(tracker, btc)
    update('open', { exchangeOrderId: '77' })(tracker, eth)
    for (const order of [btc, eth]) {
      expect(
        tracker.applyTradeUpdate(byExchangeId(fillOf(order, '1', '0.4', { exchangeOrderId: '77' }))),
      ).toBe(true)
      expect(order.executedAmount.toString()).toBe('0.4')
    }
  })

  test('updates of orders that are not ours are told apart', () => {
    const { tracker, track } = rig()
    const order = track()
    expect(tracker.applyOrderUpdate(updateOf(orderIdentity({ clientOrderId: '5' }), 'open'))).toBe(false)
    expect(tracker.applyOrderUpdate(updateOf(orderIdentity({ pair: 'ETH-USDT' }), 'open'))).toBe(false)
    expect(order.state).toBe('pendingCreate')
  })
})

describe('finished orders', () => {
  test('are remembered for late fills, the newest thousand of them', () => {
    const { tracker, recorder, track } = rig()
    for (let id = 1; id <= 1_001; id++) {
      const order = track({ clientOrderId: String(id) })
      update('open')(tracker, order)
      canceled('0')(tracker, order)
    }
    expect(tracker.active.size).toBe(0)
    expect(tracker.find('1')).toBeUndefined()
    const forgotten = orderIdentity({ clientOrderId: '1' })
    expect(tracker.applyTradeUpdate(fillOf(forgotten, 't', '0.4'))).toBe(false)
    expect(tracker.applyTradeUpdate(byExchangeId(fillOf(forgotten, 't', '0.4')))).toBe(false)
    expect(tracker.applyTradeUpdate(fillOf(orderIdentity({ clientOrderId: '2' }), 't', '0.4'))).toBe(true)
    expect(recorder.payloadsOf('orderFilled')).toHaveLength(1)
  })
})

describe('cancels', () => {
  test('one that is asked for is a state, and one that is refused takes it back', () => {
    const { tracker, recorder, track } = rig()
    const order = track()
    update('open')(tracker, order)
    tracker.cancelRequested(order)
    expect(order.state).toBe('pendingCancel')
    update('open')(tracker, order)
    fill('1', '0.4')(tracker, order)
    expect(order.state).toBe('pendingCancel')
    tracker.cancelRefused(order)
    expect(order.state).toBe('partiallyFilled')
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled'])
  })

  test('a refusal after the end changes nothing', () => {
    const { tracker, track } = rig()
    const order = track()
    update('open')(tracker, order)
    tracker.cancelRequested(order)
    fill('1', '1')(tracker, order)
    tracker.cancelRefused(order)
    tracker.cancelRequested(order)
    expect(order.state).toBe('filled')
  })
})

describe('waiting for an order', () => {
  const never = new AbortController().signal

  test('resolves at once when it is so already', async () => {
    const { tracker, track, clock } = rig()
    const order = track()
    expect(await tracker.waitUntil(order, () => true, 1_000, never)).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('resolves when it becomes so, and leaves no timer', async () => {
    const { tracker, track, clock } = rig()
    const order = track()
    const waiting = tracker.waitUntil(order, () => order.isDone, 1_000, never)
    update('open')(tracker, order)
    await settle()
    expect(clock.pending).toBe(1)
    canceled('0')(tracker, order)
    expect(await waiting).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('gives up after the timeout', async () => {
    const { tracker, track, clock } = rig()
    const order = track()
    const waiting = tracker.waitUntil(order, () => order.isDone, 1_000, never)
    clock.advance(1_000)
    expect(await waiting).toBe(false)
  })

  test('gives up when the signal aborts, and leaves no timer', async () => {
    const { tracker, track, clock } = rig()
    const order = track()
    const abort = new AbortController()
    const waiting = tracker.waitUntil(order, () => order.isDone, 1_000, abort.signal)
    abort.abort()
    expect(await waiting).toBe(false)
    expect(clock.pending).toBe(0)
  })
})

test('a listener that throws changes nothing for the order or for other listeners', () => {
  const errors: unknown[] = []
  const events = new TypedEvents<ConnectorEvents>((error) => errors.push(error))
  const tracker = new OrderTracker({ clock: new FakeClock(), events, onLookUpNeeded: () => undefined })
  events.on('orderFilled', () => {
    throw new Error('strategy bug')
  })
  const recorder = new EventRecorder(events)
  const order = tracker.track(orderIdentity())
  tracker.applyTradeUpdate(fillOf(order, '1', '1'))
  expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
  expect(errors).toHaveLength(1)
})

test('an order that an earlier process sent without hearing of it is put on record as unknown', () => {
  const { tracker } = rig()
  const recorded: string[] = []
  tracker.recordBy({
    ...NO_RECORD,
    state: ({ clientOrderId, state }) => recorded.push(`${clientOrderId} ${state}`),
  })
  const past = { exchangeOrderId: undefined, reason: undefined, fills: [] }
  const { clientOrderId } = tracker.adopt(orderIdentity(), { ...past, state: 'pendingCreate' })!
  tracker.adopt(orderIdentity({ clientOrderId: 'another' }), { ...past, state: 'open' })
  expect(recorded).toEqual([`${clientOrderId} submitUnknown`])
})
