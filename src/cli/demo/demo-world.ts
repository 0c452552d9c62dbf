import { createLogger, silentLogger } from '../../common/log.ts'
import { createQtxConnector, QtxUdpManager, type QtxConnector } from '../../index.ts'
import { startSimulator, type Simulator } from '../../simulator/start-simulator.ts'

/** The pairs of the demo; the first is traded. */
export const DEMO_PAIRS = ['BTC-USDT', 'ETH-USDT'] as const

export interface DemoWorldOptions {
  readonly seed: number
  /** Market messages per second of all pairs together; the simulator's own rate without it. */
  readonly messagesPerSecond: number | undefined
  readonly debug: boolean
}

/** What the demo runs: a simulator, a connector to it, and a second listener on the feed that measures it. */
export class DemoWorld {
  readonly #options: DemoWorldOptions
  #simulator: Simulator | undefined
  #connector: QtxConnector | undefined
  #meter: QtxUdpManager | undefined
  // The name of a shared memory object outlives the process, however that ends.
  readonly #removeRing = (): void => this.#simulator?.orderManager.close()

  constructor(options: DemoWorldOptions) {
    this.#options = options
  }

  get simulator(): Simulator | undefined {
    return this.#simulator
  }

  get connector(): QtxConnector | undefined {
    return this.#connector
  }

  /** Measures the feed, on a socket of its own. */
  get meter(): QtxUdpManager | undefined {
    return this.#meter
  }

  /** Feed server, order manager and exchange, on free ports of the loopback. */
  async startSimulator(): Promise<Simulator> {
    const { seed, messagesPerSecond, debug } = this.#options
    this.#simulator = await startSimulator({
      seed,
      pairs: DEMO_PAIRS,
      source: { kind: 'model', messagesPerSecond },
      ...(debug && { log: createLogger('debug') }),
    })
    process.once('exit', this.#removeRing)
    return this.#simulator
  }

  /** A connector as any program makes it, from a flat configuration. Resolves when it is started, not yet ready. */
  async startConnector(simulator: Simulator): Promise<QtxConnector> {
    const { feed, sharedMemoryName, exchangeEndpoints, account } = simulator
    const logger = this.#options.debug ? createLogger('debug') : silentLogger
    const connector = await createQtxConnector(
      {
        exchangeBackend: 'binance',
        qtxPerpetualHost: feed.host,
        qtxPerpetualPort: feed.port,
        qtxPlaceOrderSharedMemoryName: sharedMemoryName,
        exchangeApiKey: account.apiKey,
        exchangeApiSecret: account.apiSecret,
        exchangeEndpoints: { ...exchangeEndpoints },
        tradingPairs: [...DEMO_PAIRS],
      },
      { logger },
    )
    this.#connector = connector
    await connector.start()
    await this.#startMeter(simulator)
    return connector
  }

  /** Stops everything, whatever fails on the way, and rejects with the first failure. */
  async stop(): Promise<void> {
    const failures: unknown[] = []
    for (const stop of [
      () => this.#connector?.stop(),
      () => this.#meter?.stop(),
      () => this.#simulator?.close(),
    ]) {
      try {
        await stop()
      } catch (error) {
        failures.push(error)
      }
    }
    process.off('exit', this.#removeRing)
    if (failures.length > 0) throw failures[0]
  }

  async #startMeter({ feed }: Simulator): Promise<void> {
    const meter = new QtxUdpManager({ host: feed.host, port: feed.port, exchangeBackend: 'binance' })
    this.#meter = meter
    await meter.start()
    for (const pair of DEMO_PAIRS) {
      await meter.subscribe(pair, { onMessage: () => undefined }, { keepTrying: true })
    }
  }
}
