import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import { packageVersion } from '../../src/cli/package-version.ts'
import { SystemClock } from '../../src/common/clock.ts'
import { loadConnectorConfig } from '../../src/config/load-config.ts'
import { PageFiles } from '../../src/dashboard/page-files.ts'
import { Page } from '../../src/dashboard/page.ts'
import { runService } from '../../src/service/run-service.ts'
import { SecretScrubber } from '../../src/service/secret-scrubber.ts'
import type { ServiceContext } from '../../src/service/service-context.ts'
import { ServiceLog } from '../../src/service/service-log.ts'
import type { ServiceFiles } from '../support/service-files.ts'

/** The page as the build makes it, in a temporary folder of its own. */
export class BuiltPage implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'qtx-page-'))

  static async build(): Promise<BuiltPage> {
    const built = new BuiltPage()
    try {
      await build({
        configFile: fileURLToPath(new URL('../../web/vite.config.ts', import.meta.url)),
        build: { outDir: built.folder },
        logLevel: 'error',
      })
      return built
    } catch (error) {
      built[Symbol.dispose]()
      throw error
    }
  }

  get files(): PageFiles {
    return new PageFiles(pathToFileURL(`${this.folder}/`))
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export interface ShownServiceOptions {
  readonly canControl: boolean
  /** 0: any that is free. */
  readonly port: number
}

/** A service with its page, in this process. */
export class ShownService implements AsyncDisposable {
  readonly context: ServiceContext
  readonly url: string
  readonly #abort: AbortController
  readonly #ended: Promise<unknown>

  private constructor(context: ServiceContext, abort: AbortController, ended: Promise<unknown>) {
    this.context = context
    this.url = `${context.httpUrl ?? ''}/`
    this.#abort = abort
    this.#ended = ended
  }

  /** Resolves when the connector is ready. */
  static async start(
    files: ServiceFiles,
    built: BuiltPage,
    { canControl, port }: ShownServiceOptions,
  ): Promise<ShownService> {
    const clock = new SystemClock()
    const scrubber = new SecretScrubber([])
    const log = new ServiceLog({ level: 'debug', clock, scrubber, write: () => undefined })
    const { logger } = log
    const abort = new AbortController()
    const opened = new EventTarget()
    let context: ServiceContext | undefined
    const isOpen = once(opened, 'open')
    const ended = runService(await loadConnectorConfig(files.configFile), {
      configFile: files.configFile,
      socketPath: files.socketPath,
      http: { host: '127.0.0.1', port },
      page: new Page({ version: packageVersion(), canControl, clock, logger, scrubber, files: built.files }),
      log,
      scrubber,
      signal: abort.signal,
      onOpen: (open) => {
        context = open
        opened.dispatchEvent(new Event('open'))
      },
    })
    await Promise.race([isOpen, ended])
    if (!context) throw new Error('the service ended before it was open')
    const service = new ShownService(context, abort, ended)
    await Promise.race([context.connector.waitReady({ timeoutMs: 60_000 }), ended])
    return service
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => undefined)
  }
}
