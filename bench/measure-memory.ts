import type { Measurement } from './bench-context.ts'
import { LOAD_PAIRS, LOAD_PER_SECOND, runForMemory, type CollectedMemory } from './feed-load.ts'
import type { MeasuredCurve, MeasuredRow, MeasuredTable } from './measured.ts'
import { theilSen } from './theil-sen.ts'

const BYTES_PER_MB = 1_048_576
const SECONDS_PER_MINUTE = 60
const BRIEF_SECONDS = 5
/** Collections that a line is drawn through. Whole pages come and go by the megabyte: a line of those needs minutes. */
const FEWEST_POINTS = { objects: 3, resident: 60 }
/** While the code is compiled and the heap finds its size, memory grows. */
const SETTLING = 0.25
/** A charted line has no more points. */
const MOST_POINTS = 120

/** Resident memory under load, second by second, and what of it is left by full garbage collections. */
export const measureMemory: Measurement = async (context) => {
  const { peers, isBrief, minutes, log } = context
  if (!peers) return []
  const seconds = isBrief ? BRIEF_SECONDS : minutes * SECONDS_PER_MINUTE
  log(`memory: ${seconds} s`)
  const seen = await runForMemory(seconds, context, peers)
  const megabytes = seen.residentBytes.map((bytes) => bytes / BYTES_PER_MB)
  const settled = seen.collected.filter(({ second }) => second > SETTLING * seconds)
  const every = Math.ceil(seen.collected.length / MOST_POINTS)
  const kept = seen.collected.filter((_, i) => i % every === 0)
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
    ...growthOf(settled),
    ...(kept.length === 0 ? [] : [memoryOverTime(kept)]),
  ]
}

function memoryOverTime(kept: readonly CollectedMemory[]): MeasuredCurve {
  return {
    title: 'Memory over time, after full collections',
    unit: 'MB',
    xTitle: 'seconds',
    xs: kept.map(({ second }) => second),
    series: [
      { name: 'resident', samples: kept.map(({ residentBytes }) => [residentBytes / BYTES_PER_MB]) },
      { name: 'objects', samples: kept.map(({ heapBytes }) => [heapBytes / BYTES_PER_MB]) },
    ],
  }
}

/** Nothing where there are too few points for a line. */
function growthOf(collected: readonly CollectedMemory[]): MeasuredTable[] {
  if (collected.length < FEWEST_POINTS.objects) return []
  const minutes = collected.map(({ second }) => second / SECONDS_PER_MINUTE)
  const rowsOf = (name: string, bytes: readonly number[]): MeasuredRow[] => {
    const { slope, lowest, highest } = theilSen(
      minutes,
      bytes.map((value) => value / BYTES_PER_MB),
    )
    return [
      { name, samples: [slope] },
      { name: `${name}, 95 % lowest`, samples: [lowest] },
      { name: `${name}, 95 % highest`, samples: [highest] },
    ]
  }
  return [
    {
      title: 'Growth of memory after full collections (Theil–Sen)',
      unit: 'MB a minute',
      rows: [
        ...rowsOf(
          'objects',
          collected.map(({ heapBytes }) => heapBytes),
        ),
        ...(collected.length < FEWEST_POINTS.resident
          ? []
          : rowsOf(
              'resident',
              collected.map(({ residentBytes }) => residentBytes),
            )),
      ],
      notes: [`${collected.length} collections, from second ${collected[0]!.second} on.`],
    },
  ]
}
