import { createLogger, silentLogger } from '../../common/log.ts'
import { createQtxConnector, type QtxConnector } from '../../index.ts'
import { QtxError } from '../../errors.ts'
import { startSimulator, type Simulator } from '../../simulator/start-simulator.ts'
import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import { limited } from './limited.ts'

/** The pairs of the demo; the first is traded. */
export const DEMO_PAIRS = ['BTC-USDT', 'ETH-USDT'] as const

const STOP_TIMEOUT_MS = 20_000

export interface DemoWorldOptions {
  readonly backend: ExchangeBackend
  readonly seed: number
  /** Market messages per second of all pairs together; the simulator's own rate without it. */
  readonly messagesPerSecond: number | undefined
  readonly debug: boolean
}

/** What the demo runs: a simulator, and a connector to it. */
export class DemoWorld {
  readonly #options: DemoWorldOptions
  #simulator: Simulator | undefined
  #connector: QtxConnector | undefined
  #isStopped = false
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

  /** Feed server, order manager and exchange, on free ports of the loopback. */
  async startSimulator(): Promise<Simulator> {
    const { backend, seed, messagesPerSecond, debug } = this.#options
    this.#simulator = await startSimulator({
      exchange: backend,
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
        exchangeBackend: simulator.exchangeBackend,
        qtxPerpetualHost: feed.host,
        qtxPerpetualPort: feed.port,
        qtxPlaceOrderSharedMemoryName: sharedMemoryName,
        exchangeApiKey: account.apiKey,
        exchangeApiSecret: account.apiSecret,
        exchangeApiPassphrase: account.passphrase,
        exchangeUserId: account.userId,
        exchangeEndpoints: { ...exchangeEndpoints },
        tradingPairs: [...DEMO_PAIRS],
      },
      { logger },
    )
    this.#assertWanted()
    this.#connector = connector
    await connector.start()
    this.#assertWanted()
    return connector
  }

  /** Stops everything, whatever fails on the way, and rejects with the first failure. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const failures: unknown[] = []
    const parts: readonly (readonly [name: string, stop: () => Promise<unknown> | undefined])[] = [
      ['connector', () => this.#connector?.stop()],
      ['simulator', () => this.#simulator?.close()],
    ]
    for (const [name, stop] of parts) {
      try {
        await limited(Promise.resolve(stop()), `the end of the ${name}`, { timeoutMs: STOP_TIMEOUT_MS })
      } catch (error) {
        failures.push(error)
      }
    }
    process.off('exit', this.#removeRing)
    if (failures.length > 0) throw failures[0]
  }

  /** Starting takes a while, and may be given up in the middle. */
  #assertWanted(): void {
    if (!this.#isStopped) return
    throw new QtxError('QTX_STATE_INVALID', 'the demo was stopped while it started', {
      remedy: 'start it again',
    })
  }
}
