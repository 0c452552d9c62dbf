/**
 * Holds what is to be told until the exchange's own state is settled. A listener that calls the exchange again
 * causes news that is delivered after the present ones, so every listener sees one order of events.
 */
export class Outbox {
  readonly #waiting: (() => void)[] = []
  #delivering = false

  post(deliver: () => void): void {
    this.#waiting.push(deliver)
  }

  /** Delivers everything that waits, and what comes up meanwhile. */
  deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next()
    } finally {
      this.#delivering = false
    }
  }
}
