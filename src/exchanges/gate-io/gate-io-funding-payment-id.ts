import type { TradingPair } from '../../common/trading-pair.ts'

const HOUR_MS = 3_600_000

/**
 * Funding is settled on the hour, at most once an hour and pair. Neither the stream nor the account's book has an id of
 * it, and their times differ by a little: the hour is what both agree on.
 */
export function gateIoFundingPaymentId(pair: TradingPair, asset: string, paidMs: number): string {
  return `${pair}:${asset}:${Math.round(paidMs / HOUR_MS) * HOUR_MS}`
}
