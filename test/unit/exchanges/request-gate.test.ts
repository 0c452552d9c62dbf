import { describe, expect, test } from 'vitest'
import { CircuitBreaker } from '../../../src/common/circuit-breaker.ts'
import { DEFAULT_RATE_LIMITS } from '../../../src/connector/rate-limits.ts'
import { RequestBudget } from '../../../src/connector/request-budget.ts'
import { TransportError } from '../../../src/exchanges/http-transport.ts'
import { RequestGate } from '../../../src/exchanges/request-gate.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const READING = { codes: {}, exchangeId: 'binanceusdm', secrets: [] }

function makeGate() {
  const clock = new FakeClock()
  const breaker = new CircuitBreaker({ failures: 2, openMs: 1_000, clock, random: () => 0 })
  const budget = new RequestBudget(DEFAULT_RATE_LIMITS, clock)
  const gate = new RequestGate({ budget, breaker, maxWaitMs: 60_000, maxOrderWaitMs: 1_000 })
  const fail = (error: unknown) => gate.failed(error, READING)
  return { clock, breaker, budget, gate, fail }
}

describe('the circuit breaker of REST', () => {
  test.each(['unreachable', 'lost', 'timeout', 'server'] as const)('counts %s as a failure', (failure) => {
    const { breaker, fail } = makeGate()
    fail(new TransportError(failure, 'no'))
    fail(new TransportError(failure, 'no'))
    expect(breaker.state).toBe('open')
  })

  test('takes a refusal for what it is: an answer', () => {
    const { breaker, fail } = makeGate()
    fail(new TransportError('timeout', 'no'))
    fail(new Error('binanceusdm {"code":-2019,"msg":"Margin is insufficient."}'))
    fail(new TransportError('timeout', 'no'))
    expect(breaker.state).toBe('closed')
  })

  test('counts neither what was called off nor what the budget refused', () => {
    const { breaker, fail } = makeGate()
    for (let i = 0; i < 5; i++) {
      fail(new TransportError('aborted', 'stopped'))
      fail(new QtxError('QTX_RATE_LIMITED', 'none left'))
    }
    expect(breaker.state).toBe('closed')
  })

  test('while open refuses reads and orders, saying that nothing was sent, and lets cancels and look-ups try', () => {
    const { breaker, gate } = makeGate()
    breaker.trip('down')
    for (const kind of ['read', 'order'] as const) {
      expect(() => gate.assertOpen(kind)).toThrow(expect.objectContaining({ failure: 'unreachable' }))
    }
    gate.assertOpen('cancel')
    gate.assertOpen('look-up')
    gate.succeeded()
    gate.assertOpen('read')
  })
})

describe('an exchange that says that it was asked too much', () => {
  test('I24: is left alone for as long as Retry-After says', () => {
    const { budget, fail, breaker } = makeGate()
    fail(new TransportError('rate-limited', '429', { httpStatus: 429, retryAfterMs: 7_000 }))
    expect(budget.statistics().shutForMs).toBe(7_000)
    expect(budget.tryTake('read', 1)).toBe(false)
    expect(budget.tryTake('cancel', 1)).toBe(true)
    expect(breaker.state).toBe('closed')
  })

  test('with a ban is not even asked to cancel', () => {
    const { budget, fail } = makeGate()
    fail(new TransportError('rate-limited', '418', { httpStatus: 418, retryAfterMs: 7_000 }))
    expect(budget.tryTake('cancel', 1)).toBe(false)
  })
})

test('a new order waits for its turn only so long as its price is fresh', async () => {
  const { clock, budget, gate } = makeGate()
  budget.shut(30_000, false)
  const waiting = gate.wait('order', 1, new AbortController().signal)
  clock.advance(1_000)
  await expect(waiting).rejects.toMatchObject({ code: 'QTX_RATE_LIMITED' })
})
