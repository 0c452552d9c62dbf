/** What happens to a message that finds the queue full. */
export type OverflowPolicy = 'drop-newest' | 'drop-oldest'

/**
 * A queue that never grows beyond its capacity. It is read by `for await`, which waits, or by `drain()`, which does
 * not; of several readers each item goes to one. What is dropped is counted, and the producer is told.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly capacity: number
  readonly #policy: OverflowPolicy
  readonly #ring: (T | undefined)[]
  #head = 0
  #size = 0
  #dropped = 0
  #closed = false
  #waiting: (() => void)[] = []

  constructor(capacity: number, policy: OverflowPolicy = 'drop-newest') {
    this.capacity = capacity
    this.#policy = policy
    this.#ring = new Array<T | undefined>(capacity)
  }

  get size(): number {
    return this.#size
  }

  /** Messages dropped since creation. */
  get dropped(): number {
    return this.#dropped
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Adds an item; false when one, this or the oldest, was dropped for it, or the queue is closed. */
  push(item: T): boolean {
    if (this.#closed) return false
    let kept = true
    if (this.#size === this.capacity) {
      this.#dropped++
      if (this.#policy === 'drop-newest') return false
      this.shift()
      kept = false
    }
    this.#ring[(this.#head + this.#size) % this.capacity] = item
    this.#size++
    this.#wakeReaders()
    return kept
  }

  /** The oldest item, or undefined when empty. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined
    const item = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) % this.capacity
    this.#size--
    return item
  }

  /** Takes everything that is there now, oldest first. */
  drain(): T[] {
    const items: T[] = []
    while (this.#size > 0) items.push(this.shift() as T)
    return items
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.drain()
  }

  /** Ends the iteration once what waits has been read. */
  close(): void {
    this.#closed = true
    this.#wakeReaders()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      while (this.#size > 0) yield this.shift() as T
      if (this.#closed) return
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  #wakeReaders(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
