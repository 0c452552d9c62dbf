import { describe, expect, test } from 'vitest'
import { CircuitBreaker, type CircuitChange } from '../../../src/common/circuit-breaker.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function makeBreaker({ failures = 3, openMs = 1_000, random = 0 } = {}) {
  const clock = new FakeClock()
  const changes: string[] = []
  const reasons: string[] = []
  const breaker = new CircuitBreaker({
    failures,
    openMs,
    clock,
    random: () => random,
    onChange: ({ state, previous, reason }: CircuitChange) => {
      changes.push(`${previous} → ${state}`)
      reasons.push(reason)
    },
  })
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) breaker.failed('timeout')
  }
  return { clock, breaker, changes, reasons, fail }
}

describe('a closed breaker', () => {
  test('lets everything pass, and opens after so many failures in a row', () => {
    const { breaker, fail, reasons } = makeBreaker()
    expect(breaker.tryPass()).toBe(true)
    fail(2)
    expect(breaker.state).toBe('closed')
    fail(1)
    expect(breaker.state).toBe('open')
    expect(reasons).toEqual(['3 failures in a row, the last: timeout'])
  })

  test('forgets failures with every success', () => {
    const { breaker, fail } = makeBreaker()
    fail(2)
    breaker.succeeded()
    fail(2)
    expect(breaker.state).toBe('closed')
  })

  test('opens at once when it is tripped', () => {
    const { breaker, changes } = makeBreaker()
    breaker.trip('the ring was lost')
    breaker.trip('again')
    expect(breaker.reason).toBe('the ring was lost')
    expect(changes).toEqual(['closed → open'])
  })
})

describe('an open breaker', () => {
  test('lets nothing pass until its time is over, then one probe', () => {
    const { breaker, clock, fail } = makeBreaker()
    fail(3)
    expect(breaker.tryPass()).toBe(false)
    expect(breaker.retryInMs).toBe(1_000)
    clock.advance(999)
    expect(breaker.tryPass()).toBe(false)
    clock.advance(1)
    expect(breaker.state).toBe('half-open')
    expect(breaker.wouldPass).toBe(true)
    expect(breaker.tryPass()).toBe(true)
    expect(breaker.tryPass(), 'only one').toBe(false)
  })

  test('closes with the success of somebody who tried all the same', () => {
    const { breaker, clock, fail, changes } = makeBreaker()
    fail(3)
    breaker.succeeded()
    expect(breaker.state).toBe('closed')
    clock.advance(10_000)
    expect(changes).toEqual(['closed → open', 'open → closed'])
    expect(clock.pending).toBe(0)
  })

  test('does not stay open longer because of those who tried all the same', () => {
    const { breaker, clock, fail } = makeBreaker()
    fail(3)
    clock.advance(900)
    fail(5)
    clock.advance(100)
    expect(breaker.state).toBe('half-open')
  })
})

describe('a half-open breaker', () => {
  test('closes when the probe succeeds', () => {
    const { breaker, clock, fail, changes } = makeBreaker()
    fail(3)
    clock.advance(1_000)
    breaker.tryPass()
    breaker.succeeded()
    expect(changes).toEqual(['closed → open', 'open → half-open', 'half-open → closed'])
    fail(2)
    expect(breaker.state, 'failures count anew').toBe('closed')
  })

  test('opens for twice as long each time the probe fails, up to four times, less its jitter', () => {
    const { breaker, clock, fail } = makeBreaker()
    fail(3)
    const openForMs: number[] = []
    for (let i = 0; i < 5; i++) {
      openForMs.push(breaker.retryInMs)
      clock.advance(breaker.retryInMs)
      breaker.tryPass()
      fail(1)
    }
    expect(openForMs).toEqual([1_000, 2_000, 4_000, 4_000, 4_000])
    const jittered = makeBreaker({ random: 0.5 })
    jittered.fail(3)
    expect(jittered.breaker.retryInMs).toBe(900)
  })

  test('begins with the first pause again once it was closed', () => {
    const { breaker, clock, fail } = makeBreaker()
    fail(3)
    clock.advance(1_000)
    fail(1)
    clock.advance(2_000)
    breaker.succeeded()
    fail(3)
    expect(breaker.retryInMs).toBe(1_000)
  })

  test('lets another probe pass after one that told nothing', () => {
    const { breaker, clock, fail } = makeBreaker()
    fail(3)
    clock.advance(1_000)
    breaker.tryPass()
    breaker.abandoned()
    expect(breaker.tryPass()).toBe(true)
    clock.advance(1_000)
    expect(breaker.tryPass(), 'nothing was heard of it').toBe(true)
  })
})

test('a reset closes, forgets failures and leaves no timer', () => {
  const { breaker, clock, fail, changes } = makeBreaker()
  fail(3)
  breaker.reset('stopped')
  expect(clock.pending).toBe(0)
  fail(2)
  breaker.reset('stopped')
  fail(2)
  expect(breaker.state).toBe('closed')
  expect(changes).toEqual(['closed → open', 'open → closed'])
})
