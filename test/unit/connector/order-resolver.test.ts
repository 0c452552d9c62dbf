import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { silentLogger } from '../../../src/common/log.ts'
import type { OrderIdentity } from '../../../src/connector/in-flight-order.ts'
import { OrderResolver } from '../../../src/connector/order-resolver.ts'
import { OrderTracker } from '../../../src/connector/order-tracker.ts'
import type { OrderReason, OrderUpdate, TradeUpdate } from '../../../src/connector/order-types.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  byExchangeId,
  EventRecorder,
  fillOf,
  orderIdentity,
  pass,
  settle,
  strictEvents,
  updateOf,
} from '../../support/scripted-exchange.ts'

const NO_ANSWER: OrderReason = { code: 'QTX_ORDER_TIMEOUT', message: 'no answer' }
const FEE = { asset: 'USDT', amount: new Decimal('0.5') }
const DOWN = new QtxError('QTX_EXCHANGE_DOWN', 'no answer from the exchange')

type Answer = OrderUpdate | undefined | Error

function rig(proofAfterMs?: number) {
  const clock = new FakeClock()
  const events = strictEvents()
  const recorder = new EventRecorder(events)
  const abort = new AbortController()
  const tracker: OrderTracker = new OrderTracker({
    clock,
    events,
    onLookUpNeeded: (order) => resolver.lookUp(order),
  })
  const asked: number[] = []
  const exchange: { answer: Answer; fills: readonly TradeUpdate[]; fillsFailure: Error | undefined } = {
    answer: DOWN,
    fills: [],
    fillsFailure: undefined,
  }
  const fillsAsked: number[] = []
  const resolver = new OrderResolver({
    clock,
    logger: silentLogger,
    random: () => 0,
    signal: abort.signal,
    tracker,
    fetchOrder: () => {
      asked.push(clock.monotonicMs())
      const { answer } = exchange
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
    fetchFills: () => {
      fillsAsked.push(clock.monotonicMs())
      return exchange.fillsFailure ? Promise.reject(exchange.fillsFailure) : Promise.resolve(exchange.fills)
    },
    notFoundIsProofAfterMs: () => proofAfterMs,
  })
  const trackUnknown = (given: Partial<OrderIdentity> = {}) => {
    const order = tracker.track(orderIdentity(given))
    tracker.applyPlaceOutcome(order, { kind: 'unknown', reason: NO_ANSWER })
    resolver.lookUp(order)
    return order
  }
  return { clock, recorder, tracker, resolver, exchange, asked, fillsAsked, abort, trackUnknown }
}

describe('an order whose outcome is unknown', () => {
  test('is asked about at once, then ever less often, until the exchange tells', async () => {
    const { clock, recorder, exchange, asked, trackUnknown } = rig()
    const order = trackUnknown()
    await pass(clock, 60_000, 50)
    expect(asked.slice(0, 6)).toEqual([0, 250, 750, 1_750, 3_750, 7_750])
    expect(order.state).toBe('submitUnknown')
    expect(recorder.names).toEqual(['orderSubmitUnknown'])
    exchange.answer = updateOf(order, 'open', { source: 'rest', executedAmount: new Decimal(0) })
    await pass(clock, 30_000, 50)
    expect(order.state).toBe('open')
    const count = asked.length
    await pass(clock, 60_000, 500)
    expect(asked).toHaveLength(count)
    expect(clock.pending).toBe(0)
    expect(recorder.names).toEqual(['orderSubmitUnknown', 'buyOrderCreated'])
  })

  test('U6, I1: is never declared failed because it could not be asked about', async () => {
    const { clock, recorder, exchange, trackUnknown } = rig(5_000)
    const order = trackUnknown()
    for (const code of [
      'QTX_EXCHANGE_DOWN',
      'QTX_RATE_LIMITED',
      'QTX_EXCHANGE_ANSWER',
      'QTX_AUTH',
    ] as const) {
      exchange.answer = new QtxError(code, 'refused')
      await pass(clock, 100_000, 500)
    }
    exchange.answer = new TypeError('not what was expected')
    await pass(clock, 100_000, 500)
    expect(order.state).toBe('submitUnknown')
    expect(recorder.names).toEqual(['orderSubmitUnknown'])
    exchange.answer = updateOf(order, 'open', { source: 'rest' })
    await pass(clock, 30_000, 500)
    expect(order.state).toBe('open')
  })

  test('I2: that is not found stays unknown for ever where nothing proves that it cannot arrive', async () => {
    const { clock, recorder, exchange, trackUnknown } = rig(undefined)
    exchange.answer = undefined
    const order = trackUnknown()
    await pass(clock, 600_000, 1_000)
    expect(order.state).toBe('submitUnknown')
    expect(recorder.names).toEqual(['orderSubmitUnknown'])
  })

  test('that is not found is proven never to have arrived only after the time that proves it', async () => {
    const { clock, recorder, exchange, trackUnknown } = rig(5_000)
    exchange.answer = undefined
    const order = trackUnknown()
    await pass(clock, 5_000)
    expect(order.state).toBe('submitUnknown')
    await pass(clock, 5_000)
    expect(order.state).toBe('failed')
    expect(recorder.payloadsOf('orderFailure')[0]).toMatchObject({ errorCode: 'QTX_ORDER_NOT_FOUND' })
    expect(clock.pending).toBe(0)
  })

  test('the proving time runs from the doubt on, not from the placing, and not by a clock that jumps', async () => {
    const { clock, exchange, trackUnknown } = rig(5_000)
    exchange.answer = undefined
    const order = trackUnknown({ createdMs: clock.nowMs() - 3_600_000 })
    await pass(clock, 4_000)
    expect(order.state).toBe('submitUnknown')
  })

  test('a question that was put before the proving time, and answered after it, proves nothing', async () => {
    const { clock, tracker, recorder } = rig()
    const answers: ((found: undefined) => void)[] = []
    const resolver = new OrderResolver({
      clock,
      logger: silentLogger,
      random: () => 0,
      signal: new AbortController().signal,
      tracker,
      fetchOrder: () => new Promise((resolve) => answers.push(resolve)),
      fetchFills: () => Promise.resolve([]),
      notFoundIsProofAfterMs: () => 5_000,
    })
    const order = tracker.track(orderIdentity())
    tracker.applyPlaceOutcome(order, { kind: 'unknown', reason: NO_ANSWER })
    resolver.lookUp(order)
    await pass(clock, 60_000, 1_000)
    answers[0]?.(undefined)
    await settle()
    expect(order.state).toBe('submitUnknown')
    expect(recorder.names).toEqual(['orderSubmitUnknown'])
  })

  test('one look-up runs for it, however often it is asked for', async () => {
    const { resolver, asked, trackUnknown } = rig()
    const order = trackUnknown()
    resolver.lookUp(order)
    resolver.lookUp(order)
    await settle()
    expect(asked).toEqual([0])
  })

  test('a stop ends the look-up', async () => {
    const { clock, abort, asked, trackUnknown } = rig()
    trackUnknown()
    await settle()
    abort.abort()
    await settle()
    expect(clock.pending).toBe(0)
    await pass(clock, 60_000, 1_000)
    expect(asked).toEqual([0])
  })

  test('a stream that answers meanwhile ends the look-up', async () => {
    const { clock, tracker, asked, trackUnknown } = rig()
    const order = trackUnknown()
    await pass(clock, 1_000)
    const count = asked.length
    tracker.applyOrderUpdate(updateOf(order, 'open'))
    await pass(clock, 120_000, 1_000)
    expect(asked).toHaveLength(count)
  })
})

describe('an order that the exchange had and has no more', () => {
  const openOrder = ({ tracker }: Pick<ReturnType<typeof rig>, 'tracker'>) => {
    const order = tracker.track(orderIdentity())
    tracker.applyPlaceOutcome(order, { kind: 'accepted', exchangeOrderId: '77', updateMs: 1 })
    return order
  }

  test('fails once that was said three times, over a minute, and not before', async () => {
    const world = rig()
    const order = openOrder(world)
    world.exchange.answer = undefined
    world.resolver.lookUp(order)
    await pass(world.clock, 55_000, 500)
    expect(order.state).toBe('open')
    await pass(world.clock, 60_000, 500)
    expect(order).toMatchObject({ state: 'failed', reason: { code: 'QTX_ORDER_NOT_FOUND' } })
    expect(world.recorder.names).toEqual(['buyOrderCreated', 'orderFailure'])
  })

  test('tells the fills that it had before it fails', async () => {
    const world = rig()
    const order = openOrder(world)
    world.exchange.answer = undefined
    world.exchange.fills = [fillOf(order, '1', '0.4')]
    world.resolver.lookUp(order)
    await pass(world.clock, 120_000, 500)
    expect(world.recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'orderFailure'])
    expect(order.executedAmount.toString()).toBe('0.4')
  })

  test('U6: is not counted as missed while the exchange cannot be asked, and no more once it was found', async () => {
    const world = rig()
    const order = openOrder(world)
    world.exchange.answer = undefined
    world.resolver.lookUp(order)
    await settle()
    world.exchange.answer = DOWN
    await pass(world.clock, 600_000, 1_000)
    expect(order.state).toBe('open')
    world.exchange.answer = updateOf(order, 'open', { source: 'rest' })
    await pass(world.clock, 30_000, 500)
    const count = world.asked.length
    await pass(world.clock, 600_000, 1_000)
    expect(world.asked).toHaveLength(count)
    expect(order.state).toBe('open')
  })
})

test('a request that was taken back unread, and is not found for a minute, never became an order', async () => {
  const { clock, tracker, resolver, exchange } = rig(undefined)
  const order = tracker.track(orderIdentity())
  tracker.applyPlaceOutcome(order, { kind: 'unknown', reason: NO_ANSWER, wasWithdrawn: true })
  exchange.answer = undefined
  resolver.lookUp(order)
  await pass(clock, 55_000, 500)
  expect(order.state).toBe('submitUnknown')
  await pass(clock, 60_000, 500)
  expect(order.state).toBe('failed')
})

describe('fills', () => {
  test('I5: are fetched and applied before the end is', async () => {
    const { exchange, recorder, trackUnknown } = rig()
    const order = orderIdentity()
    exchange.answer = updateOf(order, 'filled', { source: 'rest', executedAmount: new Decimal(1) })
    exchange.fills = [fillOf(order, '1', '0.4'), fillOf(order, '2', '0.6')]
    trackUnknown()
    await settle()
    expect(recorder.names).toEqual([
      'orderSubmitUnknown',
      'buyOrderCreated',
      'orderFilled',
      'orderFilled',
      'buyOrderCompleted',
    ])
  })

  test('are recognised by the question when they carry an exchange id that was not known', async () => {
    const { exchange, recorder, trackUnknown } = rig()
    const order = orderIdentity()
    exchange.answer = byExchangeId(
      updateOf(order, 'canceled', { source: 'rest', executedAmount: new Decimal('0.4') }),
    )
    exchange.fills = [byExchangeId(fillOf(order, '1', '0.4'))]
    trackUnknown()
    await settle()
    expect(recorder.names).toEqual(['orderSubmitUnknown', 'buyOrderCreated', 'orderFilled', 'orderCancelled'])
  })

  test('are fetched where the exchange does not say how much was executed', async () => {
    const { exchange, recorder, trackUnknown } = rig()
    const order = orderIdentity()
    exchange.answer = updateOf(order, 'canceled', { source: 'rest' })
    exchange.fills = [fillOf(order, '1', '0.4')]
    const tracked = trackUnknown()
    await settle()
    expect(tracked.state).toBe('canceled')
    expect(recorder.payloadsOf('orderCancelled')[0]?.executedAmount.toString()).toBe('0.4')
  })

  test('are not fetched when all are known', async () => {
    const { tracker, resolver, exchange, fillsAsked } = rig()
    const order = tracker.track(orderIdentity())
    tracker.applyTradeUpdate(fillOf(order, '1', '0.4', { fee: FEE }))
    exchange.answer = updateOf(order, 'partiallyFilled', { executedAmount: new Decimal('0.4') })
    expect(await resolver.refresh(order)).toBe('found')
    expect(fillsAsked).toEqual([])
  })

  test('are fetched for a fee that is not known, once where the list does not have it either', async () => {
    const { clock, tracker, resolver, exchange, fillsAsked } = rig()
    const order = tracker.track(orderIdentity())
    tracker.applyTradeUpdate(fillOf(order, '1', '1'))
    exchange.answer = updateOf(order, 'filled', { source: 'rest', executedAmount: new Decimal(1) })
    exchange.fills = [fillOf(order, '1', '1')]
    resolver.lookUp(order)
    await pass(clock, 60_000, 50)
    expect(fillsAsked).toHaveLength(1)
    exchange.fills = [fillOf(order, '1', '1', { fee: FEE })]
    resolver.lookUp(order)
    await settle()
    expect(String(order.fees.get('USDT'))).toBe('0.5')
    expect(clock.pending).toBe(0)
  })

  test('of an order that was said to be canceled with less are asked for until the list has them', async () => {
    const { clock, recorder, tracker, exchange } = rig()
    const order = tracker.track(orderIdentity())
    tracker.applyOrderUpdate(updateOf(order, 'open'))
    tracker.applyOrderUpdate(updateOf(order, 'canceled', { executedAmount: new Decimal(0) }))
    exchange.answer = updateOf(order, 'canceled', { source: 'rest', executedAmount: new Decimal('0.4') })
    tracker.applyOrderUpdate(updateOf(order, 'canceled', { executedAmount: new Decimal('0.4') }))
    await pass(clock, 5_000, 50)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderCancelled'])
    exchange.fills = [fillOf(order, '1', '0.4', { fee: FEE })]
    await pass(clock, 10_000, 50)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderCancelled', 'orderFilled'])
    expect(String(order.executedAmount)).toBe('0.4')
    expect(clock.pending).toBe(0)
  })

  test('that are missing are left to the stream for a moment before they are asked for', async () => {
    const { clock, tracker, asked } = rig()
    const order = tracker.track(orderIdentity())
    tracker.applyOrderUpdate(updateOf(order, 'filled'))
    await pass(clock, 100)
    tracker.applyTradeUpdate(fillOf(order, '1', '1'))
    await pass(clock, 10_000, 100)
    expect(order.state).toBe('filled')
    expect(asked).toEqual([])
  })

  test('that stay missing are asked for until they are there', async () => {
    const { clock, tracker, exchange, recorder } = rig()
    const order = tracker.track(orderIdentity())
    exchange.answer = updateOf(order, 'filled', { source: 'rest', executedAmount: new Decimal(1) })
    exchange.fills = [fillOf(order, '1', '0.4')]
    tracker.applyOrderUpdate(updateOf(order, 'filled'))
    await pass(clock, 2_000)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled'])
    exchange.fills = [...exchange.fills, fillOf(order, '2', '0.6')]
    await pass(clock, 10_000, 50)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'orderFilled', 'buyOrderCompleted'])
  })

  test('that would prove a canceled order filled are asked for until the exchange could be asked', async () => {
    const { clock, tracker, exchange } = rig()
    const order = tracker.track(orderIdentity())
    tracker.applyOrderUpdate(updateOf(order, 'canceled', { executedAmount: new Decimal(0) }))
    tracker.applyOrderUpdate(updateOf(order, 'filled'))
    await pass(clock, 2_000)
    expect(order.state).toBe('canceled')
    exchange.answer = updateOf(order, 'filled', { source: 'rest', executedAmount: new Decimal(1) })
    exchange.fills = [fillOf(order, '1', '1')]
    await pass(clock, 10_000, 50)
    expect(order.state).toBe('filled')
  })

  test('that were called for while the exchange was being asked are asked for again', async () => {
    const { clock, tracker, exchange } = rig()
    const order = tracker.track(orderIdentity())
    tracker.applyOrderUpdate(updateOf(order, 'canceled', { executedAmount: new Decimal(0) }))
    exchange.answer = updateOf(order, 'filled', { source: 'rest', executedAmount: new Decimal(1) })
    exchange.fills = [fillOf(order, '1', '0.4')]
    tracker.applyOrderUpdate(updateOf(order, 'filled'))
    await pass(clock, 1_000, 50)
    expect(order.executedAmount.toString()).toBe('0.4')
    exchange.fills = [...exchange.fills, fillOf(order, '2', '0.6')]
    await pass(clock, 10_000, 50)
    expect(order.state).toBe('filled')
  })

  test('that could not be fetched leave the end unapplied', async () => {
    const { clock, exchange, recorder, trackUnknown } = rig()
    const order = orderIdentity()
    exchange.answer = updateOf(order, 'canceled', { source: 'rest', executedAmount: new Decimal('0.4') })
    exchange.fillsFailure = DOWN
    trackUnknown()
    await pass(clock, 2_000)
    expect(recorder.names).toEqual(['orderSubmitUnknown'])
    exchange.fillsFailure = undefined
    exchange.fills = [fillOf(order, '1', '0.4')]
    await pass(clock, 10_000, 50)
    expect(recorder.names.at(-1)).toBe('orderCancelled')
  })
})

describe('an order that is being cancelled', () => {
  test('that is found open was not cancelled: it is open again, and may be cancelled again', async () => {
    const { clock, tracker, resolver, exchange, asked } = rig()
    const order = tracker.track(orderIdentity())
    tracker.applyOrderUpdate(updateOf(order, 'open'))
    tracker.cancelRequested(order)
    exchange.answer = updateOf(order, 'open', { source: 'rest', executedAmount: new Decimal(0) })
    resolver.lookUp(order)
    await pass(clock, 5_000)
    expect(order.state).toBe('open')
    expect(asked).toEqual([0])
  })

  test('I4: that is not found is not taken for canceled', async () => {
    const { clock, tracker, resolver, exchange, recorder } = rig(1_000)
    const order = tracker.track(orderIdentity())
    tracker.applyOrderUpdate(updateOf(order, 'open'))
    tracker.cancelRequested(order)
    exchange.answer = undefined
    resolver.lookUp(order)
    await pass(clock, 60_000, 100)
    expect(order.state).toBe('pendingCancel')
    exchange.answer = updateOf(order, 'filled', { source: 'rest', executedAmount: new Decimal(1) })
    exchange.fills = [fillOf(order, '1', '1')]
    await pass(clock, 60_000, 100)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
  })
})

test('refresh says what it found, and throws when the exchange could not be asked', async () => {
  const { tracker, resolver, exchange } = rig()
  const order = tracker.track(orderIdentity())
  await expect(resolver.refresh(order)).rejects.toBe(DOWN)
  exchange.answer = undefined
  expect(await resolver.refresh(order)).toBe('not-found')
  exchange.answer = updateOf(order, 'open')
  expect(await resolver.refresh(order)).toBe('found')
})
