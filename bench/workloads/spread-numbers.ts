/** A small generator of numbers that only need to be spread; the same every time. */
export class SpreadNumbers {
  #state = 12_345

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (this.#state >>> 8) % limit
  }
}
