/**
 * Orders through `QtxSharedMemoryManager`, one after the other: `ring-client.ts NAME SPIN_US WARM_UP COUNT`. Prints the
 * round trips' percentiles, microseconds.
 */
import { QtxSharedMemoryManager } from '../../src/qtx/orders/shared-memory-manager.ts'
import { summarise } from '../statistics.ts'
import { answer } from './answers.ts'

const [name, spinUs, warmUp, count] = process.argv.slice(2)
const manager = new QtxSharedMemoryManager({
  sharedMemoryName: name!,
  exchangeBackend: 'binance',
  apiKey: 'bench-key',
  apiSecret: 'bench-secret',
  spinUs: Number(spinUs),
})
let nextId = 8_392_847_102_938_471n

async function place(): Promise<void> {
  const result = await manager.placeOrder({
    clientOrderId: nextId++,
    symbol: 'BTCUSDT',
    tradeType: 'buy',
    orderType: 'limit',
    price: '61800.10',
    size: '0.010',
  })
  if (result.kind !== 'accepted') throw new Error(`the order was ${result.kind}`)
}

await manager.connect()
for (let i = 0; i < Number(warmUp); i++) await place()
const us = new Float64Array(Number(count))
for (let i = 0; i < us.length; i++) {
  const startMs = performance.now()
  await place()
  us[i] = (performance.now() - startMs) * 1_000
}
await manager.disconnect()
answer(summarise(us))
