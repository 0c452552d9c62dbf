import { Decimal } from '../../../common/decimal.ts'
import type { Instrument, LeverageBracket } from '../instrument.ts'

type BracketRow = readonly [maxLeverage: number, notionalCap: number, maintenanceRate: string]

const LISTED_MS = 1_569_398_400_000

const BITCOIN_BRACKETS: readonly BracketRow[] = [
  [125, 50_000, '0.004'],
  [100, 500_000, '0.005'],
  [50, 10_000_000, '0.01'],
  [20, 50_000_000, '0.025'],
  [10, 200_000_000, '0.05'],
  [1, 1_000_000_000, '0.5'],
]

const ALTCOIN_BRACKETS: readonly BracketRow[] = [
  [75, 10_000, '0.005'],
  [50, 100_000, '0.01'],
  [25, 1_000_000, '0.02'],
  [10, 5_000_000, '0.05'],
  [1, 30_000_000, '0.5'],
]

interface InstrumentRow {
  readonly baseAsset: string
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

const ROWS: readonly InstrumentRow[] = [
  {
    baseAsset: 'BTC',
    tickSize: '0.10',
    stepSize: '0.001',
    minPrice: '261.10',
    maxPrice: '809484.00',
    maxSize: '1000',
    maxMarketSize: '120',
    minNotional: '100',
    band: ['0.95', '1.05'],
    brackets: BITCOIN_BRACKETS,
  },
  {
    baseAsset: 'ETH',
    tickSize: '0.01',
    stepSize: '0.001',
    minPrice: '18.67',
    maxPrice: '150983.00',
    maxSize: '10000',
    maxMarketSize: '2000',
    minNotional: '20',
    band: ['0.95', '1.05'],
    brackets: BITCOIN_BRACKETS,
  },
  {
    baseAsset: 'SOL',
    tickSize: '0.0100',
    stepSize: '0.01',
    minPrice: '0.4200',
    maxPrice: '6857.0000',
    maxSize: '1000000',
    maxMarketSize: '5000',
    minNotional: '5',
    band: ['0.90', '1.10'],
    brackets: ALTCOIN_BRACKETS,
  },
  {
    baseAsset: 'DOGE',
    tickSize: '0.000010',
    stepSize: '1',
    minPrice: '0.002440',
    maxPrice: '30.000000',
    maxSize: '50000000',
    maxMarketSize: '30000000',
    minNotional: '5',
    band: ['0.90', '1.10'],
    brackets: ALTCOIN_BRACKETS,
  },
]

/** The instruments of the simulated Binance, with filters of the size that the real ones have. */
export const BINANCE_INSTRUMENTS: readonly Instrument[] = ROWS.map((row) => ({
  symbol: `${row.baseAsset}USDT`,
  baseAsset: row.baseAsset,
  quoteAsset: 'USDT',
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
