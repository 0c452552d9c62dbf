import { Backoff } from '../../common/backoff.ts'
import { sleep, type Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { TradeUpdate } from '../../connector/order-types.ts'
import { messageOf } from '../../errors.ts'

/** How long a fill waits for its fee, milliseconds; then it is told without one. */
export const FEE_WAIT_MS = 2_000
/** Fills of one order come in bursts: they are asked for together. */
const BURST_MS = 20
/** The exchange's list lags behind its stream by some tens of milliseconds. */
const RETRY = { initialMs: 100, maxMs: 800 }

export interface FillFeesOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  /** The fills of one order, with their fees. */
  readonly fetchFills: (
    pair: TradingPair,
    exchangeOrderId: string,
    signal: AbortSignal,
  ) => Promise<readonly TradeUpdate[]>
  /** Each fill once, those of one order in their order. */
  readonly tell: (trade: TradeUpdate) => void
}

interface WaitingFill {
  readonly trade: TradeUpdate
  readonly untilMs: number
}

/**
 * Fills of a stream that does not say their fee: they wait until the exchange's list of fills does. A fill is never
 * lost: when the list cannot be had in time, or everything ends, it is told without a fee.
 */
export class FillFees {
  readonly #options: FillFeesOptions
  readonly #waiting = new Map<string, WaitingFill[]>()
  readonly #stopped = new AbortController()

  constructor(options: FillFeesOptions) {
    this.#options = options
  }

  /** Tells the fill at once where there is nothing to wait for. */
  add(trade: TradeUpdate): void {
    const { exchangeOrderId } = trade
    if (trade.fee || exchangeOrderId === undefined || this.#isStopped()) {
      this.#options.tell(trade)
      return
    }
    const fill = { trade, untilMs: this.#options.clock.monotonicMs() + FEE_WAIT_MS }
    const key = `${trade.pair} ${exchangeOrderId}`
    const fills = this.#waiting.get(key)
    if (fills) {
      fills.push(fill)
      return
    }
    this.#waiting.set(key, [fill])
    void this.#settle(key, trade.pair, exchangeOrderId)
  }

  /** Tells what is waiting, without fees. */
  stop(): void {
    this.#stopped.abort()
    const fills = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    for (const { trade } of fills) this.#options.tell(trade)
  }

  async #settle(key: string, pair: TradingPair, exchangeOrderId: string): Promise<void> {
    const { clock, random } = this.#options
    const { signal } = this.#stopped
    const backoff = new Backoff({ ...RETRY, random })
    await sleep(clock, BURST_MS, signal)
    for (;;) {
      const listed = await this.#fetch(key, pair, exchangeOrderId)
      if (this.#isStopped()) return
      this.#tellKnown(key, listed)
      const left = this.#waiting.get(key)
      if (!left) return
      const leftMs = left[0]!.untilMs - clock.monotonicMs()
      await sleep(clock, Math.max(0, Math.min(backoff.nextMs(), leftMs)), signal)
      if (this.#isStopped()) return
    }
  }

  /** By trade id; empty when the list could not be had before the first fill has waited long enough. */
  async #fetch(
    key: string,
    pair: TradingPair,
    exchangeOrderId: string,
  ): Promise<ReadonlyMap<string, TradeUpdate>> {
    const { clock, logger, fetchFills } = this.#options
    const fills = this.#waiting.get(key)
    if (!fills) return new Map()
    const late = new AbortController()
    const cancel = clock.schedule(fills[0]!.untilMs - clock.monotonicMs(), () => late.abort())
    const signal = AbortSignal.any([late.signal, this.#stopped.signal])
    try {
      const listed = await fetchFills(pair, exchangeOrderId, signal)
      return new Map(listed.map((trade) => [trade.tradeId, trade]))
    } catch (error) {
      if (!signal.aborted) logger.debug({ pair }, `fees of fills could not be fetched: ${messageOf(error)}`)
      return new Map()
    } finally {
      cancel()
    }
  }

  /** The first fills, as far as their fees are known or their time is over: the order of fills stays. */
  #tellKnown(key: string, listed: ReadonlyMap<string, TradeUpdate>): void {
    const { clock, logger, tell } = this.#options
    const fills = this.#waiting.get(key) ?? []
    while (fills.length > 0) {
      const { trade, untilMs } = fills[0]!
      const fee = listed.get(trade.tradeId)?.fee
      const isLate = clock.monotonicMs() >= untilMs
      if (!fee && !isLate) return
      fills.shift()
      if (!fee) {
        const { pair, tradeId } = trade
        logger.warn({ pair, tradeId }, `the fee of a fill was not known after ${FEE_WAIT_MS} ms`)
      }
      tell(fee ? { ...trade, fee } : trade)
    }
    this.#waiting.delete(key)
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }
}
