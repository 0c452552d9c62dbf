import type { Clock } from '../common/clock.ts'
import type { InFlightOrder } from './in-flight-order.ts'

/** Those who wait for an order to get somewhere. */
export class OrderWaits {
  readonly #clock: Clock
  readonly #waiters = new Map<InFlightOrder, Set<() => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves once `reached()` holds, after the timeout, or when the signal aborts, with whether it holds. */
  async until(
    order: InFlightOrder,
    reached: () => boolean,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (reached() || signal.aborted) return reached()
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(order) ?? new Set()
      this.#waiters.set(order, waiters)
      const settle = () => {
        cancelTimer()
        signal.removeEventListener('abort', settle)
        waiters.delete(check)
        if (waiters.size === 0) this.#waiters.delete(order)
        resolve(reached())
      }
      const check = () => {
        if (reached()) settle()
      }
      const cancelTimer = this.#clock.schedule(timeoutMs, settle)
      signal.addEventListener('abort', settle, { once: true })
      waiters.add(check)
    })
  }

  /** The order has changed. */
  check(order: InFlightOrder): void {
    const waiters = this.#waiters.get(order)
    if (waiters) for (const check of [...waiters]) check()
  }
}
