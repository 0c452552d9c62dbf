/** Confirmations before anything counts as a rule, and how many of them outweigh one exception. */
const LEAST_CONFIRMATIONS = 16
const CONFIRMATIONS_PER_EXCEPTION = 4

/**
 * Whether something that is assumed of a stream holds as a rule, so that an exception is evidence of a fault in the
 * stream and not of a wrong assumption.
 */
export class Regularity {
  #confirmations = 0
  #exceptions = 0

  get confirmations(): number {
    return this.#confirmations
  }

  get exceptions(): number {
    return this.#exceptions
  }

  confirm(): void {
    this.#confirmations++
  }

  /** Counts an exception; true when it is one from a rule. */
  except(): boolean {
    this.#exceptions++
    return (
      this.#confirmations >= LEAST_CONFIRMATIONS &&
      this.#confirmations >= CONFIRMATIONS_PER_EXCEPTION * this.#exceptions
    )
  }
}
