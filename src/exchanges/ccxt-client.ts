import { setMaxListeners } from 'node:events'
import { Agent } from 'node:http'
import type { Clock } from '../common/clock.ts'
import type { ExchangeCredentials, ExchangeEndpoints } from '../connector/connector-options.ts'
import type { RequestKind } from '../connector/request-budget.ts'
import { QtxError } from '../errors.ts'
import { toQtxError, type ErrorReading } from './ccxt-errors.ts'
import type { CcxtConstructor, CcxtExchange, CcxtSocket } from './ccxt-exchange.ts'
import { loadCcxtClass } from './ccxt-module.ts'
import { HttpTransport, TransportError, type Sending } from './http-transport.ts'
import type { RequestGate } from './request-gate.ts'
import { requestKindOf } from './request-kind.ts'

/** Who listens to the sockets of a client. */
export interface SocketListener {
  /** True: the frame is dealt with and not shown to ccxt. */
  frame(socket: CcxtSocket, frame: unknown): boolean
  opened(socket: CcxtSocket): void
  ended(socket: CcxtSocket, error: unknown): void
}

export interface CcxtClientOptions {
  readonly exchangeId: string
  /** Merged over the options that every exchange gets. */
  readonly exchangeOptions: Readonly<Record<string, unknown>>
  readonly errorCodes: ErrorReading['codes']
  readonly readRefusal?: ErrorReading['readRefusal']
  readonly credentials?: ExchangeCredentials
  readonly endpoints?: ExchangeEndpoints
  readonly timeoutMs: number
  readonly clock: Clock
  /** Shared by all clients of a connector. */
  readonly gate: RequestGate
  /** Whether the budget counts ccxt's own milliseconds, and not the exchange's weights. */
  readonly weighsMilliseconds: boolean
}

const COMMON_OPTIONS = {
  defaultType: 'swap',
  // A snapshot that fails makes the watch call hang for ever; the connector fetches its own.
  watchPositions: { fetchPositionsSnapshot: false, awaitPositionsSnapshot: false },
  // Reconnecting has a backoff of its own, with the injected clock.
  ws: { backoff: { base: 0 } },
}

/** One ccxt instance: its HTTP goes through `HttpTransport`, its sockets and timers are listened to and can be ended. */
export class CcxtClient {
  readonly exchange: CcxtExchange
  readonly errors: ErrorReading
  readonly #transport: HttpTransport
  readonly #taps: Taps

  private constructor(exchange: CcxtExchange, transport: HttpTransport, taps: Taps, errors: ErrorReading) {
    this.exchange = exchange
    this.errors = errors
    this.#transport = transport
    this.#taps = taps
  }

  /** Loads ccxt's class for the exchange and makes one instance of it; sends nothing. */
  static async create(options: CcxtClientOptions): Promise<CcxtClient> {
    const { credentials, endpoints, timeoutMs, clock } = options
    const secrets = credentials
      ? [credentials.apiKey, credentials.apiSecret, credentials.passphrase ?? '']
      : []
    const errors: ErrorReading = {
      codes: options.errorCodes,
      readRefusal: options.readRefusal,
      exchangeId: options.exchangeId,
      secrets,
    }
    const closed = new AbortController()
    // Every request that waits for its turn listens; Node would warn of more than ten.
    setMaxListeners(0, closed.signal)
    const taps: Taps = {
      listener: undefined,
      dropped: new WeakSet(),
      timers: new Set(),
      closed,
      errors,
      gate: options.gate,
      weighsMilliseconds: options.weighsMilliseconds,
    }
    const Tapped = tap(await loadCcxtClass(options.exchangeId), taps, clock, endpoints?.websocket)
    const exchange = new Tapped({
      ...(credentials && { apiKey: credentials.apiKey, secret: credentials.apiSecret }),
      ...(credentials?.passphrase !== undefined && { password: credentials.passphrase }),
      ...(credentials?.userId !== undefined && { uid: credentials.userId }),
      number: String,
      enableRateLimit: true,
      timeout: timeoutMs,
      options: { ...COMMON_OPTIONS, ...options.exchangeOptions },
    })
    // Otherwise loading the markets makes private calls.
    exchange.has['fetchCurrencies'] = false
    // Without an agent of its own ccxt refuses plain ws:// addresses.
    exchange.httpAgent = new Agent()
    const transport = new HttpTransport({
      timeoutMs,
      ...(endpoints?.rest !== undefined && { endpoint: endpoints.rest }),
    })
    exchange.fetchImplementation = async (url, { method, headers, body }) => {
      const response = await transport.fetch(url, {
        method,
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
      })
      options.gate.answered(response.headers)
      return response
    }
    return new CcxtClient(exchange, transport, taps, errors)
  }

  /** Makes one request; `what` names it in errors. @throws QtxError. */
  async request<T>(
    what: string,
    call: (exchange: CcxtExchange) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      return await this.attempt(call, signal)
    } catch (error) {
      throw toQtxError(error, what, this.errors)
    }
  }

  /** Like `request`, with the error as it was thrown. */
  attempt<T>(call: (exchange: CcxtExchange) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const closed = this.#taps.closed.signal
    return untilAborted(signal ? [closed, signal] : [closed], () => call(this.exchange))
  }

  /** Whether a request that mentions `text` is sent from now on. */
  watchSending(text: string): Sending {
    return this.#transport.watchFor(text)
  }

  /** At most one listens. */
  listen(listener: SocketListener): void {
    this.#taps.listener = listener
  }

  /** Sockets that are open or opening. */
  get sockets(): readonly CcxtSocket[] {
    return Object.values(this.exchange.clients).filter((socket) => socket.connection !== undefined)
  }

  /** Ends every socket and timer at once, without being told of it; what waits for them is rejected. */
  dropSockets(): void {
    for (const cancel of this.#taps.timers) cancel()
    this.#taps.timers.clear()
    for (const [url, socket] of Object.entries(this.exchange.clients)) {
      Reflect.deleteProperty(this.exchange.clients, url)
      // ccxt also keeps requests for login keys here, which have no socket and end by themselves.
      if (!socket.connection) continue
      this.#taps.dropped.add(socket)
      const reason = new TransportError('aborted', 'socket was dropped')
      socket.error = reason
      socket.clearConnectionTimeout()
      socket.clearPingInterval()
      socket.reject(reason)
      socket.connection.terminate()
    }
  }

  /** Ends everything; requests under way are called off. */
  close(): void {
    this.#taps.listener = undefined
    this.#taps.closed.abort()
    this.#transport.close()
    this.dropSockets()
  }
}

interface Taps {
  listener: SocketListener | undefined
  /** Sockets that were ended on purpose and whose last events mean nothing. */
  readonly dropped: WeakSet<CcxtSocket>
  /** Each cancels a timer of ccxt's. */
  readonly timers: Set<() => void>
  readonly closed: AbortController
  readonly errors: ErrorReading
  readonly gate: RequestGate
  readonly weighsMilliseconds: boolean
}

function tap(
  Exchange: CcxtConstructor,
  taps: Taps,
  clock: Clock,
  websocketEndpoint: string | undefined,
): CcxtConstructor {
  return class TappedExchange extends Exchange {
    override client(url: string): CcxtSocket {
      const address = websocketEndpoint === undefined ? url : redirect(url, websocketEndpoint)
      const known = this.clients[address]
      const socket = super.client(address)
      if (socket !== known) handleFailedSends(socket)
      return socket
    }

    override handleMessage(socket: CcxtSocket, frame: unknown): void {
      if (taps.dropped.has(socket) || taps.listener?.frame(socket, frame)) return
      super.handleMessage(socket, frame)
    }

    override onConnected(socket: CcxtSocket, message?: unknown): void {
      if (taps.dropped.has(socket)) return
      super.onConnected(socket, message)
      taps.listener?.opened(socket)
    }

    override onError(socket: CcxtSocket, error: unknown): void {
      if (taps.dropped.has(socket)) return
      super.onError(socket, error)
      taps.listener?.ended(socket, error)
    }

    override onClose(socket: CcxtSocket, event: unknown): void {
      if (taps.dropped.has(socket)) return
      super.onClose(socket, event)
      taps.listener?.ended(socket, event)
    }

    /** What the request that is being made is for. */
    #kind: RequestKind = 'read'

    override async fetch2(
      path: string,
      api?: unknown,
      method = 'GET',
      ...rest: readonly unknown[]
    ): Promise<unknown> {
      const { gate, errors } = taps
      const kind = requestKindOf(method, path)
      gate.assertOpen(kind)
      try {
        // Read by `throttle`, which is called before anything else can be.
        this.#kind = kind
        const answer = await super.fetch2(path, api, method, ...rest)
        gate.succeeded()
        return answer
      } catch (error) {
        gate.failed(error, errors)
        throw error
      }
    }

    /** The connector's own budget in place of ccxt's queue. Costs are texts, as all numbers are. */
    override throttle(cost: unknown = 1): Promise<void> {
      const weight = Number(cost) * (taps.weighsMilliseconds ? this.rateLimit : 1)
      return taps.gate.wait(this.#kind, weight, taps.closed.signal)
    }

    /** ccxt gives no handle to its timers, and they keep the process alive. */
    override delay(
      timeoutMs: number,
      method: (...args: never[]) => unknown,
      ...args: readonly unknown[]
    ): void {
      const cancel = clock.schedule(timeoutMs, () => {
        taps.timers.delete(cancel)
        this.spawn(method, ...args)
      })
      taps.timers.add(cancel)
    }

    /** ccxt writes to the console, addresses with login keys in them included. */
    override log(): void {
      return
    }
  }
}

/**
 * ccxt waits its turn before it sends, and forgets the promise of the sending: where the socket ended meanwhile, its
 * rejection would be nobody's and end the process. That the socket ended is told by itself.
 */
function handleFailedSends(socket: CcxtSocket): void {
  const send = socket.send.bind(socket)
  socket.send = (message) => {
    const sending = send(message)
    sending.catch(() => undefined)
    return sending
  }
}

/** Scheme and host of the endpoint, path and query of the address. ccxt also has names that are no address. */
function redirect(url: string, endpoint: string): string {
  if (!/^wss?:\/\//.test(url)) return url
  const base = endpoint.replace(/\/+$/, '')
  if (url.startsWith(`${base}/`)) return url
  const { pathname, search } = new URL(url)
  return `${base}${pathname}${search}`
}

function untilAborted<T>(signals: readonly AbortSignal[], work: () => Promise<T>): Promise<T> {
  const signal = AbortSignal.any([...signals])
  if (signal.aborted) return Promise.reject(calledOff())
  return new Promise((resolve, reject) => {
    const abort = () => reject(calledOff())
    signal.addEventListener('abort', abort, { once: true })
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}

function calledOff(): QtxError {
  return new QtxError('QTX_EXCHANGE_DOWN', 'request was called off', {
    remedy: 'none: the connector is stopping',
  })
}
