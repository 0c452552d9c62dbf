import { afterEach, describe, expect, test, vi } from 'vitest'
import { ASSUMED_LONGEST_ANSWER_MS, OrderRing } from '../../../../src/qtx/orders/order-ring.ts'
import { RingClock } from '../../../support/ring-clock.ts'
import { RingManager } from '../../../support/ring-manager.ts'
import type { SlotOrder } from '../../../../src/wire/order-slot-request.ts'

function order(id: number): SlotOrder {
  return {
    clientOrderId: String(id),
    symbol: 'BTCUSDT',
    tradeType: 'buy',
    orderType: 'limit',
    price: '1',
    size: '1',
  }
}

function openRing(prepare: (manager: RingManager) => void = () => undefined) {
  const buffer = new ArrayBuffer(RingManager.LENGTH_BYTES)
  const manager = new RingManager(buffer)
  prepare(manager)
  const clock = new RingClock()
  return { buffer, manager, clock, ring: new OrderRing(buffer, clock) }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('publishing', () => {
  test('Q47: the to-index is stored atomically, after every other byte of the slot, and nothing after it', () => {
    const { buffer, manager, ring } = openRing()
    const stores: { slot: Uint8Array; to: number; value: bigint }[] = []
    const store = Atomics.store.bind(Atomics) as (view: BigInt64Array, at: number, value: bigint) => bigint
    vi.spyOn(Atomics, 'store').mockImplementation(((view: BigInt64Array, at: number, value: bigint) => {
      stores.push({ slot: manager.slotBytes(0), to: manager.to, value })
      return store(view, at, value)
    }) as typeof Atomics.store)
    ring.place(order(5))
    expect(stores).toHaveLength(1)
    expect(stores[0]!.to).toBe(0)
    expect(stores[0]!.value).toBe(1n)
    expect(stores[0]!.slot).toEqual(manager.slotBytes(0))
    expect(manager.take()?.clientOrderId).toBe(5n)
    expect(new Uint8Array(buffer, 16 + 10_432).every((byte) => byte === 0)).toBe(true)
  })

  test('Q47: the answer’s time is read before its text', () => {
    const { manager, ring } = openRing()
    ring.place(order(5))
    const load = Atomics.load.bind(Atomics) as (view: Int32Array, at: number) => number
    vi.spyOn(Atomics, 'load').mockImplementation(((view: Int32Array, at: number) => {
      // The last moment at which a manager can have written: a reader that took the text first would miss it.
      if (at === (16 + 56) / 4) manager.answer(0, 'written just in time')
      return load(view, at)
    }) as typeof Atomics.load)
    expect(ring.readAnswer(0)).toBe('written just in time')
  })

  test('slots follow one another and wrap round', () => {
    const { manager, ring } = openRing((seen) => {
      seen.from = 98
      seen.to = 98
    })
    expect([
      ring.place(order(1)),
      ring.cancel({ clientOrderId: '1', symbol: 'X' }),
      ring.place(order(2)),
    ]).toEqual([98, 99, 0])
    expect(manager.to).toBe(1)
    expect([manager.take()?.mode, manager.take()?.mode, manager.take()?.clientOrderId]).toEqual([1n, -1n, 2n])
  })

  test('the time of placing is the client’s clock', () => {
    const { manager, ring, clock } = openRing()
    clock.wallMs = 1_748_231_160_126
    ring.place(order(1))
    expect(manager.peek(0).placeNs).toBe(1_748_231_160_126_000_000n)
  })

  test('what is refused publishes nothing and costs no slot', () => {
    const { manager, ring } = openRing()
    expect(() => ring.place({ ...order(1), size: '1e3' })).toThrow(
      expect.objectContaining({ code: 'QTX_RING_TEXT' }),
    )
    expect(manager.to).toBe(0)
    expect(ring.place(order(2))).toBe(0)
  })
})

describe('a full ring', () => {
  test('Q43: refuses the next order and overwrites nothing', () => {
    const { buffer, manager, ring } = openRing()
    for (let id = 0; id < 99; id++) ring.place(order(id))
    const before = Buffer.from(buffer).toString('latin1')
    expect(() => ring.place(order(99))).toThrow(
      expect.objectContaining({ code: 'QTX_RING_FULL', details: { waiting: 99 } }),
    )
    expect(Buffer.from(buffer).toString('latin1') === before).toBe(true)
    expect(manager.take()?.clientOrderId).toBe(0n)
    expect(ring.place(order(99))).toBe(99)
  })

  test('Q44: keeps a slot that was taken until it is answered and released', () => {
    const { manager, ring } = openRing()
    for (let id = 0; id < 99; id++) ring.place(order(id))
    while (manager.take()) continue
    ring.place(order(99))
    expect(() => ring.place(order(100))).toThrow(
      expect.objectContaining({ code: 'QTX_RING_FULL', details: { slot: 0, waiting: 1 } }),
    )
    manager.answer(0, 'success')
    expect(() => ring.place(order(100))).toThrow(expect.objectContaining({ code: 'QTX_RING_FULL' }))
    expect(ring.readAnswer(0)).toBe('success')
    ring.release(0)
    expect(ring.place(order(100))).toBe(0)
    expect(ring.isAnswered(0)).toBe(false)
  })

  test('an answer does not free a slot that the manager has not moved past', () => {
    const { manager, ring } = openRing()
    for (let id = 0; id < 99; id++) ring.place(order(id))
    manager.answer(0, 'success')
    ring.release(0)
    expect(() => ring.place(order(99))).toThrow(expect.objectContaining({ code: 'QTX_RING_FULL' }))
  })

  test('its occupancy counts what waits and what is leased', () => {
    const { manager, ring } = openRing()
    for (let id = 0; id < 5; id++) ring.place(order(id))
    manager.take()
    manager.take()
    expect(ring.occupancy()).toEqual({ waiting: 3, leased: 5, capacity: 99 })
    manager.answer(0, 'success')
    ring.release(0)
    expect(ring.occupancy()).toEqual({ waiting: 3, leased: 4, capacity: 99 })
  })
})

describe('indices that cannot be', () => {
  test.each([
    ['from', -1],
    ['from', 100],
    ['to', -1],
    ['to', 100],
    ['from', 2 ** 40],
  ] as const)('opening refuses a %s-index of %i', (name, value) => {
    expect(() => openRing((manager) => (manager[name] = value))).toThrow(
      expect.objectContaining({ code: 'QTX_RING_CLOSED' }),
    )
  })

  test.each([-1, 100, 7])(
    'publishing stops when the manager’s index becomes %i with two requests waiting',
    (value) => {
      const { manager, ring } = openRing()
      ring.place(order(1))
      ring.place(order(2))
      manager.from = value
      expect(() => ring.place(order(3))).toThrow(expect.objectContaining({ code: 'QTX_RING_CLOSED' }))
      expect(manager.to).toBe(2)
    },
  )

  test('Q48: publishing stops when somebody else moved the to-index', () => {
    const { manager, ring } = openRing()
    ring.place(order(1))
    manager.to = 5
    expect(() => ring.place(order(2))).toThrow(/the to-index was 5, this client left it at 1/)
  })
})

describe('opening a ring that was used before', () => {
  test('continues at the to-index and never writes what still waits', () => {
    const { manager, ring } = openRing((seen) => {
      seen.from = 10
      seen.to = 12
    })
    expect(ring.place(order(1))).toBe(12)
    for (let id = 2; id <= 97; id++) ring.place(order(id))
    expect(() => ring.place(order(98))).toThrow(expect.objectContaining({ code: 'QTX_RING_FULL' }))
    manager.from = 11
    expect(ring.place(order(98))).toBe(9)
  })

  test('reports what an earlier client left: waiting, and taken without an answer', () => {
    const buffer = new ArrayBuffer(RingManager.LENGTH_BYTES)
    const manager = new RingManager(buffer)
    const clock = new RingClock()
    const earlier = new OrderRing(buffer, clock)
    for (let id = 1; id <= 4; id++) earlier.place(order(id))
    manager.take()
    manager.take()
    manager.answer(0, 'success')
    const ring = new OrderRing(buffer, clock)
    expect(ring.leftovers.map(({ taken, content }) => [content.slot, content.clientOrderId, taken])).toEqual([
      [2, '3', false],
      [3, '4', false],
      [1, '2', true],
    ])
  })

  test('Q44: keeps a slot that was taken but not answered, until it is answered', () => {
    const { manager, ring } = reopenedWithOneTaken()
    fillUpTo(ring, manager, 100)
    expect(() => ring.place(order(200))).toThrow(expect.objectContaining({ code: 'QTX_RING_FULL' }))
    manager.answer(0, 'late')
    expect(ring.place(order(200))).toBe(0)
  })

  test('gives up on an answer that never came, after the longest time one is assumed to take', () => {
    const { manager, ring, clock } = reopenedWithOneTaken()
    fillUpTo(ring, manager, 100)
    clock.advance(ASSUMED_LONGEST_ANSWER_MS - 1)
    expect(() => ring.place(order(200))).toThrow(expect.objectContaining({ code: 'QTX_RING_FULL' }))
    clock.advance(1)
    expect(ring.place(order(200))).toBe(0)
  })

  test('does not wait for requests that are older than that', () => {
    const buffer = new ArrayBuffer(RingManager.LENGTH_BYTES)
    const clock = new RingClock()
    new OrderRing(buffer, clock).place(order(1))
    new RingManager(buffer).take()
    clock.wallMs += ASSUMED_LONGEST_ANSWER_MS
    expect(new OrderRing(buffer, clock).leftovers).toEqual([])
  })
})

describe('a slot that was abandoned', () => {
  function withOneAbandoned() {
    const opened = openRing()
    opened.ring.place(order(0))
    opened.ring.abandon(0)
    return opened
  }

  test('is kept for ever while the manager has not moved past it', () => {
    const { ring, clock } = withOneAbandoned()
    for (let id = 1; id < 99; id++) ring.place(order(id))
    clock.advance(10 * ASSUMED_LONGEST_ANSWER_MS)
    expect(() => ring.place(order(200))).toThrow(expect.objectContaining({ code: 'QTX_RING_FULL' }))
  })

  test('is kept for the longest time of an answer from when the manager was seen to have moved past it', () => {
    const { manager, ring, clock } = withOneAbandoned()
    clock.advance(10 * ASSUMED_LONGEST_ANSWER_MS)
    fillUpTo(ring, manager, 100)
    clock.advance(ASSUMED_LONGEST_ANSWER_MS - 1)
    expect(() => ring.place(order(200))).toThrow(expect.objectContaining({ code: 'QTX_RING_FULL' }))
    clock.advance(1)
    expect(ring.place(order(200))).toBe(0)
  })

  test('is kept while an answer is there that has not been read', () => {
    const { manager, ring, clock } = withOneAbandoned()
    fillUpTo(ring, manager, 100)
    manager.answer(0, 'late')
    clock.advance(10 * ASSUMED_LONGEST_ANSWER_MS)
    expect(() => ring.place(order(200))).toThrow(expect.objectContaining({ code: 'QTX_RING_FULL' }))
    ring.release(0)
    expect(ring.place(order(200))).toBe(0)
  })
})

describe('withdrawing', () => {
  test('Q45: a placement that the manager has not reached becomes a cancellation of itself, and stays leased', () => {
    const { manager, ring } = openRing()
    const slot = ring.place(order(7))
    expect(ring.withdraw(slot)).toBe(true)
    const taken = manager.take()!
    expect([taken.mode, taken.clientOrderId, taken.symbol]).toEqual([-1n, 7n, 'BTCUSDT'])
    expect(ring.occupancy().leased).toBe(1)
  })

  test('a placement that was taken, or answered, is left alone', () => {
    const { manager, ring } = openRing()
    const taken = ring.place(order(7))
    const answered = ring.place(order(8))
    manager.take()
    manager.answer(answered, 'success')
    expect([ring.withdraw(taken), ring.withdraw(answered)]).toEqual([false, false])
    expect([manager.peek(taken).mode, manager.peek(answered).mode]).toEqual([1n, 1n])
  })
})

test('Q51: wiping clears the key fields of every slot, whoever wrote them', () => {
  const { buffer, ring } = openRing()
  new Uint8Array(buffer).fill(0x6b, 16)
  ring.wipeKeys()
  const bytes = new Uint8Array(buffer)
  for (let slot = 0; slot < 100; slot++) {
    const at = 16 + slot * 10_432
    expect(bytes.subarray(at + 128, at + 328).every((byte) => byte === 0)).toBe(true)
    expect([bytes[at + 127], bytes[at + 328]]).toEqual([0x6b, 0x6b])
  }
})

function reopenedWithOneTaken() {
  const buffer = new ArrayBuffer(RingManager.LENGTH_BYTES)
  const manager = new RingManager(buffer)
  const clock = new RingClock()
  new OrderRing(buffer, clock).place(order(1))
  manager.take()
  return { manager, clock, ring: new OrderRing(buffer, clock) }
}

/** Places and answers until the next slot is `end` modulo 100. */
function fillUpTo(ring: OrderRing, manager: RingManager, end: number): void {
  for (let slot = manager.to; slot < end; slot++) {
    ring.place(order(slot))
    manager.take()
    manager.answer(slot, 'success')
    ring.release(slot)
  }
}
