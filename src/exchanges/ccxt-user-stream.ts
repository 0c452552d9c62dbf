import type { CircuitBreaker } from '../common/circuit-breaker.ts'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { UserStream, UserStreamSink } from '../connector/user-stream.ts'
import { messageOf } from '../errors.ts'
import type { CcxtClient } from './ccxt-client.ts'
import type { CcxtProfile, UserFrameReader } from './ccxt-profile.ts'
import { CcxtSession } from './ccxt-session.ts'
import type { SymbolLookup } from './exchange-symbols.ts'

export interface CcxtUserStreamOptions {
  readonly profile: CcxtProfile
  readonly createClient: () => Promise<CcxtClient>
  readonly symbols: SymbolLookup
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  readonly breaker?: CircuitBreaker
}

/**
 * The private stream. ccxt logs in and subscribes; the frames are read as they came, because ccxt's own delivery
 * loses states in bursts.
 */
export class CcxtUserStream implements UserStream {
  readonly #options: CcxtUserStreamOptions
  readonly #readFrame: UserFrameReader
  readonly #session: CcxtSession
  #sink: UserStreamSink | undefined
  #unreadFrames = 0
  /** Of the present connection. */
  #acknowledgements = 0

  constructor(options: CcxtUserStreamOptions) {
    this.#options = options
    const { profile } = options
    this.#readFrame = profile.createUserFrameReader?.() ?? profile.readUserFrame
    this.#session = new CcxtSession({
      what: 'private stream',
      createClient: options.createClient,
      clock: options.clock,
      logger: options.logger,
      random: options.random,
      ...(options.breaker && { breaker: options.breaker }),
      plan: {
        begin: (exchange) => {
          options.profile.forgetLogin(exchange)
          this.#acknowledgements = 0
          return options.profile.watchPrivate?.(exchange) ?? [exchange.watchOrders()]
        },
        opened: () => {
          if (this.#expected === 0) this.#connected()
        },
        frame: (frame) => this.#read(frame),
        down: (reason) => this.#sink?.disconnected(reason),
      },
    })
  }

  get lastReceivedMs(): number | undefined {
    return this.#session.lastReceivedMs
  }

  /** Resolves at once; the sink is told when it is connected. */
  start(sink: UserStreamSink): Promise<void> {
    this.#sink = sink
    this.#session.start()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#sink = undefined
    await this.#session.stop()
  }

  get #expected(): number {
    return this.#options.profile.privateSubscriptions ?? 0
  }

  #connected(): void {
    if (this.#session.isUp) return
    this.#session.markUp()
    this.#sink?.connected()
  }

  #read(frame: unknown): boolean {
    const sink = this.#sink
    if (!sink) return true
    try {
      const verdict = this.#readFrame(frame, this.#options.symbols, sink)
      if (verdict === 'malformed') this.#countUnread('it has another shape than expected')
      if (verdict === 'login-lost') this.#session.restart('the exchange ended the login')
      if (verdict === 'refused') this.#session.restart('the exchange refused a subscription')
      if (verdict === 'acknowledged' && ++this.#acknowledgements >= this.#expected) this.#connected()
      return verdict === 'read' || verdict === 'malformed' || verdict === 'login-lost'
    } catch (error) {
      // Whoever listens must not end the stream by throwing.
      this.#countUnread(messageOf(error))
      return true
    }
  }

  /** Says it at the 1st, 10th, 100th … time. */
  #countUnread(reason: string): void {
    this.#unreadFrames++
    if (!/^10*$/.test(String(this.#unreadFrames))) return
    this.#options.logger.warn(
      { unreadFrames: this.#unreadFrames },
      `a private frame was not taken in full: ${reason}`,
    )
  }
}
