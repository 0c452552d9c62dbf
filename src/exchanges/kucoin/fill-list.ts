import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { TradeUpdate } from '../../connector/order-types.ts'

/** What finding the fees of a stream's fills needs. */
export interface FillFeesOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  /** A pair's fills since a time of the exchange, with their fees. */
  readonly fetchFills: (
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ) => Promise<readonly TradeUpdate[]>
  /** Each fill once, those of one order in their order; once more where its fee was known later only. */
  readonly tell: (trade: TradeUpdate) => void
}

/** Fills by what tells them apart. */
export function byFillKey(listed: readonly TradeUpdate[]): ReadonlyMap<string, TradeUpdate> {
  return new Map(listed.map((trade) => [fillKeyOf(trade), trade]))
}

/** Two of one's own orders may have traded with each other: one trade, and a fill of each. */
export function fillKeyOf({ exchangeOrderId, tradeId }: TradeUpdate): string {
  return `${exchangeOrderId ?? ''} ${tradeId}`
}
