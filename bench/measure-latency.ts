import type { BenchContext, Measurement } from './bench-context.ts'
import { FeedLink, type ReceiverName } from './feed-link.ts'
import type { Peers } from './peers.ts'
import type { MeasuredTable } from './table.ts'

/** Who sleeps until a datagram comes, and who never does: each against a program in C that does the same. */
const GROUPS: readonly (readonly ReceiverName[])[] = [
  ['C recvfrom loop', 'qtx recvmmsg, book', 'qtx dgram, book'],
  ['C recvfrom, spinning', 'qtx recvmmsg, busyPoll, book'],
]
const RATES = [10_000, 50_000]
const SECONDS = 1
const PERCENTILES = ['p50', 'p90', 'p99'] as const

/** From sending a datagram to the callback, the book being updated. */
export const measureLatency: Measurement = async (context) => {
  const { peers } = context
  return peers ? measure(context, peers) : []
}

async function measure(context: BenchContext, peers: Peers): Promise<MeasuredTable[]> {
  const { log, runs, isBrief } = context
  const links: FeedLink[] = []
  for (const name of GROUPS.flat()) links.push(await FeedLink.open(name, 'ticker', context, peers))
  try {
    const tables: MeasuredTable[] = []
    for (const rate of RATES) {
      log(`latency: ${rate} a second`)
      const samples = links.map(() => PERCENTILES.map(() => [] as number[]))
      for (let run = 0; run < runs; run++) {
        for (const [i, link] of links.entries()) {
          const drained = await link.drainPaced(Math.round(rate * (isBrief ? 0.05 : SECONDS)), rate)
          PERCENTILES.forEach((name, p) => samples[i]![p]!.push(drained[name]))
        }
      }
      for (const [p, name] of PERCENTILES.entries()) {
        for (const group of GROUPS) tables.push(tableOf(group, rate, name, p))
      }

      function tableOf(
        group: readonly ReceiverName[],
        perSecond: number,
        name: string,
        p: number,
      ): MeasuredTable {
        const rows = links.flatMap((link, i) =>
          group.includes(link.name) ? [{ name: link.name, samples: samples[i]![p]! }] : [],
        )
        const title = `Sent → callback, ${perSecond.toLocaleString('en')} messages/s, ${name}`
        const baseline = group[0]!
        return {
          title: baseline.includes('spinning') ? `${title}, spinning` : title,
          unit: 'µs',
          rows,
          baseline,
        }
      }
    }
    return tables
  } finally {
    for (const link of links) await link.close(context)
  }
}
