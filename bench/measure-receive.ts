import type { BenchContext, Measurement } from './bench-context.ts'
import type { DatagramKind } from './datagrams.ts'
import { FeedLink, type ReceiverName } from './feed-link.ts'
import { interleave } from './interleave.ts'
import type { Peers } from './peers.ts'
import type { MeasuredTable } from './table.ts'

const RECEIVERS: Readonly<Record<DatagramKind, readonly ReceiverName[]>> = {
  ticker: ['C recvfrom loop', 'C recvmmsg', 'qtx recvmmsg', 'qtx recvmmsg, book', 'qtx dgram'],
  depth: [
    'C recvfrom loop',
    'C recvmmsg',
    'qtx recvmmsg',
    'qtx recvmmsg, book',
    'qtx dgram',
    'qtx dgram, book',
  ],
}
const TITLES: Readonly<Record<DatagramKind, string>> = { ticker: '56 bytes', depth: 'depth 20 + 20' }
/** What the kernel counts for one datagram in the receive buffer, at most. */
const KERNEL_BYTES: Readonly<Record<DatagramKind, number>> = { ticker: 1_024, depth: 2_560 }
const MOST_WAITING: Readonly<Record<DatagramKind, number>> = { ticker: 8_000, depth: 3_000 }
const FILLINGS = 10

const RATES = [50_000, 100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 600_000, 800_000]
const RATE_SECONDS = 0.4
/** A rate that lost something is tried again, because the machine may have been busy with something else. */
const ATTEMPTS = 3
/** Of a rate that was asked for. */
const SENT_ENOUGH = 0.95

/** CPU time for a datagram while draining a full socket, and the highest rate without loss. */
export const measureReceive: Measurement = async (context) => {
  const { peers } = context
  if (!peers) return []
  const tables: MeasuredTable[] = []
  for (const kind of ['ticker', 'depth'] as const) tables.push(...(await measureKind(kind, context, peers)))
  return tables
}

async function measureKind(
  kind: DatagramKind,
  context: BenchContext,
  peers: Peers,
): Promise<MeasuredTable[]> {
  const { log, runs, isBrief } = context
  log(`receive: ${TITLES[kind]}`)
  const links: FeedLink[] = []
  for (const name of RECEIVERS[kind]) links.push(await FeedLink.open(name, kind, context, peers))
  try {
    const smallest = Math.min(...links.map((link) => link.bufferBytes))
    const count = isBrief ? 200 : Math.min(MOST_WAITING[kind], Math.floor(smallest / KERNEL_BYTES[kind]))
    const rows = await interleave(
      links.map((link) => ({ name: link.name, measure: () => cpuOf(link, count, isBrief ? 1 : FILLINGS) })),
      runs,
    )
    const cpu: MeasuredTable = {
      title: `Draining a full socket, ${TITLES[kind]}`,
      unit: 'CPU µs a datagram',
      rows,
      baseline: 'C recvfrom loop',
      notes: [
        `${count} datagrams wait in the socket each time; decoding is included; "book": applied to a book 1,000 levels deep.`,
      ],
    }
    log(`rate: ${TITLES[kind]}`)
    const rates: { name: string; samples: number[] }[] = []
    for (const link of links) rates.push({ name: link.name, samples: [await highestRate(link, isBrief)] })
    return [
      cpu,
      {
        title: `Highest rate without loss, ${TITLES[kind]}`,
        unit: 'thousand a second',
        rows: rates,
        baseline: 'C recvfrom loop',
        notes: [
          `Tried: ${RATES.map((rate) => rate / 1_000).join(', ')}, each for ${RATE_SECONDS} s. Nothing was lost at any rate shown; a rate between two of those is where the sender, which shares the machine, could not send faster.`,
        ],
      },
    ]
  } finally {
    for (const link of links) await link.close(context)
  }
}

async function cpuOf(link: FeedLink, count: number, fillings: number): Promise<number> {
  let received = 0
  let cpuUs = 0
  for (let filling = 0; filling < fillings; filling++) {
    const drained = await link.drainFull(count)
    received += drained.received
    cpuUs += drained.cpuUs
  }
  return cpuUs / received
}

/** Thousand a second, as sent; 0 when the lowest was too much already. Ends where the sender cannot send faster. */
async function highestRate(link: FeedLink, isBrief: boolean): Promise<number> {
  let highest = 0
  for (const rate of isBrief ? RATES.slice(0, 1) : RATES) {
    const kept = await keptRate(link, rate, isBrief ? 0.05 : RATE_SECONDS)
    if (kept === undefined) break
    highest = Math.max(highest, kept / 1_000)
    if (kept < SENT_ENOUGH * rate) break
  }
  return highest
}

/** The rate that was sent, the best of some attempts; undefined when each of them lost something. */
async function keptRate(link: FeedLink, perSecond: number, seconds: number): Promise<number | undefined> {
  const count = Math.round(perSecond * seconds)
  let best: number | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { received, sentPerSecond } = await link.drainPaced(count, perSecond)
    if (received < count) continue
    best = Math.max(best ?? 0, sentPerSecond)
    if (sentPerSecond >= SENT_ENOUGH * perSecond) break
  }
  return best
}
