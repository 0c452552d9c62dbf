import fc from '../../support/seeded-fast-check.ts'
import { expect, test } from 'vitest'
import { ClientOrderIdGenerator } from '../../../src/common/client-order-id.ts'

const NOW_MS = 1_795_358_859_000

function clockAt(timesMs: readonly number[]) {
  let at = 0
  return { nowMs: () => timesMs[Math.min(at++, timesMs.length - 1)]! }
}

const times = fc.array(
  fc.oneof(
    fc.integer({ min: NOW_MS - 5, max: NOW_MS + 5 }),
    fc.integer({ min: -1_000, max: 3_000_000_000_000 }),
    fc.double({ min: NOW_MS, max: NOW_MS + 1, noNaN: true }),
  ),
  { minLength: 1, maxLength: 600 },
)

test('Q72: ids rise strictly, whatever the clock does', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 32_767 }), (timesMs, instance) => {
      const ids = new ClientOrderIdGenerator({ clock: clockAt(timesMs), instance })
      let last = -1n
      for (let i = 0; i < timesMs.length; i++) {
        const id = BigInt(ids.next())
        expect(id > last).toBe(true)
        last = id
      }
    }),
    { seed: 72, numRuns: 200 },
  )
})

test('Q70, Q71: ids are plain decimal text of an unsigned 64-bit number', () => {
  fc.assert(
    fc.property(times, (timesMs) => {
      const ids = new ClientOrderIdGenerator({ clock: clockAt(timesMs) })
      for (let i = 0; i < timesMs.length; i++) {
        const id = ids.next()
        expect(id).toMatch(/^(0|[1-9]\d{0,19})$/)
        expect(BigInt(id) < 1n << 64n).toBe(true)
      }
    }),
    { seed: 71, numRuns: 100 },
  )
})

test('Q72: a burst of 100,000 in one millisecond repeats none', () => {
  const ids = new ClientOrderIdGenerator({ clock: { nowMs: () => NOW_MS } })
  const seen = new Set<string>()
  for (let i = 0; i < 100_000; i++) seen.add(ids.next())
  expect(seen.size).toBe(100_000)
})

test('Q72: two instances never make the same id, even in the same milliseconds', () => {
  const clock = { nowMs: () => NOW_MS }
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 32_767 }), { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 1, max: 1_500 }),
      (instances, count) => {
        const seen = new Set<string>()
        for (const instance of instances) {
          const ids = new ClientOrderIdGenerator({ clock, instance })
          for (let i = 0; i < count; i++) seen.add(ids.next())
        }
        expect(seen.size).toBe(instances.length * count)
      },
    ),
    { seed: 720, numRuns: 30 },
  )
})

test('Q70: the same instance started again a millisecond later repeats none', () => {
  const before = new ClientOrderIdGenerator({ clock: { nowMs: () => NOW_MS }, instance: 7 })
  const seen = new Set(Array.from({ length: 256 }, () => before.next()))
  const again = new ClientOrderIdGenerator({ clock: { nowMs: () => NOW_MS + 1 }, instance: 7 })
  for (let i = 0; i < 256; i++) expect(seen.has(again.next())).toBe(false)
})

test('Q70: with the highest saved id, a restart is above it though the clock was set back or a burst ran ahead', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 0, max: 10_000_000 }),
      fc.tuple(fc.integer({ min: 0, max: 32_767 }), fc.integer({ min: 0, max: 32_767 })),
      (count, setBackMs, [first, second]) => {
        const before = new ClientOrderIdGenerator({ clock: { nowMs: () => NOW_MS }, instance: first })
        let last = ''
        for (let i = 0; i < count; i++) last = before.next()
        const clock = { nowMs: () => NOW_MS - setBackMs }
        const again = new ClientOrderIdGenerator({ clock, instance: second })
        again.startAfter(last)
        expect(BigInt(again.next()) > BigInt(last)).toBe(true)
      },
    ),
    { seed: 70, numRuns: 50 },
  )
})

test('Q73: nothing unique is cut off: consecutive ids differ in their last digits', () => {
  const ids = new ClientOrderIdGenerator({ clock: { nowMs: () => NOW_MS }, instance: 1 })
  const [first, second] = [ids.next(), ids.next()]
  expect(BigInt(second) - BigInt(first)).toBe(1n)
})

test('an id is the milliseconds since 2025, the instance and the counter, to the last bit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 41 - 1 }),
      fc.integer({ min: 0, max: 32_767 }),
      fc.integer({ min: 0, max: 255 }),
      (tick, instance, counter) => {
        const clock = { nowMs: () => 1_735_689_600_000 + tick }
        const ids = new ClientOrderIdGenerator({ clock, instance })
        for (let i = 0; i < counter; i++) ids.next()
        expect(BigInt(ids.next())).toBe((BigInt(tick) << 23n) | (BigInt(instance) << 8n) | BigInt(counter))
      },
    ),
  )
})

test('an instance that was not given is drawn at random', () => {
  const instances = new Set<number>()
  for (let i = 0; i < 20; i++)
    instances.add(new ClientOrderIdGenerator({ clock: { nowMs: () => 0 } }).instance)
  expect(instances.size).toBeGreaterThan(1)
})

test.each([-1, 32_768, 1.5, Number.NaN])('instance %d is refused', (instance) => {
  expect(() => new ClientOrderIdGenerator({ clock: { nowMs: () => 0 }, instance })).toThrow(
    expect.objectContaining({ code: 'QTX_CONFIG_INVALID' }),
  )
})

test.each(['', 'x-1', '-1', '18446744073709551616'])('the saved id %j is refused', (after) => {
  const ids = new ClientOrderIdGenerator({ clock: { nowMs: () => 0 } })
  expect(() => ids.startAfter(after)).toThrow(expect.objectContaining({ code: 'QTX_CONFIG_INVALID' }))
})

test('when the numbers are used up it says so instead of beginning again', () => {
  const ids = new ClientOrderIdGenerator({ clock: { nowMs: () => NOW_MS } })
  ids.startAfter(((1n << 64n) - 1n).toString())
  expect(() => ids.next()).toThrow(expect.objectContaining({ code: 'QTX_STATE_INVALID' }))
})
