/** Ids that are remembered. */
const CAPACITY = 512

/** The most recent ids, as halves of 64-bit integers, in a ring that is allocated once. */
export class RecentIds {
  readonly #high = new Int32Array(CAPACITY)
  readonly #low = new Uint32Array(CAPACITY)
  #next = 0
  #count = 0

  add(high: number, low: number): void {
    this.#high[this.#next] = high
    this.#low[this.#next] = low
    this.#next = (this.#next + 1) % CAPACITY
    if (this.#count < CAPACITY) this.#count++
  }

  has(high: number, low: number): boolean {
    for (let i = 0; i < this.#count; i++) {
      if (this.#low[i] === low && this.#high[i] === high) return true
    }
    return false
  }

  clear(): void {
    this.#next = 0
    this.#count = 0
  }
}
