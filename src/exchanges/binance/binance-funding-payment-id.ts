import type { TradingPair } from '../../common/trading-pair.ts'

const HOUR_MS = 3_600_000

/**
 * Funding is settled on the hour, at most once an hour and pair. The stream has no id of it, and its time is a little
 * later than the history's: the hour is what both agree on.
 */
export function binanceFundingPaymentId(pair: TradingPair, asset: string, paidMs: number): string {
  return `${pair}:${asset}:${Math.round(paidMs / HOUR_MS) * HOUR_MS}`
}
