import type { Clock } from '../../../common/clock.ts'
import type { Level } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { BookChange } from './market-payloads.ts'

type SideName = 'bid' | 'ask'

/**
 * The best levels of one book, told as changes at an interval. Ids are the depth sequences of the book, so that a REST
 * book's id always lies in or between two changes. A level that leaves the window is told as gone.
 */
export class BookWindow {
  readonly #clock: Clock
  readonly #book: BookView
  readonly #depth: number
  readonly #intervalMs: number
  readonly #publish: (change: BookChange) => void
  readonly #shown: Record<SideName, ReadonlyMap<number, number>>
  readonly #touched: Record<SideName, Set<number>> = { bid: new Set(), ask: new Set() }
  #lastId: bigint
  #txMs = 0
  #cancelTimer: (() => void) | undefined

  constructor(
    clock: Clock,
    book: BookView,
    depth: number,
    intervalMs: number,
    publish: (change: BookChange) => void,
  ) {
    this.#clock = clock
    this.#book = book
    this.#depth = depth
    this.#intervalMs = intervalMs
    this.#publish = publish
    this.#shown = { bid: this.#window('bid'), ask: this.#window('ask') }
    this.#lastId = book.depthSequence
  }

  noteLevel(side: SideName, price: number): void {
    this.#touched[side].add(price)
  }

  /** To be called when the book's depth sequence has moved. */
  noteSequence(txMs: number): void {
    this.#txMs = txMs
    this.#cancelTimer ??= this.#clock.schedule(this.#intervalMs, () => this.#flush())
  }

  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #flush(): void {
    this.#cancelTimer = undefined
    const lastId = this.#book.depthSequence
    // A source may repeat a sequence; the levels then wait for the next one.
    if (lastId <= this.#lastId) return
    const firstId = this.#lastId + 1n
    this.#lastId = lastId
    const [bids, asks] = [this.#changes('bid'), this.#changes('ask')]
    this.#publish({ firstId, lastId, bids, asks, txMs: this.#txMs })
  }

  /** What entered, left or changed, and all that was touched: a REST book may have been taken in between. */
  #changes(side: SideName): Level[] {
    const before = this.#shown[side]
    const now = this.#window(side)
    const prices = new Set([...this.#touched[side], ...before.keys()])
    for (const [price, size] of now) if (before.get(price) !== size) prices.add(price)
    const changes: Level[] = []
    for (const price of prices) {
      const size = now.get(price) ?? 0
      if (this.#touched[side].has(price) || before.get(price) !== size) changes.push([price, size])
    }
    this.#shown[side] = now
    this.#touched[side].clear()
    return changes
  }

  #window(side: SideName): ReadonlyMap<number, number> {
    return new Map(this.#book.levels(side, this.#depth))
  }
}
