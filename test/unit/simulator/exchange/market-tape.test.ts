import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, it } from 'vitest'
import type { MarketEvent } from '../../../../src/simulator/market-event.ts'
import { TradingFloor } from './trading-floor.ts'

const price = fc.integer({ min: 59_990, max: 60_010 })
const size = fc.integer({ min: 0, max: 3 })
const levels = fc.array(fc.tuple(price, size), { maxLength: 4 })
const sourceEvent = fc.oneof(
  fc.record({ kind: fc.constant('depth' as const), bids: levels, asks: levels }),
  fc.record({
    kind: fc.constant('ticker' as const),
    side: fc.constantFrom('bid' as const, 'ask' as const),
    price,
    size: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('trade' as const),
    takerSide: fc.constantFrom('buy' as const, 'sell' as const),
    price,
    size: fc.integer({ min: 1, max: 3 }),
  }),
)
type SourceEvent = typeof sourceEvent extends fc.Arbitrary<infer T> ? T : never

const userAction = fc.record({
  kind: fc.constant('order' as const),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  price,
  timeInForce: fc.constantFrom('gtc' as const, 'ioc' as const),
})

function stamp(event: SourceEvent, number: bigint): Parameters<TradingFloor['source']>[0] {
  return event.kind === 'trade' ? { ...event, tradeId: number } : { ...event, sequence: number }
}

/** Kinds whose numbers rise together: each side's best price is one of its own. */
function numberOf(event: MarketEvent): readonly [kind: string, number: bigint] {
  if (event.kind === 'trade') return ['trade', event.tradeId]
  if (event.kind === 'ticker') return [`ticker ${event.side}`, event.sequence]
  return ['depth', event.sequence]
}

describe('what the exchange tells of its market', () => {
  it('is the source’s own events, the very same objects, while no user trades', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sourceEvent, fc.bigInt(1n, 50n)), { maxLength: 30 }), (events) => {
        const floor = new TradingFloor()
        const sent = events.map(([event, number]) => floor.source(stamp(event, number)))
        expect(floor.told).toHaveLength(sent.length)
        floor.told.forEach((event, at) => expect(event).toBe(sent[at]))
      }),
    )
  })

  it('has numbers that rise per kind, whatever users do in between', () => {
    const actions = fc.array(fc.oneof(sourceEvent, userAction), { maxLength: 60 })
    fc.assert(
      fc.property(
        actions,
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 60, maxLength: 60 }),
        (all, steps) => {
          const floor = new TradingFloor()
          floor.openBook()
          let number = 100n
          for (const [at, action] of all.entries()) {
            number += BigInt(steps[at]!)
            if (action.kind !== 'order') floor.source(stamp(action, number))
            else
              floor.refusalOrNothing(() =>
                floor.order(floor.alice, { ...action, kind: 'limit', size: '0.01' }),
              )
          }
          const last = new Map<string, bigint>()
          for (const event of floor.told) {
            const [kind, given] = numberOf(event)
            expect(given > (last.get(kind) ?? 0n), `${kind} ${given} after ${last.get(kind)}`).toBe(true)
            last.set(kind, given)
          }
          const tradeIds = floor.orderUpdates.flatMap(({ fill }) =>
            fill?.maker === false ? [fill.tradeId] : [],
          )
          expect(new Set(tradeIds).size).toBe(tradeIds.length)
        },
      ),
    )
  })

  it('adds a resting order’s size to its level, as depth and as best price', () => {
    const floor = new TradingFloor()
    floor.openBook(100n)
    floor.source({ kind: 'ticker', sequence: 110n, side: 'bid', price: 60_000, size: 1 })
    floor.told.length = 0
    floor.order(floor.alice, { size: '0.25', price: '60000' })
    floor.order(floor.alice, { size: '0.5', price: '60000.5', timeInForce: 'post-only' })
    expect(floor.told).toMatchObject([
      { kind: 'depth', sequence: 111n, bids: [[60_000, 1.25]], asks: [] },
      { kind: 'ticker', sequence: 111n, side: 'bid', price: 60_000, size: 1.25 },
      { kind: 'depth', sequence: 112n, bids: [[60_000.5, 0.5]], asks: [] },
      { kind: 'ticker', sequence: 112n, side: 'bid', price: 60_000.5, size: 0.5 },
    ])
  })

  it('tells with the levels of an order those that best prices have told since the last depth, each once', () => {
    const floor = new TradingFloor()
    floor.openBook(100n)
    floor.source({ kind: 'ticker', sequence: 110n, side: 'ask', price: 60_003, size: 5 })
    floor.source({ kind: 'ticker', sequence: 120n, side: 'bid', price: 60_002, size: 4 })
    floor.told.length = 0
    floor.order(floor.alice, { size: '0.25', price: '59990' })
    floor.order(floor.alice, { size: '0.5', price: '59980' })
    const byPrice = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0]
    const depths = floor.told.flatMap((event) => (event.kind === 'depth' ? [event] : []))
    expect(
      depths.map(({ sequence, bids, asks }) => [sequence, bids.toSorted(byPrice), asks.toSorted(byPrice)]),
    ).toEqual([
      [
        121n,
        [
          [59_990, 0.25],
          [60_002, 4],
        ],
        [
          [60_001, 0],
          [60_002, 0],
          [60_003, 5],
        ],
      ],
      [122n, [[59_980, 0.5]], []],
    ])
  })

  it('leaves to the source’s depth what that has told', () => {
    const floor = new TradingFloor()
    floor.openBook(100n)
    floor.source({ kind: 'ticker', sequence: 110n, side: 'ask', price: 60_001, size: 5 })
    floor.source({ kind: 'depth', sequence: 115n, bids: [], asks: [[60_001, 5]] })
    floor.source({ kind: 'ticker', sequence: 120n, side: 'ask', price: 60_001, size: 6 })
    floor.told.length = 0
    floor.order(floor.alice, { size: '0.25', price: '59990' })
    expect(floor.told).toMatchObject([
      { kind: 'depth', sequence: 121n, bids: [[59_990, 0.25]], asks: [[60_001, 6]] },
    ])
  })

  it('keeps users’ sizes in what the source says of their levels, and numbers it on', () => {
    const floor = new TradingFloor()
    floor.openBook(100n)
    floor.order(floor.alice, { size: '0.5', price: '60000' })
    floor.told.length = 0
    floor.source({
      kind: 'depth',
      sequence: 101n,
      bids: [
        [60_000, 0],
        [59_998, 4],
      ],
      asks: [],
    })
    floor.source({ kind: 'ticker', sequence: 101n, side: 'bid', price: 59_999, size: 2 })
    floor.source({ kind: 'depth', sequence: 150n, bids: [[59_998, 5]], asks: [] })
    expect(floor.told).toMatchObject([
      {
        kind: 'depth',
        sequence: 102n,
        bids: [
          [60_000, 0.5],
          [59_998, 4],
        ],
      },
      { kind: 'ticker', sequence: 102n, side: 'bid', price: 60_000, size: 0.5 },
      { kind: 'depth', sequence: 150n, bids: [[59_998, 5]] },
    ])
  })

  it('prints a taker’s trades before the levels that they took', () => {
    const floor = new TradingFloor()
    floor.openBook(100n)
    floor.source({ kind: 'trade', tradeId: 900n, takerSide: 'sell', price: 60_000, size: 0.1 })
    floor.told.length = 0
    floor.order(floor.alice, { kind: 'market', size: '1.5' })
    expect(floor.told).toMatchObject([
      { kind: 'trade', tradeId: 901n, takerSide: 'buy', price: 60_001, size: 1 },
      { kind: 'trade', tradeId: 902n, takerSide: 'buy', price: 60_002, size: 0.5 },
      {
        kind: 'depth',
        sequence: 101n,
        asks: [
          [60_001, 0],
          [60_002, 1.5],
        ],
      },
      { kind: 'ticker', sequence: 101n, side: 'ask', price: 60_002, size: 1.5 },
    ])
    floor.source({ kind: 'trade', tradeId: 902n, takerSide: 'sell', price: 60_000, size: 0.1 })
    expect(floor.told.at(-1)).toMatchObject({ kind: 'trade', tradeId: 903n })
  })

  it('a fill by the source’s trade has that trade’s id', () => {
    const floor = new TradingFloor()
    floor.openBook()
    floor.order(floor.alice, { size: '1', price: '60000' })
    floor.source({ kind: 'trade', tradeId: 5_266_586_435n, takerSide: 'sell', price: 59_000, size: 2 })
    expect(floor.orderUpdates.at(-1)!.fill!.tradeId).toBe(5_266_586_435n)
  })

  it('keeps to a replay’s own time', () => {
    const floor = new TradingFloor()
    const recordedMs = floor.clock.nowMs() - 86_400_000
    floor.engine.applyMarketEvent({
      kind: 'snapshot',
      symbol: 'BTCUSDT',
      txMs: recordedMs,
      eventMs: recordedMs + 3,
      sequence: 5n,
      bids: [[60_000, 1]],
      asks: [[60_001, 1]],
    })
    floor.order(floor.alice, { size: '1', price: '59999' })
    expect(floor.told.at(-1)).toMatchObject({ kind: 'depth', txMs: recordedMs, eventMs: recordedMs + 3 })
  })
})

describe('the source’s book', () => {
  it('drops levels that a newer best price says are gone, also when late depth brings them back', () => {
    const floor = new TradingFloor()
    floor.openBook()
    floor.clock.advance(10)
    floor.source({ kind: 'ticker', sequence: 120n, side: 'bid', price: 59_999, size: 2 })
    expect(floor.top('bid')).toEqual([59_999, 2])
    const lateMs = floor.clock.nowMs() - 5
    floor.engine.applyMarketEvent({
      kind: 'depth',
      symbol: 'BTCUSDT',
      txMs: lateMs,
      eventMs: lateMs,
      sequence: 115n,
      bids: [[60_000, 3]],
      asks: [],
    })
    expect(floor.top('bid')).toEqual([59_999, 2])
  })

  it('does not apply depth that a snapshot already has', () => {
    const floor = new TradingFloor()
    floor.openBook(100n)
    floor.source({ kind: 'depth', sequence: 100n, bids: [[60_000, 9]], asks: [] })
    expect(floor.top('bid')).toEqual([60_000, 1])
  })

  it('is never crossed by the source’s own levels', () => {
    const floor = new TradingFloor()
    floor.openBook()
    floor.source({ kind: 'ticker', sequence: 120n, side: 'bid', price: 60_001, size: 1 })
    expect(floor.top('ask')).toEqual([60_002, 2])
  })
})
