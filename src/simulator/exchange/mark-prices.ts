import type { Clock } from '../../common/clock.ts'
import { Decimal, ZERO } from '../../common/decimal.ts'
import type { BookView } from './exchange-listeners.ts'
import { MONEY_DECIMALS } from './position.ts'

/** What can be set of one symbol's pricing; what is left out stays as it is. */
export interface FundingSettings {
  /** Part of the notional that longs pay shorts at the next funding; negative where shorts pay. */
  readonly fundingRate?: Decimal
  readonly nextFundingMs?: number
  /** In place of the middle of the book; undefined goes back to it. */
  readonly markPrice?: Decimal | undefined
  /** In place of the mark price; undefined goes back to it. */
  readonly indexPrice?: Decimal | undefined
}

export interface FundingInfo {
  readonly markPrice: Decimal
  readonly indexPrice: Decimal
  readonly fundingRate: Decimal
  readonly nextFundingMs: number
}

/** Rate of a symbol whose rate was not set. */
export const DEFAULT_FUNDING_RATE = new Decimal('0.0001')

/** Mark and index prices and funding rates. A mark price that is not set is the middle of the book. */
export class MarkPrices {
  readonly #clock: Clock
  readonly #bookOf: (symbol: string) => BookView | undefined
  readonly #fundingIntervalMs: number
  readonly #settings = new Map<string, FundingSettings>()
  readonly #lastTradePrice = new Map<string, number>()

  constructor(clock: Clock, fundingIntervalMs: number, bookOf: (symbol: string) => BookView | undefined) {
    this.#clock = clock
    this.#fundingIntervalMs = fundingIntervalMs
    this.#bookOf = bookOf
  }

  set(symbol: string, settings: FundingSettings): void {
    this.#settings.set(symbol, { ...this.#settings.get(symbol), ...settings })
  }

  noteTrade(symbol: string, price: number): void {
    this.#lastTradePrice.set(symbol, price)
  }

  lastTradePrice(symbol: string): Decimal | undefined {
    const price = this.#lastTradePrice.get(symbol)
    return price === undefined ? undefined : new Decimal(price)
  }

  /** Undefined until the symbol has a price set, a book of two sides or a trade. */
  markPrice(symbol: string): Decimal | undefined {
    const set = this.#settings.get(symbol)?.markPrice
    if (set) return set
    const book = this.#bookOf(symbol)
    const bid = book?.top('bid')
    const ask = book?.top('ask')
    if (!bid || !ask) return this.lastTradePrice(symbol)
    return new Decimal(bid[0]).plus(ask[0]).div(2).toDecimalPlaces(MONEY_DECIMALS)
  }

  funding(symbol: string): FundingInfo {
    const settings = this.#settings.get(symbol)
    const markPrice = this.markPrice(symbol) ?? ZERO
    return {
      markPrice,
      indexPrice: settings?.indexPrice ?? markPrice,
      fundingRate: settings?.fundingRate ?? DEFAULT_FUNDING_RATE,
      nextFundingMs: this.#nextFundingMs(settings?.nextFundingMs),
    }
  }

  #nextFundingMs(set: number | undefined): number {
    const nowMs = this.#clock.nowMs()
    if (set !== undefined && set > nowMs) return set
    return (Math.floor(nowMs / this.#fundingIntervalMs) + 1) * this.#fundingIntervalMs
  }
}
