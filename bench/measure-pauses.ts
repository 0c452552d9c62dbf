import type { BenchContext, Measurement } from './bench-context.ts'
import { LOAD_PAIRS, LOAD_PER_SECOND, runForPauses } from './feed-load.ts'
import type { MeasuredRow, MeasuredTable } from './measured.ts'
import type { Collection, PauseCauses } from './pause-causes.ts'
import type { Peers } from './peers.ts'
import { readable } from './table.ts'

const SECONDS = 60
const BRIEF_SECONDS = 2

/** As the tuning guide has it for a process that is kept on one core: no thread of the collector competes for it. */
const TUNED_FLAGS = ['--single-threaded-gc']

/** When the event loop stood still, and whose doing it was: as Node is by default, and tuned. */
export const measurePauses: Measurement = async (context) => {
  const { peers } = context
  if (!peers) return []
  const tables: MeasuredTable[] = []
  for (const flags of [[], TUNED_FLAGS]) tables.push(await measure(flags, context, peers))
  return tables
}

async function measure(
  flags: readonly string[],
  context: BenchContext,
  peers: Peers,
): Promise<MeasuredTable> {
  const { isBrief, log } = context
  const seconds = isBrief ? BRIEF_SECONDS : SECONDS
  const how = flags.length === 0 ? 'as Node is' : flags[0]!
  log(`pauses: ${seconds} s, ${how}`)
  const seen = await runForPauses(seconds, context, peers, flags)
  const { causes, spinner, trace } = seen
  return {
    title: `Pauses over 1 ms, ${how}, ${seconds} s`,
    unit: 'pauses',
    rows: [...pauseRows(causes), { name: 'C, spinning beside it: the machine', samples: [spinner.over1Ms] }],
    notes: [
      `${LOAD_PER_SECOND.toLocaleString('en')} messages/s on ${LOAD_PAIRS} pairs: books, queues that are read, and statistics each second; ${Math.round(100 * seen.cpuShare)} % of a core. ` +
        `${seen.collections} garbage collections, ${seen.longCollections} of them over 1 ms, the longest ${readable(seen.longestCollectionMs)} ms. ` +
        `Longest pause of ours ${readable(causes.longestOwnMs)} ms, of all ${readable(causes.longestMs)} ms; the spinning program missed at most ${readable(spinner.longestMs)} ms. ` +
        `By kind: ${byKind(trace.collections)}. ` +
        `${seen.taken.toLocaleString('en')} messages came through queues; the kernel dropped ${seen.kernelDrops}.`,
    ],
    trace,
  }
}

/** Such as `young objects 290, the longest 1.2 ms`. */
function byKind(collections: readonly Collection[]): string {
  const kinds = [...new Set(collections.map(({ kind }) => kind))]
  return kinds
    .map((kind) => {
      const lengthsMs = collections.filter((each) => each.kind === kind).map(({ durationMs }) => durationMs)
      return `${kind} ${lengthsMs.length}, the longest ${readable(Math.max(...lengthsMs))} ms`
    })
    .join('; ')
}

/** How many pauses were whose doing. */
function pauseRows(causes: PauseCauses): MeasuredRow[] {
  return [
    { name: 'caused by us: garbage collection', samples: [causes.collection] },
    { name: 'caused by us: work', samples: [causes.work] },
    { name: 'caused by us: Node’s other threads on the core', samples: [causes.helpers] },
    { name: 'the machine, then catching up', samples: [causes.catchingUp] },
    { name: 'the machine, charged to us while nothing was done', samples: [causes.charged] },
    { name: 'the machine', samples: [causes.machine] },
  ]
}
