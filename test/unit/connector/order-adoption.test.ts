import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { InFlightOrder } from '../../../src/connector/in-flight-order.ts'
import { NO_RECORD, type OrderRecorder } from '../../../src/connector/order-recorder.ts'
import { OrderTracker, type AdoptedPast } from '../../../src/connector/order-tracker.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  EventRecorder,
  fillOf,
  orderIdentity,
  strictEvents,
  updateOf,
} from '../../support/scripted-exchange.ts'

const PAST: AdoptedPast = { state: 'open', exchangeOrderId: '77', reason: undefined, fills: [] }

function rig(recording: Partial<OrderRecorder> = {}) {
  const events = strictEvents()
  const recorder = new EventRecorder(events)
  const tracker = new OrderTracker({ clock: new FakeClock(), events, onLookUpNeeded: () => undefined })
  tracker.recordBy({ ...NO_RECORD, ...recording })
  return { recorder, tracker }
}

describe('an order of an earlier process', () => {
  test('is taken over as it was on record, and nothing of that is told again', () => {
    const { recorder, tracker } = rig()
    const identity = orderIdentity()
    const order = tracker.adopt(identity, {
      ...PAST,
      state: 'partiallyFilled',
      fills: [fillOf(new InFlightOrder(identity), '1', '0.4')],
    })!
    expect(order).toMatchObject({ isAdopted: true, state: 'partiallyFilled', exchangeOrderId: '77' })
    expect(order.executedAmount.toString()).toBe('0.4')
    expect(recorder.names).toEqual([])
  })

  test('a fill that was on record is not told when it comes again, and one that was missed is, once', () => {
    const { recorder, tracker } = rig()
    const identity = orderIdentity()
    const known = fillOf(new InFlightOrder(identity), '1', '0.4')
    const order = tracker.adopt(identity, { ...PAST, fills: [known] })!
    tracker.applyTradeUpdate(known)
    expect(recorder.names).toEqual([])
    const missed = fillOf(order, '2', '0.6')
    tracker.applyTradeUpdate(missed)
    tracker.applyTradeUpdate(missed)
    expect(recorder.names).toEqual(['orderFilled', 'buyOrderCompleted'])
  })

  test('that had not been answered is unknown, and created when the exchange turns out to have it', () => {
    const { recorder, tracker } = rig()
    const order = tracker.adopt(orderIdentity(), {
      ...PAST,
      state: 'pendingCreate',
      exchangeOrderId: undefined,
    })!
    expect(order.state).toBe('submitUnknown')
    tracker.applyOrderUpdate(updateOf(order, 'open', { source: 'rest' }))
    expect(recorder.names).toEqual(['buyOrderCreated'])
  })

  test('whose fills are all on record, and whose end is not, ends at once', () => {
    const { recorder, tracker } = rig()
    const identity = orderIdentity()
    const fill = fillOf(new InFlightOrder(identity), '1', '1')
    tracker.adopt(identity, { ...PAST, fills: [fill] })
    expect(recorder.names).toEqual(['buyOrderCompleted'])
    expect(tracker.active.size).toBe(0)
  })

  test('that is done is remembered for a fee that was not known, and is not tracked', () => {
    const recorded: string[] = []
    const { recorder, tracker } = rig({ fill: (_, { tradeId, fee }) => recorded.push(`${tradeId} ${String(fee?.amount)}`) }) // prettier-ignore
    const identity = orderIdentity()
    const fill = fillOf(new InFlightOrder(identity), '1', '1')
    const order = tracker.adopt(identity, { ...PAST, state: 'filled', fills: [fill] })!
    expect([tracker.active.size, tracker.withoutFees]).toEqual([0, [order]])
    tracker.applyTradeUpdate({ ...fill, fee: { asset: 'USDT', amount: new Decimal('0.5') } })
    expect(recorded).toEqual(['1 0.5'])
    expect(recorder.names).toEqual([])
  })

  test('that is tracked already is not taken over a second time', () => {
    const { tracker } = rig()
    const order = tracker.track(orderIdentity())
    expect(tracker.adopt(orderIdentity(), PAST)).toBeUndefined()
    expect(tracker.find(order.clientOrderId)).toBe(order)
  })

  test('is found by the exchange’s own id', () => {
    const { recorder, tracker } = rig()
    const order = tracker.adopt(orderIdentity(), PAST)!
    const { clientOrderId: _, ...byExchangeId } = fillOf(order, '1', '1')
    tracker.applyTradeUpdate({ ...byExchangeId, exchangeOrderId: '77' })
    expect(recorder.names).toEqual(['orderFilled', 'buyOrderCompleted'])
  })
})

describe('the record', () => {
  test('has an order before it is tracked, and one that could not be put on record is not tracked', () => {
    const { tracker } = rig({
      order: () => {
        throw new QtxError('QTX_JOURNAL_FAILED', 'no room')
      },
    })
    expect(() => tracker.track(orderIdentity())).toThrow(
      expect.objectContaining({ code: 'QTX_JOURNAL_FAILED' }),
    )
    expect(tracker.active.size).toBe(0)
  })

  test('has every answer, fill and state before anybody is told', () => {
    const story: string[] = []
    const { tracker, recorder } = rig({
      placeOutcome: (_, { kind }) => story.push(`record ${kind}`),
      state: ({ state }) => story.push(`record ${state}`),
      fill: (_, { tradeId }) => story.push(`record fill ${tradeId}`),
    })
    let told = 0
    const seen = () => {
      const { names } = recorder
      story.push(...names.slice(told).map((name) => `tell ${name}`))
      told = names.length
    }
    const order = tracker.track(orderIdentity())
    tracker.applyPlaceOutcome(order, { kind: 'accepted', exchangeOrderId: '77', updateMs: 1 })
    seen()
    tracker.applyTradeUpdate(fillOf(order, '1', '0.4'))
    seen()
    tracker.applyOrderUpdate(updateOf(order, 'canceled', { executedAmount: new Decimal('0.4') }))
    seen()
    expect(story).toEqual([
      'record accepted',
      'record open',
      'tell buyOrderCreated',
      'record fill 1',
      'record partiallyFilled',
      'tell orderFilled',
      'record canceled',
      'tell orderCancelled',
    ])
  })
})
