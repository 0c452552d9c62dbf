import type { Clock } from '../../src/common/clock.ts'

/** A clock that stands still until a test moves it; timers due meanwhile run in order. */
export class RingClock implements Clock {
  wallMs = 1_748_231_160_000
  #nowMs = 1_000
  #timers: { dueMs: number; callback: () => void }[] = []

  nowMs(): number {
    return this.wallMs
  }

  nowNs(): bigint {
    return BigInt(Math.floor(this.wallMs)) * 1_000_000n
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  get timerCount(): number {
    return this.#timers.length
  }

  /** The delay of the timer that is due first. */
  get nextDelayMs(): number {
    return Math.min(...this.#timers.map((timer) => timer.dueMs)) - this.#nowMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs
    for (;;) {
      const due = this.#timers.filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0]
      if (!due) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.wallMs += due.dueMs - this.#nowMs
      this.#nowMs = due.dueMs
      due.callback()
    }
    this.wallMs += endMs - this.#nowMs
    this.#nowMs = endMs
  }
}
