/**
 * Orders through the order ring, one after the other: `place-orders SEGMENT MODE MS`. Prints the round trips'
 * percentiles, microseconds.
 */
import { QtxSharedMemoryManager } from '../../../qtx/orders/shared-memory-manager.ts'
import type { RingMode } from '../bench-results.ts'
import { percentilesOf } from '../percentiles.ts'
import { answer, leaveSignalsToParent } from './command-lines.ts'

const SPIN_US: Readonly<Record<RingMode, number>> = { default: 0, spin: 50 }
/** Of the time: until then the code is being compiled. */
const WARM_UP_SHARE = 0.4
/** More round trips than that say nothing more. */
const MOST_ORDERS = 200_000
const FEWEST_ORDERS = 200

leaveSignalsToParent()
const [segment, mode, durationText] = process.argv.slice(2) as [string, RingMode, string]
const durationMs = Number(durationText)
const manager = new QtxSharedMemoryManager({
  sharedMemoryName: segment,
  exchangeBackend: 'binance',
  apiKey: 'bench-key',
  apiSecret: 'bench-secret',
  spinUs: SPIN_US[mode],
})
let nextId = 8_392_847_102_938_471n

async function place(): Promise<void> {
  const result = await manager.placeOrder({
    clientOrderId: nextId++,
    symbol: 'BTCUSDT',
    tradeType: 'buy',
    orderType: 'limit',
    price: '60000.10',
    size: '0.010',
  })
  if (result.kind !== 'accepted') throw new Error(`the order was ${result.kind}`)
}

await manager.connect()
const startMs = performance.now()
while (performance.now() - startMs < durationMs * WARM_UP_SHARE) await place()
const us = new Float64Array(MOST_ORDERS)
let orders = 0
while (orders < MOST_ORDERS && (performance.now() - startMs < durationMs || orders < FEWEST_ORDERS)) {
  const placedMs = performance.now()
  await place()
  us[orders++] = (performance.now() - placedMs) * 1_000
}
await manager.disconnect()
const { p50, p90, p99 } = percentilesOf(us.subarray(0, orders))
answer({ mode, orders, p50Us: p50, p90Us: p90, p99Us: p99 })
