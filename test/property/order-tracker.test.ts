import fc from '../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../src/common/decimal.ts'
import type { InFlightOrder } from '../../src/connector/in-flight-order.ts'
import { OrderTracker } from '../../src/connector/order-tracker.ts'
import type { OrderUpdate, PlaceOutcome, TradeUpdate } from '../../src/connector/order-types.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { EventRecorder, fillOf, orderIdentity, strictEvents, updateOf } from '../support/scripted-exchange.ts'

/** What truly becomes of an order, before anybody tells of it. */
interface Life {
  readonly side: 'buy' | 'sell'
  /** Thousandths of the base unit. */
  readonly fillSizes: readonly number[]
  /** Beyond the fills; zero exactly for orders that fill. */
  readonly unfilledSize: number
  readonly end: 'filled' | 'canceled' | 'open'
}

type Message =
  | { readonly kind: 'place'; readonly outcome: PlaceOutcome }
  | { readonly kind: 'update'; readonly update: OrderUpdate }
  | { readonly kind: 'fill'; readonly trade: TradeUpdate }

const life: fc.Arbitrary<Life> = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    fillSizes: fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 4 }),
    unfilledSize: fc.integer({ min: 1, max: 900 }),
    end: fc.constantFrom('filled' as const, 'canceled' as const, 'open' as const),
  })
  .map((drawn) =>
    drawn.end === 'filled'
      ? { ...drawn, unfilledSize: 0, fillSizes: drawn.fillSizes.length > 0 ? drawn.fillSizes : [1] }
      : drawn,
  )

function thousandths(units: number): Decimal {
  return new Decimal(units).div(1_000)
}

function amountOf({ fillSizes, unfilledSize }: Life): Decimal {
  return thousandths(fillSizes.reduce((sum, size) => sum + size, unfilledSize))
}

function executedOf({ fillSizes }: Life, count = fillSizes.length): Decimal {
  return thousandths(fillSizes.slice(0, count).reduce((sum, size) => sum + size, 0))
}

function fillsOf(order: InFlightOrder, true_: Life): TradeUpdate[] {
  return true_.fillSizes.map((size, index) =>
    fillOf(order, `t${index}`, thousandths(size).toString(), {
      price: new Decimal(50_000 + index),
      fee: { asset: 'USDT', amount: new Decimal(`0.0${index + 1}`) },
    }),
  )
}

/** What the exchange says of the order at its end, or now, in full. */
function truthOf(order: InFlightOrder, true_: Life): OrderUpdate {
  const executedAmount = executedOf(true_)
  const state =
    true_.end !== 'open' ? true_.end : true_.fillSizes.length > 0 ? ('partiallyFilled' as const) : 'open'
  return updateOf(order, state, { executedAmount, source: 'rest' })
}

/** Everything that may be said about the order while it lives, in the order of its life. */
function messagesOf(
  order: InFlightOrder,
  true_: Life,
  howPlaced: 'accepted' | 'unknown' | 'told-all',
): Message[] {
  const truth = truthOf(order, true_)
  const { updateMs } = truth
  const placed: Record<typeof howPlaced, PlaceOutcome> = {
    accepted: { kind: 'accepted', exchangeOrderId: `x${order.clientOrderId}`, updateMs },
    unknown: { kind: 'unknown', reason: { code: 'QTX_ORDER_TIMEOUT', message: 'no answer' } },
    'told-all': { kind: 'accepted', updateMs, state: truth.state, executedAmount: executedOf(true_) },
  }
  const fills = fillsOf(order, true_)
  return [
    { kind: 'place', outcome: placed[howPlaced] },
    { kind: 'update', update: updateOf(order, 'open', { executedAmount: new Decimal(0) }) },
    ...fills.flatMap((trade, index): Message[] => [
      { kind: 'fill', trade },
      ...(index + 1 < fills.length || true_.end !== 'filled'
        ? [
            {
              kind: 'update' as const,
              update: updateOf(order, 'partiallyFilled', { executedAmount: executedOf(true_, index + 1) }),
            },
          ]
        : []),
    ]),
    { kind: 'update', update: { ...truth, source: 'stream' } },
    { kind: 'update', update: truthOf(order, true_) },
  ]
}

class Rig {
  readonly #events = strictEvents()
  readonly recorder = new EventRecorder(this.#events)
  readonly lookUps: InFlightOrder[] = []
  readonly tracker = new OrderTracker({
    clock: new FakeClock(),
    events: this.#events,
    onLookUpNeeded: (order) => this.lookUps.push(order),
  })

  deliver(order: InFlightOrder, message: Message): void {
    switch (message.kind) {
      case 'place':
        this.tracker.applyPlaceOutcome(order, message.outcome)
        break
      case 'update':
        this.tracker.applyOrderUpdate(message.update)
        break
      case 'fill':
        this.tracker.applyTradeUpdate(message.trade)
    }
  }

  /** What a look-up brings: all fills, then the truth. */
  answer(order: InFlightOrder, true_: Life): void {
    this.lookUps.length = 0
    for (const trade of fillsOf(order, true_)) this.tracker.applyTradeUpdate(trade)
    this.tracker.applyOrderUpdate(truthOf(order, true_))
  }
}

const END_EVENTS = ['buyOrderCompleted', 'sellOrderCompleted', 'orderCancelled', 'orderFailure']

function expectOneStory(names: readonly string[]): void {
  const rank = (name: string): number =>
    name === 'orderSubmitUnknown' ? 0 : name.endsWith('Created') ? 1 : name === 'orderFilled' ? 2 : 3
  const ranks = names.map(rank)
  expect(ranks, names.join(', ')).toEqual([...ranks].sort((a, b) => a - b))
  for (const once of [0, 1, 3]) expect(ranks.filter((r) => r === once).length).toBeLessThanOrEqual(1)
}

const interleaving = fc.record({
  true_: life,
  howPlaced: fc.constantFrom('accepted' as const, 'unknown' as const, 'told-all' as const),
  /** Where each message goes, how often it comes, and whether at all. */
  keys: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 48, maxLength: 48 }),
  copies: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 12 }),
  answersAfter: fc.integer({ min: 0, max: 6 }),
})

describe('an order whose messages come in any order, any number of times', () => {
  test('ends in its true state with its true amounts, and tells one story', () => {
    fc.assert(
      fc.property(interleaving, ({ true_, howPlaced, keys, copies, answersAfter }) => {
        const rig = new Rig()
        const order = rig.tracker.track(orderIdentity({ tradeType: true_.side, amount: amountOf(true_) }))
        const story = messagesOf(order, true_, howPlaced)
        const last = story.length - 1
        const delivered = story
          // The end is told at least once, and a live order's fills are: nothing else asks for them.
          .flatMap((message, index) => {
            const mustCome = index === last || (true_.end === 'open' && message.kind === 'fill')
            const count = Math.max(mustCome ? 1 : 0, message.kind === 'place' ? 1 : (copies[index] ?? 1))
            return Array.from({ length: count }, () => message)
          })
          .map((message, index) => ({ message, key: keys[index] ?? 1 }))
          .sort((a, b) => a.key - b.key)
          .map(({ message }) => message)

        let untilAnswer = answersAfter
        for (const message of delivered) {
          rig.deliver(order, message)
          if (rig.lookUps.length > 0 && untilAnswer-- <= 0) {
            rig.answer(order, true_)
            untilAnswer = answersAfter
          }
        }
        if (rig.lookUps.length > 0) rig.answer(order, true_)

        const { names, events } = rig.recorder
        expectOneStory(names)
        if (true_.end === 'open') {
          expect(['open', 'partiallyFilled']).toContain(order.state)
          expect(rig.tracker.active.has(order.clientOrderId)).toBe(true)
          expect(names.some((name) => END_EVENTS.includes(name))).toBe(false)
        } else {
          expect(order.state).toBe(true_.end)
          expect(rig.tracker.active.has(order.clientOrderId)).toBe(false)
          expect(names.at(-1)).toBe(
            true_.end === 'canceled'
              ? 'orderCancelled'
              : true_.side === 'buy'
                ? 'buyOrderCompleted'
                : 'sellOrderCompleted',
          )
        }
        expect(order.executedAmount.toString()).toBe(executedOf(true_).toString())
        const quote = fillsOf(order, true_).reduce(
          (sum, { amount, price }) => sum.plus(amount.mul(price)),
          new Decimal(0),
        )
        expect(order.executedQuoteAmount.toString()).toBe(quote.toString())
        expect(events.filter(({ name }) => name === 'orderFilled')).toHaveLength(true_.fillSizes.length)
        if (true_.fillSizes.length > 0) expect(names.some((name) => name.endsWith('Created'))).toBe(true)
        expect(rig.tracker.isAwaitingFills(order)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a refused order fails once, however often the refusal is repeated', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('unknown' as const, 'rejected' as const, 'failed' as const), {
          minLength: 1,
        }),
        (told) => {
          const rig = new Rig()
          const order = rig.tracker.track(orderIdentity())
          const reason = { code: 'QTX_ORDER_REJECTED' as const, message: 'Margin is insufficient.' }
          for (const what of [...told, 'rejected' as const]) {
            if (what === 'failed') rig.tracker.applyOrderUpdate(updateOf(order, 'failed', { reason }))
            else rig.tracker.applyPlaceOutcome(order, { kind: what, reason })
          }
          expect(order.state).toBe('failed')
          expect(rig.recorder.names.filter((name) => name === 'orderFailure')).toHaveLength(1)
          expect(rig.recorder.names.at(-1)).toBe('orderFailure')
        },
      ),
    )
  })
})
