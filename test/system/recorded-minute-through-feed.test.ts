import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { BookSnapshot, MarketDataSource } from '../../src/connector/market-data-source.ts'
import { OrderBookTracker } from '../../src/connector/order-book-tracker.ts'
import type { OrderBookView } from '../../src/connector/order-book.ts'
import { FeedPool } from '../../src/qtx/feed/feed-pool.ts'
import type { PairFeedStatistics } from '../../src/qtx/feed/feed-statistics.ts'
import { QtxMarketDataSource } from '../../src/qtx/overrides/qtx-market-data-source.ts'
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.ts'
import {
  expectedOfMinute,
  hasRecordedMinute,
  recordedMinute,
  type ExpectedSymbol,
} from '../support/recorded-minute.ts'
import { snapshotOf } from '../support/replay-source.ts'
import { until } from '../support/until.ts'

const FILE = fileURLToPath(new URL('../../../shared/market-data/binance-usdm-60s.jsonl.gz', import.meta.url))
const SYMBOLS = { 'BTC-USDT': 'BTCUSDT', 'ETH-USDT': 'ETHUSDT' } as const
const PAIRS = ['BTC-USDT', 'ETH-USDT'] as const

function startRecording(): Promise<Simulator> {
  return startSimulator({
    pairs: PAIRS,
    source: { kind: 'recording', file: FILE, speed: 'max', times: 'recorded' },
    playFromStart: false,
  })
}

type ExpectedLevels = Pick<ExpectedSymbol, 'bid_levels' | 'ask_levels' | 'bids_top' | 'asks_top'>

function expectBook(book: OrderBookView, best: ExpectedSymbol['best'], levels: ExpectedLevels): void {
  expect(book.bids(25)).toEqual([best.bid.map(Number), ...levels.bids_top.slice(1)])
  expect(book.asks(25)).toEqual([best.ask.map(Number), ...levels.asks_top.slice(1)])
  expect([book.bidLevelCount, book.askLevelCount]).toEqual([levels.bid_levels, levels.ask_levels])
}

/** Plays the minute through the feed into books; a snapshot is the recorded one, where one is wanted. */
async function play(
  isSeeded: boolean,
): Promise<{ readonly tracker: OrderBookTracker; readonly crossed: number }> {
  await using simulator = await startRecording()
  const source = new QtxMarketDataSource({
    feedPool: new FeedPool(),
    feed: { host: simulator.feed.host, port: simulator.feed.port, exchangeBackend: 'binance' },
    sizeFactorOf: () => 1,
    sequencesComparable: true,
    snapshot: (pair) => Promise.resolve(recordedSnapshot(pair)),
  })
  let crossed = 0
  const tracker = new OrderBookTracker({
    pairs: PAIRS,
    source: isSeeded ? source : withoutSnapshots(source),
    clock: new SystemClock(),
    logger: silentLogger,
    callbacks: {
      onUpdate: (book) => {
        if (book.bestBidPrice >= book.bestAskPrice) crossed++
      },
    },
  })
  await tracker.start()
  const statistics = () => source.statistics?.pairs ?? []
  await until(() => statistics().every((pair) => pair.state === 'active'), 'the subscriptions')
  await simulator.startSource()
  await until(() => statistics().every(isComplete), 'every message')
  await until(() => tracker.ready, 'the books to be live')
  await tracker.stop()
  return { tracker, crossed }
}

function isComplete({ pair, messages }: PairFeedStatistics): boolean {
  const { depth, trade } = expectedOf(pair).stats
  return messages.depth === depth && messages.trade === trade
}

function expectedOf(pair: string): ExpectedSymbol {
  return expectedOfMinute(SYMBOLS[pair as keyof typeof SYMBOLS])
}

function recordedSnapshot(pair: string): BookSnapshot {
  for (const { symbol, call } of recordedMinute()) {
    if (call.kind === 'snapshot' && symbol === SYMBOLS[pair as keyof typeof SYMBOLS]) return snapshotOf(call)
  }
  throw new Error(`the recording has no snapshot of ${pair}`)
}

describe.skipIf(!hasRecordedMinute)(
  'the recorded minute through UDP (skipped where ../shared/market-data is absent)',
  () => {
    test('from the stream alone the books end exactly as an independent reader’s, and are never crossed', async () => {
      const { tracker, crossed } = await play(false)
      for (const pair of PAIRS) {
        const expected = expectedOf(pair)
        expectBook(tracker.book(pair), expected.best, expected)
        expect(tracker.book(pair).lastTradePrice).toBe(Number(expected.stats.last_price))
      }
      expect(crossed).toBe(0)
    })

    test('seeded by the snapshot the books end exactly as an independent reader’s, and are never crossed', async () => {
      const { tracker, crossed } = await play(true)
      for (const pair of PAIRS) expectBook(tracker.book(pair), expectedOf(pair).best, expectedOf(pair).seeded)
      expect(crossed).toBe(0)
    })
  },
)

function withoutSnapshots(source: QtxMarketDataSource): MarketDataSource {
  return {
    sequencesComparable: source.sequencesComparable,
    start: () => source.start(),
    stop: () => source.stop(),
    subscribe: (pair, sink) => source.subscribe(pair, sink),
    unsubscribe: (pair) => source.unsubscribe(pair),
  }
}
