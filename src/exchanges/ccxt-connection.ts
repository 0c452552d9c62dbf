import type { Clock } from '../common/clock.ts'
import type { CircuitBreaker } from '../common/circuit-breaker.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { ExchangeCredentials, ExchangeEndpoints } from '../connector/connector-options.ts'
import type { RequestBudget } from '../connector/request-budget.ts'
import { QtxError } from '../errors.ts'
import { CcxtClient, type CcxtClientOptions } from './ccxt-client.ts'
import type { CcxtExchange } from './ccxt-exchange.ts'
import { CcxtMarkets } from './ccxt-markets.ts'
import type { CcxtProfile } from './ccxt-profile.ts'
import { RequestGate } from './request-gate.ts'
import { asInteger } from './untrusted-fields.ts'

export interface CcxtConnectionOptions {
  readonly profile: CcxtProfile
  readonly pairs: ReadonlySet<TradingPair>
  readonly credentials?: ExchangeCredentials
  readonly endpoints?: ExchangeEndpoints
  readonly timeoutMs: number
  readonly clock: Clock
  /** Shared with whatever else asks the exchange for something. */
  readonly budget: RequestBudget
  /** Whether the budget counts ccxt's own milliseconds, and not the exchange's weights. */
  readonly weighsMilliseconds: boolean
  readonly breaker: CircuitBreaker
}

/** A difference of clocks that is corrected; smaller ones are within the jitter of a round trip. */
const CORRECTED_SKEW_MS = 250
/** Longer than any window is counted, so that whoever is next in its turn gets it. */
const LONGEST_WAIT_MS = 90_000
/** Rules asked for again this soon are the ones that were just loaded. */
const FRESH_MARKETS_MS = 10_000

/** The REST side of an exchange: one client, the tracked pairs' markets, and the exchange's clock. */
export class CcxtConnection {
  readonly client: CcxtClient
  readonly #options: CcxtConnectionOptions
  readonly #clientOptions: CcxtClientOptions
  #markets: CcxtMarkets | undefined
  #loading: Promise<CcxtMarkets> | undefined
  #loadedMonotonicMs = -Infinity

  private constructor(options: CcxtConnectionOptions, clientOptions: CcxtClientOptions, client: CcxtClient) {
    this.#options = options
    this.#clientOptions = clientOptions
    this.client = client
  }

  /** Loads ccxt; sends nothing. */
  static async open(options: CcxtConnectionOptions): Promise<CcxtConnection> {
    const { profile, credentials, endpoints, timeoutMs, clock, budget, breaker } = options
    const clientOptions: CcxtClientOptions = {
      exchangeId: profile.ccxtId,
      exchangeOptions: profile.options,
      errorCodes: profile.errorCodes,
      readRefusal: profile.readRefusal,
      ...(credentials && { credentials }),
      ...(endpoints && { endpoints }),
      timeoutMs,
      clock,
      gate: new RequestGate({
        budget,
        breaker,
        maxWaitMs: LONGEST_WAIT_MS,
        maxOrderWaitMs: timeoutMs,
      }),
      weighsMilliseconds: options.weighsMilliseconds,
    }
    const client = await CcxtClient.create(clientOptions)
    profile.prepare?.(client.exchange)
    return new CcxtConnection(options, clientOptions, client)
  }

  /** What is loaded; undefined before. */
  get loadedMarkets(): CcxtMarkets | undefined {
    return this.#markets
  }

  /** The tracked pairs' markets, loaded once. @throws QtxError, `QTX_PAIR_UNKNOWN` among others. */
  async markets(signal?: AbortSignal): Promise<CcxtMarkets> {
    return this.#markets ?? (await this.#load(signal))
  }

  /** Loads them again, unless they are fresh. */
  async reloadMarkets(signal: AbortSignal): Promise<CcxtMarkets> {
    const ageMs = this.#options.clock.monotonicMs() - this.#loadedMonotonicMs
    return this.#markets && ageMs < FRESH_MARKETS_MS ? this.#markets : this.#load(signal)
  }

  /** The exchange's clock; what differs much is corrected in the times of requests. */
  async fetchServerTimeMs(signal?: AbortSignal): Promise<number> {
    const { clock } = this.#options
    const sentMs = clock.monotonicMs()
    const answer = await this.client.request('fetching the time', (exchange) => exchange.fetchTime(), signal)
    const serverMs = asInteger(answer)
    if (serverMs === undefined) {
      throw new QtxError('QTX_EXCHANGE_ANSWER', 'the exchange’s time could not be read')
    }
    const uncertaintyMs = (clock.monotonicMs() - sentMs) / 2
    const skewMs = Date.now() - uncertaintyMs - serverMs
    const { options } = this.client.exchange
    if (Math.abs(skewMs) > Math.max(CORRECTED_SKEW_MS, uncertaintyMs))
      options['timeDifference'] = Math.round(skewMs)
    // A slow answer that fits no difference of clocks fits one too: what was known stays.
    else if (uncertaintyMs <= CORRECTED_SKEW_MS) options['timeDifference'] = 0
    return serverMs
  }

  /**
   * A request that changes nothing, or is the same when made twice. One that the exchange refused for its time is
   * made once more after setting the clock.
   */
  async read<T>(
    what: string,
    call: (exchange: CcxtExchange) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      return await this.client.request(what, call, signal)
    } catch (error) {
      if (!(error instanceof QtxError) || error.code !== 'QTX_CLOCK_SKEW') throw error
      await this.fetchServerTimeMs(signal)
      return await this.client.request(what, call, signal)
    }
  }

  /** One more client with the same keys and markets, for sockets. */
  async createSibling(): Promise<CcxtClient> {
    await this.markets()
    const sibling = await CcxtClient.create(this.#clientOptions)
    this.#options.profile.prepare?.(sibling.exchange)
    sibling.exchange.setMarketsFromExchange(this.client.exchange)
    sibling.exchange.options['timeDifference'] = this.client.exchange.options['timeDifference']
    return sibling
  }

  close(): void {
    this.client.close()
  }

  /** All who ask meanwhile share one request; each can give up waiting by itself. */
  #load(signal?: AbortSignal): Promise<CcxtMarkets> {
    const loading = (this.#loading ??= this.#loadOnce().finally(() => (this.#loading = undefined)))
    return this.client.attempt(() => loading, signal)
  }

  async #loadOnce(): Promise<CcxtMarkets> {
    // Where it takes signed requests too, a clock that is off is found here first.
    await this.read('loading markets', (exchange) => exchange.loadMarkets(true))
    this.#markets = new CcxtMarkets(
      this.client.exchange.markets ?? {},
      this.#options.pairs,
      this.#options.profile.clientIdPrefix,
    )
    this.#loadedMonotonicMs = this.#options.clock.monotonicMs()
    return this.#markets
  }
}
