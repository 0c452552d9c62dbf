/**
 * A connector's receive path with its book: `receive-feed MODE PORT`. Its thread is blocked between commands, so that
 * the socket fills. Commands, a line each, each answered by a line of JSON; it ends with its input:
 *
 *   drain COUNT DEADLINE_MS TIMED   receives so many messages, or those that come in time
 *   socket                          what the kernel granted, and what it dropped
 */
import { monotonicOriginMs } from '../../../common/monotonic-origin.ts'
import { SystemClock } from '../../../common/clock.ts'
import { silentLogger } from '../../../common/log.ts'
import { OrderBookTracker } from '../../../connector/order-book-tracker.ts'
import type { FeedListener } from '../../../qtx/feed/feed-listener.ts'
import { FeedPool } from '../../../qtx/feed/feed-pool.ts'
import { QtxMarketDataSource } from '../../../qtx/overrides/qtx-market-data-source.ts'
import type { FeedMode, SocketResult } from '../bench-results.ts'
import { PAIR, wholeSide } from '../made-market.ts'
import { percentilesOf } from '../percentiles.ts'
import { CommandLines, answer, leaveSignalsToParent } from './command-lines.ts'

/** As a connector asks for it. */
const BUFFER_BYTES = 16 * 1_024 * 1_024
const NEVER_MS = 86_400_000

leaveSignalsToParent()
const [mode, port] = process.argv.slice(2) as [FeedMode, string]
const feed = {
  host: '127.0.0.1',
  port: Number(port),
  exchangeBackend: 'binance' as const,
  receiver: mode === 'dgram' ? ('dgram' as const) : undefined,
  busyPoll: mode === 'busyPoll',
  receiveBufferBytes: BUFFER_BYTES,
  silenceMs: NEVER_MS,
}

/** Counts messages, and how long each was on its way. */
class Drain implements FeedListener {
  readonly #offsetMs = monotonicOriginMs()
  #latenciesUs = new Float64Array(0)
  #wanted = 0
  #received = 0
  #isTimed = false
  #cpu = process.cpuUsage()
  #onDone: () => void = () => undefined
  /** Of the last message. */
  sequence = 1

  onMessage(message: { readonly localMs: number; readonly sequenceLow: number }): void {
    if (this.#received >= this.#wanted) return
    if (this.#isTimed) {
      this.#latenciesUs[this.#received] = (performance.now() + this.#offsetMs - message.localMs) * 1_000
    }
    this.sequence = message.sequenceLow
    if (++this.#received === this.#wanted) this.#finish()
  }

  async count(wanted: number, deadlineMs: number, isTimed: boolean): Promise<object> {
    this.#received = 0
    this.#wanted = wanted
    this.#isTimed = isTimed
    this.#latenciesUs = new Float64Array(isTimed ? wanted : 0)
    const done = new Promise<void>((resolve) => (this.#onDone = resolve))
    const deadline = setTimeout(() => this.#finish(), deadlineMs)
    this.#cpu = process.cpuUsage()
    await done
    clearTimeout(deadline)
    const { p50, p90, p99 } = percentilesOf(this.#latenciesUs.subarray(0, this.#received))
    return { received: this.#received, cpuUs: this.#cpu.user + this.#cpu.system, p50, p90, p99 }
  }

  #finish(): void {
    this.#cpu = process.cpuUsage(this.#cpu)
    // The rest of this turn first: the thread is blocked as soon as the answer is given.
    setImmediate(this.#onDone)
  }
}

const pool = new FeedPool()
const lease = pool.acquire(feed)
await lease.manager.start()
const drain = new Drain()
const tracker = new OrderBookTracker({
  pairs: [PAIR],
  source: new QtxMarketDataSource({
    feedPool: pool,
    feed,
    sizeFactorOf: () => 1,
    sequencesComparable: true,
    snapshot: () => {
      const bids = wholeSide(true)
      return Promise.resolve({ sequence: drain.sequence, eventMs: 1, bids, asks: wholeSide(false) })
    },
  }),
  clock: new SystemClock(),
  logger: silentLogger,
})
await tracker.start()
// After the book's own listener, so that a message is counted once it has been applied.
await lease.manager.subscribe(PAIR, drain)
answer({})

function describeSocket(): SocketResult {
  const { receiver = 'none', receiveBufferBytes, kernelDrops = null } = lease.manager.getStatistics()
  return { mode, receiver, receiveBufferBytes, askedBufferBytes: BUFFER_BYTES, kernelDrops }
}

const commands = new CommandLines()
for (let line = commands.next(); line !== undefined; line = commands.next()) {
  const [command, wanted, deadlineMs, isTimed] = line.split(' ')
  if (command === 'socket') answer(describeSocket())
  else {
    const counted = await drain.count(Number(wanted), Number(deadlineMs), isTimed === '1')
    answer({ ...counted, bookState: tracker.book(PAIR).state })
  }
}
process.exit()
