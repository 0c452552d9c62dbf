import { SystemClock, type Clock } from '../../src/common/clock.ts'

/** The system's clock whose waits are shorter by a factor. The wall clock stays true: requests are signed with it. */
export class FastClock implements Clock {
  readonly #system = new SystemClock()
  readonly #speed: number

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
    return this.#system.monotonicMs() * this.#speed
  }

  schedule(delayMs: number, callback: () => void): () => void {
    return this.#system.schedule(delayMs / this.#speed, callback)
  }
}
