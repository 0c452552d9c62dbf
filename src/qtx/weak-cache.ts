/**
 * Values by key, made once and kept only as long as somebody else holds them. Concurrent calls for one key share one
 * making; a failed one is forgotten.
 */
export class WeakCache<T extends object> {
  readonly #values = new Map<string, WeakRef<T>>()
  readonly #pending = new Map<string, Promise<T>>()
  readonly #collected = new FinalizationRegistry<string>((key) => {
    if (!this.#values.get(key)?.deref()) this.#values.delete(key)
  })

  get size(): number {
    return this.#values.size
  }

  /** The value, where it is there already. */
  find(key: string): T | undefined {
    return this.#values.get(key)?.deref()
  }

  async get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.find(key)
    if (known) return known
    const pending = this.#pending.get(key) ?? this.#make(key, make)
    this.#pending.set(key, pending)
    return pending
  }

  async #make(key: string, make: () => Promise<T>): Promise<T> {
    try {
      // A turn later, so that a making that fails at once is forgotten after it was remembered.
      const value = await Promise.resolve().then(make)
      this.#values.set(key, new WeakRef(value))
      this.#collected.register(value, key)
      return value
    } finally {
      this.#pending.delete(key)
    }
  }
}
