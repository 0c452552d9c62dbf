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
  /** Messages that were read from queues. */
  readonly taken: number
  /** Of one core. */
  readonly cpuShare: number
  /** Bytes, each second. */
  readonly resident: readonly number[]
  readonly collections: number
  readonly longCollections: number
  readonly longestCollectionMs: number
  readonly causes: PauseCauses
  /** Each pause and each collection, in milliseconds since the beginning. */
  readonly trace: { readonly pauses: readonly Pause[]; readonly collections: readonly Collection[] }
  /** What a program missed that spun at the same time; with queues only. */
  readonly spinner?: { readonly over1Ms: number; readonly longestMs: number }
}

const OPENING_ROUNDS = 100
/** Until V8 has compiled what is hot; its compiler's threads take the core for milliseconds meanwhile. */
const WARM_UP_SECONDS = { books: 5, queues: 20 }
const SLACK_MS = 30_000

/**
 * Sends a whole minute of messages round and round, evenly, to a process that keeps the books of many pairs.
 * @throws Error when its books were not live at the beginning, or at the end although nothing was lost.
 */
export async function runLoad(
  mode: 'books' | 'queues',
  seconds: number,
  { processes, workloads, isBrief }: BenchContext,
  peers: Peers,
  nodeFlags: readonly string[] = [],
): Promise<LoadSeen> {
  const sender = processes.start('sender', peers.path('sender'), [], 'sender')
  const { port } = await sender.read<{ port: number }>()
  const args = [String(port), String(LOAD_PAIRS), workloads.book(), mode]
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
  const spinner =
    mode === 'queues'
      ? processes.start('spinner', peers.path('spinner'), [String(seconds)], 'witness')
      : undefined
  await trickle(seconds)
  const seen = await load.ask<LoadSeen>('stop')
  if (seen.kernelDrops === 0) assertLive(seen)
  const missed = await spinner?.read<NonNullable<LoadSeen['spinner']>>()
  for (const ended of [spinner, load, sender]) if (ended) await processes.end(ended)
  return { ...seen, ...(missed && { spinner: missed }) }
}

function assertLive({ isLive }: { readonly isLive: boolean }): void {
  if (!isLive) throw new Error('the books are not live')
}
