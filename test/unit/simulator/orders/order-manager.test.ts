import { existsSync } from 'node:fs'
import fc from '../../../support/seeded-fast-check.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { OrderManager, type OrderManagerOptions } from '../../../../src/simulator/orders/order-manager.ts'
import type {
  AskedRequest,
  GatewayCancel,
  GatewayFault,
  GatewayOrder,
  OrderGateway,
} from '../../../../src/simulator/order-gateway.ts'
import { ManualClock } from '../feed/manual-clock.ts'
import { CANCEL, KEY, ORDER, RingClient, slotBytes, uniqueRingName } from './ring-client.ts'

const STATUSES = { 'no-key': 401, unreadable: 400, failed: 500, refused: 409 } as const

/** An exchange that writes down what it is asked and answers with a running number. */
class RecordingGateway implements OrderGateway {
  readonly keys: string[] = []
  readonly orders: GatewayOrder[] = []
  readonly cancels: GatewayCancel[] = []

  setKey(apiKey: string, apiSecret: string): string {
    this.keys.push(`${apiKey}/${apiSecret}`)
    return '{"status":200}'
  }

  place(order: GatewayOrder): string {
    this.orders.push(order)
    return `{"status":200,"placed":${this.orders.length}}`
  }

  cancel(cancel: GatewayCancel): string {
    this.cancels.push(cancel)
    return `{"status":200,"cancelled":${this.cancels.length}}`
  }

  refuse(asked: AskedRequest, fault: GatewayFault): string {
    return JSON.stringify({ status: STATUSES[fault.kind], asked, fault })
  }
}

interface Rig {
  readonly clock: ManualClock
  readonly gateway: RecordingGateway
  readonly manager: OrderManager
  readonly ring: RingClient
}

const opened: { close(): void }[] = []
afterEach(() => {
  for (const part of opened.splice(0).reverse()) part.close()
})

function openRig(options: Partial<OrderManagerOptions> = {}): Rig {
  const clock = new ManualClock()
  const gateway = new RecordingGateway()
  const manager = new OrderManager({
    sharedMemoryName: uniqueRingName(),
    gateway,
    clock,
    seed: 3,
    ...options,
  })
  opened.push(manager)
  const ring = new RingClient(manager.sharedMemoryName)
  opened.push(ring)
  return { clock, gateway, manager, ring }
}

/** A rig whose key is set already. */
function openKeyedRig(options: Partial<OrderManagerOptions> = {}): Rig {
  const rig = openRig(options)
  rig.ring.publish(KEY)
  rig.manager.takeSlots()
  rig.clock.advance(0)
  return rig
}

describe('the order manager', () => {
  it('makes a segment of 1,043,216 bytes that only its owner may read, and removes it at close', () => {
    const { manager, ring } = openRig()
    expect(ring.sizeBytes).toBe(1_043_216)
    expect(ring.mode).toBe(0o600)
    manager.close()
    manager.close()
    expect(existsSync(`/dev/shm${manager.sharedMemoryName}`)).toBe(false)
  })

  it('refuses a name that is taken and leaves the other segment alone', () => {
    const { manager, gateway } = openRig()
    const { sharedMemoryName } = manager
    expect(() => new OrderManager({ sharedMemoryName, gateway })).toThrow(
      expect.objectContaining({ code: 'QTX_SHM_ACCESS' }) as Error,
    )
    expect(existsSync(`/dev/shm${sharedMemoryName}`)).toBe(true)
  })

  it('takes a key, an order and a cancel, and answers each in its slot', () => {
    const { manager, gateway, ring, clock } = openRig()
    const slots = [
      ring.publish(KEY),
      ring.publish({ ...ORDER, side: -1n, orderType: 1n }),
      ring.publish(CANCEL),
    ]
    expect(manager.takeSlots()).toBe(3)
    expect(ring.from).toBe(3n)
    expect(gateway.keys).toEqual(['the-key/the-secret'])
    expect(gateway.orders).toEqual([
      {
        clientOrderId: '1234567890123456789',
        symbol: 'BTCUSDT',
        side: 'sell',
        timeInForce: 'post-only',
        priceMatch: 'none',
        price: '61800.10',
        size: '0.010',
      },
    ])
    expect(gateway.cancels).toEqual([{ clientOrderId: '1234567890123456789', symbol: 'BTCUSDT' }])
    expect(slots.map((slot) => ring.answer(slot))).toEqual([
      '{"status":200}',
      '{"status":200,"placed":1}',
      '{"status":200,"cancelled":1}',
    ])
    for (const slot of slots) expect(ring.answeredNs(slot)).toBe(clock.nowNs())
    expect(manager.statistics).toMatchObject({ taken: 3, keys: 1, placements: 1, cancels: 1, answered: 3 })
  })

  it('keeps a record of what it took that holds no secret', () => {
    const { manager, ring } = openKeyedRig()
    ring.publish(ORDER)
    manager.takeSlots()
    expect(manager.taken.map(({ request }) => request.kind)).toEqual(['set-key', 'place'])
    expect(manager.taken[1]!.placedNs).toBe(1_700_000_000_000_000_000n)
    const text = JSON.stringify(manager.taken, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value,
    )
    expect(text).not.toContain('the-key')
    expect(text).not.toContain('the-secret')
  })

  it('goes round the ring many times', () => {
    const { manager, gateway, ring } = openKeyedRig()
    for (let order = 1; order <= 250; order++) {
      const slot = ring.publish(ORDER)
      manager.takeSlots()
      expect(ring.answer(slot)).toBe(`{"status":200,"placed":${order}}`)
    }
    expect(ring.from).toBe(51n)
    expect(gateway.orders).toHaveLength(250)
    expect(manager.statistics.uncleared).toBe(0)
  })

  it('refuses orders of a segment in which no key was set', () => {
    const { manager, gateway, ring } = openRig()
    const slot = ring.publish(ORDER)
    manager.takeSlots()
    expect(JSON.parse(ring.answer(slot))).toMatchObject({
      status: 401,
      asked: { kind: 'place', symbol: ORDER.symbol, clientOrderId: String(ORDER.clientOrderId) },
    })
    expect(gateway.orders).toEqual([])
  })

  it.each([
    ['a mode that is none', { ...ORDER, mode: 7n }, /mode 7/],
    ['a side that is none', { ...ORDER, side: 0n }, /side 0/],
    ['a hedge-mode position side', { ...ORDER, positionSide: 1n }, /one-way/],
    ['an order type that is none', { ...ORDER, orderType: 4n }, /order_type 4/],
    ['a huge order type', { ...ORDER, orderType: 2n ** 64n - 1n }, /order_type 18446744073709551615/],
    ['a price match that is none', { ...ORDER, priceMatch: 5n }, /price_match 5/],
    ['a size in letters', { ...ORDER, size: 'many' }, /size/],
    ['a size with an exponent', { ...ORDER, size: '1e-3' }, /size/],
    ['a size of zero', { ...ORDER, size: '0.000' }, /size/],
    ['a negative price', { ...ORDER, price: '-1' }, /price/],
    ['no price', { ...ORDER, price: '' }, /price/],
    ['a size without its terminator', { ...ORDER, size: '1'.repeat(32) }, /size/],
    ['no symbol', { ...ORDER, symbol: '' }, /symbol/],
    ['no client order id', { ...CANCEL, clientOrderId: 0n }, /client_order_id/],
    ['an empty key', { ...KEY, apiKey: '' }, /API key/],
  ])('answers %s with an error and does not tell the exchange', (_, fields, reason) => {
    const { manager, gateway, ring } = openKeyedRig()
    const slot = ring.publish(fields)
    manager.takeSlots()
    const answer = JSON.parse(ring.answer(slot)) as { status: number; fault: { reason: string } }
    expect(answer.status).toBe(400)
    expect(answer.fault.reason).toMatch(reason)
    expect([gateway.orders, gateway.cancels]).toEqual([[], []])
    expect(manager.statistics.invalid).toBe(1)
  })

  it('takes an order without a price where a price match sets it', () => {
    const { manager, gateway, ring } = openKeyedRig()
    ring.publish({ ...ORDER, price: '', priceMatch: 3n })
    manager.takeSlots()
    expect(gateway.orders[0]).toMatchObject({ priceMatch: 'opponent', price: '0' })
  })

  it('counts a slot that still holds an earlier answer', () => {
    const { manager, ring } = openKeyedRig()
    const dirty = slotBytes(ORDER)
    dirty.writeBigUInt64LE(5n, 56)
    ring.publishBytes(dirty)
    manager.takeSlots()
    expect(manager.statistics.uncleared).toBe(1)
  })

  it('takes nothing while an index is no slot, and goes on when it is one again', () => {
    const { manager, ring } = openKeyedRig()
    for (const to of [100n, -1n, 2n ** 62n]) {
      ring.setTo(to)
      expect(manager.takeSlots()).toBe(0)
    }
    expect(manager.statistics.badIndices).toBe(1)
    ring.setTo(1n)
    ring.publish(ORDER)
    expect(manager.takeSlots()).toBe(1)
  })

  it('survives whatever bytes a client leaves in a slot, and answers them all', () => {
    const { manager, ring } = openKeyedRig()
    const amount = fc.bigInt({ min: -3n, max: 6n })
    const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('0.5', '1', '', '-1', '1e9', 'NaN'))
    const fields = fc.record(
      {
        mode: amount,
        side: amount,
        positionSide: amount,
        size: text,
        price: text,
        symbol: text,
        apiKey: text,
        apiSecret: text,
      },
      { requiredKeys: [] },
    )
    const slots = fc.oneof(
      fc.uint8Array({ minLength: 10_432, maxLength: 10_432 }).map((bytes) => Buffer.from(bytes)),
      fields.map((drawn) => slotBytes({ ...ORDER, ...drawn })),
    )
    fc.assert(
      fc.property(slots, (bytes) => {
        bytes.writeBigUInt64LE(0n, 56)
        const slot = ring.publishBytes(bytes)
        expect(manager.takeSlots()).toBe(1)
        expect(ring.answeredNs(slot)).not.toBe(0n)
        expect(() => JSON.parse(ring.answer(slot)) as unknown).not.toThrow()
      }),
      { seed: 1, numRuns: 400 },
    )
  })

  it('answers with an error when the exchange itself fails, and goes on', () => {
    const { manager, gateway, ring } = openKeyedRig()
    const place = gateway.place.bind(gateway)
    gateway.place = () => {
      throw new Error('broken')
    }
    const failed = ring.publish(ORDER)
    manager.takeSlots()
    gateway.place = place
    const good = ring.publish(ORDER)
    manager.takeSlots()
    expect(JSON.parse(ring.answer(failed))).toMatchObject({ status: 500 })
    expect(JSON.parse(ring.answer(good))).toMatchObject({ status: 200 })
  })
})

describe('how the order manager answers', () => {
  it('after a delay, with other slots taken meanwhile', () => {
    const { manager, ring, clock, gateway } = openKeyedRig({ answerDelayMs: 30 })
    clock.advance(30)
    const slots = [ring.publish(ORDER), ring.publish(ORDER)]
    manager.takeSlots()
    expect(gateway.orders).toHaveLength(2)
    expect(ring.from).toBe(3n)
    expect(manager.statistics.waiting).toBe(2)
    clock.advance(29)
    expect(slots.map((slot) => ring.answeredNs(slot))).toEqual([0n, 0n])
    clock.advance(1)
    for (const slot of slots) expect(ring.answeredNs(slot)).toBe(clock.nowNs())
  })

  it('within the range of delays that is given', () => {
    const { manager, ring, clock } = openKeyedRig({ answerDelayMs: [10, 20] })
    clock.advance(20)
    const slots = Array.from({ length: 50 }, () => ring.publish(ORDER))
    manager.takeSlots()
    clock.advance(9)
    expect(slots.filter((slot) => ring.answeredNs(slot) !== 0n)).toEqual([])
    clock.advance(6)
    const early = slots.filter((slot) => ring.answeredNs(slot) !== 0n).length
    expect(early).toBeGreaterThan(5)
    expect(early).toBeLessThan(45)
    clock.advance(5)
    expect(slots.filter((slot) => ring.answeredNs(slot) === 0n)).toEqual([])
  })

  it('one slot at a time when it advances only after the answer', () => {
    const { manager, ring, clock, gateway } = openKeyedRig({ answerDelayMs: 10, advance: 'after-answer' })
    clock.advance(10)
    ring.publish(ORDER)
    ring.publish(ORDER)
    manager.takeSlots()
    manager.takeSlots()
    expect(gateway.orders).toHaveLength(1)
    expect(ring.from).toBe(1n)
    clock.advance(10)
    expect(ring.from).toBe(2n)
    manager.takeSlots()
    expect(gateway.orders).toHaveLength(2)
  })

  it('with a refusal at the rate or for the orders that were asked for, without telling the exchange', () => {
    const { manager, ring, gateway } = openKeyedRig({ rejectRate: 1 })
    const slot = ring.publish(ORDER)
    const cancel = ring.publish(CANCEL)
    manager.takeSlots()
    expect(JSON.parse(ring.answer(slot))).toMatchObject({ status: 409, asked: { kind: 'place' } })
    expect(JSON.parse(ring.answer(cancel))).toMatchObject({ status: 200 })
    expect(gateway.orders).toEqual([])
    manager.setBehaviour({ reject: (request) => (request.kind === 'cancel' ? 'no' : undefined) })
    const [next, refused] = [ring.publish(ORDER), ring.publish(CANCEL)]
    manager.takeSlots()
    expect(JSON.parse(ring.answer(next))).toMatchObject({ status: 200 })
    expect(ring.answer(refused)).toBe('no')
  })

  it('with silence, before or after the exchange has the order', () => {
    const { manager, ring, gateway, clock } = openKeyedRig({ silenceRate: 1 })
    const reached = ring.publish(ORDER)
    manager.takeSlots()
    expect(gateway.orders).toHaveLength(1)
    manager.setBehaviour({ silence: () => 'lost' })
    const lost = ring.publish(ORDER)
    manager.takeSlots()
    clock.advance(60_000)
    expect(gateway.orders).toHaveLength(1)
    expect([ring.answeredNs(reached), ring.answeredNs(lost)]).toEqual([0n, 0n])
    expect(ring.from).toBe(3n)
    expect(manager.statistics.silent).toBe(2)
  })

  it('with garbage: cut, empty, no text, and without a terminator', () => {
    const { manager, ring, gateway } = openKeyedRig({ garbageRate: 1 })
    const slots = Array.from({ length: 60 }, () => ring.publish(ORDER))
    manager.takeSlots()
    expect(gateway.orders).toHaveLength(60)
    const answers = slots.map((slot) => ring.answerBytes(slot))
    expect(answers.some((bytes) => !bytes.includes(0))).toBe(true)
    expect(answers.some((bytes) => bytes[0] === 0)).toBe(true)
    expect(answers.some((bytes) => bytes[0]! >= 0x80)).toBe(true)
    expect(answers.some((bytes) => bytes[0] === '{'.charCodeAt(0))).toBe(true)
    for (const slot of slots) expect(ring.answeredNs(slot)).not.toBe(0n)
  })

  it('out of order: a later answer first, and alone after a while', () => {
    const { manager, ring, clock } = openKeyedRig()
    const order: number[] = []
    manager.events.on('answered', ({ slot }) => order.push(slot))
    manager.setBehaviour({ outOfOrderRate: 1, outOfOrderHoldMs: 50 })
    ring.publish(ORDER)
    manager.takeSlots()
    manager.setBehaviour({})
    ring.publish(ORDER)
    manager.takeSlots()
    expect(order).toEqual([2, 1])
    manager.setBehaviour({ outOfOrderRate: 1, outOfOrderHoldMs: 50 })
    ring.publish(ORDER)
    manager.takeSlots()
    clock.advance(49)
    expect(order).toHaveLength(2)
    clock.advance(1)
    expect(order).toEqual([2, 1, 3])
  })

  it.each([
    { rejectRate: 2 },
    { silenceRate: -1 },
    { garbageRate: NaN },
    { answerDelayMs: -5 },
    { answerDelayMs: [1, Infinity] as const },
  ])('not with %j, and leaves no segment behind', (options) => {
    const sharedMemoryName = uniqueRingName()
    expect(() => new OrderManager({ sharedMemoryName, gateway: new RecordingGateway(), ...options })).toThrow(
      expect.objectContaining({ code: 'QTX_CONFIG_INVALID' }) as Error,
    )
    expect(existsSync(`/dev/shm${sharedMemoryName}`)).toBe(false)
  })
})

describe('an order manager that stops', () => {
  it('leaves from_idx standing while it is paused', () => {
    const { manager, ring } = openKeyedRig()
    manager.pauseTaking()
    ring.publish(ORDER)
    expect(manager.takeSlots()).toBe(0)
    expect(ring.from).toBe(1n)
    manager.resumeTaking()
    expect(manager.takeSlots()).toBe(1)
  })

  it('forgets key and open answers when it restarts on the same segment, and goes on where it was', () => {
    const { manager, ring, clock } = openKeyedRig({ answerDelayMs: 10 })
    clock.advance(10)
    const open = ring.publish(ORDER)
    manager.takeSlots()
    manager.restart('keep')
    clock.advance(1_000)
    expect(ring.answeredNs(open)).toBe(0n)
    expect(ring.from).toBe(2n)
    const keyless = ring.publish(ORDER)
    manager.takeSlots()
    clock.advance(10)
    expect(JSON.parse(ring.answer(keyless))).toMatchObject({ status: 401 })
    ring.publish(KEY)
    const good = ring.publish(ORDER)
    manager.takeSlots()
    clock.advance(10)
    expect(JSON.parse(ring.answer(good))).toMatchObject({ status: 200 })
  })

  it('serves a new segment after a restart that recreates it, and no longer the old one', () => {
    const { manager, ring, gateway } = openKeyedRig()
    manager.restart('recreate')
    ring.publish(ORDER)
    expect(manager.takeSlots()).toBe(0)
    const fresh = new RingClient(manager.sharedMemoryName)
    opened.push(fresh)
    expect([fresh.from, fresh.to]).toEqual([0n, 0n])
    fresh.publish(KEY)
    fresh.publish(ORDER)
    expect(manager.takeSlots()).toBe(2)
    expect(gateway.orders).toHaveLength(1)
  })

  it('cannot be restarted after it was closed', () => {
    const { manager } = openRig()
    manager.close()
    expect(() => manager.restart('keep')).toThrow(/closed/)
  })

  it('leaves no timer behind', () => {
    const { manager, ring, clock } = openKeyedRig({ answerDelayMs: 10 })
    ring.publish(ORDER)
    manager.takeSlots()
    manager.close()
    expect(clock.timers).toBe(0)
  })
})

describe('the poller of the order manager', () => {
  it.each(['adaptive', 'every-turn', 1] as const)('takes slots by itself in mode %s', async (poll) => {
    const gateway = new RecordingGateway()
    const manager = new OrderManager({ sharedMemoryName: uniqueRingName(), gateway, poll })
    opened.push(manager)
    const ring = new RingClient(manager.sharedMemoryName)
    opened.push(ring)
    const placed = new Promise<void>((resolve) => {
      manager.events.on('answered', ({ slot }) => {
        if (slot === 1) resolve()
      })
    })
    ring.publish(KEY)
    ring.publish(ORDER)
    await placed
    expect(ring.answer(1)).toBe('{"status":200,"placed":1}')
  })
})
