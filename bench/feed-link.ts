import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchContext } from './bench-context.ts'
import { makeDatagrams, packDatagrams, type DatagramKind } from './datagrams.ts'
import type { LineProcess } from './line-process.ts'
import type { Peers } from './peers.ts'

/** How datagrams are received, and what is done with them. */
export const RECEIVERS = {
  'C recvfrom loop': ['recvfrom'],
  'C recvmmsg': ['recvmmsg'],
  'C recvfrom, spinning': ['spin'],
  'qtx recvmmsg': ['recvmmsg', 'route'],
  'qtx recvmmsg, book': ['recvmmsg', 'book'],
  'qtx recvmmsg, busyPoll, book': ['busy', 'book'],
  'qtx dgram': ['dgram', 'route'],
  'qtx dgram, book': ['dgram', 'book'],
} as const
export type ReceiverName = keyof typeof RECEIVERS

/** What one drain brought. */
export interface Drained {
  readonly received: number
  /** User and system time of the whole receiver process. */
  readonly cpuUs: number
  /** Sent to callback, microseconds, when it was asked for. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

const QUIET_MS = 400
/** Enough to compile what is to be compiled. */
const WARM_UP_ROUNDS = 20

/** A sender and a receiver, each a process, between them one socket. */
export class FeedLink {
  readonly name: ReceiverName
  /** The receive buffer as the kernel counts it. */
  readonly bufferBytes: number
  readonly #sender: LineProcess
  readonly #receiver: LineProcess

  private constructor(name: ReceiverName, sender: LineProcess, receiver: LineProcess, bufferBytes: number) {
    this.name = name
    this.#sender = sender
    this.#receiver = receiver
    this.bufferBytes = bufferBytes
  }

  /** Starts both and subscribes; datagrams of that kind are sent. */
  static async open(
    name: ReceiverName,
    kind: DatagramKind,
    context: BenchContext,
    peers: Peers,
  ): Promise<FeedLink> {
    const { processes, folder } = context
    const sender = processes.start('sender', peers.path('sender'), [])
    const { port } = (await sender.read()) as { port: number }
    const args = [...RECEIVERS[name], String(port)]
    const receiver = name.startsWith('C ')
      ? processes.start('receiver', peers.path('receiver'), args)
      : processes.startScript('feed-receiver', args)
    const [, ready] = await Promise.all([order(sender, 'accept'), receiver.read()])
    const link = new FeedLink(name, sender, receiver, (ready as { bufferBytes: number }).bufferBytes)
    // Depth first, whatever follows: it makes the book live.
    for (const each of new Set<DatagramKind>(['depth', kind])) {
      const file = join(folder, each)
      await writeFile(file, packDatagrams(makeDatagrams(each)))
      await order(sender, `load ${file}`)
      for (let round = 0; round < (context.isBrief ? 2 : WARM_UP_ROUNDS); round++) await link.drainFull(500)
    }
    return link
  }

  /** Fills the socket while the receiver sleeps, then lets it read. */
  async drainFull(count: number): Promise<Drained> {
    await order(this.#sender, `burst ${count}`)
    return this.#drain(count, QUIET_MS, false)
  }

  /** Sends evenly while the receiver reads. */
  async drainPaced(count: number, perSecond: number): Promise<Drained & { readonly sentPerSecond: number }> {
    const drained = this.#drain(count, (count / perSecond) * 1_500 + QUIET_MS, true)
    const { seconds } = await order(this.#sender, `pace ${count} ${perSecond}`)
    return { ...(await drained), sentPerSecond: count / seconds }
  }

  async close(context: BenchContext): Promise<void> {
    await Promise.all([context.processes.end(this.#receiver), context.processes.end(this.#sender)])
  }

  async #drain(count: number, deadlineMs: number, isTimed: boolean): Promise<Drained> {
    const line = `drain ${count} ${Math.ceil(deadlineMs)} ${isTimed ? 1 : 0}`
    return (await this.#receiver.ask(line)) as Drained
  }
}

async function order(sender: LineProcess, line: string): Promise<{ readonly seconds: number }> {
  const done = (await sender.ask(line)) as { ok: boolean; seconds: number }
  if (!done.ok) throw new Error(`the sender could not ${line}`)
  return done
}
