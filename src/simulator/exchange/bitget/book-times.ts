import type { Clock } from '../../../common/clock.ts'
import type { MarketEvent } from '../../market-event.ts'

/** When each symbol's book last changed: REST and the `books` channel name the same time for the same book. */
export class BookTimes {
  readonly #clock: Clock
  readonly #lastMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(event: MarketEvent): void {
    if (event.kind === 'trade') return
    this.#lastMs.set(event.symbol, Math.max(event.eventMs, this.#lastMs.get(event.symbol) ?? 0))
  }

  of(symbol: string): number {
    return this.#lastMs.get(symbol) ?? this.#clock.nowMs()
  }
}
