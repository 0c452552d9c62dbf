import { sleep, type Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { FundingPayment } from '../../connector/account-types.ts'
import type { UserStream, UserStreamSink } from '../../connector/user-stream.ts'
import { messageOf } from '../../errors.ts'
import { forwardingSink } from '../forwarding-sink.ts'
import { FillFees } from './fill-fees.ts'
import type { FillFeesOptions } from './fill-list.ts'

/** The history has a settlement a little after the stream: it is asked for at these times after it. */
const SETTLEMENT_LOOKS_MS: readonly number[] = [250, 1_000, 4_000, 16_000]

export interface KucoinUserStreamOptions extends Omit<FillFeesOptions, 'tell'> {
  /** The stream as the exchange sends it. */
  readonly stream: UserStream
  readonly clock: Clock
  readonly logger: Logger
  /** Funding of a pair since a time, as the history has it. */
  readonly fetchFundingPayments: (
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ) => Promise<readonly FundingPayment[]>
}

/**
 * KuCoin's private stream with what it lacks: the fees of fills, and the history's word on funding. Both are fetched
 * when the stream says that there is something to fetch.
 */
export class KucoinUserStream implements UserStream {
  readonly #options: KucoinUserStreamOptions
  readonly #stopped = new AbortController()
  #fees: FillFees | undefined

  constructor(options: KucoinUserStreamOptions) {
    this.#options = options
  }

  get lastReceivedMs(): number | undefined {
    return this.#options.stream.lastReceivedMs
  }

  start(sink: UserStreamSink): Promise<void> {
    const fees = new FillFees({ ...this.#options, tell: (trade) => sink.tradeUpdate(trade) })
    this.#fees = fees
    return this.#options.stream.start(
      forwardingSink(sink, {
        tradeUpdate: (trade) => fees.add(trade),
        fundingPayment: (payment) => void this.#confirm(payment, sink),
      }),
    )
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#fees?.stop()
    await this.#options.stream.stop()
  }

  /** What cannot be confirmed is not told: the history is read now and then in any case. */
  async #confirm({ pair, paidMs }: FundingPayment, sink: UserStreamSink): Promise<void> {
    const { clock, logger, fetchFundingPayments } = this.#options
    const { signal } = this.#stopped
    for (const delayMs of SETTLEMENT_LOOKS_MS) {
      await sleep(clock, delayMs, signal)
      if (this.#isStopped()) return
      try {
        const payments = await fetchFundingPayments(pair, paidMs, signal)
        for (const payment of payments) sink.fundingPayment(payment)
        if (payments.some((payment) => payment.paidMs === paidMs)) return
      } catch (error) {
        if (!this.#isStopped()) logger.debug({ pair }, `a settlement could not be read: ${messageOf(error)}`)
      }
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }
}
