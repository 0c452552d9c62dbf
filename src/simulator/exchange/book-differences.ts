import type { Clock } from '../../common/clock.ts'
import type { BookView } from './exchange-listeners.ts'
import { type BookLevels, SentLevels } from './sent-levels.ts'

/** What has changed of a book, or all of it. */
export interface BookChange extends BookLevels {
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
  /** A book that does not change for so long is told so; never without it. */
  readonly quietMs?: number
  readonly publish: (change: BookChange) => void
}

/**
 * One symbol's book as exchanges stream it: the whole of it for who comes, then what has changed of its best levels,
 * at an interval. Ids are the depth sequences of the book; each change names the one before.
 */
export class BookDifferences {
  readonly #options: BookDifferencesOptions
  readonly #sent: SentLevels
  #lastId: number
  #txMs: number
  #cancelFlush: (() => void) | undefined
  #cancelQuiet: () => void = () => undefined

  constructor(options: BookDifferencesOptions) {
    this.#options = options
    this.#lastId = Number(options.book.depthSequence)
    this.#txMs = options.clock.nowMs()
    this.#sent = new SentLevels(options.book, options.levels)
    this.#awaitQuiet()
  }

  /** The whole book, from which the next change goes on. Those who are there already are told what they lack first. */
  snapshot(): BookChange {
    this.#flush()
    return { ...this.#sent.best(), txMs: this.#txMs, previousId: undefined, id: this.#lastId }
  }

  /** To be called when the book has changed. */
  note(txMs: number): void {
    const { clock, intervalMs } = this.#options
    this.#txMs = txMs
    this.#cancelFlush ??= clock.schedule(intervalMs, () => this.#flush())
  }

  close(): void {
    this.#endFlush()
    this.#cancelQuiet()
  }

  #flush(): void {
    this.#endFlush()
    const changes = this.#sent.changes()
    if (!changes) return
    const previousId = this.#lastId
    // A source may change best prices without a new depth sequence.
    this.#lastId = Math.max(Number(this.#options.book.depthSequence), previousId + 1)
    this.#sent.remember()
    this.#options.publish({ ...changes, txMs: this.#txMs, previousId, id: this.#lastId })
    this.#awaitQuiet()
  }

  #endFlush(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
  }

  #awaitQuiet(): void {
    const { clock, quietMs, publish } = this.#options
    if (quietMs === undefined) return
    this.#cancelQuiet()
    this.#cancelQuiet = clock.schedule(quietMs, () => {
      const id = this.#lastId
      publish({ bids: [], asks: [], txMs: clock.nowMs(), previousId: id, id })
      this.#awaitQuiet()
    })
  }
}
