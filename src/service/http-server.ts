import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isIP } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { QtxError, messageOf } from '../errors.ts'
import { hasBearerToken } from './bearer-token.ts'
import type { Metrics } from './metrics.ts'
import { readinessOf } from './readiness.ts'
import type { SecretScrubber } from './secret-scrubber.ts'
import type { ServiceContext } from './service-context.ts'

export interface HttpOptions {
  /** Loopback, or any other address with a token. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** What `Authorization: Bearer …` must say; needed beyond loopback. */
  readonly token?: string | undefined
}

export interface HttpParts {
  readonly metrics: Metrics
  /** Undefined until the service can answer. */
  readonly context: () => ServiceContext | undefined
  readonly scrubber: SecretScrubber
}

const SHORTEST_TOKEN = 16
const LOOPBACK_HOSTS = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/** Metrics, health and readiness over HTTP. */
export class ServiceHttp {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /**
   * Begins to listen.
   * @throws QtxError `QTX_CONFIG_INVALID` for another address than loopback without a token, `QTX_SERVICE_BUSY` when
   * the port is taken.
   */
  static async open(options: HttpOptions, parts: HttpParts): Promise<ServiceHttp> {
    assertAllowed(options)
    const server = serve({
      fetch: createApp(options, parts).fetch,
      hostname: options.host,
      port: options.port,
      serverOptions: { headersTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 8_192 },
    }) as Server
    server.maxConnections = 64
    await new Promise<void>((resolve, reject) => {
      server.once('listening', () => resolve())
      server.once('error', (error) => reject(notOpened(options, error)))
    })
    return new ServiceHttp(server)
  }

  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

function createApp({ host, token }: HttpOptions, { metrics, context, scrubber }: HttpParts): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    if (token !== undefined) {
      if (!hasBearerToken(c.req.header('authorization'), token))
        return c.json({ error: 'a bearer token is needed' }, 401, { 'www-authenticate': 'Bearer' })
    } else if (isLoopback(host) && !LOOPBACK_HOSTS.test(c.req.header('host') ?? '')) {
      // A page of another origin must not read this through a name that leads here.
      return c.json({ error: 'the Host header names another host' }, 403)
    }
    await next()
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    return undefined
  })
  app.get('/health', (c) => c.json({ alive: true, uptimeSeconds: Math.round(process.uptime()) }))
  app.get('/ready', (c) => {
    const readiness = readinessOf(context())
    return c.body(scrubber.scrub(JSON.stringify(readiness)), readiness.ready ? 200 : 503, {
      'content-type': 'application/json',
    })
  })
  app.get('/metrics', async (c) =>
    c.body(scrubber.scrub(await metrics.text()), 200, { 'content-type': metrics.contentType }),
  )
  app.notFound((c) => c.json({ error: 'there are /metrics, /health and /ready' }, 404))
  app.onError((error, c) => c.json({ error: scrubber.scrub(messageOf(error)) }, 500))
  return app
}

function assertAllowed({ host, token }: HttpOptions): void {
  if (token !== undefined && token.length < SHORTEST_TOKEN) {
    throw new QtxError('QTX_CONFIG_INVALID', `the HTTP token has fewer than ${SHORTEST_TOKEN} characters`, {
      remedy: 'make one with: openssl rand -hex 24',
    })
  }
  if (isLoopback(host) || token !== undefined) return
  throw new QtxError('QTX_CONFIG_INVALID', `${host} can be reached by others, and there is no token`, {
    remedy: 'use 127.0.0.1, or set QTX_HTTP_TOKEN',
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function notOpened({ host, port }: HttpOptions, error: Error): QtxError {
  const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  return new QtxError(
    isTaken ? 'QTX_SERVICE_BUSY' : 'QTX_CONFIG_INVALID',
    `HTTP could not be served at ${host}:${port}: ${messageOf(error)}`,
    { cause: error, remedy: 'use another port with --http-port, or --no-http' },
  )
}
