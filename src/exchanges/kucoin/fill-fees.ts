import { Backoff } from '../../common/backoff.ts'
import { sleep } from '../../common/clock.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { TradeUpdate } from '../../connector/order-types.ts'
import { messageOf } from '../../errors.ts'
import { byFillKey, fillKeyOf, type FillFeesOptions } from './fill-list.ts'
import { LateFees } from './late-fees.ts'

/** How long a fill waits for its fee, milliseconds; then it is told without one. */
export const FEE_WAIT_MS = 2_000
/** Fills come in bursts: they are asked for together. */
const BURST_MS = 20
/** The list is a dear question: a pair is asked about this seldom, however many fills it has. */
const ASK_EVERY_MS = 200
/** The list lags behind the stream by some tens of milliseconds. */
const RETRY = { initialMs: ASK_EVERY_MS, maxMs: 2 * ASK_EVERY_MS }

interface WaitingFill {
  readonly trade: TradeUpdate
  readonly untilMs: number
}

/** The fills of one pair that wait. */
interface PairFills {
  fills: WaitingFill[]
  isSettling: boolean
  /** Monotonic milliseconds. */
  askedMs: number
}

/**
 * Fills of a stream that does not say their fee: they wait until the exchange's list of fills does. A fill is never
 * lost: when the list cannot be had in time, or everything ends, it is told without a fee, which is searched for on.
 */
export class FillFees {
  readonly #options: FillFeesOptions
  readonly #pairs = new Map<TradingPair, PairFills>()
  readonly #stopped = new AbortController()
  readonly #late: LateFees

  constructor(options: FillFeesOptions) {
    this.#options = options
    this.#late = new LateFees(options, this.#stopped.signal)
  }

  /** Tells the fill at once where there is nothing to wait for. */
  add(trade: TradeUpdate): void {
    if (trade.fee || this.#isStopped()) {
      this.#options.tell(trade)
      return
    }
    let waiting = this.#pairs.get(trade.pair)
    if (!waiting) {
      waiting = { fills: [], isSettling: false, askedMs: -Infinity }
      this.#pairs.set(trade.pair, waiting)
    }
    waiting.fills.push({ trade, untilMs: this.#options.clock.monotonicMs() + FEE_WAIT_MS })
    if (waiting.isSettling) return
    waiting.isSettling = true
    void this.#settle(trade.pair, waiting)
  }

  /** Tells what is waiting, without fees. */
  stop(): void {
    this.#stopped.abort()
    const fills = [...this.#pairs.values()].flatMap((waiting) => waiting.fills)
    this.#pairs.clear()
    for (const { trade } of fills) this.#options.tell(trade)
  }

  async #settle(pair: TradingPair, waiting: PairFills): Promise<void> {
    const { clock, random } = this.#options
    const { signal } = this.#stopped
    const backoff = new Backoff({ ...RETRY, random })
    const pauseMs = waiting.askedMs + ASK_EVERY_MS - clock.monotonicMs()
    await sleep(clock, Math.max(BURST_MS, pauseMs), signal)
    while (!this.#isStopped()) {
      waiting.askedMs = clock.monotonicMs()
      const listed = await this.#fetch(pair, waiting.fills)
      if (this.#isStopped()) return
      this.#tellKnown(waiting, listed)
      const [first] = waiting.fills
      if (!first) {
        waiting.isSettling = false
        return
      }
      await sleep(clock, Math.min(backoff.nextMs(), first.untilMs - clock.monotonicMs()), signal)
    }
  }

  /** By order and trade; empty when the list could not be had before the first fill has waited long enough. */
  async #fetch(pair: TradingPair, fills: readonly WaitingFill[]): Promise<ReadonlyMap<string, TradeUpdate>> {
    const { clock, logger, fetchFills } = this.#options
    const untilMs = Math.min(...fills.map((fill) => fill.untilMs))
    const sinceMs = Math.min(...fills.map(({ trade }) => trade.fillMs))
    const late = new AbortController()
    const cancel = clock.schedule(untilMs - clock.monotonicMs(), () => late.abort())
    const signal = AbortSignal.any([late.signal, this.#stopped.signal])
    try {
      const listed = await fetchFills(pair, sinceMs, signal)
      return byFillKey(listed)
    } catch (error) {
      if (!signal.aborted) logger.debug({ pair }, `fees of fills could not be fetched: ${messageOf(error)}`)
      return new Map()
    } finally {
      cancel()
    }
  }

  /** Those whose fee is known or whose time is over, except where an earlier fill of the same order still waits. */
  #tellKnown(waiting: PairFills, listed: ReadonlyMap<string, TradeUpdate>): void {
    const { clock, logger } = this.#options
    const nowMs = clock.monotonicMs()
    const held = new Set<string | undefined>()
    const left: WaitingFill[] = []
    const ready: TradeUpdate[] = []
    for (const fill of waiting.fills) {
      const { trade, untilMs } = fill
      const fee = listed.get(fillKeyOf(trade))?.fee
      if (held.has(trade.exchangeOrderId) || (!fee && nowMs < untilMs)) {
        held.add(trade.exchangeOrderId)
        left.push(fill)
        continue
      }
      if (!fee) {
        const { pair, tradeId } = trade
        logger.warn({ pair, tradeId }, `the fee of a fill was not known after ${FEE_WAIT_MS} ms`)
      }
      ready.push(fee ? { ...trade, fee } : trade)
    }
    waiting.fills = left
    for (const trade of ready) this.#tell(trade)
  }

  #tell(trade: TradeUpdate): void {
    this.#options.tell(trade)
    if (!trade.fee) this.#late.add(trade)
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }
}
