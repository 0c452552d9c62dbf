import { CircuitBreaker, type CircuitChange, type CircuitThresholds } from '../common/circuit-breaker.ts'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { BreakerName } from './events.ts'
import { passed, waiting, type ConnectorStatus } from './status.ts'

/** Thresholds that differ from the defaults. */
export type CircuitBreakerOptions = {
  readonly [Name in BreakerName]?:
    { readonly failures?: number | undefined; readonly openMs?: number | undefined } | undefined
}

export interface CircuitBreakersParts {
  readonly options: CircuitBreakerOptions
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly onChange: (change: CircuitChange & { readonly breaker: BreakerName }) => void
}

/** Of each breaker: failures in a row that open it, and how long it is open at first. */
export const DEFAULT_CIRCUIT_THRESHOLDS: Readonly<Record<BreakerName, CircuitThresholds>> = {
  orderManager: { failures: 3, openMs: 5_000 },
  rest: { failures: 5, openMs: 2_000 },
  privateStream: { failures: 5, openMs: 5_000 },
}

const REMEDIES: Readonly<Record<BreakerName, string>> = {
  orderManager: 'check the QTX order manager; an order is tried again soon',
  rest: 'check the network and the exchange; cancels and look-ups are tried meanwhile',
  privateStream: 'check the network and the keys; it is connected again by itself',
}

/** A connector's circuit breakers, made when they are first asked for. */
export class CircuitBreakers {
  readonly #parts: CircuitBreakersParts
  readonly #breakers = new Map<BreakerName, CircuitBreaker>()

  constructor(parts: CircuitBreakersParts) {
    this.#parts = parts
  }

  get(name: BreakerName): CircuitBreaker {
    const known = this.#breakers.get(name)
    if (known) return known
    const { options, clock, random } = this.#parts
    const defaults = DEFAULT_CIRCUIT_THRESHOLDS[name]
    const breaker = new CircuitBreaker({
      failures: options[name]?.failures ?? defaults.failures,
      openMs: options[name]?.openMs ?? defaults.openMs,
      clock,
      random,
      onChange: (change) => this.#changed(name, change),
    })
    this.#breakers.set(name, breaker)
    return breaker
  }

  /** Holds unless it is open: while it is half-open, somebody must try. */
  check(name: BreakerName): ConnectorStatus[string] {
    const { state, reason } = this.get(name)
    return state === 'open' ? waiting(`open: ${reason}`, REMEDIES[name]) : passed(`${state}: ${reason}`)
  }

  /** Closes all of them and ends their timers. */
  reset(reason: string): void {
    for (const breaker of this.#breakers.values()) breaker.reset(reason)
  }

  #changed(breaker: BreakerName, change: CircuitChange): void {
    const { state, reason } = change
    this.#parts.logger[state === 'open' ? 'warn' : 'info'](
      { breaker, ...change },
      `circuit breaker ${breaker} is ${state}: ${reason}`,
    )
    this.#parts.onChange({ breaker, ...change })
  }
}
