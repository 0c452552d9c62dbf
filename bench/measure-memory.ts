import type { Measurement } from './bench-context.ts'
import { LOAD_PAIRS, LOAD_PER_SECOND, runForMemory } from './feed-load.ts'
import { theilSen } from './theil-sen.ts'

const BYTES_PER_MB = 1_048_576
const SECONDS_PER_MINUTE = 60
const BRIEF_SECONDS = 3
/** While the code is compiled and the heap finds its size, memory grows. */
const SETTLING = 0.25
/** A charted line has no more points. */
const MOST_POINTS = 120

/** Resident memory under load, second by second. */
export const measureMemory: Measurement = async (context) => {
  const { peers, isBrief, minutes, log } = context
  if (!peers) return []
  const seconds = isBrief ? BRIEF_SECONDS : minutes * SECONDS_PER_MINUTE
  log(`memory: ${seconds} s`)
  const seen = await runForMemory(seconds, context, peers)
  const megabytes = seen.residentBytes.map((bytes) => bytes / BYTES_PER_MB)
  const heap = seen.heapBytes.map((bytes) => bytes / BYTES_PER_MB)
  const settled = megabytes.slice(Math.floor(megabytes.length * SETTLING))
  const { slope, lowest, highest } = theilSen(
    settled.map((_, i) => i / SECONDS_PER_MINUTE),
    settled,
  )
  const every = Math.ceil(megabytes.length / MOST_POINTS)
  const kept = megabytes.map((value, i) => ({ value, second: i + 1 })).filter((_, i) => i % every === 0)
  return [
    {
      title: `Resident memory in ${seconds} s`,
      unit: 'MB',
      rows: [
        { name: 'at first', samples: megabytes.slice(0, 1) },
        { name: 'at last', samples: megabytes.slice(-1) },
        { name: 'highest', samples: [Math.max(...megabytes)] },
      ],
      notes: [
        `${LOAD_PER_SECOND.toLocaleString('en')} messages/s on ${LOAD_PAIRS} pairs with books, in a process that never loads ccxt; ${Math.round(100 * seen.cpuShare)} % of a core; the kernel dropped ${seen.kernelDrops}. ` +
          `A longer run: \`npm run bench -- memory --minutes 10\`.`,
      ],
    },
    {
      title: 'Growth of resident memory (Theil–Sen)',
      unit: 'MB a minute',
      rows: [
        { name: 'slope', samples: [slope] },
        { name: 'slope, 95 % lowest', samples: [lowest] },
        { name: 'slope, 95 % highest', samples: [highest] },
      ],
      notes: [`Of the last ${settled.length} seconds.`],
    },
    {
      title: 'Resident memory over time',
      unit: 'MB resident',
      xTitle: 'seconds',
      xs: kept.map(({ second }) => second),
      series: [
        { name: 'resident', samples: kept.map(({ value }) => [value]) },
        { name: 'objects', samples: kept.map(({ second }) => [heap[second - 1]!]) },
      ],
    },
  ]
}
