/** The newest items of something that goes on, numbered from 0 on. */
export class NewestItems<T> {
  readonly #capacity: number
  readonly #items: T[] = []
  #end = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** The number of the item that comes next. */
  get end(): number {
    return this.#end
  }

  /** The number of the oldest item that is kept. */
  get start(): number {
    return this.#end - this.#items.length
  }

  push(item: T): void {
    this.#items.push(item)
    this.#end++
    // In large steps, so that an item costs next to nothing.
    if (this.#items.length >= 2 * this.#capacity) this.#items.splice(0, this.#items.length - this.#capacity)
  }

  /** Items from a number on, at most so many, oldest first. */
  read(from: number, count: number): readonly T[] {
    const first = Math.max(0, from - this.start)
    return this.#items.slice(first, first + count)
  }
}

const KEPT_LINES = 2_000

/** The newest lines of a log. */
export class LogTail extends NewestItems<string> {
  constructor(capacity = KEPT_LINES) {
    super(capacity)
  }
}
