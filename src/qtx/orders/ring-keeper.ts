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

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.ring.disconnect()
    await this.#reconnecting
  }

  async #reconnect(): Promise<void> {
    const { clock = new SystemClock(), random = Math.random, logger = silentLogger } = this.#options
    const log = logger.child({ component: 'order-ring' })
    const backoff = new Backoff({ initialMs: FIRST_RETRY_MS, maxMs: SLOWEST_RETRY_MS, random })
    let lastReason = ''
    for (;;) {
      await sleep(clock, backoff.nextMs(), this.#abort.signal)
      if (this.#abort.signal.aborted) return
      try {
        await this.ring.connect()
        return
      } catch (error) {
        const reason = messageOf(error)
        if (reason !== lastReason)
          log.warn({ reason }, `the order ring could not be connected again, trying on: ${reason}`)
        lastReason = reason
      }
    }
  }
}
