/**
 * The connector's receive path as a process: `feed-receiver.ts recvmmsg|busy|dgram route|book PORT`; `busy` is
 * `recvmmsg` with `busyPoll`. With `route` a message
 * ends at a listener; with `book` it has been applied to a book before. Reads the same lines as the receiver in C, and
 * blocks its thread between them, so that the socket fills.
 */
import { OrderBookTracker } from '../../src/connector/order-book-tracker.ts'
import { silentLogger } from '../../src/common/log.ts'
import { SystemClock } from '../../src/common/clock.ts'
import { createRealtimeClock } from '../../src/posix/realtime-clock.ts'
import { FeedPool } from '../../src/qtx/feed/feed-pool.ts'
import { QtxMarketDataSource } from '../../src/qtx/overrides/qtx-market-data-source.ts'
import type { FeedListener } from '../../src/qtx/feed/feed-listener.ts'
import { wholeSide } from '../datagrams.ts'
import { summarise } from '../statistics.ts'
import { answer, readLine } from './answers.ts'

const PAIR = 'BTC-USDT'
const CLOCK_READINGS = 50

const [receiver, path, port] = process.argv.slice(2) as [
  'recvmmsg' | 'busy' | 'dgram',
  'route' | 'book',
  string,
]

const feed = {
  host: '127.0.0.1',
  port: Number(port),
  exchangeBackend: 'binance' as const,
  receiver: receiver === 'dgram' ? ('dgram' as const) : ('recvmmsg' as const),
  busyPoll: receiver === 'busy',
  silenceMs: 86_400_000,
}

/** What is to be counted now. */
class Drain implements FeedListener {
  #latenciesMs = new Float64Array(0)
  #wanted = 0
  #received = 0
  #wallOffsetMs = 0
  #cpu = process.cpuUsage()
  #isTimed = false
  #onDone: () => void = () => undefined

  onMessage(message: { readonly localMs: number }): void {
    if (this.#isTimed && this.#received < this.#wanted) {
      this.#latenciesMs[this.#received] = performance.now() + this.#wallOffsetMs - message.localMs
    }
    if (++this.#received === this.#wanted) this.#finish()
  }

  /** Counts so many messages, or those that come in time. */
  async count(wanted: number, deadlineMs: number, isTimed: boolean): Promise<object> {
    this.#received = 0
    this.#wanted = wanted
    this.#isTimed = isTimed
    this.#latenciesMs = new Float64Array(isTimed ? wanted : 0)
    this.#wallOffsetMs = wallOffsetMs()
    const deadline = setTimeout(() => this.#finish(), deadlineMs)
    const done = new Promise<void>((resolve) => (this.#onDone = resolve))
    this.#cpu = process.cpuUsage()
    await done
    clearTimeout(deadline)
    const latencies = summarise(this.#latenciesMs.subarray(0, this.#received).map((ms) => ms * 1_000))
    return { received: this.#received, cpuUs: this.#cpu.user + this.#cpu.system, ...latencies }
  }

  #finish(): void {
    this.#cpu = process.cpuUsage(this.#cpu)
    // The rest of this turn first: the thread blocks as soon as the answer is given.
    setImmediate(this.#onDone)
  }
}

/** The wall clock less the monotonic one: the quickest of many readings. */
function wallOffsetMs(): number {
  const clock = createRealtimeClock()
  let quickestMs = Infinity
  let offsetMs = 0
  for (let reading = 0; reading < CLOCK_READINGS; reading++) {
    const beforeMs = performance.now()
    const wallMs = Number(clock.nowNs()) / 1e6
    const afterMs = performance.now()
    if (afterMs - beforeMs >= quickestMs) continue
    quickestMs = afterMs - beforeMs
    offsetMs = wallMs - (beforeMs + afterMs) / 2
  }
  return offsetMs
}

const pool = new FeedPool()
const lease = pool.acquire(feed)
await lease.manager.start()
const drain = new Drain()
const tracker = new OrderBookTracker({
  pairs: path === 'book' ? [PAIR] : [],
  source: new QtxMarketDataSource({
    feedPool: pool,
    feed,
    sizeFactorOf: () => 1,
    sequencesComparable: true,
    snapshot: () =>
      Promise.resolve({ sequence: 1, eventMs: 1, bids: wholeSide(true), asks: wholeSide(false) }),
  }),
  clock: new SystemClock(),
  logger: silentLogger,
})
await tracker.start()
// After the book's own listener, so that a message is counted once it has been applied.
await lease.manager.subscribe(PAIR, drain)
answer({ bufferBytes: lease.manager.getStatistics().receiveBufferBytes })

for (let line = readLine(); line !== undefined; line = readLine()) {
  const [, wanted, deadlineMs, isTimed] = line.split(' ')
  const counted = await drain.count(Number(wanted), Number(deadlineMs), isTimed === '1')
  answer({ ...counted, ...(path === 'book' && { book: tracker.book(PAIR).state }) })
}
await tracker.stop()
await lease.release()
