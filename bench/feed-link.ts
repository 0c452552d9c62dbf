import type { BenchContext } from './bench-context.ts'
import type { LineProcess } from '../src/cli/bench/line-process.ts'
import type { Peers } from './peers.ts'
import type { WorkloadKind } from './workloads/workload.ts'

/** How datagrams are received, and what is done with them. */
export const RECEIVERS = {
  'C recvfrom loop': ['recvfrom'],
  'C recvmmsg': ['recvmmsg'],
  'C recvmmsg, GRO': ['gro'],
  'C recvfrom, spinning': ['spin'],
  'qtx recvmmsg': ['recvmmsg', 'route'],
  'qtx recvmmsg, book': ['recvmmsg', 'book'],
  'qtx recvmmsg, busyPoll, book': ['busy', 'book'],
  'qtx worker': ['worker', 'route'],
  'qtx worker, book': ['worker', 'book'],
  'qtx dgram': ['dgram', 'route'],
  'qtx dgram, book': ['dgram', 'book'],
} as const
export type ReceiverName = keyof typeof RECEIVERS

/** One by one, or equal ones in a row together. */
export type Sent = 'burst' | 'trains'

/** What one drain brought. */
export interface Drained {
  readonly received: number
  /** User and system time of the whole receiver process. */
  readonly cpuUs: number
  /** How old the last message was when the receiver had done with it. */
  readonly lagMs: number
  /** Sent to callback, microseconds, when it was asked for. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

interface Done {
  readonly seconds: number
  readonly left: number
}

/** A receiver gives up when nothing has come for so long. */
const QUIET_MS = 200
/** Enough to compile what is to be compiled. */
const WARM_UP_ROUNDS = 20
/** So many of the longest datagrams fit the receive buffer. */
const CHUNK = 500

/** A sender and a receiver, each a process on a core of its own where that can be, between them one socket. */
export class FeedLink {
  readonly name: ReceiverName
  /** The receive buffer as the kernel counts it. */
  readonly bufferBytes: number
  readonly #sender: LineProcess
  readonly #receiver: LineProcess
  readonly #context: BenchContext
  #isLoaded = false

  private constructor(
    name: ReceiverName,
    sender: LineProcess,
    receiver: LineProcess,
    bufferBytes: number,
    context: BenchContext,
  ) {
    this.name = name
    this.#sender = sender
    this.#receiver = receiver
    this.bufferBytes = bufferBytes
    this.#context = context
  }

  /** Starts both and subscribes; messages of that kind, which go round the pairs, are sent. */
  static async open(
    name: ReceiverName,
    kind: WorkloadKind,
    context: BenchContext,
    peers: Peers,
    pairs = 1,
  ): Promise<FeedLink> {
    const { processes, workloads } = context
    const sender = processes.start('sender', peers.path('sender'), [], 'sender')
    const { port } = await sender.read<{ port: number }>()
    const args = [...RECEIVERS[name], String(port), String(pairs)]
    const receiver = name.startsWith('C ')
      ? processes.start('receiver', peers.path('receiver'), args, 'receiver')
      : processes.startScript('feed-receiver', [...args, workloads.book()], [], 'receiver')
    const [, ready] = await Promise.all([order(sender, `accept ${pairs}`), receiver.read()])
    const { bufferBytes } = ready as { bufferBytes: number }
    const link = new FeedLink(name, sender, receiver, bufferBytes, context)
    // The books are seeded while nothing changes them.
    await link.load('opening')
    if (!name.startsWith('C ') && !(await link.status()).isLive) throw new Error(`${name} is not ready`)
    // Depth in any case: it compiles what the books need.
    if (!kind.startsWith('depth')) await link.load('depth-20')
    await link.load(kind)
    return link
  }

  /** What is sent from now on. The round that was begun is sent to its end before, so that the book is as it was. */
  async load(kind: WorkloadKind): Promise<void> {
    if (this.#isLoaded) {
      for (let { left } = await order(this.#sender, 'left'); left > 0;) {
        const count = Math.min(left, CHUNK)
        const { received } = await this.drainFull(count)
        if (received < count) throw new Error(`${this.name} lost ${count - received} of ${count} messages`)
        left -= count
      }
    }
    await order(this.#sender, `load ${this.#context.workloads.datagrams(kind)}`)
    this.#isLoaded = true
    for (let round = 0; round < (this.#context.isBrief ? 2 : WARM_UP_ROUNDS); round++) {
      await this.drainFull(CHUNK)
    }
  }

  /**
   * Fills the socket while the receiver sleeps, then lets it read. In `trains` the sender hands the kernel equal datagrams
   * in a row as one piece.
   */
  async drainFull(count: number, sent: Sent = 'burst'): Promise<Drained> {
    await order(this.#sender, `${sent} ${count}`)
    return this.#drain(count, false)
  }

  /** Sends evenly while the receiver reads. */
  async drainPaced(count: number, perSecond: number): Promise<Drained & { readonly sentPerSecond: number }> {
    const drained = this.#drain(count, true)
    const { seconds } = await order(this.#sender, `pace ${count} ${perSecond}`)
    return { ...(await drained), sentPerSecond: count / seconds }
  }

  /** Of a receiver of `qtx`: whether its books are live, and how many bytes its process has resident. */
  async status(): Promise<{ readonly isLive: boolean; readonly residentBytes: number }> {
    return this.#receiver.ask('status')
  }

  async close(): Promise<void> {
    const { processes } = this.#context
    await Promise.all([processes.end(this.#receiver), processes.end(this.#sender)])
  }

  async #drain(count: number, isTimed: boolean): Promise<Drained> {
    return this.#receiver.ask(`drain ${count} ${QUIET_MS} ${isTimed ? 1 : 0}`)
  }
}

/** @throws Error when the sender could not. */
async function order(sender: LineProcess, line: string): Promise<Done> {
  const done = await sender.ask<Done & { ok: boolean }>(line)
  if (!done.ok) throw new Error(`the sender could not ${line}`)
  return done
}
