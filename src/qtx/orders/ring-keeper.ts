import { Backoff } from '../../common/backoff.ts'
import { SystemClock, sleep } from '../../common/clock.ts'
import { silentLogger } from '../../common/log.ts'
import { messageOf } from '../../errors.ts'
import { QtxSharedMemoryManager } from './shared-memory-manager.ts'
import type { SharedMemoryManagerOptions } from './shared-memory-options.ts'

export interface RingKeeperOptions extends SharedMemoryManagerOptions {
  /** Uniform in [0, 1). */
  readonly random?: (() => number) | undefined
}

const FIRST_RETRY_MS = 250
const SLOWEST_RETRY_MS = 5_000

/** Keeps an order ring connected: when the order manager goes, it waits for the next one and connects again. */
export class RingKeeper {
  readonly ring: QtxSharedMemoryManager
  readonly #options: RingKeeperOptions
  readonly #abort = new AbortController()
  #reconnecting: Promise<void> = Promise.resolve()
  #failure: string | undefined

  constructor(options: RingKeeperOptions) {
    this.#options = options
    this.ring = new QtxSharedMemoryManager({
      ...options,
      onStateChange: (state, reason) => {
        options.onStateChange?.(state, reason)
        if (state === 'lost') this.#reconnecting = this.#reconnect()
      },
    })
  }

  /** Connects for the first time. @throws QtxError as `QtxSharedMemoryManager.connect` does; nothing is retried then. */
  start(): Promise<void> {
    return this.ring.connect()
  }

  /** Connects for the first time; what fails is tried on in the background. Resolves after the first attempt. */
  async startOrKeepTrying(): Promise<void> {
    try {
      await this.ring.connect()
    } catch (error) {
      if (this.#abort.signal.aborted) return
      this.#report(error)
      this.#reconnecting = this.#reconnect()
    }
  }

  /** Why it could not be connected the last time; undefined once it could. */
  get failure(): string | undefined {
    return this.ring.state === 'connected' ? undefined : this.#failure
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.ring.disconnect()
    await this.#reconnecting
  }

  async #reconnect(): Promise<void> {
    const { clock = new SystemClock(), random = Math.random } = this.#options
    const backoff = new Backoff({ initialMs: FIRST_RETRY_MS, maxMs: SLOWEST_RETRY_MS, random })
    for (;;) {
      await sleep(clock, backoff.nextMs(), this.#abort.signal)
      if (this.#abort.signal.aborted) return
      try {
        await this.ring.connect()
        return
      } catch (error) {
        this.#report(error)
      }
    }
  }

  /** Says each reason once. */
  #report(error: unknown): void {
    const reason = messageOf(error)
    const log = (this.#options.logger ?? silentLogger).child({ component: 'order-ring' })
    if (reason !== this.#failure)
      log.warn({ reason }, `the order ring could not be connected, trying on: ${reason}`)
    this.#failure = reason
  }
}
