import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { ClientOrderIdGenerator } from '../../../src/common/client-order-id.ts'
import { Decimal } from '../../../src/common/decimal.ts'
import { silentLogger } from '../../../src/common/log.ts'
import { AccountState } from '../../../src/connector/account-state.ts'
import type { InFlightOrder } from '../../../src/connector/in-flight-order.ts'
import { OrderEntry } from '../../../src/connector/order-entry.ts'
import type { OrderWish } from '../../../src/connector/order-wish.ts'
import { NO_RECORD } from '../../../src/connector/order-recorder.ts'
import { OrderResolver } from '../../../src/connector/order-resolver.ts'
import { OrderTracker } from '../../../src/connector/order-tracker.ts'
import type {
  CancelOutcome,
  OrderUpdate,
  PlaceOutcome,
  TradeUpdate,
} from '../../../src/connector/order-types.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  BTC_RULE,
  EventRecorder,
  fillOf,
  pass,
  settle,
  strictEvents,
  updateOf,
  whilePassing,
} from '../../support/scripted-exchange.ts'

const ACCEPTED: PlaceOutcome = { kind: 'accepted', exchangeOrderId: 'x1', updateMs: 1_748_231_160_100 }
const CANCEL_TAKEN: CancelOutcome = { kind: 'accepted', updateMs: 1_748_231_160_200 }
const CANCEL_NOT_FOUND: CancelOutcome = {
  kind: 'rejected',
  notFound: true,
  reason: { code: 'QTX_ORDER_NOT_FOUND', message: '-2011: Unknown order sent.' },
}
const NO_ANSWER = { code: 'QTX_ORDER_TIMEOUT', message: 'no answer within 10000 ms' } as const

const d = (text: string) => new Decimal(text)

interface Script {
  place: (order: InFlightOrder) => Promise<PlaceOutcome>
  cancel: (order: InFlightOrder) => Promise<CancelOutcome>
  order: (order: InFlightOrder) => OrderUpdate | undefined | Error
  fills: (order: InFlightOrder) => readonly TradeUpdate[]
  marketPrice: Decimal | undefined
  isReconciled: boolean
}

function rig(position = '0') {
  const clock = new FakeClock()
  const events = strictEvents()
  const recorder = new EventRecorder(events)
  const abort = new AbortController()
  const account = new AccountState(clock, events)
  const asked = { ms: clock.nowMs(), patchCount: 0 }
  account.setPositionMode('oneWay')
  account.replacePositions(
    [{ pair: 'BTC-USDT', amount: d(position), entryPrice: d('50000'), unrealizedPnl: d('0') }],
    asked,
  )
  const tracker: OrderTracker = new OrderTracker({
    clock,
    events,
    onLookUpNeeded: (order) => resolver.lookUp(order),
  })
  const script: Script = {
    place: () => Promise.resolve(ACCEPTED),
    cancel: () => Promise.resolve(CANCEL_TAKEN),
    order: () => new QtxError('QTX_EXCHANGE_DOWN', 'no answer'),
    fills: () => [],
    marketPrice: d('50000'),
    isReconciled: true,
  }
  const placed: InFlightOrder[] = []
  const cancels: InFlightOrder[] = []
  const lookedUp: InFlightOrder[] = []
  const resolver = new OrderResolver({
    clock,
    logger: silentLogger,
    random: () => 0,
    signal: abort.signal,
    tracker,
    fetchOrder: (order) => {
      lookedUp.push(order)
      const found = script.order(order)
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found)
    },
    fetchFills: (order) => Promise.resolve(script.fills(order)),
    notFoundIsProofAfterMs: () => undefined,
  })
  const entry = new OrderEntry({
    clock,
    logger: silentLogger,
    ids: new ClientOrderIdGenerator({ clock, instance: 1 }),
    tracker,
    resolver,
    account,
    signal: abort.signal,
    recorder: () => NO_RECORD,
    isReconciled: () => script.isReconciled,
    maxSlippage: d('0.03'),
    cancelTimeoutMs: 10_000,
    ruleOf: (pair) => {
      if (pair === BTC_RULE.pair) return BTC_RULE
      throw new QtxError('QTX_PAIR_UNKNOWN', `${pair} is not tracked`)
    },
    marketPrice: () => script.marketPrice,
    place: (order) => {
      placed.push(order)
      return script.place(order)
    },
    cancel: (order) => {
      cancels.push(order)
      return script.cancel(order)
    },
  })
  const submit = (wish: Partial<OrderWish> = {}) =>
    entry.submit({
      pair: 'BTC-USDT',
      tradeType: 'buy',
      amount: '1',
      orderType: 'limit',
      price: '50000',
      options: {},
      ...wish,
    })
  /** An order that is open on the exchange. */
  const open = async (wish: Partial<OrderWish> = {}) => {
    const order = tracker.find(submit(wish))!
    await settle()
    expect(order.state).toBe('open')
    return order
  }
  return { clock, recorder, abort, account, tracker, script, placed, cancels, lookedUp, entry, submit, open }
}

describe('placing', () => {
  test('returns the id of an order that is tracked and sent, and no event comes before that', async () => {
    const { submit, recorder, tracker, placed } = rig()
    const id = submit()
    expect(tracker.active.get(id)?.state).toBe('pendingCreate')
    expect(placed.map(({ clientOrderId }) => clientOrderId)).toEqual([id])
    expect(recorder.names).toEqual([])
    await settle()
    expect(recorder.names).toEqual(['buyOrderCreated'])
  })

  test('Q70: ids are numeric, unique and rising', () => {
    const { submit } = rig()
    const ids = Array.from({ length: 300 }, () => BigInt(submit()))
    expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)))
    expect(new Set(ids).size).toBe(300)
  })

  test('a rejection is an event, after the id was returned', async () => {
    const { submit, script, recorder } = rig()
    script.place = () =>
      Promise.resolve({
        kind: 'rejected',
        reason: { code: 'QTX_ORDER_REJECTED', message: '-2019: Margin is insufficient.' },
      })
    submit()
    expect(recorder.names).toEqual([])
    await settle()
    expect(recorder.payloadsOf('orderFailure')[0]?.errorMessage).toBe('-2019: Margin is insufficient.')
  })

  test('a hook that throws, at once or later, sent nothing: the order failed, after the id was returned', async () => {
    for (const fail of [
      (): never => {
        throw new QtxError('QTX_RING_FULL', 'the ring has no free slot')
      },
      () => Promise.reject(new QtxError('QTX_RING_FULL', 'the ring has no free slot')),
    ]) {
      const { submit, script, recorder } = rig()
      script.place = fail
      submit()
      expect(recorder.names).toEqual([])
      await settle()
      expect(recorder.names).toEqual(['orderFailure'])
      expect(recorder.payloadsOf('orderFailure')[0]?.errorCode).toBe('QTX_RING_FULL')
    }
  })

  test('I2: an exception whose code says that the order may be live leaves it unknown, and looks it up', async () => {
    const { submit, script, recorder, lookedUp, placed } = rig()
    script.place = () => Promise.reject(new QtxError('QTX_ORDER_TIMEOUT', 'no answer within 10000 ms'))
    submit()
    await settle()
    expect(recorder.names).toEqual(['orderSubmitUnknown'])
    expect(lookedUp).toHaveLength(1)
    expect(placed).toHaveLength(1)
  })

  test('I2: an unknown outcome is looked up until it is known, and never sent again', async () => {
    const { submit, script, recorder, clock, placed } = rig()
    script.place = () => Promise.resolve({ kind: 'unknown', reason: NO_ANSWER })
    submit()
    await pass(clock, 60_000, 500)
    expect(recorder.names).toEqual(['orderSubmitUnknown'])
    script.order = (order) => updateOf(order, 'open', { source: 'rest' })
    await pass(clock, 30_000, 500)
    expect(recorder.names).toEqual(['orderSubmitUnknown', 'buyOrderCreated'])
    expect(placed).toHaveLength(1)
  })
})

describe('an order that breaks a rule', () => {
  test.each<[string, Partial<OrderWish>, string[]]>([
    ['too small', { amount: '0.0009' }, ['amount', 'one step of 0.001']],
    ['too large', { amount: '100.001' }, ['amount 100.001', 'maximum order size 100']],
    ['of too little value', { amount: '0.001' }, ['order value 50', 'minimum notional 100']],
    ['below one tick', { price: '0.05' }, ['price', 'one tick of 0.1']],
    [
      'at market, too small',
      { orderType: 'market', price: undefined, amount: '0.0001' },
      ['amount', 'one step of 0.001'],
    ],
    [
      'at market, of too little value',
      { orderType: 'market', price: undefined, amount: '0.001' },
      ['order value 50', 'minimum notional 100'],
    ],
  ])(
    'U9: %s fails by an event that names rule, value and limit, and nothing is sent',
    async (_n, wish, words) => {
      const { submit, recorder, placed } = rig()
      const id = submit(wish)
      expect(recorder.names).toEqual([])
      await settle()
      const [failure] = recorder.payloadsOf('orderFailure')
      expect(failure).toMatchObject({ clientOrderId: id, errorCode: 'QTX_ORDER_INVALID' })
      for (const word of words) expect(failure?.errorMessage).toContain(word)
      expect(placed).toEqual([])
    },
  )

  test('at market without a live book: its amount is checked all the same', async () => {
    const { submit, script, recorder, placed } = rig()
    script.marketPrice = undefined
    submit({ orderType: 'market', price: undefined, amount: '0.0001' })
    await settle()
    expect(recorder.names).toEqual(['orderFailure'])
    expect(placed).toEqual([])
    submit({ orderType: 'market', price: undefined, amount: '0.001' })
    expect(placed).toHaveLength(1)
  })
})

describe('what is no order at all', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['an amount of zero', { amount: 0 }, 'amount 0 is not above zero'],
    ['a negative amount', { amount: '-1' }, 'amount -1 is not above zero'],
    ['an amount that is no number', { amount: 'one' }, 'amount "one" is not a number'],
    ['NaN', { amount: NaN }, 'amount NaN is not above zero'],
    ['infinity', { amount: Infinity }, 'amount Infinity is not above zero'],
    ['no amount', { amount: undefined }, 'amount'],
    ['a limit without a price', { price: undefined }, 'a limit order needs a price'],
    [
      'a maker without a price',
      { orderType: 'limitMaker', price: undefined },
      'a limitMaker order needs a price',
    ],
    ['a price of zero', { price: 0 }, 'price 0 is not above zero'],
    ['a price that is no number', { price: '50,000' }, 'price "50,000" is not a number'],
    ['an order type that there is not', { orderType: 'LIMIT' }, 'order type "LIMIT" is none of'],
    [
      'a time in force that there is not',
      { options: { timeInForce: 'GTC' } },
      'timeInForce "GTC" is none of',
    ],
    [
      'a position action that there is not',
      { options: { positionAction: 'CLOSE' } },
      'positionAction "CLOSE" is none of open, close',
    ],
    [
      'a market order that rests',
      { orderType: 'market', options: { timeInForce: 'gtc' } },
      'market orders cannot be gtc',
    ],
    [
      'a maker that takes',
      { orderType: 'limitMaker', options: { timeInForce: 'ioc' } },
      'a limitMaker order cannot be ioc',
    ],
    [
      'a slippage of zero',
      { orderType: 'market', options: { maxSlippage: 0 } },
      'maxSlippage 0 is not above zero',
    ],
    [
      'a slippage that would sell for nothing',
      { orderType: 'market', tradeType: 'sell', options: { maxSlippage: 1 } },
      'maxSlippage 1 is not below 1',
    ],
  ])('%s is refused at once, and nothing is tracked', (_name, wish, words) => {
    const { submit, tracker, placed, recorder } = rig()
    expect(() => submit(wish as Partial<OrderWish>)).toThrow(words)
    expect(() => submit(wish as Partial<OrderWish>)).toThrow(QtxError)
    expect(tracker.active.size).toBe(0)
    expect(placed).toEqual([])
    expect(recorder.names).toEqual([])
  })

  test('a pair that is not tracked is refused at once', () => {
    const { submit, tracker } = rig()
    expect(() => submit({ pair: 'DOGE-USDT' })).toThrow('DOGE-USDT is not tracked')
    expect(tracker.active.size).toBe(0)
  })

  test('Q6, I15: nothing is sent until the position mode and the positions are known', () => {
    const { submit, account, tracker } = rig()
    account.positionMode = undefined
    expect(() => submit()).toThrow(/position mode were not read yet|position mode/)
    account.positionMode = 'hedge'
    expect(() => submit()).toThrow(QtxError)
    account.positionMode = 'oneWay'
    account.positionsMs = undefined
    expect(() => submit()).toThrow(/positions/)
    expect(tracker.active.size).toBe(0)
  })
})

describe('prices', () => {
  test('are on the grid and never worse than asked: a buy moves down, a sell up', () => {
    const { submit, tracker } = rig()
    expect(tracker.find(submit({ price: '50000.19' }))?.price?.toString()).toBe('50000.1')
    expect(tracker.find(submit({ tradeType: 'sell', price: '50000.11' }))?.price?.toString()).toBe('50000.2')
    expect(tracker.find(submit({ price: 0.1 + 0.2, amount: '1' }))?.price?.toString()).toBe('0.3')
  })

  test('are never worse than asked by a whole tick or more, for any price', () => {
    const { submit, tracker } = rig()
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 0, max: 6 }),
        fc.constantFrom('buy' as const, 'sell' as const),
        (mantissa, scale, tradeType) => {
          const wanted = new Decimal(mantissa).div(new Decimal(10).pow(scale))
          const price = tracker.find(submit({ tradeType, price: wanted }))!.price!
          expect(price.mod('0.1').isZero()).toBe(true)
          expect(tradeType === 'buy' ? price.lte(wanted) : price.gte(wanted)).toBe(true)
          expect(price.minus(wanted).abs().lt('0.1')).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('market orders have none, are immediate or cancel, and keep their slippage', () => {
    const { submit, tracker } = rig()
    const usual = tracker.find(submit({ orderType: 'market', price: '1' }))
    expect(usual).toMatchObject({ price: undefined, timeInForce: 'ioc', orderType: 'market' })
    expect(usual?.maxSlippage.toString()).toBe('0.03')
    const own = tracker.find(submit({ orderType: 'market', options: { maxSlippage: '0.001' } }))
    expect(own?.maxSlippage.toString()).toBe('0.001')
  })

  test('amounts go down to the step', () => {
    const { submit, tracker } = rig()
    expect(tracker.find(submit({ amount: 1.2345678 }))?.amount.toString()).toBe('1.234')
  })
})

describe('positions', () => {
  test('Q9: what an order does to the position is found out', () => {
    const { submit, tracker } = rig('2')
    expect(tracker.find(submit({ tradeType: 'sell' }))?.positionAction).toBe('close')
    expect(tracker.find(submit())?.positionAction).toBe('open')
  })

  test('Q59, I27: closes never exceed the position together', () => {
    const { submit, tracker } = rig('2')
    const close = { tradeType: 'sell', options: { positionAction: 'close' } } as const
    expect(tracker.find(submit({ ...close, amount: '1.5' }))?.amount.toString()).toBe('1.5')
    expect(tracker.find(submit({ ...close, amount: '1.5' }))?.amount.toString()).toBe('0.5')
  })

  test('a close of a position that is no multiple of the step is still on the step', () => {
    const { submit, tracker } = rig('1.2345')
    const id = submit({ tradeType: 'sell', amount: '5', options: { positionAction: 'close' } })
    expect(tracker.find(id)?.amount.toString()).toBe('1.234')
  })

  test('a close without a position fails by an event, and nothing is sent', async () => {
    const { submit, recorder, placed } = rig('0')
    const id = submit({ tradeType: 'sell', options: { positionAction: 'close' } })
    expect(recorder.names).toEqual([])
    await settle()
    expect(recorder.payloadsOf('orderFailure')[0]).toMatchObject({
      clientOrderId: id,
      errorCode: 'QTX_NOTHING_TO_CLOSE',
    })
    expect(placed).toEqual([])
  })

  test('a failed close no longer counts as pending', async () => {
    const { submit, script, tracker } = rig('2')
    script.place = () => Promise.reject(new QtxError('QTX_RING_FULL', 'no slot'))
    const close = { tradeType: 'sell', amount: '2', options: { positionAction: 'close' } } as const
    submit(close)
    await settle()
    expect(tracker.find(submit(close))?.amount.toString()).toBe('2')
  })

  test('I28: a close need not have the minimum value', () => {
    const { submit, placed } = rig('0.001')
    submit({ tradeType: 'sell', amount: '1', options: { positionAction: 'close' } })
    expect(placed.map(({ amount }) => amount.toString())).toEqual(['0.001'])
  })
})

describe('cancelling', () => {
  test('resolves when the stream says that it is canceled', async () => {
    const { entry, open, tracker, recorder } = rig()
    const order = await open()
    const result = entry.cancel(order)
    await settle()
    expect(order.state).toBe('pendingCancel')
    tracker.applyOrderUpdate(updateOf(order, 'canceled', { executedAmount: d('0') }))
    expect(await result).toEqual({ clientOrderId: order.clientOrderId, success: true })
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderCancelled'])
  })

  test('resolves at once where the answer itself is the end', async () => {
    const { entry, open, script } = rig()
    const order = await open()
    script.cancel = () => Promise.resolve({ kind: 'accepted', executedAmount: d('0'), updateMs: 1 })
    expect(await entry.cancel(order)).toEqual({ clientOrderId: order.clientOrderId, success: true })
  })

  test('I4: an answer that tells of fills that were not seen waits for them', async () => {
    const { entry, open, script, recorder, clock } = rig()
    const order = await open()
    script.cancel = () => Promise.resolve({ kind: 'accepted', executedAmount: d('0.4'), updateMs: 1 })
    script.order = () => updateOf(order, 'canceled', { source: 'rest', executedAmount: d('0.4') })
    script.fills = () => [fillOf(order, '1', '0.4')]
    expect((await whilePassing(clock, entry.cancel(order))).success).toBe(true)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'orderCancelled'])
    expect(recorder.payloadsOf('orderCancelled')[0]?.executedAmount.toString()).toBe('0.4')
  })

  test('Q68, I8: waits for the placing’s answer before it is sent', async () => {
    const { entry, submit, script, tracker, cancels } = rig()
    let answer: (outcome: PlaceOutcome) => void = () => undefined
    script.place = () => new Promise((resolve) => (answer = resolve))
    const order = tracker.find(submit())!
    const result = entry.cancel(order)
    await settle()
    expect(cancels).toEqual([])
    answer(ACCEPTED)
    await settle()
    expect(cancels).toEqual([order])
    tracker.applyOrderUpdate(updateOf(order, 'canceled', { executedAmount: d('0') }))
    expect((await result).success).toBe(true)
  })

  test('is not sent when the placing failed meanwhile', async () => {
    const { entry, submit, script, tracker, cancels } = rig()
    let fail: (error: Error) => void = () => undefined
    script.place = () => new Promise((_resolve, reject) => (fail = reject))
    const order = tracker.find(submit())!
    const result = entry.cancel(order)
    fail(new QtxError('QTX_RING_FULL', 'no slot'))
    expect(await result).toMatchObject({ success: false, reason: 'the order is failed' })
    expect(cancels).toEqual([])
  })

  test('says so when the placing is not answered in time', async () => {
    const { entry, submit, script, tracker, clock, cancels } = rig()
    script.place = () => new Promise(() => undefined)
    const order = tracker.find(submit())!
    const result = await whilePassing(clock, entry.cancel(order))
    expect(result).toMatchObject({ success: false })
    expect(result.reason).toContain('not answered within 10000 ms')
    expect(cancels).toEqual([])
  })

  test('an order whose outcome is unknown may be live: the cancel is sent, and proves nothing by itself', async () => {
    const { entry, submit, script, tracker, clock, cancels, recorder } = rig()
    script.place = () => Promise.resolve({ kind: 'unknown', reason: NO_ANSWER })
    script.cancel = () => Promise.resolve(CANCEL_NOT_FOUND)
    const order = tracker.find(submit())!
    await settle()
    const result = await whilePassing(clock, entry.cancel(order))
    expect(cancels).toEqual([order])
    expect(result).toMatchObject({ success: false, reason: 'the order is submitUnknown' })
    expect(recorder.names).toEqual(['orderSubmitUnknown'])
  })

  test('an order whose outcome is unknown is canceled when the exchange says so', async () => {
    const { entry, submit, script, tracker } = rig()
    script.place = () => Promise.resolve({ kind: 'unknown', reason: NO_ANSWER })
    script.cancel = () => Promise.resolve({ kind: 'accepted', executedAmount: d('0'), updateMs: 1 })
    const order = tracker.find(submit())!
    await settle()
    expect((await entry.cancel(order)).success).toBe(true)
  })

  test('Q64, I4: not found is looked up; it was filled, and filled beats canceled', async () => {
    const { entry, open, script, clock, recorder } = rig()
    const order = await open()
    script.cancel = () => Promise.resolve(CANCEL_NOT_FOUND)
    script.order = () => updateOf(order, 'filled', { source: 'rest', executedAmount: d('1') })
    script.fills = () => [fillOf(order, '1', '1')]
    const result = await whilePassing(clock, entry.cancel(order))
    expect(result).toMatchObject({ success: false, reason: 'the order is filled' })
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
  })

  test('Q64, I4: not found, and not to be looked up, is never canceled: it fails once it was denied for long', async () => {
    const { entry, open, script, clock, recorder } = rig()
    const order = await open()
    script.cancel = () => Promise.resolve(CANCEL_NOT_FOUND)
    script.order = () => undefined
    const result = await whilePassing(clock, entry.cancel(order))
    expect(result).toMatchObject({ success: false, reason: 'the order is pendingCancel' })
    await pass(clock, 40_000, 500)
    expect(recorder.names).toEqual(['buyOrderCreated'])
    await pass(clock, 60_000, 500)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFailure'])
    expect(order.reason?.code).toBe('QTX_ORDER_NOT_FOUND')
  })

  test('a fill that meets the cancel wins', async () => {
    const { entry, open, tracker } = rig()
    const order = await open()
    const result = entry.cancel(order)
    await settle()
    tracker.applyTradeUpdate(fillOf(order, '1', '1'))
    expect(await result).toMatchObject({ success: false, reason: 'the order is filled' })
  })

  test('refused: the order is as it was, and the exchange’s words are the reason', async () => {
    const { entry, open, script, tracker } = rig()
    const order = await open()
    tracker.applyTradeUpdate(fillOf(order, '1', '0.4'))
    script.cancel = () =>
      Promise.resolve({
        kind: 'rejected',
        notFound: false,
        reason: { code: 'QTX_ORDER_REJECTED', message: '-1015: Too many new orders.' },
      })
    expect(await entry.cancel(order)).toMatchObject({ success: false, reason: '-1015: Too many new orders.' })
    expect(order.state).toBe('partiallyFilled')
  })

  test('that could not be sent: the order is as it was', async () => {
    const { entry, open, script, lookedUp } = rig()
    const order = await open()
    script.cancel = () => Promise.reject(new QtxError('QTX_RING_FULL', 'the ring has no free slot'))
    expect((await entry.cancel(order)).reason).toContain('no free slot')
    expect(order.state).toBe('open')
    expect(lookedUp).toEqual([])
  })

  test('U7: whose outcome is unknown is looked up; found open, it may be cancelled again', async () => {
    const { entry, open, script, clock } = rig()
    const order = await open()
    script.cancel = () => Promise.resolve({ kind: 'unknown', reason: NO_ANSWER })
    script.order = () => updateOf(order, 'open', { source: 'rest', executedAmount: d('0') })
    const result = await whilePassing(clock, entry.cancel(order))
    expect(result).toMatchObject({ success: false, reason: 'the order is open' })
    script.cancel = () => Promise.resolve({ kind: 'accepted', executedAmount: d('0'), updateMs: 1 })
    expect((await entry.cancel(order)).success).toBe(true)
  })

  test('that was taken, and of which the stream is silent, is looked up', async () => {
    const { entry, open, script, clock, lookedUp } = rig()
    const order = await open()
    script.order = () => updateOf(order, 'canceled', { source: 'rest', executedAmount: d('0') })
    expect(await whilePassing(clock, entry.cancel(order))).toMatchObject({ success: false })
    await settle()
    expect(lookedUp).toHaveLength(1)
    expect(order.state).toBe('canceled')
  })

  test('an order that is done tells its end, and nothing is sent', async () => {
    const { entry, open, tracker, cancels } = rig()
    const order = await open()
    tracker.applyTradeUpdate(fillOf(order, '1', '1'))
    expect(await entry.cancel(order)).toMatchObject({ success: false, reason: 'the order is filled' })
    const other = await open()
    tracker.applyOrderUpdate(updateOf(other, 'canceled', { executedAmount: d('0'), exchangeOrderId: 'x2' }))
    expect(await entry.cancel(other)).toEqual({ clientOrderId: other.clientOrderId, success: true })
    expect(cancels).toEqual([])
  })

  test('does not outlive a stop', async () => {
    const { entry, open, abort, clock } = rig()
    const order = await open()
    const result = entry.cancel(order)
    await settle()
    abort.abort()
    expect(await result).toMatchObject({ success: false })
    expect(clock.pending).toBe(0)
  })

  test('U10: at the deadline each order tells its own truth', async () => {
    const { entry, open, script, tracker, clock } = rig()
    const [canceled, filled, refused, silent] = [await open(), await open(), await open(), await open()]
    script.cancel = (order) => {
      if (order === refused)
        return Promise.resolve({
          kind: 'rejected',
          notFound: false,
          reason: { code: 'QTX_ORDER_REJECTED', message: 'too many requests' },
        })
      return order === silent ? new Promise(() => undefined) : Promise.resolve(CANCEL_TAKEN)
    }
    const results = Promise.all(
      [canceled, filled, refused, silent].map((order) => entry.cancelBy(order, 1_000)),
    )
    await settle()
    tracker.applyOrderUpdate(updateOf(canceled, 'canceled', { executedAmount: d('0') }))
    tracker.applyTradeUpdate(fillOf(filled, '1', '1'))
    expect(await whilePassing(clock, results)).toEqual([
      { clientOrderId: canceled.clientOrderId, success: true },
      { clientOrderId: filled.clientOrderId, success: false, reason: 'the order is filled' },
      { clientOrderId: refused.clientOrderId, success: false, reason: 'too many requests' },
      {
        clientOrderId: silent.clientOrderId,
        success: false,
        reason: 'still pendingCancel after 1000 ms',
      },
    ])
    expect(clock.monotonicMs()).toBeLessThan(1_100)
  })
})
