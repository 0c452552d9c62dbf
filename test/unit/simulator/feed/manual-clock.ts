import type { Clock } from '../../../../src/common/clock.ts'

/** A clock that stands still until it is moved; timers fire in the order of their times. */
export class ManualClock implements Clock {
  #elapsedMs = 0
  readonly #timers = new Map<symbol, { readonly dueMs: number; readonly callback: () => void }>()

  get timers(): number {
    return this.#timers.size
  }

  nowMs(): number {
    return 1_700_000_000_000 + this.#elapsedMs
  }

  nowNs(): bigint {
    return BigInt(Math.round(this.nowMs() * 1_000)) * 1_000n
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const id = Symbol('timer')
    this.#timers.set(id, { dueMs: this.#elapsedMs + delayMs, callback })
    return () => {
      this.#timers.delete(id)
    }
  }

  advance(byMs: number): void {
    const untilMs = this.#elapsedMs + byMs
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.dueMs <= untilMs)
      const next = due.sort(([, a], [, b]) => a.dueMs - b.dueMs)[0]
      if (!next) break
      this.#timers.delete(next[0])
      this.#elapsedMs = Math.max(this.#elapsedMs, next[1].dueMs)
      next[1].callback()
    }
    this.#elapsedMs = untilMs
  }
}

/** Lets everything that is already resolved run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
