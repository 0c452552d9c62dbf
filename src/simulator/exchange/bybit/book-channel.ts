import type { Clock } from '../../../common/clock.ts'
import type { BookView } from '../exchange-listeners.ts'
import { type BookLevels, SentLevels } from '../sent-levels.ts'
import type { BookPart } from './market-payloads.ts'

/** How often each depth is told of. */
export const BOOK_INTERVALS_MS: ReadonlyMap<number, number> = new Map([
  [1, 10],
  [50, 20],
  [200, 100],
  [1_000, 200],
])
/** The best level is told again when it has not changed for so long. */
const QUIET_MS = 3_000
const FIRST_UPDATE_ID = 18_521_288

export interface BookChannelOptions {
  readonly clock: Clock
  readonly book: BookView
  /** One of `BOOK_INTERVALS_MS`. */
  readonly levels: number
  /** When the book last changed, milliseconds since 1970. */
  readonly changedMs: () => number
  readonly publish: (type: 'snapshot' | 'delta', part: BookPart) => void
}

/**
 * The best levels of one book: whole for who comes, then what has changed of them at an interval. `u` counts up by one
 * with each change; a restart of the service begins it anew at 1, with the whole book.
 */
export class BookChannel {
  readonly #options: BookChannelOptions
  readonly #intervalMs: number
  readonly #sent: SentLevels
  #updateId = FIRST_UPDATE_ID
  #seq: number
  #changedMs: number
  #cancelFlush: (() => void) | undefined
  #cancelQuiet: () => void = () => undefined

  constructor(options: BookChannelOptions) {
    this.#options = options
    this.#intervalMs = BOOK_INTERVALS_MS.get(options.levels)!
    this.#sent = new SentLevels(options.book, options.levels)
    this.#seq = Number(options.book.depthSequence)
    this.#changedMs = options.changedMs()
    this.#awaitQuiet()
  }

  /** The whole book, from which the next change goes on. Those who are there already are told what they lack first. */
  snapshot(): BookPart {
    this.#flush()
    return this.#part(this.#sent.best())
  }

  /** To be called when the book has changed. */
  note(): void {
    this.#cancelFlush ??= this.#options.clock.schedule(this.#intervalMs, () => this.#flush())
  }

  /** Begins anew, as after a restart of the service. */
  restart(): void {
    this.#updateId = 1
    this.#remember()
    this.#options.publish('snapshot', this.#part(this.#sent.best()))
  }

  close(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    this.#cancelQuiet()
  }

  #flush(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    const changes = this.#sent.changes()
    if (!changes) return
    this.#updateId++
    this.#remember()
    this.#options.publish('delta', this.#part(changes))
    this.#awaitQuiet()
  }

  #remember(): void {
    this.#sent.remember()
    this.#seq = Number(this.#options.book.depthSequence)
    this.#changedMs = this.#options.changedMs()
  }

  #part(levels: BookLevels): BookPart {
    return { ...levels, u: this.#updateId, seq: this.#seq, changedMs: this.#changedMs }
  }

  #awaitQuiet(): void {
    if (this.#options.levels > 1) return
    this.#cancelQuiet()
    this.#cancelQuiet = this.#options.clock.schedule(QUIET_MS, () => {
      this.#options.publish('snapshot', this.#part(this.#sent.best()))
      this.#awaitQuiet()
    })
  }
}
