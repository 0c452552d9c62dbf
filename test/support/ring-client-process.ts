import { QtxSharedMemoryManager } from '../../src/qtx/orders/shared-memory-manager.ts'

/** A second client: connects to the ring that its argument names, says how that went, and holds it until it is killed. */
const client = new QtxSharedMemoryManager({
  sharedMemoryName: process.argv[2]!,
  exchangeBackend: 'binance',
  apiKey: 'other-key',
  apiSecret: 'other-secret',
})

client.connect().then(
  () => process.send?.('connected'),
  (error: unknown) => process.send?.(String(error)),
)
process.on('disconnect', () => void client.disconnect())
