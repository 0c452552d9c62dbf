import { Backoff } from '../../common/backoff.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import { messageOf } from '../../errors.ts'
import type { DatagramSource } from './datagram-source.ts'
import { openReceiver, type OpenReceiverOptions, type OpenedReceiver } from './open-receiver.ts'
import type { DatagramHandler, Receiver, ReceiverKind, ReceiverStatistics } from './receiver.ts'

const FIRST_REOPEN_MS = 500
const SLOWEST_REOPEN_MS = 30_000

/** `idle` – not started; `open`; `reopening` – the socket failed, another is tried; `stopped`. */
export type FeedConnectionState = 'idle' | 'open' | 'reopening' | 'stopped'

export interface FeedConnectionEvents {
  onOpen(): void
  /** The socket is being replaced: indices and requests of the old one mean nothing. */
  onClosed(reason: string): void
}

export interface FeedConnectionOptions {
  readonly socket: OpenReceiverOptions
  /** Takes the place of the socket. */
  readonly source?: DatagramSource | undefined
  readonly handler: DatagramHandler
  readonly events: FeedConnectionEvents
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
}

/** What receivers count, and what is added up over all that were open. */
type Count = 'ringDrops' | 'datagrams' | 'coalesced' | 'bytes' | 'laps' | 'otherSender' | 'socketErrors'
type Sums = Pick<ReceiverStatistics, 'kernelDrops' | Count>

/** Sums over every socket that was open, the present one included. */
export interface ConnectionStatistics extends Sums {
  readonly receiver: ReceiverKind | undefined
  readonly receiveBufferBytes: number
}

/** Holds the open receiver, and replaces it, after growing delays, when its socket has failed. */
export class FeedConnection {
  readonly #options: FeedConnectionOptions
  readonly #backoff: Backoff
  #state: FeedConnectionState = 'idle'
  #reason = 'not started'
  #opened: OpenedReceiver | undefined
  #starting: Promise<void> | undefined
  #cancelReopen: (() => void) | undefined
  #closing: Promise<unknown> = Promise.resolve()
  #reopens = 0
  #past: readonly ReceiverStatistics[] = []

  constructor(options: FeedConnectionOptions) {
    this.#options = options
    this.#backoff = new Backoff({
      initialMs: FIRST_REOPEN_MS,
      maxMs: SLOWEST_REOPEN_MS,
      random: options.random,
    })
  }

  get state(): FeedConnectionState {
    return this.#state
  }

  /** Why it is not open. */
  get reason(): string {
    return this.#reason
  }

  get fallbackReason(): string | undefined {
    return this.#opened?.fallbackReason
  }

  get reopens(): number {
    return this.#reopens
  }

  /** Opens the first socket. @throws QtxError `QTX_FEED_UNREACHABLE` and what else `openReceiver` throws. */
  start(): Promise<void> {
    this.#starting ??= this.#open().catch((error: unknown) => {
      this.#starting = undefined
      throw error
    })
    return this.#starting
  }

  send(text: string): void {
    this.#opened?.control.send(text)
  }

  /** Looks for datagrams that the kernel dropped; the handler is told. */
  noticeDrops(): void {
    for (const receiver of this.#receivers()) receiver.noticeDrops()
  }

  /** The feed works: the next failure is tried again soon. */
  confirm(): void {
    if (this.#backoff.attempts > 0) this.#backoff.reset()
  }

  /** Replaces the socket after a delay that grows until `confirm()`. */
  reopen(reason: string): void {
    if (this.#state !== 'open') return
    this.#release(reason)
    this.#options.events.onClosed(reason)
    this.#scheduleReopen()
  }

  async stop(): Promise<void> {
    this.#cancelReopen?.()
    if (this.#state !== 'stopped') this.#release('stopped')
    this.#state = 'stopped'
    await this.#closing
  }

  getStatistics(): ConnectionStatistics {
    const open = this.#receivers().map((receiver) => receiver.getStatistics())
    const all = [...this.#past, ...open]
    return {
      receiver: (open[0] ?? all.at(-1))?.kind,
      receiveBufferBytes: open[0]?.receiveBufferBytes ?? 0,
      ...sumsOf(all),
    }
  }

  async #open(): Promise<void> {
    const { socket, source, handler } = this.#options
    const opened = source ? await openSource(source, handler) : await openReceiver(socket, handler)
    if (this.#state === 'stopped') {
      await Promise.all([opened.control.close(), opened.group?.close()])
      return
    }
    this.#opened = opened
    this.#state = 'open'
    this.#reason = 'open'
    const { address = source?.name, port } = opened.server ?? {}
    const { kind, receiveBufferBytes } = opened.control.getStatistics()
    this.#options.log.info(
      { address, port, receiver: kind, receiveBufferBytes, fallbackReason: opened.fallbackReason },
      source ? `QTX UDP is played from ${source.name}` : `QTX UDP socket is open towards ${address}:${port}`,
    )
    this.#options.events.onOpen()
  }

  #scheduleReopen(): void {
    const delayMs = this.#backoff.nextMs()
    this.#options.log.warn(
      { reason: this.#reason, delayMs: Math.round(delayMs) },
      `QTX UDP socket is opened again: ${this.#reason}`,
    )
    this.#cancelReopen = this.#options.clock.schedule(delayMs, () => {
      this.#reopens++
      this.#open().catch((error: unknown) => {
        if (this.#state === 'stopped') return
        this.#reason = messageOf(error)
        this.#scheduleReopen()
      })
    })
  }

  #release(reason: string): void {
    this.#state = 'reopening'
    this.#reason = reason
    const receivers = this.#receivers()
    this.#opened = undefined
    this.#past = addUp([...this.#past, ...receivers.map((receiver) => receiver.getStatistics())])
    this.#closing = Promise.all([this.#closing, ...receivers.map((receiver) => receiver.close())])
  }

  #receivers(): Receiver[] {
    const opened = this.#opened
    if (!opened) return []
    return opened.group ? [opened.control, opened.group] : [opened.control]
  }
}

async function openSource(source: DatagramSource, handler: DatagramHandler): Promise<OpenedReceiver> {
  const control = source.createReceiver(handler)
  await control.open()
  return { server: undefined, control, group: undefined, fallbackReason: undefined }
}

/** One entry in place of many, so that what is kept does not grow with every reopening. */
function addUp(all: readonly ReceiverStatistics[]): readonly ReceiverStatistics[] {
  const last = all.at(-1)
  return last ? [{ ...last, ...sumsOf(all) }] : []
}

function sumsOf(all: readonly ReceiverStatistics[]): Sums {
  const sum = (field: Count): number => all.reduce((total, one) => total + one[field], 0)
  const isTold = all.length > 0 && all.every(({ kernelDrops }) => kernelDrops !== undefined)
  return {
    kernelDrops: isTold ? all.reduce((total, one) => total + (one.kernelDrops ?? 0), 0) : undefined,
    ringDrops: sum('ringDrops'),
    datagrams: sum('datagrams'),
    coalesced: sum('coalesced'),
    bytes: sum('bytes'),
    laps: sum('laps'),
    otherSender: sum('otherSender'),
    socketErrors: sum('socketErrors'),
  }
}
