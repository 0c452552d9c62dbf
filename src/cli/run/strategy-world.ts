import type { Logger } from '../../common/log.ts'
import { silentLogger } from '../../common/log.ts'
import { loadConnectorConfig } from '../../config/load-config.ts'
import { createQtxConnector, type QtxConnector, type QtxConnectorConfig } from '../../index.ts'
import { createPaperConnector } from '../../paper/create-paper-connector.ts'
import type { PaperOptions } from '../../paper/paper-options.ts'
import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import { SimulatedWorld } from '../simulated-world.ts'

export type WorldName = 'simulated' | 'paper' | 'live'

/** Where a strategy runs: a connector, and what it needs around it. */
export interface StrategyWorld {
  readonly name: WorldName
  readonly backend: ExchangeBackend
  /** Not started. */
  readonly connector: QtxConnector
  /** Ends what is around the connector; the connector itself is stopped before. */
  close(): Promise<void>
}

export interface WorldRequest {
  readonly world: WorldName
  readonly configFile: string
  readonly seed: number
  readonly simulated: {
    readonly backend: ExchangeBackend
    readonly pairs: readonly string[] | undefined
    readonly messagesPerSecond: number | undefined
  }
  readonly paper: PaperOptions
  /** The connector's. */
  readonly logger: Logger
  readonly debug: boolean
}

const SIMULATED_PAIRS = ['BTC-USDT', 'ETH-USDT']

/** Reads what the world is made of; opens nothing. @throws QtxError `QTX_CONFIG_INVALID`. */
export async function readWorldConfig({
  world,
  configFile,
}: Pick<WorldRequest, 'world' | 'configFile'>): Promise<QtxConnectorConfig | undefined> {
  if (world === 'simulated') return undefined
  if (world === 'live') return loadConnectorConfig(configFile)
  return loadPaperConfig(configFile)
}

/** Keys are not needed on paper, and so are not read. */
async function loadPaperConfig(configFile: string): Promise<QtxConnectorConfig> {
  return loadConnectorConfig(configFile, { withSecrets: false })
}

/** @param config as `readWorldConfig` gave it. */
export async function openWorld(
  request: WorldRequest,
  config: QtxConnectorConfig | undefined,
): Promise<StrategyWorld> {
  const { world: name, logger } = request
  if (!config) return openSimulatedWorld(request)
  const connector =
    name === 'paper'
      ? await createPaperConnector(config, await paperOptions(request), { logger })
      : await createQtxConnector(config, { logger })
  return { name, backend: config.exchangeBackend, connector, close: () => Promise.resolve() }
}

async function openSimulatedWorld(request: WorldRequest): Promise<StrategyWorld> {
  const { simulated, seed, logger, debug } = request
  const world = new SimulatedWorld({
    backend: simulated.backend,
    pairs: simulated.pairs ?? SIMULATED_PAIRS,
    seed,
    messagesPerSecond: simulated.messagesPerSecond,
    logger: debug ? logger : silentLogger,
    simulatorLogger: debug ? logger : undefined,
  })
  try {
    const connector = await world.createConnector(await world.startSimulator())
    return { name: 'simulated', backend: simulated.backend, connector, close: () => world.stop() }
  } catch (error) {
    await world.stop()
    throw error
  }
}

async function paperOptions({ paper, seed }: WorldRequest): Promise<PaperOptions> {
  const { SeededRandom } = await import('../../simulator/feed/seeded-random.ts')
  const random = new SeededRandom(seed)
  return { ...paper, random: () => random.next() }
}
