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
  const orders = (windowMs: number, limit: number) => given.push(replaced(limits.orders, windowMs, limit))
  if (ordersPer10s !== undefined) orders(TEN_SECONDS_MS, ordersPer10s)
  if (ordersPerMinute !== undefined) orders(MINUTE_MS, ordersPerMinute)
  return {
    ...limits,
    ...(weightPerMinute !== undefined && { weight: [replaced(limits.weight, MINUTE_MS, weightPerMinute)] }),
    ...(given.length > 0 && { orders: given }),
  }
}

/** The window of this length with another limit. */
function replaced(windows: readonly RateWindow[], windowMs: number, limit: number): RateWindow {
  return { ...windows.find((window) => window.windowMs === windowMs), windowMs, limit }
}
