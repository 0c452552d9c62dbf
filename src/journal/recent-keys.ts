/** What a database answers when the memory does not know. */
type Lookup = (pair: string, id: string) => boolean

/** Ids by pair: nothing is joined, so that adding one costs little. */
type Generation = Map<string, Set<string>>

/**
 * Which ids of a pair are on record: the newest in memory, older ones in the database. The memory has two generations;
 * the older one is forgotten when the younger is full, and its records are in the database.
 */
export class RecentKeys {
  readonly #limit: number
  readonly #lookup: Lookup
  readonly #drainedSequence: () => number
  #young: Generation = new Map()
  #youngSize = 0
  #old: Generation = new Map()
  /** Sequence number of the newest record of the older generation. */
  #oldSequence = 0
  #lastSequence = 0
  #areAllHere = true

  /** `limit` is the size of a generation. */
  constructor(limit: number, lookup: Lookup, drainedSequence: () => number) {
    this.#limit = limit
    this.#lookup = lookup
    this.#drainedSequence = drainedSequence
  }

  /** Keys come in the order of their records. */
  add(pair: string, id: string, sequence: number): void {
    if (this.#youngSize >= this.#limit && this.#oldSequence <= this.#drainedSequence())
      this.#startGeneration()
    let ids = this.#young.get(pair)
    if (!ids) {
      ids = new Set()
      this.#young.set(pair, ids)
    }
    ids.add(id)
    this.#youngSize++
    this.#lastSequence = sequence
  }

  has(pair: string, id: string): boolean {
    if (this.#young.get(pair)?.has(id) === true || this.#old.get(pair)?.has(id) === true) return true
    return !this.#areAllHere && this.#lookup(pair, id)
  }

  #startGeneration(): void {
    if (this.#old.size > 0) this.#areAllHere = false
    this.#old = this.#young
    this.#oldSequence = this.#lastSequence
    this.#young = new Map()
    this.#youngSize = 0
  }
}
