import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { MarketDataSource } from '../../src/connector/market-data-source.ts'
import { OrderBookTracker } from '../../src/connector/order-book-tracker.ts'
import type { OrderBookView } from '../../src/connector/order-book.ts'
import { createQtxConnector } from '../../src/index.ts'
import { FeedPool } from '../../src/qtx/feed/feed-pool.ts'
import { QtxMarketDataSource } from '../../src/qtx/overrides/qtx-market-data-source.ts'
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.ts'
import { expectedOfMinute, hasRecordedMinute, type ExpectedSymbol } from '../support/recorded-minute.ts'
import { configFor } from '../support/trading-rig.ts'
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

function isCrossed(book: OrderBookView): boolean {
  return book.bestBidPrice >= book.bestAskPrice
}

/** Plays the minute; resolves when the books have seen the newest message of each pair. */
async function play(simulator: Simulator, bookOf: (pair: string) => OrderBookView): Promise<void> {
  await simulator.startSource()
  await until(
    () => PAIRS.every((pair) => bookOf(pair).sequence >= expectedOfMinute(SYMBOLS[pair]).best.u),
    'the last messages',
  )
}

describe.skipIf(!hasRecordedMinute)(
  'the recorded minute through UDP (skipped where ../shared/market-data is absent)',
  () => {
    test('from the stream alone the books end exactly as an independent reader’s, and are never crossed', async () => {
      await using simulator = await startRecording()
      const source = new QtxMarketDataSource({
        feedPool: new FeedPool(),
        feed: { host: simulator.feed.host, port: simulator.feed.port, exchangeBackend: 'binance' },
        sequencesComparable: true,
        snapshot: () => Promise.reject(new Error('this test has no exchange')),
      })
      let crossed = 0
      const tracker = new OrderBookTracker({
        pairs: PAIRS,
        source: withoutSnapshots(source),
        clock: new SystemClock(),
        logger: silentLogger,
        callbacks: {
          onUpdate: (book) => {
            if (isCrossed(book)) crossed++
          },
        },
      })
      await tracker.start()
      try {
        await until(
          () => source.statistics?.pairs.every((pair) => pair.state === 'active') === true,
          'the subscriptions',
        )
        await play(simulator, (pair) => tracker.book(pair))
        for (const pair of PAIRS) {
          const expected = expectedOfMinute(SYMBOLS[pair])
          expectBook(tracker.book(pair), expected.best, expected)
          expect(tracker.book(pair).lastTradePrice).toBe(Number(expected.stats.last_price))
        }
        expect(crossed).toBe(0)
        const lost = simulator.statistics().feed.datagrams - (source.statistics?.datagrams ?? 0)
        expect(lost).toBe(0)
      } finally {
        await tracker.stop()
      }
    })

    test('seeded by the exchange’s snapshot the connector’s books end exactly as an independent reader’s', async () => {
      await using simulator = await startRecording()
      const { exchangeApiKey, exchangeApiSecret, qtxPlaceOrderSharedMemoryName, ...config } =
        configFor(simulator)
      expect([exchangeApiKey, exchangeApiSecret, qtxPlaceOrderSharedMemoryName]).not.toContain(undefined)
      await using connector = await createQtxConnector(
        { ...config, tradingRequired: false },
        { logger: silentLogger },
      )
      let crossed = 0
      connector.on('bookUpdated', (book) => {
        if (isCrossed(book)) crossed++
      })
      await connector.start()
      await until(() => connector.status['udpFeed']?.ok === true, 'the subscriptions')
      await play(simulator, (pair) => connector.orderBook(pair))
      await until(
        () => PAIRS.every((pair) => connector.orderBook(pair).state === 'live'),
        'the books to be live',
      )
      for (const pair of PAIRS) {
        const { best, seeded } = expectedOfMinute(SYMBOLS[pair])
        expectBook(connector.orderBook(pair), best, seeded)
      }
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
