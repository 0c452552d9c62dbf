import type { Clock } from '../../../common/clock.ts'
import type { MarketEvent } from '../../market-event.ts'

/** When each symbol's book last changed: `cts` of REST and of every topic that shows the book. */
export class BookTimes {
  readonly #clock: Clock
  readonly #changedMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(event: MarketEvent): void {
    if (event.kind === 'trade') return
    this.#changedMs.set(event.symbol, Math.max(event.txMs, this.of(event.symbol, event.txMs)))
  }

  of(symbol: string, otherwiseMs = this.#clock.nowMs()): number {
    return this.#changedMs.get(symbol) ?? otherwiseMs
  }
}
