/**
 * The connector's receive path as a process: `feed-receiver.ts recvmmsg|worker|busy|dgram route|book PORT PAIRS BOOK_FILE`;
 * `busy` is `recvmmsg` with `busyPoll`. With `route` a message ends at a listener; with `book` it has been applied to a
 * book before. Reads the same lines as the receiver in C, and `status`, and blocks its thread between them, so that the
 * socket fills.
 */
import { createRealtimeClock } from '../../src/posix/realtime-clock.ts'
import type { FeedListener } from '../../src/qtx/feed/feed-listener.ts'
import { percentilesOf } from '../../src/cli/bench/percentiles.ts'
import { CommandLines, answer } from '../../src/cli/bench/processes/command-lines.ts'
import { openFeed, type FeedToOpen } from './open-feed.ts'

const CLOCK_READINGS = 50

const [receiver, path, port, pairCount, bookFile] = process.argv.slice(2) as [
  FeedToOpen['receiver'],
  'route' | 'book',
  string,
  string,
  string,
]

/** What is to be counted now. */
class Drain implements FeedListener {
  #latenciesMs = new Float64Array(0)
  #wanted = 0
  #received = 0
  #wallOffsetMs = 0
  #lagMs = 0
  #cpu = process.cpuUsage()
  #isTimed = false
  #onDone: () => void = () => undefined

  onMessage(message: { readonly localMs: number }): void {
    if (this.#isTimed && this.#received < this.#wanted) {
      this.#latenciesMs[this.#received] = performance.now() + this.#wallOffsetMs - message.localMs
    }
    if (++this.#received < this.#wanted) return
    this.#lagMs = performance.now() + this.#wallOffsetMs - message.localMs
    if (this.#received === this.#wanted) this.#finish()
  }

  /** Counts so many messages, or those that come until none has come for so long. */
  async count(wanted: number, quietMs: number, isTimed: boolean): Promise<object> {
    this.#received = 0
    this.#wanted = wanted
    this.#isTimed = isTimed
    this.#latenciesMs = new Float64Array(isTimed ? wanted : 0)
    this.#wallOffsetMs = wallOffsetMs()
    let known = -1
    const watch = setInterval(() => {
      if (this.#received === known) this.#finish()
      known = this.#received
    }, quietMs)
    const done = new Promise<void>((resolve) => (this.#onDone = resolve))
    this.#cpu = process.cpuUsage()
    await done
    clearInterval(watch)
    const latencies = percentilesOf(this.#latenciesMs.subarray(0, this.#received).map((ms) => ms * 1_000))
    const cpuUs = this.#cpu.user + this.#cpu.system
    return { received: this.#received, cpuUs, lagMs: this.#lagMs, ...latencies }
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

const feed = await openFeed({
  port: Number(port),
  pairCount: Number(pairCount),
  receiver,
  bookFile: path === 'book' ? bookFile : undefined,
})
const drain = new Drain()
// After the book's own listener, so that a message is counted once it has been applied.
for (const pair of feed.pairs) await feed.manager.subscribe(pair, drain)
answer({ bufferBytes: feed.manager.getStatistics().receiveBufferBytes })

const commands = new CommandLines()
for (let line = commands.next(); line !== undefined; line = commands.next()) {
  const [command, wanted, quietMs, isTimed] = line.split(' ')
  if (command === 'status') answer({ isLive: feed.isLive(), residentBytes: process.memoryUsage.rss() })
  else answer(await drain.count(Number(wanted), Number(quietMs), isTimed === '1'))
}
await feed.close()
