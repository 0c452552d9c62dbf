import { describe, expect, test } from 'vitest'
import { ASSUMED_LONGEST_ANSWER_MS } from '../../../../src/qtx/orders/order-ring.ts'
import { OrderStatistics } from '../../../../src/qtx/orders/order-statistics.ts'
import { RingSession } from '../../../../src/qtx/orders/ring-session.ts'
import { SecretForms } from '../../../../src/common/secret-forms.ts'
import { RingClock } from '../../../support/ring-clock.ts'
import { acceptance, refusal, RingManager } from '../../../support/ring-manager.ts'
import type { LateAnswer } from '../../../../src/qtx/orders/order-result.ts'
import type { SlotOrder } from '../../../../src/wire/order-slot-request.ts'

const ORDER: SlotOrder = {
  clientOrderId: '7',
  symbol: 'BTCUSDT',
  tradeType: 'buy',
  orderType: 'limit',
  price: '93662.2',
  size: '0.01',
}

function openSession(buffer = new ArrayBuffer(RingManager.LENGTH_BYTES)) {
  const clock = new RingClock()
  const statistics = new OrderStatistics()
  const late: LateAnswer[] = []
  const broken: string[] = []
  const keysLost: number[] = []
  const session = new RingSession(buffer, {
    exchangeBackend: 'binance',
    clock,
    timeoutMs: 1_000,
    spinUs: 0,
    busyMs: 0,
    statistics,
    secretMask: new SecretForms(['planted-key', 'planted-secret']),
    onLateAnswer: (answer) => late.push(answer),
    onKeyLost: () => keysLost.push(clock.monotonicMs()),
    onBroken: (reason) => broken.push(reason),
  })
  return { buffer, session, clock, statistics, late, broken, keysLost, manager: new RingManager(buffer) }
}

test('a placement is in the ring before place() returns', () => {
  const { session, manager } = openSession()
  void session.place(ORDER)
  expect(manager.take()).toMatchObject({ mode: 1n, clientOrderId: 7n, price: '93662.2', size: '0.01' })
})

test('answers in any order reach their own requests, with how long each took', async () => {
  const { session, clock, manager } = openSession()
  const results = Promise.all([1, 2, 3].map((id) => session.place({ ...ORDER, clientOrderId: String(id) })))
  while (manager.take()) continue
  manager.answer(2, acceptance('3', '33'))
  clock.advance(10)
  manager.answer(1, refusal(-2019, 'Margin is insufficient.'))
  clock.advance(10)
  manager.answer(0, acceptance('1', '11', 'FILLED'))
  clock.advance(10)
  const [first, second, third] = await results
  expect(first).toMatchObject({
    kind: 'accepted',
    clientOrderId: '1',
    exchangeOrderId: '11',
    exchangeStatus: 'FILLED',
  })
  expect(second).toMatchObject({ kind: 'rejected', clientOrderId: '2', exchangeCode: '-2019' })
  expect(third).toMatchObject({ kind: 'accepted', clientOrderId: '3', exchangeOrderId: '33' })
  expect(third!.latencyMs).toBeLessThan(first!.latencyMs)
  expect(session.inFlightCount).toBe(0)
})

test('Q44: an answer that names another order leaves both outcomes open', async () => {
  const { session, clock, manager } = openSession()
  const placed = session.place(ORDER)
  manager.take()
  manager.answer(0, acceptance('8'))
  clock.advance(1)
  expect(await placed).toMatchObject({ kind: 'unknown', reason: 'other-order', clientOrderId: '7' })
})

test('a refusal for the key, late or not, says that the manager has lost it; any other does not', async () => {
  const { session, clock, manager, keysLost } = openSession()
  for (const [slot, code] of [-2019, -2015, -2014].entries()) {
    const placed = session.place({ ...ORDER, clientOrderId: String(slot + 1) })
    manager.take()
    manager.answer(slot, refusal(code, 'Refused.'))
    clock.advance(10)
    expect(await placed).toMatchObject({ kind: 'rejected', exchangeCode: String(code) })
    expect(keysLost).toHaveLength(slot)
  }
})

describe('a request that is not answered in time', () => {
  test('Q45: is unknown, is withdrawn when the manager has not reached it, and keeps its slot', async () => {
    const { session, clock, manager, statistics } = openSession()
    const placed = session.place(ORDER)
    clock.advance(1_010)
    expect(await placed).toMatchObject({
      kind: 'unknown',
      reason: 'timeout',
      withdrawn: true,
      clientOrderId: '7',
    })
    expect(manager.take()).toMatchObject({ mode: -1n, clientOrderId: 7n })
    expect(session.inFlightCount).toBe(1)
    expect(session.occupancy().leased).toBe(1)
    expect(statistics.summary()).toMatchObject({ placed: 1, unknown: 1, timeouts: 1, withdrawn: 1 })
  })

  test('Q45: that the manager had taken is left as it is, and its late answer is reported', async () => {
    const { session, clock, manager, late, statistics } = openSession()
    const placed = session.place(ORDER)
    manager.take()
    clock.advance(1_010)
    expect(await placed).toMatchObject({ kind: 'unknown', reason: 'timeout', withdrawn: false })
    expect(manager.peek(0).mode).toBe(1n)
    manager.answer(0, acceptance('7', '555'))
    clock.advance(200)
    expect(late).toMatchObject([
      {
        request: 'place',
        symbol: 'BTCUSDT',
        result: { kind: 'accepted', clientOrderId: '7', exchangeOrderId: '555' },
      },
    ])
    expect(session.inFlightCount).toBe(0)
    expect(statistics.summary()).toMatchObject({ unknown: 1, accepted: 0, lateAnswers: 1 })
  })

  test('Q45: a withdrawn placement whose cancellation finds nothing is known to be refused', async () => {
    const { session, clock, manager, late } = openSession()
    const placed = session.place(ORDER)
    clock.advance(1_010)
    await placed
    manager.take()
    manager.answer(0, refusal(-2011, 'Unknown order sent.'))
    clock.advance(200)
    expect(late).toMatchObject([{ request: 'place', result: { kind: 'rejected', exchangeCode: '-2011' } }])
  })

  test('does not block the ring for good: its slot is given again after the longest time of an answer', async () => {
    const { session, clock, manager, late } = openSession()
    const lost = session.place(ORDER)
    manager.take()
    clock.advance(1_010)
    await lost
    const send = async (id: number) => {
      const placed = session.place({ ...ORDER, clientOrderId: String(id) })
      const { slot } = manager.take()!
      manager.answer(slot, acceptance(String(id)))
      clock.advance(1)
      expect(await placed).toMatchObject({ kind: 'accepted', clientOrderId: String(id) })
      return slot
    }
    for (let id = 8; id < 107; id++) await send(id)
    expect(() => session.place({ ...ORDER, clientOrderId: '200' })).toThrow(/has not been answered/)
    clock.advance(ASSUMED_LONGEST_ANSWER_MS)
    expect(await send(201)).toBe(0)
    expect(await send(202)).toBe(1)
    expect(session.inFlightCount).toBe(0)
    expect(late).toEqual([])
  })

  test('gets its late answer as long as its slot is not given again, however late', async () => {
    const { session, clock, manager, late } = openSession()
    const lost = session.place(ORDER)
    manager.take()
    clock.advance(1_010)
    await lost
    clock.advance(10 * ASSUMED_LONGEST_ANSWER_MS)
    manager.answer(0, acceptance('7'))
    clock.advance(200)
    expect(late).toMatchObject([{ result: { kind: 'accepted', clientOrderId: '7' } }])
  })

  test('a cancellation is left in the ring: carried out late it does no harm', async () => {
    const { session, clock, manager } = openSession()
    const cancelled = session.cancel({ clientOrderId: '7', symbol: 'BTCUSDT' })
    clock.advance(1_010)
    expect(await cancelled).toMatchObject({ kind: 'unknown', reason: 'timeout', withdrawn: false })
    expect(manager.take()?.mode).toBe(-1n)
  })

  test('in a ring in disorder is left as it is, and the disorder is reported', async () => {
    const { session, clock, manager, broken } = openSession()
    const placed = session.place(ORDER)
    manager.from = 50
    clock.advance(1_010)
    expect(await placed).toMatchObject({ kind: 'unknown', withdrawn: false })
    await Promise.resolve()
    expect(broken).toHaveLength(1)
    expect(manager.peek(0).mode).toBe(1n)
  })
})

describe('closing', () => {
  test('Q69: resolves every waiter at once as unknown, withdraws what was not taken, and stops looking', async () => {
    const { session, clock, manager } = openSession()
    const taken = session.place({ ...ORDER, clientOrderId: '1' })
    manager.take()
    const waiting = session.place({ ...ORDER, clientOrderId: '2' })
    const cancelled = session.cancel({ clientOrderId: '1', symbol: 'BTCUSDT' })
    session.close('disconnected', 'closed by the test')
    expect(await Promise.all([taken, waiting, cancelled])).toMatchObject([
      { kind: 'unknown', reason: 'disconnected', clientOrderId: '1', withdrawn: false },
      { kind: 'unknown', reason: 'disconnected', clientOrderId: '2', withdrawn: true },
      { kind: 'unknown', reason: 'disconnected', clientOrderId: '1', withdrawn: false },
    ])
    expect(clock.timerCount).toBe(0)
    manager.answer(0, acceptance('1'))
    clock.advance(10_000)
    expect(session.inFlightCount).toBe(0)
  })

  test('Q51: wipes the key fields of every slot', () => {
    const { session, manager } = openSession()
    void session.setKey('planted-key', 'planted-secret')
    session.close('disconnected', 'closed by the test')
    expect(manager.peek(0)).toMatchObject({ apiKey: '', apiSecret: '' })
  })
})

describe('the key', () => {
  test('Q51: is wiped as soon as it is answered', async () => {
    const { session, clock, manager } = openSession()
    const answered = session.setKey('planted-key', 'planted-secret')
    expect(manager.take()).toMatchObject({ mode: 0n, apiKey: 'planted-key', apiSecret: 'planted-secret' })
    manager.answer(0, 'success')
    clock.advance(1)
    expect(manager.peek(0)).toMatchObject({ apiKey: '', apiSecret: '' })
    expect(await answered).toMatchObject({ kind: 'accepted' })
  })

  test('Q51: is wiped when nobody answers it', async () => {
    const { session, clock, manager } = openSession()
    const answered = session.setKey('planted-key', 'planted-secret')
    clock.advance(1_010)
    expect(manager.peek(0)).toMatchObject({ apiKey: '', apiSecret: '' })
    expect(await answered).toMatchObject({ kind: 'unknown', reason: 'timeout' })
  })

  test('is masked in answers that repeat it', async () => {
    const { session, clock, manager } = openSession()
    const placed = session.place(ORDER)
    manager.take()
    manager.answer(0, refusal(-2014, 'API-key planted-key with planted-secret invalid.'))
    clock.advance(1)
    expect(await placed).toMatchObject({ message: 'API-key [redacted] with [redacted] invalid.' })
  })
})

test('statistics hold how long answers took', async () => {
  const { session, clock, manager, statistics } = openSession()
  const placed = session.place(ORDER)
  manager.take()
  clock.advance(20)
  manager.answer(0, acceptance('7'))
  clock.advance(10)
  await placed
  const { latency } = statistics.summary()
  expect(latency.count).toBe(1)
  expect(latency.p50Ms).toBeGreaterThan(19)
  expect(latency.maxMs).toBeLessThan(31)
})

describe('an order of a client that died', () => {
  const EARLIER = { clientOrderId: '7', symbol: 'BTCUSDT', createdMs: 0 }

  /** The ring as a client left it that published the order, and was killed. */
  function died() {
    const { session, manager, buffer } = openSession()
    void session.place(ORDER)
    return { manager, buffer }
  }

  test('whose answer stands in its slot is known at once', () => {
    const { manager, buffer } = died()
    manager.answer(manager.take()!.slot, acceptance('7', '77'))
    expect(openSession(buffer).session.recover([EARLIER])).toMatchObject([
      { request: 'place', result: { kind: 'accepted', clientOrderId: '7', exchangeOrderId: '77' } },
    ])
  })

  test('that the order manager took and has not answered is told when it answers', () => {
    const { manager, buffer } = died()
    const { slot } = manager.take()!
    const { session, late, clock } = openSession(buffer)
    expect(session.recover([EARLIER])).toEqual([])
    clock.advance(20_000)
    manager.answer(slot, refusal(-2019, 'Margin is insufficient.'))
    clock.advance(1_000)
    expect(late).toMatchObject([{ result: { kind: 'rejected', clientOrderId: '7', exchangeCode: '-2019' } }])
  })

  test('that the order manager has not taken is taken back, and then certain not to be sent', () => {
    const { manager, buffer } = died()
    expect(openSession(buffer).session.recover([EARLIER])).toMatchObject([
      { result: { kind: 'unknown', clientOrderId: '7', withdrawn: true } },
    ])
    expect(manager.take()).toMatchObject({ mode: -1n, clientOrderId: 7n })
  })

  test('that no slot has was never published, where an older order still stands in the ring', () => {
    const { buffer } = died()
    const never = { ...EARLIER, clientOrderId: '8', createdMs: 1_748_231_170_000 }
    const { session } = openSession(buffer)
    expect(session.recover([never])).toMatchObject([{ result: { clientOrderId: '8', withdrawn: true } }])
  })

  test('that no slot has may have been published, where the ring shows nothing older', () => {
    expect(openSession().session.recover([EARLIER])).toEqual([])
    const { buffer } = died()
    expect(openSession(buffer).session.recover([{ ...EARLIER, clientOrderId: '8', createdMs: -1 }])).toEqual(
      [],
    )
  })

  test('whose answer is another order’s stays unknown', () => {
    const { manager, buffer } = died()
    manager.answer(manager.take()!.slot, acceptance('9', '77'))
    expect(openSession(buffer).session.recover([EARLIER])).toMatchObject([
      { result: { kind: 'unknown', reason: 'other-order', withdrawn: false } },
    ])
  })
})
