import type { Clock } from '../../src/common/clock.ts'

/** The browser's time. */
export class BrowserClock implements Clock {
  nowMs(): number {
    return Date.now()
  }

  nowNs(): bigint {
    return BigInt(Date.now()) * 1_000_000n
  }

  monotonicMs(): number {
    return performance.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = window.setTimeout(callback, delayMs)
    return () => window.clearTimeout(timer)
  }
}
