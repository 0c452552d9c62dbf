import type { CircuitBreaker } from '../common/circuit-breaker.ts'
import type { RequestBudget, RequestKind } from '../connector/request-budget.ts'
import { messageOf, QtxError } from '../errors.ts'
import { diagnose, type ErrorReading } from './ccxt-errors.ts'
import { TransportError } from './http-transport.ts'

export interface RequestGateOptions {
  readonly budget: RequestBudget
  readonly breaker: CircuitBreaker
  /** How long a request may wait for the budget, milliseconds. */
  readonly maxWaitMs: number
  /** The same for a new order, whose price grows old. */
  readonly maxOrderWaitMs: number
}

/** Cancels, and look-ups of orders, are tried whatever the breaker says: they are its probes. */
const ALWAYS_TRIED: ReadonlySet<RequestKind> = new Set<RequestKind>(['cancel', 'look-up'])
/** Binance: the address is banned, because it went on after 429. */
const BANNED_STATUS = 418

/** What every REST request of a connector passes: the circuit breaker, and the budget of requests. */
export class RequestGate {
  readonly #options: RequestGateOptions

  constructor(options: RequestGateOptions) {
    this.#options = options
  }

  /** @throws TransportError, which says that nothing was sent, while the breaker is open. */
  assertOpen(kind: RequestKind): void {
    const { breaker } = this.#options
    if (breaker.tryPass() || ALWAYS_TRIED.has(kind)) return
    throw new TransportError(
      'unreachable',
      `request was not sent, because the exchange did not answer before (circuit breaker ${breaker.state}: ${breaker.reason})`,
    )
  }

  /** Resolves when the request may be sent. @throws QtxError `QTX_RATE_LIMITED`, `QTX_EXCHANGE_DOWN`. */
  wait(kind: RequestKind, weight: number, signal: AbortSignal): Promise<void> {
    const { budget, maxWaitMs, maxOrderWaitMs } = this.#options
    return budget.wait({ kind, weight, signal, maxWaitMs: kind === 'order' ? maxOrderWaitMs : maxWaitMs })
  }

  /** An answer of any kind came, with these headers. */
  answered(headers: Headers): void {
    this.#options.budget.observe((name) => headers.get(name))
  }

  succeeded(): void {
    this.#options.breaker.succeeded()
  }

  /** What a request threw: only an exchange that cannot be reached, or says that it is down, is a failure. */
  failed(error: unknown, errors: ErrorReading): void {
    const { breaker, budget } = this.#options
    if (error instanceof QtxError || (error instanceof TransportError && error.failure === 'aborted')) {
      breaker.abandoned()
      return
    }
    const { code } = diagnose(error, errors)
    if (code === 'QTX_RATE_LIMITED') {
      const transport = error instanceof TransportError ? error : undefined
      budget.shut(transport?.retryAfterMs, transport?.httpStatus === BANNED_STATUS)
      breaker.abandoned()
    } else if (code === 'QTX_EXCHANGE_DOWN') {
      breaker.failed(messageOf(error).slice(0, 200))
    } else {
      breaker.succeeded()
    }
  }
}
