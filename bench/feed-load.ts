import type { BenchContext } from './bench-context.ts'
import type { Collection, Pause, PauseCauses } from './pause-causes.ts'
import type { Peers } from './peers.ts'

export const LOAD_PAIRS = 20
export const LOAD_PER_SECOND = 50_000

/** What a process that was kept busy for a while said of it. */
export interface LoadSeen {
  readonly isLive: boolean
  readonly messages: number
  readonly kernelDrops: number
  /** Of one core. */
  readonly cpuShare: number
}

/** Just after a full garbage collection. */
export interface CollectedMemory {
  /** Of the run. */
  readonly second: number
  readonly residentBytes: number
  /** Of JavaScript objects. */
  readonly heapBytes: number
}

export interface MemorySeen extends LoadSeen {
  /** Each second. */
  readonly residentBytes: readonly number[]
  readonly collected: readonly CollectedMemory[]
}

export interface PausesSeen extends LoadSeen {
  /** Messages that were read from queues. */
  readonly taken: number
  readonly collections: number
  readonly longCollections: number
  readonly longestCollectionMs: number
  readonly causes: PauseCauses
  /** Each pause and each collection, in milliseconds since the beginning. */
  readonly trace: { readonly pauses: readonly Pause[]; readonly collections: readonly Collection[] }
  /** What a program missed that spun at the same time. */
  readonly spinner: { readonly over1Ms: number; readonly longestMs: number }
}

const OPENING_ROUNDS = 100
/** Until V8 has compiled what is hot; its compiler's threads take the core for milliseconds meanwhile. */
const WARM_UP_SECONDS = { books: 5, queues: 20 }
const SLACK_MS = 30_000
const SECONDS_PER_COLLECTION = 5
const BRIEF_SECONDS_PER_COLLECTION = 1

/** Resident memory, and the heap, of a process that only keeps books. @throws Error as `runLoad`. */
export function runForMemory(seconds: number, context: BenchContext, peers: Peers): Promise<MemorySeen> {
  return runLoad('books', seconds, context, peers, ['--expose-gc'], (load) => load())
}

/** When a process stood still that also fills queues, reads them, and tells its statistics. @throws Error as `runLoad`. */
export function runForPauses(
  seconds: number,
  context: BenchContext,
  peers: Peers,
  nodeFlags: readonly string[],
): Promise<PausesSeen> {
  const { processes } = context
  return runLoad('queues', seconds, context, peers, nodeFlags, async (load) => {
    const spinner = processes.start('spinner', peers.path('spinner'), [String(seconds)], 'witness')
    const seen = await load<Omit<PausesSeen, 'spinner'>>()
    const missed = await spinner.read<PausesSeen['spinner']>()
    await processes.end(spinner)
    return { ...seen, spinner: missed }
  })
}

/**
 * Sends a whole minute of messages round and round, evenly, to a process that keeps the books of many pairs.
 * @param lookOn has the load sent, and adds to what the process says of it.
 * @throws Error when its books were not live at the beginning, or at the end although nothing was lost.
 */
async function runLoad<T extends LoadSeen>(
  mode: 'books' | 'queues',
  seconds: number,
  { processes, workloads, isBrief }: BenchContext,
  peers: Peers,
  nodeFlags: readonly string[],
  lookOn: (load: <S>() => Promise<S>) => Promise<T>,
): Promise<T> {
  const sender = processes.start('sender', peers.path('sender'), [], 'sender')
  const { port } = await sender.read<{ port: number }>()
  const collectS = isBrief ? BRIEF_SECONDS_PER_COLLECTION : SECONDS_PER_COLLECTION
  const args = [String(port), String(LOAD_PAIRS), workloads.book(), mode, String(collectS)]
  const load = processes.startScript('feed-load', args, nodeFlags, 'receiver')
  const send = async (line: string, ms: number): Promise<void> => {
    const { ok } = await sender.ask<{ ok: boolean }>(line, ms + SLACK_MS)
    if (!ok) throw new Error(`the sender could not ${line}`)
  }
  const trickle = (forSeconds: number): Promise<void> =>
    send(`trickle ${Math.round(forSeconds * LOAD_PER_SECOND)} ${LOAD_PER_SECOND}`, forSeconds * 1_000)
  await Promise.all([send(`accept ${LOAD_PAIRS}`, 0), load.read()])
  await send(`load ${workloads.datagrams('opening')}`, 0)
  await send(`trickle ${OPENING_ROUNDS * LOAD_PAIRS} 10000`, 0)
  await send(`load ${workloads.datagrams('minute')}`, 0)
  await trickle(isBrief ? 0.3 : WARM_UP_SECONDS[mode])
  assertLive(await load.ask<LoadSeen>('start'))
  const seen = await lookOn(async <S>() => {
    await trickle(seconds)
    return load.ask<S & object>('stop')
  })
  if (seen.kernelDrops === 0) assertLive(seen)
  for (const ended of [load, sender]) await processes.end(ended)
  return seen
}

function assertLive({ isLive }: { readonly isLive: boolean }): void {
  if (!isLive) throw new Error('the books are not live')
}
