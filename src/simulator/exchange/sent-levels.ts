import type { Level } from '../market-event.ts'
import type { BookView } from './exchange-listeners.ts'

/** Levels of both sides, best first, or what has changed of them: size 0 is a level that is gone. */
export interface BookLevels {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** The best levels of a book, and what of them was told last. */
export class SentLevels {
  readonly #book: BookView
  readonly #levels: number
  #bids: ReadonlyMap<number, number> = new Map()
  #asks: ReadonlyMap<number, number> = new Map()

  /** What there is now counts as told. */
  constructor(book: BookView, levels: number) {
    this.#book = book
    this.#levels = levels
    this.remember()
  }

  best(): BookLevels {
    return { bids: this.#book.levels('bid', this.#levels), asks: this.#book.levels('ask', this.#levels) }
  }

  remember(): void {
    const { bids, asks } = this.best()
    this.#bids = new Map(bids)
    this.#asks = new Map(asks)
  }

  /** New and changed levels, and those that are gone from among the best; undefined where there are none. */
  changes(): BookLevels | undefined {
    const { bids, asks } = this.best()
    const changes = { bids: changed(this.#bids, bids), asks: changed(this.#asks, asks) }
    return changes.bids.length === 0 && changes.asks.length === 0 ? undefined : changes
  }
}

function changed(sent: ReadonlyMap<number, number>, levels: readonly Level[]): Level[] {
  const present = new Set(levels.map(([price]) => price))
  const gone = [...sent.keys()].filter((price) => !present.has(price)).map((price): Level => [price, 0])
  return [...levels.filter(([price, size]) => sent.get(price) !== size), ...gone]
}
