import { SystemClock, type Clock } from '../../src/common/clock.ts'

interface Timer {
  readonly dueMs: number
  readonly callback: () => void
  cancel: () => void
}

/**
 * The system's clock whose waits are shorter by a factor, and that can be moved on. The wall clock stays true: requests
 * are signed with it.
 */
export class FastClock implements Clock {
  readonly #system = new SystemClock()
  readonly #speed: number
  readonly #timers = new Set<Timer>()
  #leaptMs = 0

  constructor(speed: number) {
    this.#speed = speed
  }

  nowMs(): number {
    return this.#system.nowMs()
  }

  nowNs(): bigint {
    return this.#system.nowNs()
  }

  monotonicMs(): number {
    return this.#system.monotonicMs() * this.#speed + this.#leaptMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { dueMs: this.monotonicMs() + delayMs, callback, cancel: () => undefined }
    this.#arm(timer)
    return () => {
      timer.cancel()
      this.#timers.delete(timer)
    }
  }

  /** Moves the clock on; what falls due on the way is called back soon, in order. */
  leap(ms: number): void {
    this.#leaptMs += ms
    const timers = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs)
    for (const timer of timers) {
      timer.cancel()
      this.#arm(timer)
    }
  }

  #arm(timer: Timer): void {
    this.#timers.add(timer)
    timer.cancel = this.#system.schedule((timer.dueMs - this.monotonicMs()) / this.#speed, () => {
      this.#timers.delete(timer)
      timer.callback()
    })
  }
}
