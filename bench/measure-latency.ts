import type { BenchContext, Measurement } from './bench-context.ts'
import { FeedLink, type ReceiverName } from './feed-link.ts'
import type { MeasuredCurve } from './measured.ts'
import type { Peers } from './peers.ts'

/** Who sleeps until a datagram comes, and who never does: each against a program in C that does the same. */
const GROUPS: Readonly<Record<'' | ', never asleep', readonly ReceiverName[]>> = {
  '': ['C recvfrom loop', 'qtx recvmmsg, book', 'qtx dgram, book'],
  ', never asleep': ['C recvfrom, spinning', 'qtx recvmmsg, busyPoll, book'],
}
const RATES = [1_000, 10_000, 50_000, 100_000]
const SECONDS = 0.25
/** At low rates it takes longer to see enough. */
const LEAST_MESSAGES = 400
const PERCENTILES = ['p50', 'p90', 'p99'] as const

/** From sending a datagram to the callback, the book being updated. */
export const measureLatency: Measurement = async (context) => {
  const { peers } = context
  return peers ? measure(context, peers) : []
}

async function measure(context: BenchContext, peers: Peers): Promise<MeasuredCurve[]> {
  const { log, runs, isBrief, processes } = context
  const links: FeedLink[] = []
  for (const name of Object.values(GROUPS).flat()) {
    links.push(await FeedLink.open(name, 'ticker', context, peers))
  }
  try {
    const samples = new Map(
      links.map((link) => [link.name, PERCENTILES.map(() => RATES.map((): number[] => []))]),
    )
    for (const [r, rate] of RATES.entries()) {
      log(`latency: ${rate} a second`)
      const count = isBrief ? 100 : Math.max(LEAST_MESSAGES, Math.round(rate * SECONDS))
      for (let run = 0; run < runs; run++) {
        for (const link of links) {
          const drained = await link.drainPaced(count, rate)
          PERCENTILES.forEach((name, p) => samples.get(link.name)![p]![r]!.push(drained[name]))
        }
      }
    }
    return Object.entries(GROUPS).flatMap(([suffix, group]) =>
      PERCENTILES.map((name, p) => ({
        title: `Sent → callback, ${name}${suffix}`,
        unit: 'µs',
        xTitle: 'messages a second',
        xs: RATES,
        series: group.map((own) => ({ name: own, samples: samples.get(own)![p]! })),
        baseline: group[0]!,
        ...(p === 0 && suffix === '' && { notes: [processes.pinning.describe()] }),
      })),
    )
  } finally {
    for (const link of links) await link.close()
  }
}
