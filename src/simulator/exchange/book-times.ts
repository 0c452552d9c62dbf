import type { Clock } from '../../common/clock.ts'
import type { MarketEvent } from '../market-event.ts'

type BookEvent = Exclude<MarketEvent, { kind: 'trade' }>

/** When each symbol's book last changed: REST and the streams name the same time for the same book. */
export class BookTimes {
  readonly #clock: Clock
  readonly #timeMsOf: (event: BookEvent) => number
  readonly #lastMs = new Map<string, number>()

  constructor(clock: Clock, timeMsOf: (event: BookEvent) => number) {
    this.#clock = clock
    this.#timeMsOf = timeMsOf
  }

  note(event: MarketEvent): void {
    if (event.kind === 'trade') return
    this.#lastMs.set(event.symbol, Math.max(this.#timeMsOf(event), this.#lastMs.get(event.symbol) ?? 0))
  }

  /** Now, where it has not changed yet. */
  of(symbol: string): number {
    return this.#lastMs.get(symbol) ?? this.#clock.nowMs()
  }
}
