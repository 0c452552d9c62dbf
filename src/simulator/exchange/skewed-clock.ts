import type { Clock } from '../../common/clock.ts'

/** The exchange's own clock, which may be off from that of its users. */
export class SkewedClock implements Clock {
  /** Milliseconds that the exchange is ahead. */
  skewMs = 0
  readonly #base: Clock

  constructor(base: Clock) {
    this.#base = base
  }

  nowMs(): number {
    return this.#base.nowMs() + this.skewMs
  }

  nowNs(): bigint {
    return this.#base.nowNs() + BigInt(this.skewMs) * 1_000_000n
  }

  monotonicMs(): number {
    return this.#base.monotonicMs()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    return this.#base.schedule(delayMs, callback)
  }
}
