import type { Clock } from '../../common/clock.ts'

/** How long after the last slot the ring is polled on every turn of the event loop. */
const BUSY_MS = 2
const IDLE_INTERVAL_MS = 1

/** `adaptive` polls every turn of the event loop while slots come, else each millisecond; a number is an interval. */
export type PollMode = 'adaptive' | 'every-turn' | number

/** Calls `poll` again and again until it is stopped; `poll` says whether it found anything. */
export class SlotPoller {
  readonly #mode: PollMode
  readonly #clock: Clock
  readonly #poll: () => boolean
  #lastFoundMs = -Infinity
  #cancel: (() => void) | undefined

  constructor(mode: PollMode, clock: Clock, poll: () => boolean) {
    this.#mode = mode
    this.#clock = clock
    this.#poll = poll
  }

  start(): void {
    if (!this.#cancel) this.#scheduleNext()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #turn(): void {
    if (this.#poll()) this.#lastFoundMs = this.#clock.monotonicMs()
    // `poll` may have stopped the poller.
    if (this.#cancel) this.#scheduleNext()
  }

  #scheduleNext(): void {
    const busy = this.#mode === 'adaptive' && this.#clock.monotonicMs() - this.#lastFoundMs < BUSY_MS
    if (busy || this.#mode === 'every-turn') {
      const immediate = setImmediate(() => this.#turn())
      this.#cancel = () => clearImmediate(immediate)
      return
    }
    const intervalMs = this.#mode === 'adaptive' ? IDLE_INTERVAL_MS : this.#mode
    this.#cancel = this.#clock.schedule(intervalMs, () => this.#turn())
  }
}
