import { QtxSharedMemoryManager } from '../../../qtx/orders/shared-memory-manager.ts'

/** Orders through the order ring, one after the other; every one must be accepted. */
export class RingOrders {
  readonly #manager: QtxSharedMemoryManager
  #nextId = 8_392_847_102_938_471n

  private constructor(manager: QtxSharedMemoryManager) {
    this.#manager = manager
  }

  static async open(sharedMemoryName: string, spinUs: number): Promise<RingOrders> {
    const manager = new QtxSharedMemoryManager({
      sharedMemoryName,
      exchangeBackend: 'binance',
      apiKey: 'bench-key',
      apiSecret: 'bench-secret',
      spinUs,
    })
    await manager.connect()
    return new RingOrders(manager)
  }

  /** Places one order and waits for its answer. */
  async place(): Promise<void> {
    const result = await this.#manager.placeOrder({
      clientOrderId: this.#nextId++,
      symbol: 'BTCUSDT',
      tradeType: 'buy',
      orderType: 'limit',
      price: '60000.10',
      size: '0.010',
    })
    if (result.kind !== 'accepted') throw new Error(`the order was ${result.kind}`)
  }

  /** Places one order; microseconds until its answer was there. */
  async timePlace(): Promise<number> {
    const startMs = performance.now()
    await this.place()
    return (performance.now() - startMs) * 1_000
  }

  close(): Promise<void> {
    return this.#manager.disconnect()
  }
}
