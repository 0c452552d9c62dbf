import type { Clock } from '../common/clock.ts'
import { definedOnly } from '../common/defined-only.ts'
import { createLogger, type Logger } from '../common/log.ts'
import { parseConnectorClassConfig, parseConnectorConfig } from '../config/connector-config.ts'
import type {
  QtxConnectorClassConfig,
  QtxConnectorClassConfigInput,
  QtxConnectorConfig,
  QtxConnectorConfigInput,
} from '../config/connector-config.ts'
import { EXCHANGE_REGISTRY, type ExchangeRow } from '../exchanges/registry.ts'
import type { ExchangeBackend } from '../wire/symbol-names.ts'
import { QtxError } from '../errors.ts'
import type { ConnectorClass, ConnectorPlugin, QtxOptions } from './connector-class.ts'
import {
  assertParentClass,
  assertQtxConnectorClass,
  type Override,
  type QtxConnector,
} from './connector-protocol.ts'
import { describeOverrides } from './describe-overrides.ts'
import { credentialsOf, missingCredentials } from './configured-credentials.ts'
import { feedOptionsOf } from './feed/configured-feed.ts'
import { FeedPool } from './feed/feed-pool.ts'
import { withQtxIdentity } from './overrides/with-qtx-identity.ts'
import { withQtxMarketData } from './overrides/with-qtx-market-data.ts'
import { withQtxOrders } from './overrides/with-qtx-orders.ts'
import { WeakCache } from './weak-cache.ts'

/** What the process lends a connector; each has a sensible default. */
export interface ConnectorRuntime {
  readonly clock?: Clock
  /** JSON lines on standard error, from `info` on, by default; `silentLogger` says nothing. */
  readonly logger?: Logger
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

/** What the making of a class may be told. */
export interface ConnectorClassOptions {
  /** Layers on top of QTX's own, innermost first. */
  readonly plugins?: readonly ConnectorPlugin[]
  /** As that of `ConnectorRuntime`; making a class is told to nobody by default. */
  readonly logger?: Logger
}

/** The class that the factory makes: `QtxBinancePerpetualConnector`. */
export interface QtxConnectorClass {
  readonly name: string
  readonly prototype: QtxConnector
  /** @throws QtxError `QTX_CONFIG_INVALID`, `QTX_CREDENTIALS_MISSING`. */
  new (config: QtxConnectorConfigInput, runtime?: ConnectorRuntime): QtxConnector
  /** The exchange's connector that it extends. */
  readonly parentClass: ConnectorClass
  /** Every member that a layer replaced, and which layer. */
  describeOverrides(): readonly Override[]
}

/** QTX's messages do not say what they follow, so that a loss may go unseen. */
const DEFAULT_BOOK_VERIFY_MS = 60_000
/** After the silence that the feed itself needs to notice one. */
const DEFAULT_FALLBACK_AFTER_MS = 1_000

/** QTX's own layers, innermost first. */
const QTX_LAYERS: readonly ConnectorPlugin[] = [withQtxMarketData, withQtxOrders, withQtxIdentity]

/**
 * Makes connector classes, and the same class for the same configuration. What its classes share, the feeds, belongs
 * to it; two factories share nothing.
 */
export class ConnectorClassFactory {
  readonly #registry: Readonly<Record<ExchangeBackend, ExchangeRow>>
  readonly #classes = new WeakCache<QtxConnectorClass>()
  readonly #feedPool = new FeedPool()
  readonly #pluginIds = new WeakMap<ConnectorPlugin, number>()
  /** What was read of configurations before, so that one that comes again costs next to nothing. */
  readonly #parsed = new WeakMap<object, QtxConnectorClassConfig>()
  #lastPluginId = 0

  constructor(registry: Readonly<Record<ExchangeBackend, ExchangeRow>> = EXCHANGE_REGISTRY) {
    this.#registry = registry
  }

  /**
   * The class for a configuration: one for each backend, host, port, tradingRequired and list of plugins.
   * @throws QtxError `QTX_CONFIG_INVALID`, `QTX_PROTOCOL_INCOMPLETE`.
   */
  async createClass(
    input: QtxConnectorClassConfigInput,
    options: ConnectorClassOptions = {},
  ): Promise<QtxConnectorClass> {
    const config = this.#parse(input)
    const plugins = options.plugins ?? []
    const key = this.#keyOf(config, plugins)
    return (
      this.#classes.find(key) ?? this.#classes.get(key, () => this.#build(config, plugins, options.logger))
    )
  }

  /** An instance of the class for a configuration; it is not started. */
  async create(
    input: QtxConnectorConfigInput,
    options: ConnectorClassOptions & ConnectorRuntime = {},
  ): Promise<QtxConnector> {
    parseConnectorConfig(input)
    const Class = await this.createClass(input, options)
    return new Class(input, options)
  }

  /** What a class is made for is all that may have changed meanwhile; its constructor reads the rest anew. */
  #parse(input: QtxConnectorClassConfigInput): QtxConnectorClassConfig {
    const known = this.#parsed.get(input)
    if (
      known &&
      input.exchangeBackend === known.exchangeBackend &&
      input.qtxPerpetualHost === known.qtxPerpetualHost &&
      input.qtxPerpetualPort === known.qtxPerpetualPort &&
      (input.tradingRequired ?? true) === known.tradingRequired
    ) {
      return known
    }
    const config = parseConnectorClassConfig(input)
    this.#parsed.set(input, config)
    return config
  }

  #keyOf(config: QtxConnectorClassConfig, plugins: readonly ConnectorPlugin[]): string {
    const { exchangeBackend, qtxPerpetualHost, qtxPerpetualPort, tradingRequired } = config
    // None of them has a blank in it.
    let key = `${exchangeBackend} ${qtxPerpetualHost} ${qtxPerpetualPort} ${tradingRequired}`
    for (const plugin of plugins) key += ` ${this.#pluginId(plugin)}`
    return key
  }

  #pluginId(plugin: ConnectorPlugin): number {
    const known = this.#pluginIds.get(plugin)
    if (known !== undefined) return known
    this.#pluginIds.set(plugin, ++this.#lastPluginId)
    return this.#lastPluginId
  }

  async #build(
    classConfig: QtxConnectorClassConfig,
    plugins: readonly ConnectorPlugin[],
    logger: Logger | undefined,
  ): Promise<QtxConnectorClass> {
    const row = this.#registry[classConfig.exchangeBackend]
    const Parent = await row.load()
    assertParentClass(Parent)
    const parentClass = Parent as unknown as ConnectorClass
    const Layered = [...QTX_LAYERS, ...plugins].reduce(extended, parentClass)
    const feedPool = this.#feedPool
    const name = `Qtx${row.displayName}PerpetualConnector`

    const Base = Layered as unknown as new (options: QtxOptions) => object
    const Class = class extends Base {
      static readonly parentClass = parentClass

      static describeOverrides(): readonly Override[] {
        return describeOverrides(Layered, parentClass)
      }

      constructor(input: QtxConnectorConfigInput, runtime: ConnectorRuntime = {}) {
        const config = parseConnectorConfig(input)
        assertSameClass(name, classConfig, config)
        super(toOptions(config, row, feedPool, runtime))
      }
    } as unknown as QtxConnectorClass
    Object.defineProperty(Class, 'name', { value: name, configurable: true })
    assertQtxConnectorClass(Class)
    logger?.info({ parent: parentClass.name }, `Creating dynamic class: ${name}`)
    return Class
  }
}

function extended(Parent: ConnectorClass, layer: ConnectorPlugin): ConnectorClass {
  const Class: unknown = layer(Parent)
  if (typeof Class === 'function' && Class.prototype instanceof Parent) return Class as ConnectorClass
  throw new QtxError(
    'QTX_PROTOCOL_INCOMPLETE',
    `the plugin ${layer.name || 'without a name'} did not give a class that extends the one it was given`,
    { remedy: 'write it as (Parent) => class extends Parent { … }' },
  )
}

function assertSameClass(name: string, made: QtxConnectorClassConfig, config: QtxConnectorConfig): void {
  for (const key of ['exchangeBackend', 'qtxPerpetualHost', 'qtxPerpetualPort', 'tradingRequired'] as const) {
    if (made[key] === config[key]) continue
    throw new QtxError(
      'QTX_CONFIG_INVALID',
      `this ${name} was made for ${key} ${String(made[key])}, not ${String(config[key])}`,
      {
        remedy: 'call createQtxConnectorClass with the configuration of the instance',
      },
    )
  }
}

function toOptions(
  config: QtxConnectorConfig,
  row: ExchangeRow,
  feedPool: FeedPool,
  runtime: ConnectorRuntime,
): QtxOptions {
  const logger = runtime.logger ?? createLogger('info')
  assertCredentials(config, row)
  const credentials = credentialsOf(config)
  return {
    ...runtime,
    logger,
    tradingPairs: config.tradingPairs,
    tradingRequired: config.tradingRequired,
    ...(credentials && { credentials }),
    ...(config.journal && {
      journal: { folder: config.journal.folder, ...definedOnly({ syncToDisk: config.journal.syncToDisk }) },
    }),
    ...(config.cancelAllAtStop !== undefined && { cancelAllAtStop: config.cancelAllAtStop }),
    ...(config.switchToOneWay !== undefined && { switchToOneWay: config.switchToOneWay }),
    ...(config.exchangeEndpoints && { exchangeEndpoints: definedOnly(config.exchangeEndpoints) }),
    ...(config.maxSlippage !== undefined && { maxSlippage: config.maxSlippage }),
    ...(config.requestTimeoutMs !== undefined && { requestTimeoutMs: config.requestTimeoutMs }),
    ...(config.rateLimits && { rateLimits: config.rateLimits }),
    ...(config.circuitBreakers && { circuitBreakers: config.circuitBreakers }),
    book: definedOnly({
      depthMode: config.depthMode,
      settleMs: config.bookSettleMs,
      verifyMs: config.bookVerifyMs ?? DEFAULT_BOOK_VERIFY_MS,
    }),
    qtx: {
      backend: config.exchangeBackend,
      sequencesComparable: row.sequencesComparable,
      sizeUnit: row.sizeUnit === 'base' ? 'base' : (config.qtxSizeUnit ?? 'exchange'),
      feedPool,
      feed: feedOptionsOf(config, { ...runtime, logger }),
      sharedMemoryName: config.qtxPlaceOrderSharedMemoryName,
      orderTimeoutMs: config.orderTimeoutMs,
      orderSpinUs: config.orderSpinUs,
      orderRoute: config.orderRoute,
      fallbackAfterMs:
        config.feedFallback === 'websocket'
          ? (config.feedFallbackAfterMs ?? DEFAULT_FALLBACK_AFTER_MS)
          : undefined,
    },
  }
}

function assertCredentials(config: QtxConnectorConfig, row: ExchangeRow): void {
  const missing = missingCredentials(config, row)
  if (missing.length === 0) return
  throw new QtxError(
    'QTX_CREDENTIALS_MISSING',
    `trading on ${config.exchangeBackend} needs ${missing.join(' and ')}, which ${missing.length === 1 ? 'was' : 'were'} not given`,
  )
}
