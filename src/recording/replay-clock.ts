import type { Clock } from '../common/clock.ts'

/** A pause longer than this is played as one of this length: timers would fall due without end. */
const LONGEST_PAUSE_MS = 3_600_000

interface Timer {
  readonly dueMs: number
  readonly callback: () => void
}

/**
 * A clock that stands at the recorded time of what is played. Timers fall due as that time passes, in order, each at
 * its own time, so that everything happens in the order it would have happened in.
 */
export class ReplayClock implements Clock {
  /** What the recorded wall clock showed. */
  #wallMs: number
  /** Never goes back; as far ahead of the wall clock as that one was set back. */
  #steadyMs: number
  #aheadMs = 0
  #targetWallMs: number
  #targetSteadyMs: number
  /** By when they are due. */
  #timers: readonly Timer[] = []

  /** @param startMs milliseconds since 1970. */
  constructor(startMs: number) {
    this.#wallMs = startMs
    this.#steadyMs = startMs
    this.#targetWallMs = startMs
    this.#targetSteadyMs = startMs
  }

  /** The wall clock with its fractions, exactly as it was recorded. */
  get wallMs(): number {
    return this.#wallMs
  }

  nowMs(): number {
    return Math.floor(this.#wallMs)
  }

  nowNs(): bigint {
    return BigInt(Math.round(this.#wallMs * 1e6))
  }

  monotonicMs(): number {
    return this.#steadyMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#steadyMs + Math.max(0, delayMs), callback }
    const at = this.#timers.findIndex(({ dueMs }) => dueMs > timer.dueMs)
    const place = at < 0 ? this.#timers.length : at
    this.#timers = [...this.#timers.slice(0, place), timer, ...this.#timers.slice(place)]
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** The recorded time to go to: timers that fall due until then are to be fired first, and then `arrive()`. */
  leaveFor(wallMs: number): void {
    const passedMs = wallMs + this.#aheadMs - this.#steadyMs
    this.#targetWallMs = wallMs
    this.#targetSteadyMs = this.#steadyMs + Math.min(LONGEST_PAUSE_MS, Math.max(0, passedMs))
  }

  /** Whether a timer falls due on the way. */
  get isTimerDue(): boolean {
    const first = this.#timers[0]
    return first !== undefined && first.dueMs <= this.#targetSteadyMs
  }

  /** Goes to the time of the next timer and calls it back; false when there is none. */
  fireNext(): boolean {
    const first = this.#timers[0]
    if (!first) return false
    this.#timers = this.#timers.slice(1)
    const passedMs = Math.max(0, first.dueMs - this.#steadyMs)
    this.#steadyMs += passedMs
    this.#wallMs += passedMs
    first.callback()
    return true
  }

  /** It is the time that was to be gone to. */
  arrive(): void {
    this.#wallMs = this.#targetWallMs
    // Waiting for something may have taken longer.
    this.#steadyMs = Math.max(this.#steadyMs, this.#targetSteadyMs)
    this.#aheadMs = this.#steadyMs - this.#wallMs
  }
}
