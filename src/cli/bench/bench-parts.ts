import { randomBytes } from 'node:crypto'
import { SharedMemory } from '../../posix/shared-memory.ts'
import type { BenchPlan } from './bench-plan.ts'
import type {
  BookResult,
  DecodeResult,
  JournalResult,
  MachineResult,
  PartResults,
  RingMode,
  RingResult,
} from './bench-results.ts'
import { measureFeed } from './measure-feed.ts'
import type { MeasuringProcesses } from './measuring-processes.ts'

/** What the parts measure with. */
export interface BenchTools {
  readonly plan: BenchPlan
  readonly processes: MeasuringProcesses
  /** Empty, and removed at the end. */
  readonly folder: string
  /** The order ring that a part makes. */
  readonly segment: string
  /** Tells what is being measured within a part. */
  readonly onProgress: (what: string) => void
}

/** Something that is measured by itself, whatever becomes of the others. */
export interface BenchPart {
  readonly name: 'machine' | 'decode' | 'book' | 'feed' | 'ring' | 'journal'
  readonly title: string
  /** It needs POSIX shared memory or mapped files. */
  readonly needsLinux: boolean
  run(tools: BenchTools): Promise<PartResults>
}

const RING_MODES: readonly RingMode[] = ['default', 'spin']

/** In the order in which they run. */
export const BENCH_PARTS: readonly BenchPart[] = [
  {
    name: 'machine',
    title: 'the machine’s own pauses',
    needsLinux: false,
    run: async ({ processes, plan }) => ({
      machine: await processes.run<MachineResult>('probe-machine', plan.machine),
    }),
  },
  {
    name: 'decode',
    title: 'decoding',
    needsLinux: false,
    run: async ({ processes, plan }) => ({
      decode: await processes.run<DecodeResult>('decode-messages', plan.decode),
    }),
  },
  {
    name: 'book',
    title: 'the book',
    needsLinux: false,
    run: async ({ processes, plan }) => ({ book: await processes.run<BookResult>('apply-book', plan.book) }),
  },
  {
    name: 'feed',
    title: 'receiving',
    needsLinux: false,
    run: async ({ processes, plan, onProgress }) => ({
      feed: await measureFeed(plan, processes, onProgress),
    }),
  },
  { name: 'ring', title: 'the order ring', needsLinux: true, run: measureRing },
  {
    name: 'journal',
    title: 'the journal',
    needsLinux: true,
    run: async ({ processes, plan, folder }) => ({
      journal: await processes.run<JournalResult>('append-journal', plan.journal, folder),
    }),
  },
]

/** A name that no other process has. */
export function segmentName(): string {
  return `/qtx_bench_${process.pid}_${randomBytes(4).toString('hex')}`
}

/** Removes the order ring, should its process have been killed before it could. */
export function removeSegment(name: string): void {
  if (process.platform === 'linux') SharedMemory.unlink(name)
}

async function measureRing({ processes, plan, segment, onProgress }: BenchTools): Promise<PartResults> {
  const manager = processes.start('answer-orders', segment)
  try {
    await manager.read()
    const ring: RingResult[] = []
    const durationMs = plan.ring / RING_MODES.length
    for (const mode of RING_MODES) {
      onProgress(mode === 'spin' ? 'placing orders, spinning' : 'placing orders')
      ring.push(await processes.run<RingResult>('place-orders', durationMs, segment, mode))
    }
    return { ring }
  } finally {
    await manager.end()
  }
}
