import type { Decimal } from '../../common/decimal.ts'

/** One step of an instrument's leverage table; notionals in quote units. */
export interface LeverageBracket {
  readonly bracket: number
  readonly maxLeverage: number
  readonly notionalFloor: Decimal
  readonly notionalCap: Decimal
  /** Maintenance margin as a part of the notional, such as 0.004. */
  readonly maintenanceRate: Decimal
  /** Quote units that the maintenance margin of a notional in this bracket is reduced by. */
  readonly maintenanceDeduction: Decimal
}

/** A linear perpetual, settled in its quote asset. Sizes are base units, whatever the exchange itself counts in. */
export interface Instrument {
  readonly symbol: string
  readonly baseAsset: string
  readonly quoteAsset: string
  /** Base units of one unit of the exchange's own size. */
  readonly contractSize: Decimal
  readonly tickSize: Decimal
  readonly stepSize: Decimal
  /** Decimal places that the exchange prints prices with. */
  readonly priceDecimals: number
  /** Decimal places that the exchange prints sizes with. */
  readonly sizeDecimals: number
  readonly minPrice: Decimal
  readonly maxPrice: Decimal
  readonly minSize: Decimal
  readonly maxSize: Decimal
  readonly maxMarketSize: Decimal
  /** In quote units; reduce-only orders are exempt. */
  readonly minNotional: Decimal
  /** A buy may not be priced above the mark price times this, such as 1.05. */
  readonly buyBand: Decimal
  /** A sell may not be priced below the mark price times this, such as 0.95. */
  readonly sellBand: Decimal
  readonly listedMs: number
  readonly brackets: readonly LeverageBracket[]
}

/** The bracket that a notional of this absolute value falls into; the last one beyond the table. */
export function bracketOf(instrument: Instrument, notional: Decimal): LeverageBracket {
  const bracket = instrument.brackets.find((each) => notional.lt(each.notionalCap))
  return bracket ?? instrument.brackets[instrument.brackets.length - 1]!
}
