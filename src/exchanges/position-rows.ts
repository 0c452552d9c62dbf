import { type Decimal, ZERO } from '../common/decimal.ts'
import type { Position } from '../connector/account-types.ts'
import { toBaseAmount } from './contract-size.ts'
import type { ExchangeSymbol } from './exchange-symbols.ts'

/** What an exchange's row says of a position, as far as it could be read. */
export interface PositionRow {
  /** In the exchange's unit; a short position's is negative. */
  readonly size: Decimal | undefined
  readonly entryPrice: Decimal | undefined
  /** Zero where it is not said. */
  readonly unrealizedPnl: Decimal | undefined
  /** One that is not above zero says nothing. */
  readonly leverage?: number | undefined
}

/** The position, in base units; undefined where the row lacks its size or its price. */
export function toPosition(
  symbol: ExchangeSymbol,
  { size, entryPrice, unrealizedPnl, leverage }: PositionRow,
): Position | undefined {
  if (!size || !entryPrice) return undefined
  return {
    pair: symbol.pair,
    amount: toBaseAmount(size, symbol.contractSize),
    entryPrice,
    unrealizedPnl: unrealizedPnl ?? ZERO,
    ...(leverage !== undefined && leverage > 0 && { leverage }),
  }
}
