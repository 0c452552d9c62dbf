export interface BackoffOptions {
  readonly initialMs: number
  readonly maxMs: number
  /** Growth per attempt. */
  readonly factor?: number
  /** Part of the delay that is random, 0 to 1, so that many clients do not retry together. */
  readonly jitter?: number
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

/** Exponentially growing delays with jitter. */
export class Backoff {
  readonly #options: Required<BackoffOptions>
  #attempts = 0

  constructor(options: BackoffOptions) {
    this.#options = { factor: 2, jitter: 0.2, random: Math.random, ...options }
  }

  get attempts(): number {
    return this.#attempts
  }

  /** The delay before the next attempt, milliseconds. */
  nextMs(): number {
    const { initialMs, maxMs, factor, jitter, random } = this.#options
    const fullMs = Math.min(maxMs, initialMs * factor ** this.#attempts)
    this.#attempts++
    return fullMs * (1 - jitter * random())
  }

  reset(): void {
    this.#attempts = 0
  }
}
