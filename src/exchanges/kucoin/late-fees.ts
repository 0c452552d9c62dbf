import { Backoff } from '../../common/backoff.ts'
import { sleep } from '../../common/clock.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { TradeUpdate } from '../../connector/order-types.ts'
import { messageOf } from '../../errors.ts'
import { byFillKey, fillKeyOf, type FillFeesOptions } from './fill-list.ts'

const RETRY = { initialMs: 1_000, maxMs: 60_000 }
/** Asked for no longer than this: each question brings all fills since then. */
export const FEE_SEARCH_MS = 3_600_000
/** Of one pair; beyond, the oldest are given up. */
const MOST_FILLS = 1_000

interface FillWithoutFee {
  readonly trade: TradeUpdate
  /** Monotonic milliseconds. */
  readonly untilMs: number
}

/**
 * The fees of fills that had to be told without: they are asked for, ever more rarely, and the fill is told once more,
 * with its fee.
 */
export class LateFees {
  readonly #options: FillFeesOptions
  readonly #signal: AbortSignal
  readonly #pairs = new Map<TradingPair, FillWithoutFee[]>()

  constructor(options: FillFeesOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
  }

  /** A fill that was told without its fee. */
  add(trade: TradeUpdate): void {
    const fill = { trade, untilMs: this.#options.clock.monotonicMs() + FEE_SEARCH_MS }
    const fills = this.#pairs.get(trade.pair)
    if (fills) {
      fills.push(fill)
      if (fills.length > MOST_FILLS) fills.shift()
      return
    }
    const first = [fill]
    this.#pairs.set(trade.pair, first)
    void this.#search(trade.pair, first).finally(() => this.#pairs.delete(trade.pair))
  }

  async #search(pair: TradingPair, fills: FillWithoutFee[]): Promise<void> {
    const { clock, random } = this.#options
    const backoff = new Backoff({ ...RETRY, random })
    while (fills.length > 0) {
      await sleep(clock, backoff.nextMs(), this.#signal)
      if (this.#isStopped()) return
      const listed = await this.#fetch(pair, Math.min(...fills.map(({ trade }) => trade.fillMs)))
      if (this.#isStopped()) return
      this.#tellKnown(fills, listed)
    }
  }

  async #fetch(pair: TradingPair, sinceMs: number): Promise<ReadonlyMap<string, TradeUpdate>> {
    const { logger, fetchFills } = this.#options
    try {
      return byFillKey(await fetchFills(pair, sinceMs, this.#signal))
    } catch (error) {
      if (!this.#isStopped())
        logger.debug({ pair }, `late fees of fills could not be fetched: ${messageOf(error)}`)
      return new Map()
    }
  }

  #tellKnown(fills: FillWithoutFee[], listed: ReadonlyMap<string, TradeUpdate>): void {
    const { clock, logger, tell } = this.#options
    const nowMs = clock.monotonicMs()
    for (const { trade, untilMs } of fills.splice(0)) {
      const { pair, tradeId } = trade
      const fee = listed.get(fillKeyOf(trade))?.fee
      if (fee) tell({ ...trade, fee })
      else if (nowMs < untilMs) fills.push({ trade, untilMs })
      else logger.warn({ pair, tradeId }, 'the fee of a fill was never known: it is not on record')
    }
  }

  #isStopped(): boolean {
    return this.#signal.aborted
  }
}
