/** What happens to a message that finds the queue full. */
export type OverflowPolicy = 'drop-newest' | 'drop-oldest'

/**
 * A queue that never grows beyond its capacity. It is read by `for await`, which waits, or by `drain()`, which does
 * not; of several readers each item goes to one. What is dropped is counted, and the producer is told.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly capacity: number
  readonly #policy: OverflowPolicy
  readonly #onTaken: ((item: T) => void) | undefined
  readonly #ring: (T | undefined)[]
  #head = 0
  #size = 0
  #dropped = 0
  #closed = false
  /** Readers that found nothing, longest waiting first; nobody waits while there is something. */
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = []

  /** @param onTaken called with each item at the moment when a reader takes it. */
  constructor(capacity: number, policy: OverflowPolicy = 'drop-newest', onTaken?: (item: T) => void) {
    this.capacity = capacity
    this.#policy = policy
    this.#onTaken = onTaken
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
    const reader = this.#waiting.shift()
    if (reader) {
      this.#onTaken?.(item)
      reader({ value: item, done: false })
      return true
    }
    let kept = true
    if (this.#size === this.capacity) {
      this.#dropped++
      if (this.#policy === 'drop-newest') return false
      this.#remove()
      kept = false
    }
    this.#ring[(this.#head + this.#size) % this.capacity] = item
    this.#size++
    return kept
  }

  /** The oldest item, or undefined when empty. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined
    const item = this.#remove()
    this.#onTaken?.(item)
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
    while (this.#size > 0) this.#remove()
  }

  /** Ends the iteration once what waits has been read. */
  close(): void {
    this.#closed = true
    for (const reader of this.#waiting.splice(0)) reader({ value: undefined, done: true })
  }

  /** Not a generator, which would make several objects more for each item. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, undefined> {
    let isEnded = false
    const iterator: AsyncIterableIterator<T, undefined, undefined> = {
      next: () => (isEnded ? Promise.resolve({ value: undefined, done: true }) : this.#next()),
      return: () => {
        isEnded = true
        return Promise.resolve({ value: undefined, done: true })
      },
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  #remove(): T {
    const item = this.#ring[this.#head] as T
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) % this.capacity
    this.#size--
    return item
  }

  #next(): Promise<IteratorResult<T, undefined>> {
    if (this.#size > 0) return Promise.resolve({ value: this.shift() as T, done: false })
    if (this.#closed) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}
