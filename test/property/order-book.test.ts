import fc from '../support/seeded-fast-check.ts'
import { describe, expect, it } from 'vitest'
import { OrderBook } from '../../src/connector/order-book.ts'
import { depthUpdate, type Level } from '../support/market-call.ts'
import { generateMarket, type MarketState } from '../support/generated-market.ts'
import { NaiveBook } from '../support/naive-book.ts'

// Few prices, so that sides meet, levels come back and tops coincide with levels all the time.
const price = fc.integer({ min: 1, max: 14 }).map((tick) => tick / 10)
const size = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 9_999 }).map((lots) => lots / 1_000) },
)
const level = fc.tuple(price, size)
const age = fc.integer({ min: -3, max: 4 })

type Operation =
  | { kind: 'depth'; step: number; asks: Level[]; bids: Level[] }
  | { kind: 'top'; step: number; isBid: boolean; price: number; size: number }

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('depth' as const),
    step: age,
    asks: fc.array(level, { maxLength: 5 }),
    bids: fc.array(level, { maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant('top' as const),
    step: age,
    isBid: fc.boolean(),
    price: fc.oneof({ weight: 9, arbitrary: price }, { weight: 1, arbitrary: fc.constant(0) }),
    size,
  }),
)
const operations = fc.array(operation, { minLength: 1, maxLength: 40 })

/** Gives the operations to both books and calls back after each. */
function runBoth(
  list: readonly Operation[],
  options: { sequencesComparable: boolean; depthMode: 'diff' | 'full' },
  check: (book: OrderBook, naive: NaiveBook) => void,
): void {
  const book = new OrderBook('BTC-USDT', options)
  const naive = new NaiveBook(options.depthMode === 'full')
  let now = 10
  for (const op of list) {
    // Ages rise on the whole and step back at times, as when two kinds of messages overtake each other.
    now = Math.max(1, now + op.step)
    const [sequence, eventMs] = options.sequencesComparable ? [now, 7] : [7, now]
    if (op.kind === 'depth') {
      // A whole book has each price once.
      const [asks, bids] =
        options.depthMode === 'full' ? [distinct(op.asks), distinct(op.bids)] : [op.asks, op.bids]
      book.applyDepth(depthUpdate(asks, bids, { sequence, eventMs, receivedMs: now }))
      naive.depth(now, asks, bids)
    } else {
      book.applyTop({ ...op, sequence, eventMs, receivedMs: now })
      naive.top(now, op.isBid, op.price, op.size)
    }
    check(book, naive)
  }
}

function distinct(levels: readonly Level[]): Level[] {
  return [...new Map(levels)]
}

function expectSameLevels(book: OrderBook, naive: NaiveBook): void {
  const bids = naive.shown(true)
  const asks = naive.shown(false)
  expect(book.bids()).toEqual(bids)
  expect(book.asks()).toEqual(asks)
  expect(book.bids(3)).toEqual(bids.slice(0, 3))
  expect([book.bidLevelCount, book.askLevelCount]).toEqual([bids.length, asks.length])
  expect([book.bestBidPrice, book.bestBidSize]).toEqual(bids[0] ?? [NaN, NaN])
  expect([book.bestAskPrice, book.bestAskSize]).toEqual(asks[0] ?? [NaN, NaN])
}

const modes = fc.record({
  sequencesComparable: fc.boolean(),
  depthMode: fc.constantFrom('diff' as const, 'full' as const),
})

describe('an order book under random messages', () => {
  it('shows what a naive book shows after every message', () => {
    fc.assert(
      fc.property(operations, modes, (list, options) => {
        runBoth(list, options, expectSameLevels)
      }),
      { seed: 1, numRuns: 1_500 },
    )
  })

  it('is never crossed, and its version rises with every change', () => {
    fc.assert(
      fc.property(operations, modes, (list, options) => {
        let before = { version: 0, levels: '' }
        runBoth(list, options, (book) => {
          expect(book.bestBidPrice >= book.bestAskPrice).toBe(false)
          const levels = JSON.stringify([book.bids(), book.asks()])
          if (levels !== before.levels) expect(book.version).toBeGreaterThan(before.version)
          before = { version: book.version, levels }
        })
      }),
      { seed: 2, numRuns: 1_000 },
    )
  })

  it('U14: answers every depth query as a naive book that sums in decimals', () => {
    const volume = fc.integer({ min: 0, max: 30_000 }).map((lots) => lots / 1_000)
    fc.assert(
      fc.property(operations, modes, volume, price, fc.boolean(), (list, options, wanted, limit, isBuy) => {
        let pair: readonly [OrderBook, NaiveBook] | undefined
        runBoth(list, options, (...both) => (pair = both))
        const [book, naive] = pair!
        const total = naive.volumeForPrice(isBuy, isBuy ? Infinity : 0).volume
        for (const asked of [wanted, total, total + 0.001]) {
          expectClose(book.vwapForVolume(isBuy, asked), naive.vwapForVolume(isBuy, asked))
          expectClose(book.priceForVolume(isBuy, asked), naive.priceForVolume(isBuy, asked))
          expectClose(book.priceForQuoteVolume(isBuy, asked), naive.priceForQuoteVolume(isBuy, asked))
        }
        expectClose(book.volumeForPrice(isBuy, limit), naive.volumeForPrice(isBuy, limit))
        expectClose(book.quoteVolumeForPrice(isBuy, limit), naive.quoteVolumeForPrice(isBuy, limit))
      }),
      { seed: 3, numRuns: 1_500 },
    )
  })
})

function expectClose(
  actual: { price: number | undefined; volume: number },
  expected: { price: number | undefined; volume: number },
): void {
  expect(actual.price === undefined).toBe(expected.price === undefined)
  if (expected.price !== undefined) expect(actual.price).toBeCloseTo(expected.price, 9)
  expect(actual.volume).toBeCloseTo(expected.volume, 9)
}

describe('an order book under a market whose true book is known', () => {
  const market = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    steps: fc.integer({ min: 5, max: 120 }),
    maxDepthDelay: fc.integer({ min: 0, max: 8 }),
  })

  function play(
    options: { seed: number; steps: number; maxDepthDelay: number },
    sequencesComparable: boolean,
    check: (book: OrderBook, stepNow: number, isStepOver: boolean, states: readonly MarketState[]) => void,
  ): OrderBook {
    const { calls, states } = generateMarket(options)
    const book = new OrderBook('BTC-USDT', { sequencesComparable })
    let stepNow = 0
    calls.forEach((call, i) => {
      // Without comparable ids each kind counts for itself.
      if (call.kind === 'depth') {
        const sequence = sequencesComparable ? call.sequence : i
        book.applyDepth(depthUpdate(call.asks, call.bids, { sequence, eventMs: call.eventMs, receivedMs: 0 }))
        stepNow = Math.max(stepNow, call.sequence)
      } else if (call.kind === 'top') {
        book.applyTop({
          ...call,
          sequence: sequencesComparable ? call.sequence : 1_000 - i,
          receivedMs: 0,
        })
        stepNow = Math.max(stepNow, call.sequence)
      }
      const next = calls[i + 1]
      const isStepOver = !(next?.kind === 'top' && call.kind === 'top' && next.sequence === call.sequence)
      check(book, stepNow, isStepOver, states)
    })
    return book
  }

  it('Q15: shows the true best of both sides once the tops of a step have arrived, however late the depth is', () => {
    fc.assert(
      fc.property(market, fc.boolean(), (options, sequencesComparable) => {
        play(options, sequencesComparable, (book, stepNow, isStepOver, states) => {
          expect(book.bestBidPrice >= book.bestAskPrice).toBe(false)
          if (!isStepOver) return
          const { bids, asks } = states[stepNow]!
          expect([book.bestBidPrice, book.bestBidSize]).toEqual(bids[0] ?? [NaN, NaN])
          expect([book.bestAskPrice, book.bestAskSize]).toEqual(asks[0] ?? [NaN, NaN])
        })
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('Q14: shows exactly the true book once the depth has caught up, with no level too many', () => {
    fc.assert(
      fc.property(market, fc.boolean(), (options, sequencesComparable) => {
        let last: MarketState | undefined
        const book = play(options, sequencesComparable, (_book, _step, _over, states) => {
          last = states.at(-1)
        })
        expect(book.bids()).toEqual(last!.bids)
        expect(book.asks()).toEqual(last!.asks)
        expect(book.crossedCount).toBe(0)
      }),
      { seed: 5, numRuns: 300 },
    )
  })
})
