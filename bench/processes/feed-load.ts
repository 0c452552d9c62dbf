/**
 * Keeps the books of many pairs for a while: `feed-load.ts PORT PAIRS BOOK_FILE books|queues COLLECT_S`. With `books`,
 * and `--expose-gc`, nothing else is done than to read each second how much memory there is, and every COLLECT_S seconds
 * after a full collection too. With `queues` every pair's messages are also read from its queues, the statistics are
 * collected every second, and pauses and garbage collections are noted. Never loads ccxt. `start` begins to look on,
 * `stop` prints what was seen.
 */
import {
  PerformanceObserver,
  constants,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
} from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { overlapMs, pauseCauses, type Collection, type Span } from '../pause-causes.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'
import type { CollectedMemory } from '../feed-load.ts'
import { openFeed } from './open-feed.ts'
import { PauseProbe } from './pause-probe.ts'

const LIMIT_MS = 1
const SECOND_MS = 1_000
const KINDS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'young objects'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'all objects'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'a step of marking'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak references'],
])

const [port, pairCount, bookFile, mode, secondsPerCollection] = process.argv.slice(2)
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
const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { kind } = (entry as PerformanceEntry & { readonly detail: NodeGCPerformanceDetail }).detail
    const { startTime: startMs, duration: durationMs } = entry
    collections.push({ startMs, durationMs, kind: KINDS.get(kind) ?? String(kind) })
  }
})
if (mode === 'queues') observer.observe({ entryTypes: ['gc'] })

let probe: PauseProbe | undefined
let beginMs = 0
let cpu = process.cpuUsage()
const residentBytes: number[] = []
const collected: CollectedMemory[] = []
const readings: Span[] = []
const seconds = setInterval(mode === 'queues' ? collectStatistics : readMemory, SECOND_MS)

function readMemory(): void {
  residentBytes.push(process.memoryUsage.rss())
  if (residentBytes.length % Number(secondsPerCollection) > 0) return
  globalThis.gc!()
  const { rss, heapUsed } = process.memoryUsage()
  collected.push({ second: residentBytes.length, residentBytes: rss, heapBytes: heapUsed })
}

function collectStatistics(): void {
  const startMs = performance.now()
  JSON.stringify(feed.manager.getStatistics())
  readings.push({ startMs, durationMs: performance.now() - startMs })
}

function start(): void {
  residentBytes.length = 0
  collected.length = 0
  taken = 0
  beginMs = performance.now()
  cpu = process.cpuUsage()
  if (mode === 'queues') probe = new PauseProbe(LIMIT_MS, () => taken)
  answer({ isLive: feed.isLive(), why: feed.pairs.map((pair) => feed.books.readiness(pair).reason)[0] })
}

function stop(): void {
  probe?.stop()
  const { user, system } = process.cpuUsage(cpu)
  const cpuMs = (user + system) / 1_000
  const { messages, kernelDrops } = feed.manager.getStatistics()
  answer({
    isLive: feed.isLive(),
    messages,
    kernelDrops,
    cpuShare: cpuMs / (performance.now() - beginMs),
    ...(probe ? pausesSeen(probe, cpuMs) : { residentBytes, collected }),
  })
}

function pausesSeen(seen: PauseProbe, cpuMs: number): object {
  const own = collections.filter(({ startMs }) => startMs >= beginMs)
  const perMessageMs = cpuMs / taken
  const pauses = seen.pauses.map((pause) => ({
    ...pause,
    explainedMs: pause.messages * perMessageMs + overlapMs(pause, readings) + overlapMs(pause, own),
  }))
  return {
    taken,
    collections: own.length,
    longestCollectionMs: Math.max(0, ...own.map(({ durationMs }) => durationMs)),
    longCollections: own.filter(({ durationMs }) => durationMs > LIMIT_MS).length,
    trace: {
      pauses: pauses.map((pause) => ({ ...since(pause), endMs: pause.endMs - beginMs })),
      collections: own.map(since),
    },
    causes: pauseCauses(pauses, own, LIMIT_MS),
  }
}

/** As it happened, in milliseconds since the beginning. */
function since<T extends { readonly startMs: number }>(row: T): T {
  return { ...row, startMs: row.startMs - beginMs }
}

answer({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'start') start()
  else stop()
}
clearInterval(seconds)
await feed.close()
