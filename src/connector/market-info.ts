import { Backoff } from '../common/backoff.ts'
import { sleep, type Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError, messageOf } from '../errors.ts'
import type { AccountState } from './account-state.ts'
import type { FundingInfo } from './account-types.ts'
import { passed, waiting, type ConnectorStatus } from './status.ts'
import type { TradingRule } from './trading-rule.ts'

export interface MarketInfoOptions {
  readonly pairs: ReadonlySet<TradingPair>
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** Uniform in [0, 1); for jitter. */
  readonly random?: () => number
  readonly account: AccountState
  readonly fetchTradingRules: (signal: AbortSignal) => Promise<readonly TradingRule[]>
  readonly fetchFundingInfo: (pair: TradingPair, signal: AbortSignal) => Promise<FundingInfo>
  readonly fetchServerTimeMs: (signal: AbortSignal) => Promise<number>
  /** Told after each attempt to reach the exchange. */
  readonly onReachable: (isReachable: boolean, reason: string) => void
}

/** After a failure, at first; then longer, up to the usual period. */
const RETRY_MS = 5_000
const RULES_REFRESH_MS = 30 * 60_000
const FUNDING_REFRESH_MS = 60_000
const CLOCK_CHECK_MS = 60_000
/** Funding info older than this is not good any more. */
const FUNDING_STALE_MS = 5 * FUNDING_REFRESH_MS
/** Exchanges refuse requests that are off by their receive window, 5 s on most; warn well before. */
const CLOCK_SKEW_WARNING_MS = 500

/** What is public about the tracked pairs, kept fresh over REST: trading rules, funding, and the exchange's clock. */
export class MarketInfo {
  readonly #options: MarketInfoOptions
  readonly #rules = new Map<TradingPair, TradingRule>()
  #clockSkewMs: number | undefined

  constructor(options: MarketInfoOptions) {
    this.#options = options
  }

  /** This machine's clock less the exchange's, milliseconds; undefined until measured. */
  get clockSkewMs(): number | undefined {
    return this.#clockSkewMs
  }

  /** @throws QtxError `QTX_PAIR_UNKNOWN`, `QTX_NOT_READY` while the rules are not there. */
  rule(pair: TradingPair): TradingRule {
    const rule = this.#rules.get(pair)
    if (rule) return rule
    if (!this.#options.pairs.has(pair)) {
      throw new QtxError(
        'QTX_PAIR_UNKNOWN',
        `${pair} is not among the connector's pairs ${[...this.#options.pairs].join(', ')}`,
        { details: { pair } },
      )
    }
    throw new QtxError('QTX_NOT_READY', `the trading rules of ${pair} are not loaded`, { details: { pair } })
  }

  /** Undefined while the rules are not there. */
  findRule(pair: TradingPair): TradingRule | undefined {
    return this.#rules.get(pair)
  }

  /** Fetches everything once, then keeps it fresh until the signal aborts. */
  async start(): Promise<void> {
    await this.#refreshRules()
    await this.#measureClock()
    await this.#refreshFunding()
    this.#every(RULES_REFRESH_MS, 'trading rules', () => this.#refreshRules())
    this.#every(FUNDING_REFRESH_MS, 'funding info', () => this.#refreshFunding())
    this.#every(CLOCK_CHECK_MS, 'the exchange’s clock', () => this.#measureClock())
  }

  get status(): ConnectorStatus {
    const { pairs, account } = this.#options
    const remedy = 'check the network and exchangeEndpoints; it is tried again by itself'
    const withoutRules = [...pairs].filter((pair) => !this.#rules.has(pair))
    const withoutFunding = [...pairs].filter((pair) => account.fundingAgeMs(pair) > FUNDING_STALE_MS)
    return {
      tradingRules:
        withoutRules.length === 0
          ? passed(`${pairs.size} pairs`)
          : waiting(`not loaded yet for ${withoutRules.join(', ')}`, remedy),
      fundingInfo:
        withoutFunding.length === 0
          ? passed('fresh')
          : waiting(`missing or old for ${withoutFunding.join(', ')}`, remedy),
    }
  }

  async #refreshRules(): Promise<void> {
    for (const rule of await this.#options.fetchTradingRules(this.#options.signal))
      this.#rules.set(rule.pair, rule)
  }

  async #refreshFunding(): Promise<void> {
    const { pairs, account, fetchFundingInfo, signal } = this.#options
    await Promise.all(
      [...pairs].map(async (pair) => account.setFundingInfo(await fetchFundingInfo(pair, signal))),
    )
  }

  /** Half of the round trip is taken as the way back. */
  async #measureClock(): Promise<void> {
    const { clock, fetchServerTimeMs, signal, logger } = this.#options
    const sentMs = clock.monotonicMs()
    const serverMs = await fetchServerTimeMs(signal)
    const roundTripMs = clock.monotonicMs() - sentMs
    this.#clockSkewMs = clock.nowMs() - roundTripMs / 2 - serverMs
    if (Math.abs(this.#clockSkewMs) > CLOCK_SKEW_WARNING_MS + roundTripMs) {
      logger.warn(
        { clockSkewMs: this.#clockSkewMs },
        `this machine's clock is ${Math.abs(Math.round(this.#clockSkewMs))} ms ${this.#clockSkewMs > 0 ? 'ahead of' : 'behind'} the exchange's: synchronise it`,
      )
    }
  }

  #every(periodMs: number, what: string, refresh: () => Promise<void>): void {
    const { clock, signal, logger, onReachable, random = Math.random } = this.#options
    const backoff = new Backoff({ initialMs: RETRY_MS, maxMs: periodMs, random })
    const isStopped = () => signal.aborted
    const run = async () => {
      for (let delayMs = periodMs; ;) {
        await sleep(clock, delayMs, signal)
        if (isStopped()) return
        try {
          await refresh()
          backoff.reset()
          delayMs = periodMs
          onReachable(true, `${what} refreshed`)
        } catch (error) {
          if (isStopped()) return
          delayMs = backoff.nextMs()
          logger.warn({ delayMs: Math.round(delayMs) }, `${what} could not be refreshed: ${messageOf(error)}`)
          onReachable(false, messageOf(error))
        }
      }
    }
    void run()
  }
}
