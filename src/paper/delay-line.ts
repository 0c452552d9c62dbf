import type { Clock } from '../common/clock.ts'

export interface DelayLineOptions {
  readonly clock: Clock
  /** What every message takes, milliseconds. */
  readonly latencyMs: number
  /** What it may take longer, milliseconds. */
  readonly jitterMs: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

interface Waiting {
  readonly dueMs: number
  readonly deliver: () => void
}

/** One direction of a connection: what is sent arrives later, in the order in which it was sent. */
export class DelayLine {
  readonly #options: DelayLineOptions
  readonly #waiting: Waiting[] = []
  #lastDueMs = 0
  #cancelTimer: (() => void) | undefined

  constructor(options: DelayLineOptions) {
    this.#options = options
  }

  send(deliver: () => void): void {
    const { clock, latencyMs, jitterMs, random } = this.#options
    const dueMs = clock.monotonicMs() + latencyMs + (jitterMs > 0 ? jitterMs * random() : 0)
    this.#lastDueMs = Math.max(this.#lastDueMs, dueMs)
    this.#waiting.push({ dueMs: this.#lastDueMs, deliver })
    this.#schedule()
  }

  /** Delivers what has arrived by now: timers may be late, and what happens at the other end comes after it. */
  deliverDue(): void {
    const nowMs = this.#options.clock.monotonicMs()
    while (this.#waiting.length > 0 && this.#waiting[0]!.dueMs <= nowMs) this.#waiting.shift()!.deliver()
  }

  /** What is under way is lost. */
  cut(): void {
    this.#waiting.length = 0
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #schedule(): void {
    const [next] = this.#waiting
    if (!next || this.#cancelTimer) return
    const delayMs = Math.max(0, next.dueMs - this.#options.clock.monotonicMs())
    this.#cancelTimer = this.#options.clock.schedule(delayMs, () => {
      this.#cancelTimer = undefined
      this.deliverDue()
      this.#schedule()
    })
  }
}
