/** Where time comes from. Injected everywhere, so that tests own it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  nowMs(): number
  /** Wall clock, nanoseconds since 1970. */
  nowNs(): bigint
  /** A clock that never jumps, milliseconds since some start. */
  monotonicMs(): number
  /** Calls back once after the delay; the returned function cancels. */
  schedule(delayMs: number, callback: () => void): () => void
}

const NS_PER_MS = 1_000_000

/** The machine’s own clock and timers. */
export class SystemClock implements Clock {
  readonly #originNs: bigint

  constructor() {
    // Date.now() has whole milliseconds; the offset of the monotonic clock to it is fixed once.
    this.#originNs =
      BigInt(Math.round((performance.timeOrigin + performance.now()) * NS_PER_MS)) - process.hrtime.bigint()
  }

  nowMs(): number {
    return Date.now()
  }

  nowNs(): bigint {
    return this.#originNs + process.hrtime.bigint()
  }

  monotonicMs(): number {
    return performance.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  }
}

/** Resolves after the delay, or at once, without throwing, when the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.schedule(delayMs, finish)
    signal?.addEventListener('abort', finish, { once: true })
  })
}
