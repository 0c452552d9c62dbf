import type { Clock } from '../common/clock.ts'

/** How long a book has been whole and uncrossed without a break; calls back when that is long enough. */
export class BookSettling {
  readonly settleMs: number
  readonly #clock: Clock
  readonly #onSettled: () => void
  #sinceMs: number | undefined
  #cancel: () => void = () => undefined
  #isAllowed = false

  constructor(clock: Clock, settleMs: number, onSettled: () => void) {
    this.#clock = clock
    this.settleMs = settleMs
    this.#onSettled = onSettled
  }

  get elapsedMs(): number {
    return this.#sinceMs === undefined ? 0 : this.#clock.monotonicMs() - this.#sinceMs
  }

  /** The time counts from now on, unless it counts already. */
  hold(): void {
    if (this.#sinceMs !== undefined) return
    this.#sinceMs = this.#clock.monotonicMs()
    this.#arm()
  }

  /** The time counts no more. */
  interrupt(): void {
    this.#sinceMs = undefined
    this.#cancel()
  }

  /** Whether the callback may come; what has passed before counts. */
  allow(isAllowed: boolean): void {
    if (isAllowed === this.#isAllowed) return
    this.#isAllowed = isAllowed
    this.#arm()
  }

  #arm(): void {
    this.#cancel()
    if (!this.#isAllowed || this.#sinceMs === undefined) return
    this.#cancel = this.#clock.schedule(Math.max(0, this.settleMs - this.elapsedMs), this.#onSettled)
  }
}
