import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import { OrderBookTracker } from '../../src/connector/order-book-tracker.ts'
import { FeedPool } from '../../src/qtx/feed/feed-pool.ts'
import type { QtxUdpManager } from '../../src/qtx/feed/udp-manager.ts'
import { QtxMarketDataSource } from '../../src/qtx/overrides/qtx-market-data-source.ts'
import { readBookFile } from '../workloads/workload-files.ts'

export interface FeedToOpen {
  readonly port: number
  readonly pairCount: number
  /** `busy` is `recvmmsg` with `busyPoll`. */
  readonly receiver: 'recvmmsg' | 'worker' | 'busy' | 'dgram'
  /** What the books begin with; undefined for no books. */
  readonly bookFile: string | undefined
}

export interface OpenFeed {
  readonly manager: QtxUdpManager
  readonly pairs: readonly string[]
  readonly books: OrderBookTracker
  /** Every book is live, or there are none. */
  isLive(): boolean
  close(): Promise<void>
}

/** Opens a feed of the peers' sender with the connector's own parts, as a connector does, without its exchange. */
export async function openFeed({ port, pairCount, receiver, bookFile }: FeedToOpen): Promise<OpenFeed> {
  const feed = {
    host: '127.0.0.1',
    port,
    exchangeBackend: 'binance' as const,
    receiver: receiver === 'busy' ? ('recvmmsg' as const) : receiver,
    busyPoll: receiver === 'busy',
    silenceMs: 86_400_000,
  }
  const pairs = Array.from({ length: pairCount }, (_, i) => `P${String(i).padStart(3, '0')}-USDT`)
  const seeded = new Set<string>()
  const pool = new FeedPool()
  const lease = pool.acquire(feed)
  await lease.manager.start()
  const whole = bookFile === undefined ? undefined : readBookFile(bookFile)
  const books: OrderBookTracker = new OrderBookTracker({
    pairs: bookFile === undefined ? [] : pairs,
    source: new QtxMarketDataSource({
      feedPool: pool,
      feed,
      sizeFactorOf: () => 1,
      sequencesComparable: true,
      // While the opening is sent, every book is what it begins with; afterwards nobody knows.
      snapshot: (pair) => {
        if (seeded.has(pair)) return Promise.reject(new Error('there is one snapshot a pair'))
        seeded.add(pair)
        return Promise.resolve({ sequence: books.book(pair).sequence, eventMs: 1, ...whole! })
      },
    }),
    clock: new SystemClock(),
    logger: silentLogger,
  })
  await books.start()
  return {
    manager: lease.manager,
    pairs,
    books,
    isLive: () => books.ready,
    close: async () => {
      await books.stop()
      await lease.release()
    },
  }
}
