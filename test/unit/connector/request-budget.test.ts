import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { RollingWindow } from '../../../src/connector/request-budget-window.ts'
import { RequestBudget, type RateLimits, type RequestKind } from '../../../src/connector/request-budget.ts'
import { DEFAULT_RATE_LIMITS, withRateLimitOptions } from '../../../src/connector/rate-limits.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const LIMITS: RateLimits = {
  weight: [{ windowMs: 60_000, limit: 100 }],
  orders: [{ windowMs: 10_000, limit: 10 }],
  cancelsAreOrders: true,
}

function makeBudget(limits: Partial<RateLimits> = {}) {
  const clock = new FakeClock()
  const budget = new RequestBudget({ ...LIMITS, ...limits }, clock)
  const log: string[] = []
  const ask = (kind: RequestKind, weight = 1, name: string = kind, maxWaitMs = 300_000) =>
    budget.wait({ kind, weight, maxWaitMs }).then(
      () => log.push(name),
      (error: unknown) => log.push(`${name} ${error instanceof QtxError ? error.code : String(error)}`),
    )
  const advance = async (ms: number) => {
    clock.advance(ms)
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  return { clock, budget, log, ask, advance }
}

function refusalOf(act: () => void): QtxError {
  try {
    act()
  } catch (error) {
    if (error instanceof QtxError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('orders', () => {
  test('Q56: those of the ring and those of REST take from one budget, and one too many is refused at once', () => {
    const { budget } = makeBudget()
    for (let i = 0; i < 5; i++) budget.takeOrder()
    for (let i = 0; i < 4; i++) expect(budget.tryTake('order', 1)).toBe(true)
    const refusal = refusalOf(() => budget.takeOrder())
    expect(refusal).toMatchObject({ code: 'QTX_RATE_LIMITED', outcome: 'none' })
    expect(refusal.message).toContain('9 of 10 in 10000 ms')
    expect(budget.statistics()).toMatchObject({ refused: 1, orders: [{ used: 9 }], weight: [{ used: 4 }] })
  })

  test('leave a tenth of every window to cancels', () => {
    const { budget } = makeBudget()
    for (let i = 0; i < 9; i++) budget.takeOrder()
    expect(budget.tryTake('cancel', 1)).toBe(true)
    expect(budget.tryTake('cancel', 1), 'the exchange counts cancels too').toBe(false)
  })

  test('do not compete with cancels where the exchange does not count those', () => {
    const { budget } = makeBudget({ cancelsAreOrders: false })
    for (let i = 0; i < 10; i++) budget.takeOrder()
    for (let i = 0; i < 50; i++) expect(budget.tryTake('cancel', 1)).toBe(true)
  })

  test('are possible again when the window has moved on', () => {
    const { budget, clock } = makeBudget()
    for (let i = 0; i < 9; i++) budget.takeOrder()
    clock.advance(10_000)
    expect(() => budget.takeOrder(), 'a part of the window is not over yet').toThrow()
    clock.advance(500)
    budget.takeOrder()
  })
})

describe('REST requests that wait', () => {
  test('I24: cancels go first, then look-ups, new orders and reads, each kind in its order', async () => {
    const { budget, log, ask, advance } = makeBudget()
    expect(budget.tryTake('cancel', 95)).toBe(true)
    void ask('read', 6, 'read 1')
    void ask('read', 1, 'read 2')
    void ask('order', 6, 'order')
    void ask('look-up', 6, 'look-up')
    void ask('cancel', 6, 'cancel')
    await advance(1)
    expect(log).toEqual([])
    expect(budget.statistics().waiting).toEqual({ cancel: 1, 'look-up': 1, order: 1, read: 2 })
    await advance(63_000)
    expect(log).toEqual(['cancel', 'look-up', 'order', 'read 1', 'read 2'])
  })

  test('a cancel may use what reads must leave', async () => {
    const { budget, log, ask, advance } = makeBudget()
    expect(budget.tryTake('read', 90)).toBe(true)
    void ask('read')
    void ask('cancel', 10)
    await advance(0)
    expect(log).toEqual(['cancel'])
  })

  test('a read does not overtake one that waits already', () => {
    const { budget, ask } = makeBudget()
    budget.tryTake('read', 85)
    void ask('read', 20)
    expect(budget.tryTake('read', 1)).toBe(false)
    expect(budget.tryTake('look-up', 1)).toBe(true)
  })

  test('an order that waits for its turn among orders holds up no read', async () => {
    const { budget, log, ask, advance } = makeBudget()
    for (let i = 0; i < 9; i++) budget.takeOrder()
    void ask('order')
    void ask('read')
    await advance(1)
    expect(log).toEqual(['read'])
    await advance(10_500)
    expect(log).toEqual(['read', 'order'])
  })

  test('are refused after the longest they may wait, and let those behind them go', async () => {
    const { budget, log, ask, advance } = makeBudget()
    budget.tryTake('read', 85)
    void ask('read', 20, 'large', 1_000)
    void ask('read', 5, 'small')
    await advance(1_000)
    expect(log.sort()).toEqual(['large QTX_RATE_LIMITED', 'small'])
  })

  test('are called off with their client', async () => {
    const { budget } = makeBudget()
    budget.tryTake('read', 90)
    const client = new AbortController()
    const waiting = budget.wait({ kind: 'read', weight: 1, maxWaitMs: 1_000, signal: client.signal })
    client.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'QTX_EXCHANGE_DOWN' })
    expect(budget.statistics().waiting.read).toBe(0)
  })

  test('one that is larger than the whole budget passes alone', async () => {
    const { log, ask, advance } = makeBudget()
    void ask('read', 500)
    await advance(0)
    expect(log).toEqual(['read'])
  })
})

describe('an exchange that was asked too much', () => {
  test('I24: is left alone for as long as it says, except by cancels', async () => {
    const { budget, log, ask, advance } = makeBudget()
    budget.shut(3_000, false)
    expect(refusalOf(() => budget.takeOrder()).message).toContain('wants to be left alone for 3000 ms more')
    void ask('read')
    void ask('cancel')
    await advance(2_999)
    expect(log).toEqual(['cancel'])
    await advance(1)
    expect(log).toEqual(['cancel', 'read'])
    budget.takeOrder()
  })

  test('is left alone by cancels too when it has banned the address', async () => {
    const { budget, log, ask, advance } = makeBudget()
    budget.shut(undefined, true)
    void ask('cancel')
    await advance(59_999)
    expect(log).toEqual([])
    expect(budget.statistics()).toMatchObject({ shutCount: 1, shutForMs: 1 })
    await advance(1)
    expect(log).toEqual(['cancel'])
  })

  test('that says a shorter time later does not shorten the longer one', () => {
    const { budget } = makeBudget()
    budget.shut(10_000, true)
    budget.shut(1_000, false)
    expect(budget.statistics().shutForMs).toBe(10_000)
    expect(budget.tryTake('cancel', 1), 'the ban still holds').toBe(false)
  })
})

test('I25: in no stretch of a window’s length is more used than its limit', () => {
  const step = fc.record({ gapMs: fc.integer({ min: 0, max: 900 }), amount: fc.integer({ min: 1, max: 4 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const window = new RollingWindow({ windowMs: 5_000, limit: 12 })
      const taken: { readonly atMs: number; readonly amount: number }[] = []
      let nowMs = 0
      for (const { gapMs, amount } of steps) {
        nowMs += gapMs
        if (window.usedAt(nowMs) + amount > window.limit) {
          const freesInMs = window.freesInMs(nowMs)
          expect(freesInMs).toBeGreaterThan(0)
          expect(freesInMs).toBeLessThanOrEqual(5_250)
          continue
        }
        window.add(amount, nowMs)
        taken.push({ atMs: nowMs, amount })
        const inWindow = taken.filter(({ atMs }) => atMs > nowMs - 5_000)
        expect(inWindow.reduce((sum, each) => sum + each.amount, 0)).toBeLessThanOrEqual(12)
      }
    }),
  )
})

describe('what the exchange itself has counted', () => {
  const HEARD: Partial<RateLimits> = {
    weight: [{ windowMs: 60_000, limit: 100, usedHeader: 'used-weight' }],
    orders: [{ windowMs: 10_000, limit: 10, usedHeader: 'order-count' }],
  }
  const says = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name] ?? null

  test('I24: counts when it is more than was known here: others use the same keys or address', () => {
    const { budget } = makeBudget(HEARD)
    budget.takeOrder()
    budget.observe(says({ 'order-count': '8', 'used-weight': '60' }))
    expect(budget.statistics()).toMatchObject({ weight: [{ used: 60 }], orders: [{ used: 8 }] })
    budget.takeOrder()
    expect(() => budget.takeOrder()).toThrow()
  })

  test('is not believed when it is less, no number, or beyond all limits', () => {
    const { budget } = makeBudget(HEARD)
    for (let i = 0; i < 5; i++) budget.takeOrder()
    for (const words of ['3', '-8', '', 'many', 'NaN']) {
      budget.observe(says({ 'order-count': words }))
      expect(budget.statistics().orders[0]?.used).toBe(5)
    }
    budget.observe(says({ 'order-count': '1e300' }))
    expect(budget.statistics().orders[0]?.used).toBe(10)
    budget.observe(says({}))
  })
})

test('options replace the limits that they name, and no other', () => {
  const window = { windowMs: 60_000, limit: 100, usedHeader: 'used-weight' }
  expect(withRateLimitOptions({ ...LIMITS, weight: [window] }, { weightPerMinute: 5 }).weight).toEqual([
    { ...window, limit: 5 },
  ])
  expect(withRateLimitOptions(LIMITS, {})).toEqual(LIMITS)
  expect(withRateLimitOptions(DEFAULT_RATE_LIMITS, { weightPerMinute: 5, ordersPerMinute: 7 })).toEqual({
    weight: [{ windowMs: 60_000, limit: 5 }],
    orders: [{ windowMs: 60_000, limit: 7 }],
    cancelsAreOrders: true,
  })
})
