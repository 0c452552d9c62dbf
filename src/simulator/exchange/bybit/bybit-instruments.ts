import { toInstruments } from '../instrument-rows.ts'

type BracketRow = readonly [maxLeverage: number, notionalCap: number, maintenanceRate: string]

const MAJOR_BRACKETS: readonly BracketRow[] = [
  [100, 2_000_000, '0.005'],
  [50, 12_000_000, '0.01'],
  [25, 50_000_000, '0.02'],
  [10, 200_000_000, '0.05'],
  [1, 1_000_000_000, '0.5'],
]

const ALTCOIN_BRACKETS: readonly BracketRow[] = [
  [75, 100_000, '0.0075'],
  [50, 500_000, '0.01'],
  [25, 5_000_000, '0.02'],
  [10, 20_000_000, '0.05'],
  [1, 100_000_000, '0.5'],
]

/** The instruments of the simulated Bybit, with filters of the size that the real ones have. Sizes are base units. */
export const BYBIT_INSTRUMENTS = toInstruments([
  {
    symbol: 'BTCUSDT',
    baseAsset: 'BTC',
    contractSize: '1',
    tickSize: '0.10',
    stepSize: '0.001',
    minPrice: '0.10',
    maxPrice: '1999999.80',
    maxSize: '1190',
    maxMarketSize: '500',
    minNotional: '5',
    band: ['0.95', '1.05'],
    brackets: MAJOR_BRACKETS,
  },
  {
    symbol: 'ETHUSDT',
    baseAsset: 'ETH',
    contractSize: '1',
    tickSize: '0.01',
    stepSize: '0.01',
    minPrice: '0.01',
    maxPrice: '199999.98',
    maxSize: '7240',
    maxMarketSize: '1400',
    minNotional: '5',
    band: ['0.95', '1.05'],
    brackets: MAJOR_BRACKETS,
  },
  {
    symbol: 'SOLUSDT',
    baseAsset: 'SOL',
    contractSize: '1',
    tickSize: '0.010',
    stepSize: '0.1',
    minPrice: '0.010',
    maxPrice: '19999.980',
    maxSize: '79770',
    maxMarketSize: '15950',
    minNotional: '5',
    band: ['0.90', '1.10'],
    brackets: ALTCOIN_BRACKETS,
  },
  {
    symbol: 'DOGEUSDT',
    baseAsset: 'DOGE',
    contractSize: '1',
    tickSize: '0.00001',
    stepSize: '1',
    minPrice: '0.00001',
    maxPrice: '19.99998',
    maxSize: '21890000',
    maxMarketSize: '2330000',
    minNotional: '5',
    band: ['0.90', '1.10'],
    brackets: ALTCOIN_BRACKETS,
  },
])
