import type { Clock } from '../common/clock.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { FundingPayment } from './account-types.ts'
import type { ConnectorEvents } from './events.ts'
import type { OrderRecorder } from './order-recorder.ts'

export interface FundingPaymentsOptions {
  readonly pairs: ReadonlySet<TradingPair>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly events: TypedEvents<ConnectorEvents>
  readonly recorder: () => OrderRecorder
  /** From when on payments may be missing in the record of an earlier process, milliseconds since 1970. */
  readonly recordedSinceMs: () => number | undefined
  readonly fetch: (
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ) => Promise<readonly FundingPayment[]>
}

/** The question is a dear one, and settlements are hours apart. */
const ASK_EVERY_MS = 60_000
/** Ids that are remembered; settlements of years. */
const REMEMBERED = 10_000

/** Tells each funding payment once, whether the private stream or the history brings it. */
export class FundingPayments {
  readonly #options: FundingPaymentsOptions
  readonly #told = new Set<string>()
  /** Payments before the start are nobody's news, unless there is a record from before it. */
  readonly #sinceMs: number
  #askedMs = -Infinity

  constructor(options: FundingPaymentsOptions) {
    this.#options = options
    this.#sinceMs = options.clock.nowMs()
  }

  report(payment: FundingPayment): void {
    if (this.#told.has(payment.paymentId)) return
    this.#told.add(payment.paymentId)
    const recorder = this.#options.recorder()
    const wasTold = recorder.hasFunding(payment)
    if (!wasTold) recorder.funding(payment)
    if (this.#told.size > REMEMBERED) this.#told.delete(this.#told.values().next().value as string)
    if (!wasTold) this.#options.events.emit('fundingPaymentCompleted', payment)
  }

  /** Reports what the stream missed; asks once a minute at most. */
  async catchUp(): Promise<void> {
    const { pairs, clock, fetch, signal } = this.#options
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#askedMs < ASK_EVERY_MS) return
    const sinceMs = Math.min(this.#sinceMs, this.#options.recordedSinceMs() ?? Infinity)
    for (const pair of pairs) {
      for (const payment of await fetch(pair, sinceMs, signal)) this.report(payment)
    }
    this.#askedMs = nowMs
  }
}
