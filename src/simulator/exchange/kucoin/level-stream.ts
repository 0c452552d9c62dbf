type BookSideName = 'bid' | 'ask'

/** Tells one changed level, with the number that it has. */
export type LevelPublisher = (sequence: number, side: BookSideName, price: number, size: number) => void

const FIRST_SEQUENCE = 1_000_000_000

/**
 * One symbol's changed levels, one message each: KuCoin numbers them without a gap, so they are counted here, whether
 * somebody listens or not.
 */
export class LevelStream {
  readonly #publish: LevelPublisher
  readonly #changed = { bid: new Map<number, number>(), ask: new Map<number, number>() }
  #sequence = FIRST_SEQUENCE

  constructor(publish: LevelPublisher) {
    this.#publish = publish
  }

  /** Number of the last change that was told; a snapshot taken now has everything up to it. */
  get sequence(): number {
    return this.#sequence
  }

  noteLevel(side: BookSideName, price: number, size: number): void {
    this.#changed[side].set(price, size)
  }

  /** Tells what has changed; what is gone comes first, so that the book is never crossed between two messages. */
  flush(): void {
    for (const gone of [true, false]) {
      for (const side of ['bid', 'ask'] as const) {
        for (const [price, size] of this.#changed[side]) {
          if ((size === 0) === gone) this.#publish(++this.#sequence, side, price, size)
        }
      }
    }
    this.#changed.bid.clear()
    this.#changed.ask.clear()
  }
}
