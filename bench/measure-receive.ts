import type { BenchContext, Measurement } from './bench-context.ts'
import { FeedLink, type ReceiverName, type Sent } from './feed-link.ts'
import { interleave } from './interleave.ts'
import type { MeasuredTable } from './measured.ts'
import { measureRates } from './measure-rates.ts'
import type { Peers } from './peers.ts'

type Kind = 'ticker' | 'depth-20'

const USUAL: readonly ReceiverName[] = [
  'C recvfrom loop',
  'C recvmmsg',
  'C recvmmsg, GRO',
  'qtx recvmmsg',
  'qtx recvmmsg, book',
  'qtx dgram',
]
const RECEIVERS: Readonly<Record<Kind, readonly ReceiverName[]>> = {
  ticker: USUAL,
  'depth-20': [...USUAL, 'qtx dgram, book'],
}
const TITLES: Readonly<Record<Kind, string>> = { ticker: '56 bytes', 'depth-20': 'depth 20 + 20' }
/** What the kernel counts for one datagram in the receive buffer, at most. */
const KERNEL_BYTES: Readonly<Record<Kind, number>> = { ticker: 1_024, 'depth-20': 2_560 }
const MOST_WAITING: Readonly<Record<Kind, number>> = { ticker: 8_000, 'depth-20': 3_000 }
const FILLINGS = 20

/** CPU time for a datagram while draining a full socket, and the highest rate without loss. */
export const measureReceive: Measurement = async (context) => {
  const { peers } = context
  if (!peers) return []
  const tables: MeasuredTable[] = []
  for (const kind of ['ticker', 'depth-20'] as const)
    tables.push(...(await measureKind(kind, context, peers)))
  return tables
}

async function measureKind(kind: Kind, context: BenchContext, peers: Peers): Promise<MeasuredTable[]> {
  const { log, runs, isBrief, processes, workloads } = context
  const title = TITLES[kind]
  log(`receive: ${title}`)
  const links: FeedLink[] = []
  for (const name of RECEIVERS[kind]) links.push(await FeedLink.open(name, kind, context, peers))
  try {
    const smallest = Math.min(...links.map((link) => link.bufferBytes))
    const count = isBrief ? 200 : Math.min(MOST_WAITING[kind], Math.floor(smallest / KERNEL_BYTES[kind]))
    const what =
      kind === 'ticker'
        ? 'Bids and asks in turn.'
        : `Of ${workloads.source}: the 20 changes nearest the best of each side.`
    const drain = async (sent: Sent): Promise<MeasuredTable> => {
      const rows = links.map((link) => ({
        name: link.name,
        measure: () => cpuOf(link, count, isBrief ? 1 : FILLINGS, sent),
      }))
      return {
        title: `Draining a full socket, ${title}${sent === 'trains' ? ', sent in trains' : ''}`,
        unit: 'CPU µs a datagram',
        rows: await interleave(rows, runs),
        baseline: 'C recvfrom loop',
        notes: [
          `${what} ${count} datagrams wait in the socket each time${sent === 'trains' ? ', up to 64 in one piece' : ''}; decoding is included; "book": applied to a book 1,000 levels deep. ${processes.pinning.describe()}`,
        ],
      }
    }
    const tables = [await drain('burst'), await drain('trains')]
    log(`rate: ${title}`)
    return [...tables, await measureRates(title, links, context)]
  } finally {
    for (const link of links) await link.close()
  }
}

/** CPU microseconds a message of some drains of a full socket. */
export async function cpuOf(
  link: FeedLink,
  count: number,
  fillings: number,
  sent: Sent = 'burst',
): Promise<number> {
  let received = 0
  let cpuUs = 0
  for (let filling = 0; filling < fillings; filling++) {
    const drained = await link.drainFull(count, sent)
    received += drained.received
    cpuUs += drained.cpuUs
  }
  return cpuUs / received
}
