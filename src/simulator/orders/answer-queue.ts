import type { Clock } from '../../common/clock.ts'

interface HeldAnswer {
  readonly give: () => void
  cancelTimer: () => void
}

/** Answers on their way: each after its delay, some only after a later one has overtaken it. */
export class AnswerQueue {
  readonly #clock: Clock
  readonly #timers = new Set<() => void>()
  readonly #held = new Set<HeldAnswer>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Answers that have not been given. */
  get waiting(): number {
    return this.#timers.size + this.#held.size
  }

  /** Calls `give` after the delay; with `holdMs` it then waits for another answer, at most so long. */
  schedule(delayMs: number, holdMs: number | undefined, give: () => void): void {
    const ripe = (): void => (holdMs === undefined ? this.#give(give) : this.#hold(holdMs, give))
    if (delayMs <= 0) {
      ripe()
      return
    }
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#timers.delete(cancel)
      ripe()
    })
    this.#timers.add(cancel)
  }

  /** Forgets every answer that has not been given. */
  clear(): void {
    for (const cancel of this.#timers) cancel()
    for (const held of this.#held) held.cancelTimer()
    this.#timers.clear()
    this.#held.clear()
  }

  #give(give: () => void): void {
    give()
    for (const held of this.#held) this.#release(held)
  }

  #hold(holdMs: number, give: () => void): void {
    const held: HeldAnswer = { give, cancelTimer: () => undefined }
    this.#held.add(held)
    held.cancelTimer = this.#clock.schedule(holdMs, () => this.#release(held))
  }

  #release(held: HeldAnswer): void {
    if (!this.#held.delete(held)) return
    held.cancelTimer()
    held.give()
  }
}
