import type { Clock } from '../../../common/clock.ts'
import type { Level } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { BookChange } from './market-payloads.ts'

const LEVELS = 400
const INTERVAL_MS = 100
/** A book that does not change is told so. */
const QUIET_MS = 60_000

/**
 * One symbol's `books` channel: a snapshot for who comes, then what has changed of the best levels, at an interval. Ids
 * are the depth sequences of the book; each change names the one before.
 */
export class BookStream {
  readonly #clock: Clock
  readonly #book: BookView
  readonly #publish: (change: BookChange) => void
  #sentBids = new Map<number, number>()
  #sentAsks = new Map<number, number>()
  #lastId: number
  #txMs: number
  #cancelFlush: (() => void) | undefined
  #cancelQuiet: () => void = () => undefined

  constructor(clock: Clock, book: BookView, publish: (change: BookChange) => void) {
    this.#clock = clock
    this.#book = book
    this.#publish = publish
    this.#lastId = Number(book.depthSequence)
    this.#txMs = clock.nowMs()
    this.#remember()
    this.#awaitQuiet()
  }

  /** The whole book, from which the next change goes on. Those who are there already are told what they lack first. */
  snapshot(): BookChange {
    this.#flush()
    const { bids, asks } = this.#best()
    return { bids, asks, txMs: this.#txMs, previousId: -1, id: this.#lastId }
  }

  /** To be called when the book has changed. */
  note(txMs: number): void {
    this.#txMs = txMs
    this.#cancelFlush ??= this.#clock.schedule(INTERVAL_MS, () => this.#flush())
  }

  close(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    this.#cancelQuiet()
  }

  #flush(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    const { bids, asks } = this.#best()
    const change = { bids: changes(this.#sentBids, bids), asks: changes(this.#sentAsks, asks) }
    if (change.bids.length === 0 && change.asks.length === 0) return
    const previousId = this.#lastId
    // A source may change best prices without a new depth sequence.
    this.#lastId = Math.max(Number(this.#book.depthSequence), previousId + 1)
    this.#remember()
    this.#publish({ ...change, txMs: this.#txMs, previousId, id: this.#lastId })
    this.#awaitQuiet()
  }

  #best(): { readonly bids: Level[]; readonly asks: Level[] } {
    return { bids: this.#book.levels('bid', LEVELS), asks: this.#book.levels('ask', LEVELS) }
  }

  #remember(): void {
    const { bids, asks } = this.#best()
    this.#sentBids = new Map(bids)
    this.#sentAsks = new Map(asks)
  }

  #awaitQuiet(): void {
    this.#cancelQuiet()
    this.#cancelQuiet = this.#clock.schedule(QUIET_MS, () => {
      const id = this.#lastId
      this.#publish({ bids: [], asks: [], txMs: this.#clock.nowMs(), previousId: id, id })
      this.#awaitQuiet()
    })
  }
}

/** New and changed levels, and size 0 for those that are gone. */
function changes(sent: ReadonlyMap<number, number>, levels: readonly Level[]): Level[] {
  const present = new Set(levels.map(([price]) => price))
  const gone = [...sent.keys()].filter((price) => !present.has(price)).map((price): Level => [price, 0])
  return [...levels.filter(([price, size]) => sent.get(price) !== size), ...gone]
}
