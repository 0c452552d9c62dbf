import type { TradingPair } from '../common/trading-pair.ts'

const HOUR_MS = 3_600_000

/** Where the stream and the history have the same time, or only one of them tells: a pair is settled once at a time. */
export function fundingIdOfMoment(pair: TradingPair, asset: string, paidMs: number): string {
  return `${pair}:${asset}:${paidMs}`
}

/**
 * Where the stream and the history differ a little in their times, and have no id: funding is settled on the hour, at
 * most once an hour and pair.
 */
export function fundingIdOfHour(pair: TradingPair, asset: string, paidMs: number): string {
  return fundingIdOfMoment(pair, asset, Math.round(paidMs / HOUR_MS) * HOUR_MS)
}
