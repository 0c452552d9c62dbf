import { Backoff } from './backoff.ts'
import type { Clock } from './clock.ts'

/** `closed`: requests pass; `open`: none does; `half-open`: one passes, as a probe, and decides. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** When a breaker opens, and for how long. */
export interface CircuitThresholds {
  /** Failures in a row that open it. */
  readonly failures: number
  /** How long it stays open the first time, milliseconds; each probe that fails doubles it, up to four times. */
  readonly openMs: number
}

export interface CircuitChange {
  readonly state: CircuitState
  readonly previous: CircuitState
  readonly reason: string
}

export interface CircuitBreakerOptions extends CircuitThresholds {
  readonly clock: Clock
  /** Uniform in [0, 1); for jitter. */
  readonly random: () => number
  readonly onChange?: (change: CircuitChange) => void
}

const LONGEST_FACTOR = 4

/**
 * Keeps requests from something that does not work: opens after so many failures in a row, lets a single probe pass
 * after a while, and closes with the first success. Whoever must not be kept from trying does not ask `tryPass`, but
 * tells what came of it: a success closes the breaker whatever its state.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions
  readonly #backoff: Backoff
  #state: CircuitState = 'closed'
  #reason = 'nothing has failed yet'
  #failures = 0
  #opensUntilMs = 0
  /** When the probe that is under way began. */
  #probeSinceMs: number | undefined
  #cancelTimer: () => void = () => undefined

  constructor(options: CircuitBreakerOptions) {
    this.#options = options
    this.#backoff = new Backoff({
      initialMs: options.openMs,
      maxMs: options.openMs * LONGEST_FACTOR,
      random: options.random,
    })
  }

  get state(): CircuitState {
    return this.#state
  }

  /** Why it is in this state. */
  get reason(): string {
    return this.#reason
  }

  /** How long until a probe may pass, milliseconds; 0 unless it is open. */
  get retryInMs(): number {
    return this.#state === 'open' ? Math.max(0, this.#opensUntilMs - this.#options.clock.monotonicMs()) : 0
  }

  /** Whether a request would pass now; takes nothing. */
  get wouldPass(): boolean {
    return this.#state === 'closed' || (this.#state === 'half-open' && !this.#isProbing)
  }

  /** Whether a request may pass. While half-open the first who asks is the probe, and must tell what came of it. */
  tryPass(): boolean {
    if (!this.wouldPass) return false
    if (this.#state === 'half-open') this.#probeSinceMs = this.#options.clock.monotonicMs()
    return true
  }

  succeeded(): void {
    this.#failures = 0
    if (this.#state !== 'closed') this.#close('a request succeeded')
  }

  failed(reason: string): void {
    if (this.#state === 'open') return
    this.#failures++
    if (this.#state === 'half-open') this.#open(`the probe failed: ${reason}`)
    else if (this.#failures >= this.#options.failures) {
      this.#open(`${this.#failures} failures in a row, the last: ${reason}`)
    }
  }

  /** What passed told nothing, such as a request that was called off: another one may be the probe. */
  abandoned(): void {
    this.#probeSinceMs = undefined
  }

  /** Opens at once, without counting failures. */
  trip(reason: string): void {
    if (this.#state !== 'open') this.#open(reason)
  }

  /** Closes, forgets every failure and ends the timer. */
  reset(reason: string): void {
    this.#failures = 0
    this.#close(reason)
  }

  /** A probe of which nothing is heard for as long as the breaker is open is given up. */
  get #isProbing(): boolean {
    const { clock, openMs } = this.#options
    return this.#probeSinceMs !== undefined && clock.monotonicMs() - this.#probeSinceMs < openMs
  }

  #close(reason: string): void {
    this.#backoff.reset()
    this.#enter('closed', reason)
  }

  #open(reason: string): void {
    const { clock } = this.#options
    const openMs = this.#backoff.nextMs()
    this.#opensUntilMs = clock.monotonicMs() + openMs
    this.#enter('open', reason)
    this.#cancelTimer = clock.schedule(openMs, () => this.#enter('half-open', `tried again after: ${reason}`))
  }

  #enter(state: CircuitState, reason: string): void {
    const previous = this.#state
    this.#cancelTimer()
    this.#probeSinceMs = undefined
    this.#state = state
    if (previous === state) return
    this.#reason = reason
    this.#options.onChange?.({ state, previous, reason })
  }
}
