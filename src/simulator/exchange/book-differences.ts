import type { Clock } from '../../common/clock.ts'
import type { Level } from '../market-event.ts'
import type { BookView } from './exchange-listeners.ts'

/** What has changed of a book, or all of it. */
export interface BookChange {
  readonly asks: readonly Level[]
  /** Size 0 is a level that is gone. */
  readonly bids: readonly Level[]
  readonly txMs: number
  /** Of the change before; undefined for the whole book. */
  readonly previousId: number | undefined
  readonly id: number
}

export interface BookDifferencesOptions {
  readonly clock: Clock
  readonly book: BookView
  /** How many levels a side are told. */
  readonly levels: number
  readonly intervalMs: number
  readonly publish: (change: BookChange) => void
}

/**
 * One symbol's book as exchanges stream it: the whole of it for who comes, then what has changed of its best levels,
 * at an interval. Ids are the depth sequences of the book; each change names the one before.
 */
export class BookDifferences {
  readonly #options: BookDifferencesOptions
  #sentBids = new Map<number, number>()
  #sentAsks = new Map<number, number>()
  #lastId: number
  #txMs: number
  #cancelFlush: (() => void) | undefined

  constructor(options: BookDifferencesOptions) {
    this.#options = options
    this.#lastId = Number(options.book.depthSequence)
    this.#txMs = options.clock.nowMs()
    this.#remember()
  }

  /** The whole book, from which the next change goes on. Those who are there already are told what they lack first. */
  snapshot(): BookChange {
    this.#flush()
    return { ...this.#best(), txMs: this.#txMs, previousId: undefined, id: this.#lastId }
  }

  /** To be called when the book has changed. */
  note(txMs: number): void {
    const { clock, intervalMs } = this.#options
    this.#txMs = txMs
    this.#cancelFlush ??= clock.schedule(intervalMs, () => this.#flush())
  }

  close(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
  }

  #flush(): void {
    this.close()
    const { bids, asks } = this.#best()
    const change = { bids: changes(this.#sentBids, bids), asks: changes(this.#sentAsks, asks) }
    if (change.bids.length === 0 && change.asks.length === 0) return
    const previousId = this.#lastId
    // A source may change best prices without a new depth sequence.
    this.#lastId = Math.max(Number(this.#options.book.depthSequence), previousId + 1)
    this.#remember()
    this.#options.publish({ ...change, txMs: this.#txMs, previousId, id: this.#lastId })
  }

  #best(): { readonly bids: Level[]; readonly asks: Level[] } {
    const { book, levels } = this.#options
    return { bids: book.levels('bid', levels), asks: book.levels('ask', levels) }
  }

  #remember(): void {
    const { bids, asks } = this.#best()
    this.#sentBids = new Map(bids)
    this.#sentAsks = new Map(asks)
  }
}

/** New and changed levels, and size 0 for those that are gone. */
function changes(sent: ReadonlyMap<number, number>, levels: readonly Level[]): Level[] {
  const present = new Set(levels.map(([price]) => price))
  const gone = [...sent.keys()].filter((price) => !present.has(price)).map((price): Level => [price, 0])
  return [...levels.filter(([price, size]) => sent.get(price) !== size), ...gone]
}
