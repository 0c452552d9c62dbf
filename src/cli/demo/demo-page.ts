import { SystemClock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import { QtxError } from '../../errors.ts'
import type { QtxConnector } from '../../index.ts'
import type { Page } from '../../dashboard/page.ts'
import type { ServiceHttp } from '../../service/http-server.ts'
import type { LogTail } from '../../service/log-tail.ts'
import { OrderOutcomes } from '../../service/order-outcomes.ts'
import { SecretScrubber } from '../../service/secret-scrubber.ts'
import type { ServiceContext } from '../../service/service-context.ts'
import { stopView } from '../../service/service-views.ts'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { packageVersion } from '../package-version.ts'

export interface DemoPageOptions {
  /** Undefined: the usual one, or any that is free. */
  readonly port: number | undefined
  readonly exchange: string
  readonly logger: Logger
  readonly tail: LogTail
}

const HOST = '127.0.0.1'
const USUAL_PORT = 9464
const NO_SECRETS = new SecretScrubber([])

/** The page of the demo. It is loaded and opened beside what the demo does, which waits for nothing of it. */
export class DemoPage {
  readonly #options: DemoPageOptions
  #scrubber = NO_SECRETS
  #page: Page | undefined
  #http: ServiceHttp | undefined
  #opening: Promise<string> | undefined
  #context: ServiceContext | undefined
  #endOutcomes: () => void = () => undefined

  constructor(options: DemoPageOptions) {
    this.#options = options
  }

  /** Undefined until it is open. */
  get url(): string | undefined {
    return this.#http && `${this.#http.url}/`
  }

  /**
   * Begins to serve; resolves with the address.
   * @throws QtxError `QTX_SERVICE_BUSY` for a port that was asked for and is taken.
   */
  open({ account }: Pick<Simulator, 'account'>): Promise<string> {
    this.#scrubber = new SecretScrubber([account.apiKey, account.apiSecret, account.passphrase])
    this.#opening ??= this.#open()
    return this.#opening
  }

  /** Shows a connector from now on; it may run already. */
  attach(connector: QtxConnector): void {
    const outcomes = new OrderOutcomes(connector)
    this.#endOutcomes = () => outcomes[Symbol.dispose]()
    this.#context = {
      connector,
      exchange: this.#options.exchange,
      configFile: '',
      startedMs: Date.now(),
      httpUrl: this.#http?.url,
      outcomes,
      logTail: this.#options.tail,
      stop: async () => stopView(await connector.stop()),
    }
    this.#page?.attach(this.#context)
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined)
    await this.#http?.close()
    this.#page?.close()
    this.#endOutcomes()
  }

  async #open(): Promise<string> {
    const [{ ServiceHttp }, { Page }] = await Promise.all([
      import('../../service/http-server.ts'),
      import('../../dashboard/page.ts'),
    ])
    const { logger, port } = this.#options
    const scrubber = this.#scrubber
    const page = new Page({
      version: packageVersion(),
      canControl: false,
      clock: new SystemClock(),
      logger,
      scrubber,
    })
    this.#page = page
    if (this.#context) page.attach(this.#context)
    const openAt = (at: number): Promise<ServiceHttp> =>
      ServiceHttp.open({ host: HOST, port: at }, { context: () => this.#context, scrubber, page })
    this.#http = await openAt(port ?? USUAL_PORT).catch((error: unknown) => {
      if (!(error instanceof QtxError) || error.code !== 'QTX_SERVICE_BUSY') throw error
      if (port === undefined) return openAt(0)
      throw new QtxError(
        'QTX_SERVICE_BUSY',
        `the page could not be served at ${HOST}:${port}: the port is taken`,
        {
          cause: error,
          remedy: 'use another port with --page, or --no-page',
        },
      )
    })
    return `${this.#http.url}/`
  }
}
