import type { BenchContext, Measurement } from './bench-context.ts'
import { FeedLink, type ReceiverName } from './feed-link.ts'
import type { MeasuredCurve } from './measured.ts'
import { cpuOf } from './measure-receive.ts'
import type { Peers } from './peers.ts'

const RATES = [1_000, 5_000, 10_000, 50_000, 100_000]
const RATE_SECONDS = 0.25
const LEAST_MESSAGES = 500
const PAIRS = [1, 5, 20, 100]
const LEVELS = [1, 5, 20, 50]
/** Shapes, not small differences. */
const MOST_RUNS = 3
const WAITING = 2_000
const BYTES_PER_MB = 1_048_576

const BY_RATE: readonly ReceiverName[] = [
  'C recvfrom loop',
  'qtx recvmmsg, book',
  'qtx recvmmsg, busyPoll, book',
  'qtx worker, book',
  'qtx dgram, book',
]
const BY_PAIRS: readonly ReceiverName[] = ['C recvfrom loop', 'qtx recvmmsg, book']
const BY_LEVELS: readonly ReceiverName[] = [
  'C recvfrom loop',
  'C recvmmsg',
  'qtx recvmmsg',
  'qtx recvmmsg, book',
]

/** How the cost of a message grows with their rate, the number of pairs and the depth, and memory with the pairs. */
export const measureScaling: Measurement = async (context) => {
  const { peers } = context
  if (!peers) return []
  return [
    await measureByRate(context, peers),
    ...(await measureByPairs(context, peers)),
    await measureByLevels(context, peers),
  ]
}

type Series = { readonly name: string; readonly samples: number[][] }[]

function seriesOf(names: readonly string[], xs: readonly number[]): Series {
  return names.map((name) => ({ name, samples: xs.map(() => []) }))
}

function runsOf({ runs }: BenchContext): number {
  return Math.min(runs, MOST_RUNS)
}

async function measureByRate(context: BenchContext, peers: Peers): Promise<MeasuredCurve> {
  context.log('scaling: rate')
  const series = seriesOf(BY_RATE, RATES)
  await withLinks(BY_RATE, 'ticker', context, peers, async (links) => {
    for (const [x, rate] of RATES.entries()) {
      const count = context.isBrief ? 100 : Math.max(LEAST_MESSAGES, Math.round(rate * RATE_SECONDS))
      for (let run = 0; run < runsOf(context); run++) {
        for (const [i, link] of links.entries()) {
          const { cpuUs, received } = await link.drainPaced(count, rate)
          series[i]!.samples[x]!.push(cpuUs / received)
        }
      }
    }
  })
  return {
    title: 'Cost of a message by rate, 56 bytes',
    unit: 'CPU µs a message',
    xTitle: 'messages a second, sent evenly',
    xs: RATES,
    series,
    baseline: BY_RATE[0]!,
    notes: [
      'At low rates each message wakes its receiver, and waking up is what costs; with busyPoll it is a whole core, whatever the rate. Both threads of the worker are counted.',
    ],
  }
}

async function measureByPairs(context: BenchContext, peers: Peers): Promise<MeasuredCurve[]> {
  const counts = context.isBrief ? PAIRS.slice(0, 2) : PAIRS
  const cost = seriesOf(BY_PAIRS, counts)
  const memory = seriesOf(['qtx recvmmsg, book'], counts)
  for (const [x, pairs] of counts.entries()) {
    context.log(`scaling: ${pairs} pairs`)
    await withLinks(
      BY_PAIRS,
      'depth-20',
      context,
      peers,
      async (links) => {
        for (let run = 0; run < runsOf(context); run++) {
          for (const [i, link] of links.entries()) cost[i]!.samples[x]!.push(await cpuOfFull(link, context))
        }
        const { residentBytes } = await links[1]!.status()
        memory[0]!.samples[x]!.push(residentBytes / BYTES_PER_MB)
      },
      pairs,
    )
  }
  const xTitle = 'pairs'
  return [
    {
      title: 'Cost of a message by pairs, depth 20 + 20',
      unit: 'CPU µs a message',
      xTitle,
      xs: counts,
      series: cost,
      baseline: BY_PAIRS[0]!,
      notes: ['Messages go round the pairs, so that with many pairs no book stays in the caches.'],
    },
    {
      title: 'Memory by pairs',
      unit: 'MB resident',
      xTitle,
      xs: counts,
      series: memory,
      notes: ['Of the whole process, each pair with a book of 1,000 levels a side; without ccxt.'],
    },
  ]
}

async function measureByLevels(context: BenchContext, peers: Peers): Promise<MeasuredCurve> {
  const series = seriesOf(BY_LEVELS, LEVELS)
  await withLinks(BY_LEVELS, 'opening', context, peers, async (links) => {
    for (const [x, levels] of LEVELS.entries()) {
      context.log(`scaling: ${levels} + ${levels} levels`)
      for (const link of links) await link.load(`depth-${levels}`)
      for (let run = 0; run < runsOf(context); run++) {
        for (const [i, link] of links.entries()) series[i]!.samples[x]!.push(await cpuOfFull(link, context))
      }
    }
  })
  return {
    title: 'Cost of a message by depth',
    unit: 'CPU µs a message',
    xTitle: 'levels a side',
    xs: LEVELS,
    series,
    baseline: BY_LEVELS[0]!,
  }
}

function cpuOfFull(link: FeedLink, { isBrief }: BenchContext): Promise<number> {
  return isBrief ? cpuOf(link, 200, 1) : cpuOf(link, WAITING, 5)
}

async function withLinks(
  names: readonly ReceiverName[],
  kind: 'ticker' | 'depth-20' | 'opening',
  context: BenchContext,
  peers: Peers,
  measure: (links: readonly FeedLink[]) => Promise<void>,
  pairs = 1,
): Promise<void> {
  const links: FeedLink[] = []
  try {
    for (const name of names) links.push(await FeedLink.open(name, kind, context, peers, pairs))
    await measure(links)
  } finally {
    for (const link of links) await link.close()
  }
}
