import fc from '../support/seeded-fast-check.ts'
import { expect, test } from 'vitest'
import { OrderStatistics } from '../../src/qtx/orders/order-statistics.ts'
import { RingSession } from '../../src/qtx/orders/ring-session.ts'
import { SecretForms } from '../../src/common/secret-forms.ts'
import { QtxError } from '../../src/errors.ts'
import { RingClock } from '../support/ring-clock.ts'
import { acceptance, RingManager, type RingRequest } from '../support/ring-manager.ts'
import type { PlaceResult } from '../../src/qtx/orders/order-result.ts'

type Step =
  | { readonly do: 'place' | 'cancel' | 'take'; readonly count: number }
  | { readonly do: 'answer'; readonly count: number; readonly pick: number }
  | { readonly do: 'wait'; readonly byMs: number }

const count = fc.integer({ min: 1, max: 60 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('place' as const, 'cancel' as const), count }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), count }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), count, pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), byMs: fc.integer({ min: 1, max: 400 }) }),
  },
)

const TIMEOUT_MS = 1_000

/** The ring, a manager, and a plain model of who owns which slot. */
class Model {
  readonly clock = new RingClock()
  readonly manager: RingManager
  readonly session: RingSession
  readonly results = new Map<string, PlaceResult>()
  readonly late = new Map<string, PlaceResult>()
  readonly sent = new Map<string, 'place' | 'cancel'>()
  readonly statistics = new OrderStatistics()
  /** Slot → the id whose answer has not been written. */
  readonly unanswered = new Map<number, string>()
  /** Slot → the id whose answer was written, and may not have been read. */
  readonly answered = new Map<number, string>()
  readonly taken: RingRequest[] = []
  refused = 0
  #nextId = 1

  constructor() {
    const buffer = new ArrayBuffer(RingManager.LENGTH_BYTES)
    this.manager = new RingManager(buffer)
    this.session = new RingSession(buffer, {
      exchangeBackend: 'binance',
      clock: this.clock,
      timeoutMs: TIMEOUT_MS,
      spinUs: 0,
      busyMs: 0,
      statistics: this.statistics,
      secretMask: new SecretForms([]),
      onLateAnswer: ({ result }) => {
        expect(this.late.has(result.clientOrderId)).toBe(false)
        this.late.set(result.clientOrderId, result)
      },
      onKeyLost: () => expect.unreachable('no answer is about the key'),
      onBroken: (reason) => expect.unreachable(reason),
    })
  }

  run(now: Step): void {
    if (now.do === 'wait') this.clock.advance(now.byMs)
    else if (now.do === 'answer') for (let i = 0; i < now.count; i++) this.answer(now.pick + 31 * i)
    else if (now.do === 'take') for (let i = 0; i < now.count; i++) this.take()
    else for (let i = 0; i < now.count; i++) this.send(now.do)
  }

  send(request: 'place' | 'cancel'): void {
    const id = String(this.#nextId++)
    const slot = this.manager.to
    const waiting = (slot - this.manager.from + 100) % 100
    const before = this.manager.slotBytes(slot)
    try {
      const result =
        request === 'cancel'
          ? this.session.cancel({ clientOrderId: id, symbol: 'BTCUSDT' })
          : this.session.place({
              clientOrderId: id,
              symbol: 'BTCUSDT',
              tradeType: 'buy',
              orderType: 'limit',
              price: '1',
              size: id,
            })
      expect(this.unanswered.has(slot)).toBe(false)
      expect(waiting).toBeLessThan(99)
      this.answered.delete(slot)
      this.unanswered.set(slot, id)
      this.sent.set(id, request)
      void result.then((settled) => {
        expect(this.results.has(id)).toBe(false)
        this.results.set(id, settled)
      })
    } catch (error) {
      if (!(error instanceof QtxError)) throw error
      expect(error.code).toBe('QTX_RING_FULL')
      expect(waiting === 99 || this.unanswered.has(slot) || this.answered.has(slot)).toBe(true)
      expect(this.manager.to).toBe(slot)
      expect(Buffer.compare(this.manager.slotBytes(slot), before)).toBe(0)
      this.refused++
    }
  }

  take(): void {
    const request = this.manager.take()
    if (!request) return
    expect(this.unanswered.get(request.slot)).toBe(String(request.clientOrderId))
    if (request.size !== '') expect(request.size).toBe(String(request.clientOrderId))
    this.taken.push(request)
  }

  answer(pick: number): void {
    if (this.taken.length === 0) return
    const [request] = this.taken.splice(pick % this.taken.length, 1)
    const { slot, clientOrderId } = request!
    this.manager.answer(slot, acceptance(clientOrderId, exchangeIdOf(clientOrderId)))
    this.unanswered.delete(slot)
    this.answered.set(slot, String(clientOrderId))
  }
}

function exchangeIdOf(clientOrderId: bigint | string): string {
  return `9${String(clientOrderId).padStart(17, '0')}`
}

test('Q43, Q44: no slot is reused while leased, and every answer reaches its own order, under any interleaving', async () => {
  let wrapped = 0
  let refused = 0
  let late = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
      const model = new Model()
      for (const now of steps) model.run(now)
      model.session.close('disconnected', 'the test is over')
      await Promise.resolve()

      expect([...model.results.keys()].sort()).toEqual([...model.sent.keys()].sort())
      for (const results of [model.results, model.late]) {
        for (const [id, result] of results) {
          expect(result.clientOrderId).toBe(id)
          if (result.kind === 'accepted') expect(result.exchangeOrderId).toBe(exchangeIdOf(id))
          else expect(result).toMatchObject({ kind: 'unknown' })
        }
      }
      for (const id of model.late.keys()) {
        expect(model.results.get(id)).toMatchObject({ kind: 'unknown', reason: 'timeout' })
      }
      const counts = model.statistics.summary()
      expect(counts.placed + counts.cancelled).toBe(model.sent.size)
      expect(counts.accepted + counts.rejected + counts.unknown).toBe(model.sent.size)
      expect(counts.lateAnswers).toBe(model.late.size)
      if (model.sent.size > 100) wrapped++
      refused += model.refused
      late += model.late.size
    }),
    { seed: 43, numRuns: 150 },
  )
  // The interleavings that matter did occur.
  expect(wrapped).toBeGreaterThan(20)
  expect(refused).toBeGreaterThan(100)
  expect(late).toBeGreaterThan(20)
})
