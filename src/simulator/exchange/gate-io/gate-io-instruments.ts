import { ALTCOIN_BRACKETS, BITCOIN_BRACKETS, toInstruments } from '../instrument-rows.ts'

/** Leverage ends at 100 here, whatever the brackets of other exchanges allow. */
const BITCOIN = BITCOIN_BRACKETS.slice(1)

/** The contracts of the simulated Gate.io, with the steps and contract sizes of the real ones. Sizes are base units. */
export const GATE_IO_INSTRUMENTS = toInstruments([
  {
    symbol: 'BTC_USDT',
    baseAsset: 'BTC',
    contractSize: '0.0001',
    tickSize: '0.1',
    stepSize: '0.0001',
    minPrice: '0.1',
    maxPrice: '10000000',
    maxSize: '100',
    maxMarketSize: '100',
    minNotional: '0',
    band: ['0.5', '1.5'],
    brackets: BITCOIN,
  },
  {
    symbol: 'ETH_USDT',
    baseAsset: 'ETH',
    contractSize: '0.01',
    tickSize: '0.05',
    stepSize: '0.01',
    minPrice: '0.05',
    maxPrice: '1000000',
    maxSize: '10000',
    maxMarketSize: '10000',
    minNotional: '0',
    band: ['0.5', '1.5'],
    brackets: BITCOIN,
  },
  {
    symbol: 'SOL_USDT',
    baseAsset: 'SOL',
    contractSize: '1',
    tickSize: '0.0001',
    stepSize: '1',
    minPrice: '0.0001',
    maxPrice: '100000',
    maxSize: '1000000',
    maxMarketSize: '1000000',
    minNotional: '0',
    band: ['0.5', '1.5'],
    brackets: ALTCOIN_BRACKETS,
  },
  {
    symbol: 'DOGE_USDT',
    baseAsset: 'DOGE',
    contractSize: '10',
    tickSize: '0.000001',
    stepSize: '10',
    minPrice: '0.000001',
    maxPrice: '1000',
    maxSize: '10000000',
    maxMarketSize: '10000000',
    minNotional: '0',
    band: ['0.5', '1.5'],
    brackets: ALTCOIN_BRACKETS,
  },
])
