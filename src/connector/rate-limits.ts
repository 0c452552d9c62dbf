import type { RateLimits } from './request-budget.ts'
import type { RateWindow } from './request-budget-window.ts'

/** Limits that differ from those of the exchange's profile, such as those of an account of a higher level. */
export interface RateLimitOptions {
  /** In the exchange's own weights. */
  readonly weightPerMinute?: number | undefined
  readonly ordersPer10s?: number | undefined
  readonly ordersPerMinute?: number | undefined
}

const MINUTE_MS = 60_000
const TEN_SECONDS_MS = 10_000

/** Where nothing is known of an exchange: less than any of the supported ones lets an account do. */
export const DEFAULT_RATE_LIMITS: RateLimits = {
  weight: [{ windowMs: MINUTE_MS, limit: 600 }],
  orders: [
    { windowMs: TEN_SECONDS_MS, limit: 100 },
    { windowMs: MINUTE_MS, limit: 600 },
  ],
  cancelsAreOrders: true,
}

/** The exchange's limits with what the options replace of them. */
export function withRateLimitOptions(limits: RateLimits, options: RateLimitOptions): RateLimits {
  const { weightPerMinute, ordersPer10s, ordersPerMinute } = options
  const given: RateWindow[] = []
  if (ordersPer10s !== undefined) given.push({ windowMs: TEN_SECONDS_MS, limit: ordersPer10s })
  if (ordersPerMinute !== undefined) given.push({ windowMs: MINUTE_MS, limit: ordersPerMinute })
  return {
    ...limits,
    ...(weightPerMinute !== undefined && { weight: [{ windowMs: MINUTE_MS, limit: weightPerMinute }] }),
    ...(given.length > 0 && { orders: given }),
  }
}
