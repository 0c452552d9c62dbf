import { Decimal } from '../../common/decimal.ts'
import type { Instrument, LeverageBracket } from './instrument.ts'

type BracketRow = readonly [maxLeverage: number, notionalCap: number, maintenanceRate: string]

const LISTED_MS = 1_569_398_400_000

/** Leverage and maintenance margin as they are for the largest market. */
export const BITCOIN_BRACKETS: readonly BracketRow[] = [
  [125, 50_000, '0.004'],
  [100, 500_000, '0.005'],
  [50, 10_000_000, '0.01'],
  [20, 50_000_000, '0.025'],
  [10, 200_000_000, '0.05'],
  [1, 1_000_000_000, '0.5'],
]

/** Leverage and maintenance margin as they are for smaller markets. */
export const ALTCOIN_BRACKETS: readonly BracketRow[] = [
  [75, 10_000, '0.005'],
  [50, 100_000, '0.01'],
  [25, 1_000_000, '0.02'],
  [10, 5_000_000, '0.05'],
  [1, 30_000_000, '0.5'],
]

/** One instrument in short. Sizes and steps are base units, as decimal text. */
export interface InstrumentRow {
  readonly symbol: string
  readonly baseAsset: string
  readonly contractSize: string
  readonly tickSize: string
  readonly stepSize: string
  readonly minPrice: string
  readonly maxPrice: string
  readonly maxSize: string
  readonly maxMarketSize: string
  readonly minNotional: string
  readonly band: readonly [sell: string, buy: string]
  readonly brackets: readonly BracketRow[]
}

/** The instruments that the rows are short for, settled in USDT. */
export function toInstruments(rows: readonly InstrumentRow[]): readonly Instrument[] {
  return rows.map((row) => ({
    symbol: row.symbol,
    baseAsset: row.baseAsset,
    quoteAsset: 'USDT',
    contractSize: new Decimal(row.contractSize),
    tickSize: new Decimal(row.tickSize),
    stepSize: new Decimal(row.stepSize),
    priceDecimals: decimalsOf(row.tickSize),
    sizeDecimals: decimalsOf(row.stepSize),
    minPrice: new Decimal(row.minPrice),
    maxPrice: new Decimal(row.maxPrice),
    minSize: new Decimal(row.stepSize),
    maxSize: new Decimal(row.maxSize),
    maxMarketSize: new Decimal(row.maxMarketSize),
    minNotional: new Decimal(row.minNotional),
    sellBand: new Decimal(row.band[0]),
    buyBand: new Decimal(row.band[1]),
    listedMs: LISTED_MS,
    brackets: bracketsOf(row.brackets),
  }))
}

/** Trailing zeros count: they are how the exchange prints its prices. */
function decimalsOf(text: string): number {
  return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
}

/** Deductions are such that the maintenance margin has no jump from one bracket to the next. */
function bracketsOf(rows: readonly BracketRow[]): LeverageBracket[] {
  const brackets: LeverageBracket[] = []
  for (const [maxLeverage, notionalCap, rate] of rows) {
    const below = brackets.at(-1)
    const notionalFloor = below?.notionalCap ?? new Decimal(0)
    const maintenanceRate = new Decimal(rate)
    const jump = below ? notionalFloor.mul(maintenanceRate.minus(below.maintenanceRate)) : new Decimal(0)
    brackets.push({
      bracket: brackets.length + 1,
      maxLeverage,
      notionalFloor,
      notionalCap: new Decimal(notionalCap),
      maintenanceRate,
      maintenanceDeduction: (below?.maintenanceDeduction ?? new Decimal(0)).plus(jump),
    })
  }
  return brackets
}
