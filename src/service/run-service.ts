import type { QtxConnectorConfig } from '../config/connector-config.ts'
import { QtxError } from '../errors.ts'
import type { QtxConnector } from '../qtx/connector-protocol.ts'
import { createQtxConnector } from '../qtx/qtx-perpetual-derivative.ts'
import { ControlServer } from './control-server.ts'
import type { HttpOptions, HttpPage, ServiceHttp } from './http-server.ts'
import { OrderOutcomes } from './order-outcomes.ts'
import type { SecretScrubber } from './secret-scrubber.ts'
import type { ServiceContext } from './service-context.ts'
import type { ServiceLog } from './service-log.ts'
import { SERVICE_METHODS, SERVICE_STREAMS } from './service-methods.ts'
import { stopView, type StopView } from './service-views.ts'

/** A page that shows a service. */
export interface ServicePage extends HttpPage {
  /** Begins to follow the service, before its connector starts. */
  attach(context: ServiceContext): void
}

export interface ServiceOptions {
  /** The file that the configuration was read from; told, not read. */
  readonly configFile: string
  readonly socketPath: string
  /** Undefined: nothing is served over HTTP. */
  readonly http: HttpOptions | undefined
  /** Served over HTTP beside metrics, health and readiness. */
  readonly page?: ServicePage | undefined
  readonly log: ServiceLog
  readonly scrubber: SecretScrubber
  /** Ends the service, at any time. */
  readonly signal: AbortSignal
  /** Called once the control socket is open, and before the connector starts. */
  readonly onOpen?: (context: ServiceContext) => void
}

/**
 * Runs a connector as a service until it is asked to stop, over its control socket or by the signal. Resolves with what
 * was left behind, when nothing runs any more.
 * @throws QtxError whatever keeps it from starting; nothing is left running then.
 */
export async function runService(config: QtxConnectorConfig, options: ServiceOptions): Promise<StopView> {
  const { log, signal } = options
  const connector = await createQtxConnector(config, { logger: log.logger })
  await using service = new Service(connector, config.exchangeBackend, options)
  const onAbort = (): void => void service.stop({}).catch(() => undefined)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await service.open()
    if (signal.aborted) return await service.stop({})
    options.onOpen?.(service.context)
    await service.startConnector()
    return await service.stopped
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** A connector with its control socket and what is served over HTTP. */
class Service implements AsyncDisposable {
  readonly context: ServiceContext
  /** Resolves once the connector was asked to stop and has. */
  readonly stopped: Promise<StopView>
  readonly #connector: QtxConnector
  readonly #options: ServiceOptions
  readonly #outcomes: OrderOutcomes
  readonly #onStopped: (view: StopView) => void
  readonly #onStopFailed: (error: Error) => void
  #stopping: Promise<StopView> | undefined
  #control: ControlServer | undefined
  #http: ServiceHttp | undefined
  #closeMetrics: () => void = () => undefined
  // The socket's name outlives the process, however that ends.
  readonly #removeSocket = (): void => this.#control?.remove()

  constructor(connector: QtxConnector, exchange: string, options: ServiceOptions) {
    this.#connector = connector
    this.#options = options
    this.#outcomes = new OrderOutcomes(connector)
    const { promise, resolve, reject } = promiseOf<StopView>()
    this.stopped = promise
    // It may fail before anybody waits for it.
    promise.catch(() => undefined)
    this.#onStopped = resolve
    this.#onStopFailed = reject
    const httpUrl = (): string | undefined => this.#http?.url
    this.context = {
      connector,
      exchange,
      configFile: options.configFile,
      startedMs: Date.now(),
      get httpUrl() {
        return httpUrl()
      },
      outcomes: this.#outcomes,
      logTail: options.log.tail,
      stop: (how) => this.stop(how),
    }
  }

  /** Opens the control socket, and HTTP where that is wanted. */
  async open(): Promise<void> {
    const { socketPath, scrubber, http, page } = this.#options
    const context = (): ServiceContext => this.context
    this.#control = await ControlServer.open(socketPath, {
      methods: SERVICE_METHODS,
      streams: SERVICE_STREAMS,
      context,
      scrubber,
    })
    process.once('exit', this.#removeSocket)
    if (!http) return
    // Loaded only where they are needed.
    const [{ ServiceHttp }, { Metrics }] = await Promise.all([
      import('./http-server.ts'),
      import('./metrics.ts'),
    ])
    const metrics = new Metrics(context)
    this.#closeMetrics = () => metrics[Symbol.dispose]()
    page?.attach(this.context)
    this.#http = await ServiceHttp.open(http, { metrics, context, scrubber, page })
    this.#options.log.logger.info(
      { url: this.#http.url },
      `${page ? 'the page, ' : ''}metrics, health and readiness at ${this.#http.url}`,
    )
  }

  /** Rejects with what keeps the connector from starting, unless it was stopped meanwhile. */
  async startConnector(): Promise<void> {
    try {
      await this.#connector.start()
    } catch (error) {
      if (this.#stopping && error instanceof QtxError && error.code === 'QTX_STATE_INVALID') return
      throw error
    }
  }

  stop({ cancelAll = false }: { readonly cancelAll?: boolean }): Promise<StopView> {
    this.#stopping ??= this.#stopConnector(cancelAll)
    return this.#stopping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop({}).catch(() => undefined)
    await this.#control?.close()
    await this.#http?.close()
    this.#options.page?.close()
    this.#closeMetrics()
    this.#outcomes[Symbol.dispose]()
    process.off('exit', this.#removeSocket)
  }

  async #stopConnector(cancelAll: boolean): Promise<StopView> {
    try {
      const view = stopView(await this.#connector.stop(cancelAll ? { cancelAll } : {}))
      // After whoever asked for it was answered.
      setImmediate(() => this.#onStopped(view))
      return view
    } catch (error) {
      setImmediate(() => this.#onStopFailed(error instanceof Error ? error : new Error(String(error))))
      throw error
    }
  }
}

interface OpenPromise<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

function promiseOf<T>(): OpenPromise<T> {
  let resolve: OpenPromise<T>['resolve'] = () => undefined
  let reject: OpenPromise<T>['reject'] = () => undefined
  const promise = new Promise<T>((settle, fail) => {
    resolve = settle
    reject = fail
  })
  return { promise, resolve, reject }
}
