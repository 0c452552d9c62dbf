/** The newest numbers of a row; NaN where there was none. Its memory is taken once. */
export class NumberRing {
  readonly #values: Float64Array
  #next = 0
  #length = 0

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    this.#values[this.#next] = value
    this.#next = (this.#next + 1) % this.#values.length
    if (this.#length < this.#values.length) this.#length++
  }

  /** Counted from the newest, which is 0. NaN beyond the oldest. */
  newest(index: number): number {
    if (index >= this.#length) return NaN
    const { length } = this.#values
    return this.#values[(this.#next - 1 - index + length) % length]!
  }

  /** Oldest first; null where there was none. */
  toList(): (number | null)[] {
    return Array.from({ length: this.#length }, (_, i) => finite(this.newest(this.#length - 1 - i)))
  }
}

/** JSON has no other numbers. */
export function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}
