import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../src/common/log.ts'
import { OrderBookTracker } from '../../src/connector/order-book-tracker.ts'
import type { OrderBookView } from '../../src/connector/order-book.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { expectedOfMinute, hasRecordedMinute, recordedMinute } from '../support/recorded-minute.ts'
import { ReplaySource, snapshotOf } from '../support/replay-source.ts'

const PAIRS: Record<string, string> = { BTCUSDT: 'BTC-USDT', ETHUSDT: 'ETH-USDT' }

/** Plays the minute into a tracker; the clock follows the recording. Every message is checked. */
async function play(hasSnapshots: boolean) {
  const source = new ReplaySource({ hasSnapshots })
  const clock = new FakeClock()
  const crossed: string[] = []
  const wrongTops: string[] = []
  const lastDepth: Record<string, number> = {}
  const liveAt: Record<string, number> = {}
  const trades: Record<string, { count: number; lastId: number }> = {}
  let messages = 0
  const tracker = new OrderBookTracker({
    pairs: Object.values(PAIRS),
    source,
    clock,
    logger: silentLogger,
    callbacks: {
      onUpdate: (book) => {
        if (book.bestBidPrice >= book.bestAskPrice) {
          crossed.push(`${book.pair} ${messages}: ${book.bestBidPrice} ${book.bestAskPrice}`)
        }
      },
      onTrade: (pair, { tradeIdHigh: high, tradeIdLow: low }) => {
        const { count } = trades[pair] ?? { count: 0 }
        trades[pair] = { count: count + 1, lastId: high * 2 ** 32 + low }
      },
      onStateChange: ({ pair, state }) => {
        if (state === 'live') liveAt[pair] = messages
        else throw new Error(`the book of ${pair} became ${state}`)
      },
    },
  })
  await tracker.start()
  let lastMs: number | undefined
  for (const { symbol, call } of recordedMinute()) {
    messages++
    clock.advance(Math.max(0, call.receivedMs - (lastMs ?? call.receivedMs)))
    lastMs = call.receivedMs
    const pair = PAIRS[symbol]!
    if (call.kind === 'snapshot') {
      source.requests.find((request) => request.pair === pair)?.resolve(snapshotOf(call))
      await setImmediate()
    } else {
      source.deliver(pair, call)
      const book = tracker.book(pair)
      if (call.kind === 'depth') lastDepth[pair] = call.sequence
      else if (call.kind === 'top' && call.sequence >= (lastDepth[pair] ?? Infinity)) {
        const shown = call.isBid
          ? [book.bestBidPrice, book.bestBidSize]
          : [book.bestAskPrice, book.bestAskSize]
        if (shown[0] !== call.price || shown[1] !== call.size)
          wrongTops.push(`${pair} ${messages}: ${shown.join(' ')}`)
      }
    }
  }
  return { tracker, crossed, wrongTops, liveAt, messages, trades, source }
}

function expectBook(book: OrderBookView, symbol: string, isSeeded: boolean): void {
  const expected = expectedOfMinute(symbol)
  const { bid_levels, ask_levels, bids_top, asks_top } = isSeeded ? expected.seeded : expected
  const [bidPrice, bidSize] = expected.best.bid
  const [askPrice, askSize] = expected.best.ask
  expect([book.bestBidPrice, book.bestBidSize]).toEqual([Number(bidPrice), Number(bidSize)])
  expect([book.bestAskPrice, book.bestAskSize]).toEqual([Number(askPrice), Number(askSize)])
  // The expected levels are the depth's alone, so its first level has the depth's size at the same price.
  expect(bids_top[0]![0]).toBe(Number(bidPrice))
  expect(asks_top[0]![0]).toBe(Number(askPrice))
  expect(book.bids(25)).toEqual([[Number(bidPrice), Number(bidSize)], ...bids_top.slice(1)])
  expect(book.asks(25)).toEqual([[Number(askPrice), Number(askSize)], ...asks_top.slice(1)])
  expect([book.bidLevelCount, book.askLevelCount]).toEqual([bid_levels, ask_levels])
  expect([book.bids().length, book.asks().length]).toEqual([bid_levels, ask_levels])
  expect(book.sequence).toBe(expected.best.u)
  expect(book.lastTradePrice).toBe(Number(expected.stats.last_price))
  expect(book.state).toBe('live')
}

describe.skipIf(!hasRecordedMinute)(
  'a recorded minute of Binance (needs ../shared/market-data; skipped where that is absent)',
  () => {
    it('Q14, Q15: ends, from the stream alone, exactly as an independent reader says, and is never crossed', async () => {
      const { tracker, crossed, wrongTops, liveAt, trades } = await play(false)
      expect(crossed).toEqual([])
      expect(wrongTops).toEqual([])
      for (const [symbol, pair] of Object.entries(PAIRS)) {
        expectBook(tracker.book(pair), symbol, false)
        expect(liveAt[pair]).toBeGreaterThan(0)
        const { stats } = expectedOfMinute(symbol)
        expect(trades[pair]).toEqual({ count: stats.trade, lastId: stats.last_trade_id })
      }
      await tracker.stop()
    })

    it('Q36: ends, seeded by the recorded snapshot, exactly as an independent reader says, and is never crossed', async () => {
      const { tracker, crossed, wrongTops, source, liveAt } = await play(true)
      expect(crossed).toEqual([])
      expect(wrongTops).toEqual([])
      expect(source.requests.length).toBe(2)
      for (const [symbol, pair] of Object.entries(PAIRS)) {
        expectBook(tracker.book(pair), symbol, true)
        expect(tracker.readiness(pair).reason).toContain('seeded by a snapshot')
        expect(liveAt[pair]).toBeLessThan(300)
      }
      await tracker.stop()
    })
  },
)
