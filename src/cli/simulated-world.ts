import type { Logger } from '../common/log.ts'
import { QtxError } from '../errors.ts'
import { createQtxConnector, type QtxConnector } from '../index.ts'
import { startSimulator, type Simulator } from '../simulator/start-simulator.ts'
import type { ExchangeBackend } from '../wire/symbol-names.ts'
import { limited } from './limited.ts'

const STOP_TIMEOUT_MS = 20_000

export interface SimulatedWorldOptions {
  readonly backend: ExchangeBackend
  readonly pairs: readonly string[]
  readonly seed: number
  /** Market messages per second of all pairs together; the simulator's own rate without it. */
  readonly messagesPerSecond: number | undefined
  /** The connector's. */
  readonly logger: Logger
  /** The simulator's; it says nothing without one. */
  readonly simulatorLogger?: Logger | undefined
}

/** A world without QTX and without money: a simulator, and a connector to it. */
export class SimulatedWorld {
  readonly #options: SimulatedWorldOptions
  #simulator: Simulator | undefined
  #connector: QtxConnector | undefined
  #isStopped = false
  // The name of a shared memory object outlives the process, however that ends.
  readonly #removeRing = (): void => this.#simulator?.orderManager.close()

  constructor(options: SimulatedWorldOptions) {
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
    const { backend, pairs, seed, messagesPerSecond, simulatorLogger } = this.#options
    this.#simulator = await startSimulator({
      exchange: backend,
      seed,
      pairs,
      source: { kind: 'model', messagesPerSecond },
      ...(simulatorLogger && { log: simulatorLogger }),
    })
    process.once('exit', this.#removeRing)
    return this.#simulator
  }

  /** A connector as any program makes it, from a flat configuration; not started. */
  async createConnector(simulator: Simulator): Promise<QtxConnector> {
    const { feed, sharedMemoryName, exchangeEndpoints, account } = simulator
    const { logger, pairs } = this.#options
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
        tradingPairs: [...pairs],
      },
      { logger },
    )
    this.#assertWanted()
    this.#connector = connector
    return connector
  }

  /** The same, started; not yet ready. */
  async startConnector(simulator: Simulator): Promise<QtxConnector> {
    const connector = await this.createConnector(simulator)
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
    throw new QtxError('QTX_STATE_INVALID', 'the simulated world was stopped while it started', {
      remedy: 'start it again',
    })
  }
}
