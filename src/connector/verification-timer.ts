import type { Clock } from '../common/clock.ts'

/** Two comparisons of one book that somebody asked for are at least this far apart. */
export const MIN_VERIFICATION_INTERVAL_MS = 5_000
/** Part of the period that is random, so that the books of a connector do not ask together. */
const JITTER = 0.2

export interface VerificationTimerParts {
  readonly clock: Clock
  /** Undefined: only when asked for. */
  readonly periodMs: number | undefined
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly onDue: () => void
}

/** When a live book is compared with a snapshot: every so often, and soon when there is reason to doubt it. */
export class VerificationTimer {
  readonly #parts: VerificationTimerParts
  #lastMs = -Infinity
  #cancel: () => void = () => undefined

  constructor(parts: VerificationTimerParts) {
    this.#parts = parts
  }

  /** The period begins. */
  start(): void {
    this.#cancel()
    const { periodMs, random } = this.#parts
    if (periodMs === undefined) return
    this.#schedule(periodMs * (1 - JITTER * random()))
  }

  /** As soon as may be. */
  hasten(): void {
    const { clock } = this.#parts
    this.#cancel()
    this.#schedule(Math.max(0, this.#lastMs + MIN_VERIFICATION_INTERVAL_MS - clock.monotonicMs()))
  }

  stop(): void {
    this.#cancel()
  }

  #schedule(delayMs: number): void {
    this.#cancel = this.#parts.clock.schedule(delayMs, () => {
      this.#lastMs = this.#parts.clock.monotonicMs()
      this.start()
      this.#parts.onDue()
    })
  }
}
