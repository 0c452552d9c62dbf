import type { DatagramKind, FeedMode, SocketResult } from './bench-results.ts'
import type { LineProcess } from './line-process.ts'
import { ANSWER_TIMEOUT_MS, type MeasuringProcesses } from './measuring-processes.ts'

/** What one drain brought. */
export interface Drained {
  readonly received: number
  /** User and system time of the receiving process. */
  readonly cpuUs: number
  /** Microseconds from sender to callback; null where it was not asked for. */
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly bookState: string
}

const QUIET_MS = 400
/** Enough to compile what is to be compiled. */
const WARM_UP_ROUNDS = 16
const WARM_UP_DATAGRAMS = 300
/** Small enough to end in time where the sender cannot keep up. */
const SLOWEST_SHARE = 0.3
const HEAL_MS = 2_000
const HEAL_DATAGRAMS = 20

/** One receiver in a process of its own, and its socket of the sender. */
export class FeedLink {
  readonly mode: FeedMode
  readonly #sender: LineProcess
  readonly #socket: number
  readonly #receiver: LineProcess

  private constructor(mode: FeedMode, sender: LineProcess, socket: number, receiver: LineProcess) {
    this.mode = mode
    this.#sender = sender
    this.#socket = socket
    this.#receiver = receiver
  }

  /** Starts the receiver, subscribes, and sends enough for its code to be compiled. */
  static async open(mode: FeedMode, processes: MeasuringProcesses, sender: LineProcess): Promise<FeedLink> {
    const { socket, port } = await sender.ask<{ socket: number; port: number }>('open')
    const receiver = processes.start('receive-feed', mode, port)
    await receiver.read()
    const link = new FeedLink(mode, sender, socket, receiver)
    for (let round = 0; round < WARM_UP_ROUNDS; round++) {
      // Depth first: it makes the book live.
      await link.drainFull('depth', WARM_UP_DATAGRAMS / 2)
      await link.drainFull('ticker', WARM_UP_DATAGRAMS)
    }
    return link
  }

  /** Fills the socket while the receiver sleeps, then lets it read. */
  async drainFull(kind: DatagramKind, count: number): Promise<Drained> {
    await this.#sender.ask(`burst ${this.#socket} ${kind} ${count}`)
    return this.#receiver.ask<Drained>(`drain ${count} ${QUIET_MS} 0`)
  }

  /** Sends evenly while the receiver reads. */
  async drainPaced(
    kind: DatagramKind,
    count: number,
    perSecond: number,
  ): Promise<Drained & { readonly sentPerSecond: number }> {
    const expectedMs = (count / perSecond) * 1_000
    const deadlineMs = Math.ceil(expectedMs / SLOWEST_SHARE + QUIET_MS)
    const timeoutMs = deadlineMs + ANSWER_TIMEOUT_MS
    const [drained, { seconds }] = await Promise.all([
      this.#receiver.ask<Drained>(`drain ${count} ${deadlineMs} 1`, timeoutMs),
      this.#sender.ask<{ seconds: number }>(`pace ${this.#socket} ${kind} ${count} ${perSecond}`, timeoutMs),
    ])
    return { ...drained, sentPerSecond: count / seconds }
  }

  /** After a loss: sends depth until the book is live again, for two seconds at most. True when it is. */
  async healBook(): Promise<boolean> {
    const untilMs = performance.now() + HEAL_MS
    for (;;) {
      const { bookState } = await this.drainFull('depth', HEAL_DATAGRAMS)
      if (bookState === 'live') return true
      if (performance.now() > untilMs) return false
    }
  }

  describeSocket(): Promise<SocketResult> {
    return this.#receiver.ask<SocketResult>('socket')
  }

  end(): Promise<void> {
    return this.#receiver.end()
  }
}
