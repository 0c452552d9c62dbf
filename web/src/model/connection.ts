import { Backoff } from '../../../src/common/backoff.ts'
import type { Clock } from '../../../src/common/clock.ts'
import type { ClientMessage, ServerMessage } from '../../../src/dashboard/page-frames.ts'

/** One socket to the server. */
export interface Link {
  send(text: string): void
  close(): void
}

export interface LinkEvents {
  readonly received: (text: string) => void
  readonly closed: () => void
}

export type ConnectionState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'open' }
  /** Tries again then, milliseconds since 1970. */
  | { readonly phase: 'waiting'; readonly retryAtMs: number }

export interface ConnectionOptions {
  readonly open: (events: LinkEvents) => Link
  readonly clock: Clock
  readonly onMessage: (message: ServerMessage) => void
  readonly onState: (state: ConnectionState) => void
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 15_000
/** So that the pages of a server that comes back do not come all at once. */
const JITTER = 0.5
/** A server that says nothing for so long is taken for lost; frames come several times a second. */
const SILENCE_MS = 15_000

/** A connection that comes back by itself, later and later while nobody answers. Nothing is sent twice. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #backoff: Backoff
  #link: Link | undefined
  #isOpen = false
  #heard = false
  #cancelTimer: () => void = () => undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    const { random } = options
    this.#backoff = new Backoff({
      initialMs: FIRST_RETRY_MS,
      maxMs: LONGEST_RETRY_MS,
      jitter: JITTER,
      ...(random ? { random } : {}),
    })
  }

  /** Connects, now rather than when it is time; does nothing while it is connected. */
  connect(): void {
    if (this.#link) return
    this.#cancelTimer()
    this.#options.onState({ phase: 'connecting' })
    this.#heard = false
    // What an earlier link still says is not listened to.
    const isCurrent = (): boolean => this.#link === link
    const link = this.#options.open({
      received: (text) => isCurrent() && this.#receive(text),
      closed: () => isCurrent() && this.#lose(),
    })
    this.#link = link
    this.#watch()
  }

  /** Tells whether it was handed to the socket. */
  send(message: ClientMessage): boolean {
    if (!this.#isOpen || !this.#link) return false
    this.#link.send(JSON.stringify(message))
    return true
  }

  #receive(text: string): void {
    const message = parsed(text)
    if (!message) return
    this.#heard = true
    if (!this.#isOpen) {
      this.#isOpen = true
      // A server that accepts and says nothing is not yet one that is back.
      this.#backoff.reset()
      this.#options.onState({ phase: 'open' })
    }
    this.#options.onMessage(message)
  }

  #lose(): void {
    const link = this.#link
    this.#link = undefined
    this.#isOpen = false
    this.#cancelTimer()
    link?.close()
    const delayMs = this.#backoff.nextMs()
    this.#options.onState({ phase: 'waiting', retryAtMs: this.#options.clock.nowMs() + delayMs })
    this.#cancelTimer = this.#options.clock.schedule(delayMs, () => this.connect())
  }

  #watch(): void {
    this.#cancelTimer = this.#options.clock.schedule(SILENCE_MS, () => {
      if (!this.#heard) {
        this.#lose()
        return
      }
      this.#heard = false
      this.#watch()
    })
  }
}

const KINDS: readonly string[] = ['hello', 'frame', 'reply'] satisfies ServerMessage['kind'][]

function parsed(text: string): ServerMessage | undefined {
  try {
    const message = JSON.parse(text) as { readonly kind?: unknown } | null
    const kind = message?.kind
    return typeof kind === 'string' && KINDS.includes(kind) ? (message as ServerMessage) : undefined
  } catch {
    return undefined
  }
}
