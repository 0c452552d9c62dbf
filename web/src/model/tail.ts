/** Something of a list, with a number that stays the same while others come and go. */
export interface Numbered<T> {
  readonly number: number
  readonly item: T
}

/** The newest of what was added, oldest first. A list that was read does not change. */
export class Tail<T> {
  readonly #capacity: number
  #items: readonly Numbered<T>[] = []
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get items(): readonly Numbered<T>[] {
    return this.#items
  }

  push(more: readonly T[]): void {
    if (more.length === 0) return
    const numbered = more.map((item) => ({ number: this.#next++, item }))
    this.#items = [...this.#items, ...numbered].slice(-this.#capacity)
  }
}
