import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import { QtxError, messageOf } from '../../errors.ts'
import { RequestLog } from './request-log.ts'
import type { ExchangeProtocol } from './exchange-protocol.ts'
import type { RestAnswer, RestRequest } from './rest-protocol.ts'
import { ServerFaults } from './server-faults.ts'

const MAX_BODY_BYTES = 1_000_000
const MAX_MESSAGE_BYTES = 100_000

/** One listener for an exchange's REST requests and websockets, with faults on demand. */
export class ExchangeServer {
  readonly faults = new ServerFaults()
  readonly log: RequestLog
  readonly #protocol: ExchangeProtocol
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #http: Server
  readonly #websockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  readonly #cancelDelays = new Set<() => void>()

  constructor(protocol: ExchangeProtocol, clock: Clock, logger: Logger) {
    this.#protocol = protocol
    this.#clock = clock
    this.#logger = logger
    this.log = new RequestLog(protocol.secretParameters)
    this.#http = createServer((incoming, outgoing) => this.#receive(incoming, outgoing))
    this.#http.on('connection', (socket) => {
      if (this.faults.refusing) socket.destroy()
    })
    this.#http.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket, head))
  }

  /** Throws QTX_EXCHANGE_DOWN where the address cannot be listened on. */
  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', (cause) => {
        reject(new QtxError('QTX_EXCHANGE_DOWN', `cannot listen on ${host}:${port}`, { cause }))
      })
      this.#http.listen(port, host, resolve)
    })
  }

  /** `127.0.0.1:40123`; throws QTX_STATE_INVALID unless the server listens. */
  get authority(): string {
    const address = this.#http.address() as AddressInfo | null
    if (!address) throw new QtxError('QTX_STATE_INVALID', 'the exchange server does not listen')
    return address.family === 'IPv6'
      ? `[${address.address}]:${address.port}`
      : `${address.address}:${address.port}`
  }

  get socketCount(): number {
    return [...this.#websockets.clients].filter((socket) => socket.readyState === WebSocket.OPEN).length
  }

  /** Cuts every websocket without a closing handshake, as a lost connection does. */
  dropSockets(): void {
    for (const socket of this.#websockets.clients) socket.terminate()
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancelDelays) cancel()
    this.#cancelDelays.clear()
    this.dropSockets()
    this.#websockets.close()
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()))
    this.#http.closeAllConnections()
    await closed
  }

  #receive(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (this.faults.refusing) {
      incoming.destroy()
      return
    }
    const chunks: Buffer[] = []
    let lengthBytes = 0
    incoming.on('data', (chunk: Buffer) => {
      lengthBytes += chunk.length
      if (lengthBytes > MAX_BODY_BYTES) incoming.destroy()
      else chunks.push(chunk)
    })
    incoming.on('error', (error) => this.#logger.debug({ reason: messageOf(error) }, 'a request broke off'))
    incoming.on('end', () => this.#answer(requestOf(incoming, chunks), outgoing))
  }

  #answer(request: RestRequest, outgoing: ServerResponse): void {
    const fault = this.faults.faultOf(request)
    const answer = fault === undefined || fault === 'drop-after' ? this.#ask(request) : fault
    const cut = answer === 'drop' || fault === 'drop-after'
    this.log.add(request, cut ? 0 : answer.status, this.#clock.nowMs())
    const finish = () => {
      if (cut) outgoing.destroy()
      else send(outgoing, answer)
    }
    if (this.faults.restLatencyMs > 0) this.#later(this.faults.restLatencyMs, finish)
    else finish()
  }

  #ask(request: RestRequest): RestAnswer {
    try {
      return this.#protocol.answer(request)
    } catch (error) {
      const { method, path } = request
      this.#logger.error({ method, path, reason: messageOf(error) }, 'a request made the exchange fail')
      return { status: 500, body: { error: 'internal error' } }
    }
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.faults.refusing) {
      socket.destroy()
      return
    }
    this.#websockets.handleUpgrade(incoming, socket, head, (websocket) => this.#open(websocket, incoming))
  }

  #open(websocket: WebSocket, incoming: IncomingMessage): void {
    websocket.on('error', (error) => {
      this.#logger.debug({ reason: messageOf(error) }, 'a websocket broke off')
    })
    const url = URL.canParse(incoming.url ?? '', 'ws://exchange')
      ? new URL(incoming.url!, 'ws://exchange')
      : undefined
    if (url) this.#protocol.open(websocket, url)
    else websocket.close(1008, 'unreadable path')
  }

  #later(delayMs: number, act: () => void): void {
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#cancelDelays.delete(cancel)
      act()
    })
    this.#cancelDelays.add(cancel)
  }
}

function requestOf(incoming: IncomingMessage, chunks: readonly Buffer[]): RestRequest {
  const target = incoming.url ?? '/'
  const question = target.indexOf('?')
  return {
    method: incoming.method ?? 'GET',
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? '' : target.slice(question + 1),
    body: Buffer.concat(chunks).toString('utf8'),
    headers: incoming.headers,
  }
}

function send(outgoing: ServerResponse, answer: RestAnswer): void {
  const text = JSON.stringify(answer.body)
  outgoing.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  outgoing.end(text)
}
