import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { serve } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { QtxError, messageOf } from '../errors.ts'
import { HttpAccess } from './http-access.ts'
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
  /** Undefined: no metrics are served. */
  readonly metrics?: Metrics | undefined
  /** Undefined until the service can answer. */
  readonly context: () => ServiceContext | undefined
  readonly scrubber: SecretScrubber
  /** What is served at every other path. */
  readonly page?: HttpPage | undefined
}

/** A page in the browser. Whoever asks it has been let in. */
export interface HttpPage {
  /** The file at a path of an address, such as `/`; undefined where there is none. */
  file(path: string): Promise<HttpFile | undefined>
  /** Takes a connection that asks for a websocket; whoever takes it answers it. False: nothing is at its path. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Ends every connection that it took. */
  close(): void
}

export interface HttpFile {
  readonly status: 200 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
} as const

/** Metrics, health and readiness over HTTP, and a page where there is one. */
export class ServiceHttp {
  readonly #server: Server
  readonly #page: HttpPage | undefined

  private constructor(server: Server, page: HttpPage | undefined) {
    this.#server = server
    this.#page = page
  }

  /**
   * Begins to listen.
   * @throws QtxError `QTX_CONFIG_INVALID` for another address than loopback without a token, `QTX_SERVICE_BUSY` when
   * the port is taken.
   */
  static async open(options: HttpOptions, parts: HttpParts): Promise<ServiceHttp> {
    let access = new HttpAccess({ host: options.host, token: options.token }, options.port)
    const server = serve({
      fetch: createApp(() => access, parts).fetch,
      hostname: options.host,
      port: options.port,
      serverOptions: { headersTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 8_192 },
    }) as Server
    server.maxConnections = 64
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      upgrade(access, parts.page, request, socket, head)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('listening', () => resolve())
      server.once('error', (error) => reject(notOpened(options, error)))
    })
    const { port } = server.address() as AddressInfo
    access = new HttpAccess({ host: options.host, token: options.token }, port)
    return new ServiceHttp(server, parts.page)
  }

  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  async close(): Promise<void> {
    // The server does not know connections that were handed over.
    this.#page?.close()
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

function createApp(access: () => HttpAccess, { metrics, context, scrubber, page }: HttpParts): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    const refused = refusalOf(c, access())
    if (refused) return refused
    await next()
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value)
    return undefined
  })
  app.get('/health', (c) => c.json({ alive: true, uptimeSeconds: Math.round(process.uptime()) }))
  app.get('/ready', (c) => {
    const readiness = readinessOf(context())
    return c.body(scrubber.scrub(JSON.stringify(readiness)), readiness.ready ? 200 : 503, {
      'content-type': 'application/json',
    })
  })
  if (metrics) {
    app.get('/metrics', async (c) =>
      c.body(scrubber.scrub(await metrics.text()), 200, { 'content-type': metrics.contentType }),
    )
  }
  if (page) {
    app.get('*', async (c) => {
      const file = await page.file(c.req.path)
      return file ? c.body(file.body, file.status, file.headers) : c.notFound()
    })
  }
  const paths = [page && '/', metrics && '/metrics', '/health', '/ready'].filter(Boolean).join(', ')
  app.notFound((c) => c.json({ error: `there are ${paths}` }, 404))
  app.onError((error, c) => c.json({ error: scrubber.scrub(messageOf(error)) }, 500))
  return app
}

/** The answer to who is not let in, and to a browser that brings the token; undefined for everybody else. */
function refusalOf(c: Context, access: HttpAccess): Response | undefined {
  const refusal = access.refusal((name) => c.req.header(name))
  const isRoot = c.req.method === 'GET' && c.req.path === '/'
  const token = isRoot ? c.req.query('token') : undefined
  const cookie = token === undefined ? undefined : access.cookieFor(token)
  const headers = { 'cache-control': 'no-store', ...SECURITY_HEADERS }
  // Away from the address that has the token in it.
  if (cookie !== undefined) return c.body(null, 303, { ...headers, location: '/', 'set-cookie': cookie })
  if (refusal === 'host') return c.json({ error: 'the Host header names another host' }, 403, headers)
  if (refusal === undefined) return undefined
  const challenge = { ...headers, 'www-authenticate': 'Bearer' }
  if (isRoot)
    return c.text('Open this page once as /?token=…, with the token of QTX_HTTP_TOKEN.\n', 401, challenge)
  return c.json({ error: 'a bearer token is needed' }, 401, challenge)
}

function upgrade(
  access: HttpAccess,
  page: HttpPage | undefined,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  // Whoever goes away in the middle is nobody's error.
  socket.on('error', () => socket.destroy())
  const header = (name: keyof typeof request.headers): string | undefined => request.headers[name]?.toString()
  const refusal = access.refusal(header)
  if (refusal !== undefined) endUpgrade(socket, refusal === 'token' ? '401 Unauthorized' : '403 Forbidden')
  else if (access.isForeign(header)) endUpgrade(socket, '403 Forbidden')
  else if (page?.upgrade(request, socket, head) !== true) endUpgrade(socket, '404 Not Found')
}

function endUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function notOpened({ host, port }: HttpOptions, error: Error): QtxError {
  const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  return new QtxError(
    isTaken ? 'QTX_SERVICE_BUSY' : 'QTX_CONFIG_INVALID',
    `HTTP could not be served at ${host}:${port}: ${messageOf(error)}`,
    { cause: error, remedy: 'use another port with --http-port, or --no-http' },
  )
}
