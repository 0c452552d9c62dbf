import type { Decimal } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'

/** What a stream's frames need to know of a pair. */
export interface ExchangeSymbol {
  readonly pair: TradingPair
  /** Base units of one unit of the exchange's own size. */
  readonly contractSize: Decimal
}

/** The pair of an exchange symbol; undefined for one that is not tracked. */
export type SymbolLookup = (exchangeSymbol: string) => ExchangeSymbol | undefined
