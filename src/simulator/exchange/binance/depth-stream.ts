import type { Clock } from '../../../common/clock.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { DepthDiff } from './market-payloads.ts'

/**
 * Gathers one symbol's changed levels and hands them over at an interval. Ids are the depth sequences of the book,
 * so that a REST snapshot's id always lies in or between two frames.
 */
export class DepthStream {
  readonly #clock: Clock
  readonly #book: BookView
  readonly #intervalMs: number
  readonly #publish: (diff: DepthDiff) => void
  readonly #bids = new Map<number, number>()
  readonly #asks = new Map<number, number>()
  #previousId: bigint
  #txMs = 0
  #cancelTimer: (() => void) | undefined

  constructor(clock: Clock, book: BookView, intervalMs: number, publish: (diff: DepthDiff) => void) {
    this.#clock = clock
    this.#book = book
    this.#intervalMs = intervalMs
    this.#publish = publish
    this.#previousId = book.depthSequence
  }

  noteLevel(side: 'bid' | 'ask', price: number, size: number): void {
    const levels = side === 'bid' ? this.#bids : this.#asks
    levels.set(price, size)
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
    if (lastId <= this.#previousId) return
    const previousId = this.#previousId
    this.#previousId = lastId
    const [bids, asks] = [[...this.#bids], [...this.#asks]]
    this.#bids.clear()
    this.#asks.clear()
    this.#publish({ firstId: previousId + 1n, lastId, previousId, bids, asks, txMs: this.#txMs })
  }
}
