import type { BreakerName, ConnectorEvents } from '../connector/events.ts'
import type { CircuitState } from '../common/circuit-breaker.ts'
import type { QtxConnector } from '../qtx/connector-protocol.ts'

/** What became of orders, counted since the service was started. */
export interface OrderOutcomeCounts {
  readonly created: number
  readonly filled: number
  readonly cancelled: number
  readonly failed: number
  /** Left unknown for a while; each is one of the others later. */
  readonly unknown: number
  readonly fills: number
}

const COUNTED = {
  buyOrderCreated: 'created',
  sellOrderCreated: 'created',
  buyOrderCompleted: 'filled',
  sellOrderCompleted: 'filled',
  orderCancelled: 'cancelled',
  orderFailure: 'failed',
  orderSubmitUnknown: 'unknown',
  orderFilled: 'fills',
} as const satisfies Partial<Record<keyof ConnectorEvents, keyof OrderOutcomeCounts>>

/** Counts what only events tell: ends of orders, anomalies, circuit breakers. Attach it before the start. */
export class OrderOutcomes implements Disposable {
  readonly #counts = { created: 0, filled: 0, cancelled: 0, failed: 0, unknown: 0, fills: 0 }
  readonly #anomalies = new Map<string, number>()
  readonly #breakers = new Map<BreakerName, CircuitState>([
    ['orderManager', 'closed'],
    ['rest', 'closed'],
    ['privateStream', 'closed'],
  ])
  readonly #offs: (() => void)[] = []

  constructor(connector: Pick<QtxConnector, 'on'>) {
    for (const [event, counted] of Object.entries(COUNTED)) {
      this.#offs.push(connector.on(event as keyof typeof COUNTED, () => this.#counts[counted]++))
    }
    this.#offs.push(
      connector.on('anomaly', ({ code }) => this.#anomalies.set(code, (this.#anomalies.get(code) ?? 0) + 1)),
      connector.on('circuitBreakerChanged', ({ breaker, state }) => this.#breakers.set(breaker, state)),
    )
  }

  get counts(): OrderOutcomeCounts {
    return this.#counts
  }

  /** How often each anomaly was seen, by its code. */
  get anomalies(): ReadonlyMap<string, number> {
    return this.#anomalies
  }

  get breakers(): ReadonlyMap<BreakerName, CircuitState> {
    return this.#breakers
  }

  [Symbol.dispose](): void {
    for (const off of this.#offs.splice(0)) off()
  }
}
