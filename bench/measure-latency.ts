import type { BenchContext, Measurement } from './bench-context.ts'
import { FeedLink, type ReceiverName } from './feed-link.ts'
import type { Peers } from './peers.ts'
import type { MeasuredTable } from './table.ts'

const RECEIVERS: readonly ReceiverName[] = ['C recvfrom loop', 'qtx recvmmsg, book', 'qtx dgram, book']
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
  for (const name of RECEIVERS) links.push(await FeedLink.open(name, 'ticker', context, peers))
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
        tables.push({
          title: `Sent → callback, ${rate.toLocaleString('en')} messages/s, ${name}`,
          unit: 'µs',
          rows: links.map((link, i) => ({ name: link.name, samples: samples[i]![p]! })),
          baseline: 'C recvfrom loop',
        })
      }
    }
    return tables
  } finally {
    for (const link of links) await link.close(context)
  }
}
