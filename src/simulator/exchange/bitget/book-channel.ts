import type { Clock } from '../../../common/clock.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import { bookChecksum, levelTexts } from './market-payloads.ts'

/** How often the channel pushes what has changed. */
export const BOOK_PUSH_MS = 150
const ALL_LEVELS = Number.MAX_SAFE_INTEGER

export interface BookPush {
  readonly action: 'snapshot' | 'update'
  readonly row: object
}

/** One symbol's `books`: gathers the changed levels and hands them over at an interval, with a checksum. */
export class BookChannel {
  readonly #clock: Clock
  readonly #instrument: Instrument
  readonly #book: BookView
  readonly #timeOf: () => number
  readonly #publish: (push: BookPush) => void
  readonly #bids = new Map<number, number>()
  readonly #asks = new Map<number, number>()
  /** Number of the last push, and of the snapshots since. */
  #sequence = 483_415_000_000
  #cancelTimer: (() => void) | undefined

  constructor(
    clock: Clock,
    instrument: Instrument,
    book: BookView,
    timeOf: () => number,
    publish: (push: BookPush) => void,
  ) {
    this.#clock = clock
    this.#instrument = instrument
    this.#book = book
    this.#timeOf = timeOf
    this.#publish = publish
  }

  noteLevel(side: 'bid' | 'ask', price: number, size: number): void {
    const levels = side === 'bid' ? this.#bids : this.#asks
    levels.set(price, size)
    this.#cancelTimer ??= this.#clock.schedule(BOOK_PUSH_MS, () => this.#flush())
  }

  /** What a new reader begins with; its checksum is 0, as on the real exchange. */
  snapshot(): BookPush {
    // Changes that wait would only repeat what is in the snapshot: everybody gets them first.
    this.#flush()
    const book = this.#book
    return {
      action: 'snapshot',
      row: {
        asks: levelTexts(this.#instrument, book.levels('ask', ALL_LEVELS)),
        bids: levelTexts(this.#instrument, book.levels('bid', ALL_LEVELS)),
        checksum: 0,
        seq: this.#sequence,
        pseq: 0,
        ts: String(this.#timeOf()),
      },
    }
  }

  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #flush(): void {
    this.close()
    if (this.#bids.size === 0 && this.#asks.size === 0) return
    const pseq = this.#sequence
    this.#sequence += this.#bids.size + this.#asks.size
    const row = {
      asks: levelTexts(this.#instrument, [...this.#asks]),
      bids: levelTexts(this.#instrument, [...this.#bids]),
      checksum: bookChecksum(this.#instrument, this.#book),
      seq: this.#sequence,
      pseq,
      ts: String(this.#timeOf()),
    }
    this.#bids.clear()
    this.#asks.clear()
    this.#publish({ action: 'update', row })
  }
}
