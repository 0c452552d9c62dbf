/**
 * Orders through the order ring, one after the other: `place-orders SEGMENT MODE MS`. Prints the round trips'
 * percentiles, microseconds.
 */
import type { RingMode } from '../bench-results.ts'
import { percentilesOf } from '../percentiles.ts'
import { answer, leaveSignalsToParent } from './command-lines.ts'
import { RingOrders } from './ring-orders.ts'

const SPIN_US: Readonly<Record<RingMode, number>> = { default: 0, spin: 50 }
/** Of the time: until then the code is being compiled. */
const WARM_UP_SHARE = 0.4
/** More round trips than that say nothing more. */
const MOST_ORDERS = 200_000
const FEWEST_ORDERS = 200

leaveSignalsToParent()
const [segment, mode, durationText] = process.argv.slice(2) as [string, RingMode, string]
const durationMs = Number(durationText)
const orders = await RingOrders.open(segment, SPIN_US[mode])
const startMs = performance.now()
while (performance.now() - startMs < durationMs * WARM_UP_SHARE) await orders.place()
const us = new Float64Array(MOST_ORDERS)
let count = 0
while (count < MOST_ORDERS && (performance.now() - startMs < durationMs || count < FEWEST_ORDERS)) {
  us[count++] = await orders.timePlace()
}
await orders.close()
const { p50, p90, p99 } = percentilesOf(us.subarray(0, count))
answer({ mode, orders: count, p50Us: p50, p90Us: p90, p99Us: p99 })
