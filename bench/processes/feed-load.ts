/**
 * Keeps the books of many pairs for a while: `feed-load.ts PORT PAIRS BOOK_FILE books|queues`; with `queues` every pair's
 * messages are also read from its queues, and the statistics are collected every second. Never loads ccxt. `start`
 * begins to look on, `stop` prints what was seen.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { pauseCauses, type Collection } from '../pause-causes.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'
import { openFeed } from './open-feed.ts'
import { PauseProbe } from './pause-probe.ts'

const LIMIT_MS = 1
const SECOND_MS = 1_000

const [port, pairCount, bookFile, mode] = process.argv.slice(2)
const feed = await openFeed({
  port: Number(port),
  pairCount: Number(pairCount),
  receiver: 'recvmmsg',
  bookFile,
})
let taken = 0
if (mode === 'queues') {
  for (const pair of feed.pairs) {
    const queues = await feed.manager.subscribeAndGetQueues(pair)
    void take(queues.diff)
    void take(queues.trade)
  }
}

async function take(queue: AsyncIterable<object>): Promise<void> {
  for await (const _ of queue) taken++
}

const collections: Collection[] = []
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    collections.push({ startMs: startTime, durationMs: duration })
  }
}).observe({ entryTypes: ['gc'] })

let probe: PauseProbe | undefined
let beginMs = 0
let cpu = process.cpuUsage()
const resident: number[] = []
const seconds = setInterval(() => {
  resident.push(process.memoryUsage.rss())
  if (mode === 'queues') JSON.stringify(feed.manager.getStatistics())
}, SECOND_MS)

function start(): void {
  resident.length = 0
  taken = 0
  beginMs = performance.now()
  cpu = process.cpuUsage()
  probe = new PauseProbe(LIMIT_MS)
  answer({ isLive: feed.isLive(), why: feed.pairs.map((pair) => feed.books.readiness(pair).reason)[0] })
}

function stop(): void {
  probe?.stop()
  const { user, system } = process.cpuUsage(cpu)
  const own = collections.filter(({ startMs }) => startMs >= beginMs)
  const { messages, kernelDrops } = feed.manager.getStatistics()
  answer({
    isLive: feed.isLive(),
    messages,
    kernelDrops,
    taken,
    cpuShare: (user + system) / 1_000 / (performance.now() - beginMs),
    resident,
    collections: own.length,
    longestCollectionMs: Math.max(0, ...own.map(({ durationMs }) => durationMs)),
    longCollections: own.filter(({ durationMs }) => durationMs > LIMIT_MS).length,
    causes: pauseCauses(probe?.pauses ?? [], own, LIMIT_MS),
  })
}

answer({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'start') start()
  else stop()
}
clearInterval(seconds)
await feed.close()
