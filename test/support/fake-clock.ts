import type { Clock } from '../../src/common/clock.ts'

interface Timer {
  readonly dueMs: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until the test moves it. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>()
  readonly #startMs: number
  #elapsedMs = 0
  #order = 0

  constructor(startMs = 1_748_231_160_000) {
    this.#startMs = startMs
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size
  }

  nowMs(): number {
    return Math.floor(this.#startMs + this.#elapsedMs)
  }

  nowNs(): bigint {
    return BigInt(this.#startMs) * 1_000_000n + BigInt(Math.round(this.#elapsedMs * 1e6))
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  /** Moves time on, and calls back every timer that falls due on the way, in order, at its own time. */
  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms
    for (;;) {
      const next = [...this.#timers]
        .filter(({ dueMs }) => dueMs <= untilMs)
        .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0]
      if (!next) break
      this.#timers.delete(next)
      this.#elapsedMs = next.dueMs
      next.callback()
    }
    this.#elapsedMs = untilMs
  }
}
