/** One side of the model's own book: integer ticks to integer lots, and which levels changed since the last depth. */
export class SimulatedSide {
  readonly #outward: 1 | -1
  readonly #lots = new Map<number, number>()
  #changed = new Set<number>()
  #bestTicks: number

  constructor(side: 'bid' | 'ask', bestTicks: number) {
    this.#outward = side === 'bid' ? -1 : 1
    this.#bestTicks = bestTicks
  }

  get bestTicks(): number {
    return this.#bestTicks
  }

  get bestLots(): number {
    return this.#lots.get(this.#bestTicks) ?? 0
  }

  get levelCount(): number {
    return this.#lots.size
  }

  get changedCount(): number {
    return this.#changed.size
  }

  /** Sets a level; it becomes the best when it is better. */
  set(ticks: number, lots: number): void {
    this.#lots.set(ticks, lots)
    this.#changed.add(ticks)
    if ((ticks - this.#bestTicks) * this.#outward < 0) this.#bestTicks = ticks
  }

  /** Deletes a level; the best becomes the next one outward. */
  delete(ticks: number): void {
    if (ticks === this.#bestTicks) this.#bestTicks = this.occupiedBeyond(ticks)
    this.#lots.delete(ticks)
    this.#changed.add(ticks)
  }

  lotsAt(ticks: number): number {
    return this.#lots.get(ticks) ?? 0
  }

  /** The first level outward of `ticks`; one is made when the book ends there, so that no side ever runs dry. */
  occupiedBeyond(ticks: number): number {
    const limit = this.#lots.size * 4 + 100
    for (let step = 1; step <= limit; step++) {
      const candidate = ticks + step * this.#outward
      if (this.#lots.has(candidate)) return candidate
    }
    const made = ticks + this.#outward
    this.set(made, 1)
    return made
  }

  /** The first place outward of `ticks` that has no level. */
  emptyBeyond(ticks: number): number {
    let candidate = ticks + this.#outward
    while (this.#lots.has(candidate)) candidate += this.#outward
    return candidate
  }

  /** So many ticks outward of the best. */
  outwardTicks(distance: number): number {
    return this.#bestTicks + distance * this.#outward
  }

  /** Levels changed since the last call, in the order of their change; lots are 0 where the level is gone. */
  takeChanged(): (readonly [ticks: number, lots: number])[] {
    const taken = [...this.#changed].map((ticks) => [ticks, this.lotsAt(ticks)] as const)
    this.#changed = new Set()
    return taken
  }

  /** Every level, best first. */
  levels(): (readonly [ticks: number, lots: number])[] {
    return [...this.#lots].sort(([a], [b]) => (a - b) * this.#outward)
  }
}
