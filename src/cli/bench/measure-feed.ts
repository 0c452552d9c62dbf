import type {
  DatagramKind,
  DrainResult,
  FeedMode,
  FeedResult,
  LatencyResult,
  SocketResult,
} from './bench-results.ts'
import { LATENCY_RATES, LATENCY_RUNS, type BenchPlan } from './bench-plan.ts'
import { FeedLink } from './feed-link.ts'
import type { MeasuringProcesses } from './measuring-processes.ts'
import { medianOf } from './percentiles.ts'

/** What the kernel counts for one datagram in the receive buffer, at most. */
const KERNEL_BYTES: Readonly<Record<DatagramKind, number>> = { ticker: 1_024, depth: 2_560 }
const MOST_WAITING = 2_000
const FEWEST_FILLINGS = 3
const KINDS = ['ticker', 'depth'] as const

/** Busy polling and `recvmmsg` are what Linux has; elsewhere the default is `dgram`. */
export function feedModesOf(platform: NodeJS.Platform): readonly FeedMode[] {
  return platform === 'linux' ? ['default', 'busyPoll', 'dgram'] : ['default']
}

/** Receiving over the loopback, each mode in a process of its own and with a book, in turn. */
export async function measureFeed(
  plan: BenchPlan,
  processes: MeasuringProcesses,
  onProgress: (what: string) => void,
): Promise<FeedResult> {
  const sender = processes.start('send-feed')
  const links: FeedLink[] = []
  try {
    for (const mode of feedModesOf(process.platform)) links.push(await FeedLink.open(mode, processes, sender))
    const sockets = await Promise.all(links.map((link) => link.describeSocket()))
    onProgress('draining full sockets')
    const drain = await measureDrain(
      links.filter(({ mode }) => mode !== 'busyPoll'),
      sockets,
      plan.drain,
    )
    const latency: LatencyResult[] = []
    for (const perSecond of LATENCY_RATES) {
      onProgress(`latency at ${perSecond.toLocaleString('en')} messages a second`)
      latency.push(...(await measureLatency(links, perSecond, plan.latency / LATENCY_RATES.length)))
    }
    // Again: drops are counted to the end.
    return { drain, latency, sockets: await Promise.all(links.map((link) => link.describeSocket())) }
  } finally {
    await Promise.all([...links.map((link) => link.end()), sender.end()])
  }
}

async function measureDrain(
  links: readonly FeedLink[],
  sockets: readonly SocketResult[],
  durationMs: number,
): Promise<DrainResult[]> {
  const smallestBytes = Math.min(...sockets.map(({ receiveBufferBytes }) => receiveBufferBytes))
  const rows = links.flatMap((link) =>
    KINDS.map((kind) => ({ link, kind, cpuUs: [] as number[], datagrams: 0 })),
  )
  const startMs = performance.now()
  for (let filling = 0; filling < FEWEST_FILLINGS || performance.now() - startMs < durationMs; filling++) {
    for (const row of rows) {
      const count = Math.max(1, Math.min(MOST_WAITING, Math.floor(smallestBytes / KERNEL_BYTES[row.kind])))
      const { received, cpuUs } = await row.link.drainFull(row.kind, count)
      if (received === 0) continue
      row.cpuUs.push(cpuUs / received)
      row.datagrams += received
    }
  }
  return rows.map(({ link, kind, cpuUs, datagrams }) => ({
    mode: link.mode,
    kind,
    cpuUs: medianOf(cpuUs),
    datagrams,
  }))
}

async function measureLatency(
  links: readonly FeedLink[],
  perSecond: number,
  durationMs: number,
): Promise<LatencyResult[]> {
  const runMs = durationMs / (links.length * LATENCY_RUNS)
  const count = Math.max(1, Math.round((runMs / 1_000) * perSecond))
  const runs = links.map(() => [] as Awaited<ReturnType<FeedLink['drainPaced']>>[])
  const isBookKept = links.map(() => true)
  for (let run = 0; run < LATENCY_RUNS; run++) {
    for (const [i, link] of links.entries()) {
      if (!(await link.healBook())) isBookKept[i] = false
      runs[i]!.push(await link.drainPaced('ticker', count, perSecond))
    }
  }
  return links.map(({ mode }, i) => {
    const own = runs[i]!
    const median = (valueOf: (run: (typeof own)[number]) => number | null): number =>
      medianOf(own.map((run) => valueOf(run) ?? NaN))
    return {
      mode,
      perSecond,
      sentPerSecond: median((run) => run.sentPerSecond),
      sent: count * own.length,
      received: own.reduce((sum, { received }) => sum + received, 0),
      p50Us: median(({ p50 }) => p50),
      p90Us: median(({ p90 }) => p90),
      p99Us: median(({ p99 }) => p99),
      isBookKept: isBookKept[i]!,
    }
  })
}
