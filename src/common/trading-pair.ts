import { QtxError } from '../errors.ts'

/** `BASE-QUOTE` in upper case, such as `BTC-USDT`. */
export type TradingPair = string

/** The two assets of a pair. */
export interface PairAssets {
  readonly base: string
  readonly quote: string
}

const PAIR = /^([A-Z0-9]+)-([A-Z0-9]+)$/

/** Splits a pair into its assets; throws `QTX_PAIR_INVALID` for anything else. */
export function parseTradingPair(pair: TradingPair): PairAssets {
  const match = PAIR.exec(pair)
  if (!match) {
    throw new QtxError('QTX_PAIR_INVALID', `trading pair ${JSON.stringify(pair)} is not BASE-QUOTE`, {
      details: { pair },
    })
  }
  return { base: match[1]!, quote: match[2]! }
}
