import { parseTradingPair, type TradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'

interface NamingRow {
  /** Before the colon of a QTX symbol. */
  readonly prefix: string
  /** The pair of what may stand after the colon instead of the pair: the exchange's own symbol. */
  readonly pairOfExchangeSymbol?: (symbol: string) => TradingPair | undefined
}

/** How QTX names each exchange's perpetuals. Binance is known (C SDK), the others are assumed. */
const NAMING_ROWS = {
  binance: { prefix: 'binance-futures' },
  okx: { prefix: 'okx-futures' },
  bybit: { prefix: 'bybit-futures' },
  bitget: { prefix: 'bitget-futures' },
  // QTX's public logger shows `kucoin-futures:XBTUSDTM`.
  kucoin: { prefix: 'kucoin-futures', pairOfExchangeSymbol: pairOfKucoinSymbol },
  gate_io: { prefix: 'gate-io-futures' },
  blofin: { prefix: 'blofin-futures' },
} as const satisfies Readonly<Record<string, NamingRow>>

/** A backend's name, in the configuration's spelling. */
export type ExchangeBackend = keyof typeof NAMING_ROWS

const NAMING: Readonly<Record<ExchangeBackend, NamingRow>> = NAMING_ROWS

/** Every backend that has a QTX naming. */
export const EXCHANGE_BACKENDS = Object.keys(NAMING) as readonly ExchangeBackend[]

/**
 * Quote assets that a QTX symbol, which has no separator, may end in. Longer ones first: `fdusd` ends in `usd` too.
 */
const QUOTES = ['fdusd', 'usdt', 'usdc', 'busd', 'tusd', 'usd', 'btc', 'eth'] as const

/** `('BTC-USDT', 'binance')` → `binance-futures:btcusdt`. @throws QtxError `QTX_PAIR_INVALID`. */
export function toQtxSymbol(pair: TradingPair, backend: ExchangeBackend): string {
  const { base, quote } = parseTradingPair(pair)
  return `${NAMING[backend].prefix}:${base}${quote}`.toLowerCase()
}

/** `binance-futures:btcusdt` → its backend and pair. @throws QtxError `QTX_PAIR_INVALID`. */
export function fromQtxSymbol(symbol: string): {
  readonly backend: ExchangeBackend
  readonly pair: TradingPair
} {
  const [prefix, name] = symbol.split(':')
  const backend = EXCHANGE_BACKENDS.find((candidate) => NAMING[candidate].prefix === prefix)
  const ownPair = backend && NAMING[backend].pairOfExchangeSymbol?.(name ?? '')
  if (backend && ownPair !== undefined) return { backend, pair: ownPair }
  const quote = QUOTES.find((candidate) => name?.endsWith(candidate) && name.length > candidate.length)
  if (!backend || !name || !quote || !/^[a-z0-9]+$/.test(name)) {
    throw new QtxError(
      'QTX_PAIR_INVALID',
      `QTX symbol ${JSON.stringify(symbol)} names no known exchange and pair`,
      {
        details: { symbol },
        remedy: 'use a symbol such as binance-futures:btcusdt',
      },
    )
  }
  return { backend, pair: `${name.slice(0, -quote.length)}-${quote}`.toUpperCase() }
}

/** `XBTUSDTM` is BTC-USDT: KuCoin calls bitcoin XBT, and its perpetuals end in M. */
function pairOfKucoinSymbol(symbol: string): TradingPair | undefined {
  const [, base, quote] = /^([A-Z0-9]{1,20}?)(USDT|USDC|USD)M$/.exec(symbol) ?? []
  if (base === undefined || quote === undefined) return undefined
  return `${base === 'XBT' ? 'BTC' : base}-${quote}`
}
