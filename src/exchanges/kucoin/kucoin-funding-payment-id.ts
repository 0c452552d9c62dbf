import type { TradingPair } from '../../common/trading-pair.ts'

/** Funding is settled at most once a moment and pair; the history has that moment. */
export function kucoinFundingPaymentId(pair: TradingPair, asset: string, paidMs: number): string {
  return `${pair}:${asset}:${paidMs}`
}
