import { Backoff } from '../common/backoff.ts'
import type { CircuitBreaker } from '../common/circuit-breaker.ts'
import { sleep, type Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { messageOf } from '../errors.ts'
import type { CcxtClient } from './ccxt-client.ts'
import { diagnose } from './ccxt-errors.ts'
import type { CcxtExchange, CcxtSocket } from './ccxt-exchange.ts'

/** What a session is for. */
export interface SessionPlan {
  /** Begins to log in and to subscribe; each promise rejects when its part is over. */
  begin(exchange: CcxtExchange): readonly Promise<unknown>[]
  /** True: the frame is dealt with and not shown to ccxt. */
  frame(frame: unknown, socket: CcxtSocket): boolean
  opened(): void
  /** Nothing comes from now on; it is tried again. */
  down(reason: string): void
}

export interface SessionOptions {
  /** Such as `private stream`. */
  readonly what: string
  readonly createClient: () => Promise<CcxtClient>
  readonly plan: SessionPlan
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  /** Told of every connection that came about or did not; while it is open, none is tried. */
  readonly breaker?: CircuitBreaker
}

/** One connection, from the first request to its end. */
interface Attempt {
  readonly client: CcxtClient
  /** Says why it ended; only the first reason counts. */
  readonly end: (reason: string) => void
}

const CONNECT_TIMEOUT_MS = 15_000
const PING_INTERVAL_MS = 10_000
const SILENCE_LIMIT_MS = 25_000
/** A connection that lasted this long was a good one: the next attempt follows quickly. */
const STABLE_MS = 10_000
const RETRY = { initialMs: 500, maxMs: 30_000 }

/**
 * Keeps the sockets of one purpose connected: tries again with growing delays, notices dead ones by pings, and leaves
 * nothing behind when stopped. ccxt does none of that. If one of several sockets ends, all are opened anew.
 */
export class CcxtSession {
  readonly #options: SessionOptions
  readonly #stopped = new AbortController()
  readonly #backoff: Backoff
  #client: CcxtClient | undefined
  #running: Promise<void> | undefined
  #attempt: Attempt | undefined
  #upSinceMs: number | undefined
  /** Whether the last connection was up at some time. */
  #cameUp = false
  #receivedMonotonicMs = 0
  #lastReceivedMs: number | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#backoff = new Backoff({ ...RETRY, random: options.random })
  }

  /** When anything last arrived, answers to pings included, milliseconds since 1970. */
  get lastReceivedMs(): number | undefined {
    return this.#lastReceivedMs
  }

  get isUp(): boolean {
    return this.#upSinceMs !== undefined
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#attempt?.end('stopped')
    this.#client?.close()
    await this.#running
  }

  /** To be called when what `begin` asked for is there. */
  markUp(): void {
    if (this.isUp) return
    this.#upSinceMs = this.#options.clock.monotonicMs()
    this.#options.breaker?.succeeded()
  }

  /** Ends the connection; it is opened anew. */
  restart(reason: string): void {
    this.#attempt?.end(reason)
  }

  /** Begins something more on the connection that there is or that comes up; does nothing without one. */
  extend(begin: (exchange: CcxtExchange) => readonly Promise<unknown>[]): void {
    if (this.#attempt) this.#follow(this.#attempt, begin)
  }

  async #run(): Promise<void> {
    const { clock, logger, plan, what, breaker } = this.#options
    while (!this.#hasStopped()) {
      const reason = await this.#connectOnce()
      if (this.#hasStopped()) return
      if (!this.#cameUp) breaker?.failed(reason)
      const delayMs = Math.max(this.#backoff.nextMs(), breaker?.retryInMs ?? 0)
      logger.warn({ delayMs: Math.round(delayMs) }, `${what} ended, connecting again: ${reason}`)
      plan.down(reason)
      await sleep(clock, delayMs, this.#stopped.signal)
    }
  }

  /** Resolves with why the connection ended, or did not come about. */
  async #connectOnce(): Promise<string> {
    this.#cameUp = false
    const client = await this.#open()
    if (typeof client === 'string') return client
    const { clock, plan } = this.#options
    const cancels: (() => void)[] = []
    const reason = await new Promise<string>((resolve) => {
      const attempt = { client, end: resolve }
      this.#attempt = attempt
      this.#receivedMonotonicMs = clock.monotonicMs()
      cancels.push(
        clock.schedule(CONNECT_TIMEOUT_MS, () => {
          if (!this.isUp) resolve(`not connected within ${CONNECT_TIMEOUT_MS} ms`)
        }),
        this.#keepAlive(client, resolve),
      )
      this.#follow(attempt, (exchange) => plan.begin(exchange))
    })
    this.#attempt = undefined
    for (const cancel of cancels) cancel()
    client.dropSockets()
    if (this.#upSinceMs !== undefined && clock.monotonicMs() - this.#upSinceMs >= STABLE_MS)
      this.#backoff.reset()
    this.#cameUp = this.isUp
    this.#upSinceMs = undefined
    return reason
  }

  async #open(): Promise<CcxtClient | string> {
    if (this.#client) return this.#client
    try {
      const client = await this.#options.createClient()
      if (this.#hasStopped()) {
        client.close()
        return 'stopped'
      }
      this.#client = client
      client.listen({
        frame: (socket, frame) => {
          this.#received()
          return this.#options.plan.frame(frame, socket)
        },
        opened: (socket) => {
          this.#received()
          socket.connection?.on('pong', () => this.#received())
          socket.connection?.on('ping', () => this.#received())
          this.#options.plan.opened()
        },
        ended: (_socket, error) => this.#attempt?.end(this.#describe(client, error)),
      })
      return client
    } catch (error) {
      return messageOf(error)
    }
  }

  #follow(attempt: Attempt, begin: (exchange: CcxtExchange) => readonly Promise<unknown>[]): void {
    const { client, end } = attempt
    for (const part of begin(client.exchange)) {
      part.catch((error: unknown) => end(this.#describe(client, error)))
    }
  }

  /** Pings, and ends the attempt when nothing comes back. The returned function cancels. */
  #keepAlive(client: CcxtClient, end: (reason: string) => void): () => void {
    const { clock } = this.#options
    let cancel = clock.schedule(PING_INTERVAL_MS, check)
    const silentMs = () => clock.monotonicMs() - this.#receivedMonotonicMs
    function check(): void {
      if (silentMs() > SILENCE_LIMIT_MS) {
        end(`nothing was received for ${Math.round(silentMs())} ms, answers to pings included`)
        return
      }
      for (const socket of client.sockets) if (socket.isConnected) socket.connection?.ping()
      cancel = clock.schedule(PING_INTERVAL_MS, check)
    }
    return () => cancel()
  }

  #received(): void {
    this.#receivedMonotonicMs = this.#options.clock.monotonicMs()
    this.#lastReceivedMs = this.#options.clock.nowMs()
  }

  #describe(client: CcxtClient, error: unknown): string {
    if (error instanceof Error) return diagnose(error, client.errors).words
    const code = (error as { readonly code?: unknown } | undefined)?.code
    return typeof code === 'number' ? `socket was closed with code ${code}` : 'socket was closed'
  }

  #hasStopped(): boolean {
    return this.#stopped.signal.aborted
  }
}
