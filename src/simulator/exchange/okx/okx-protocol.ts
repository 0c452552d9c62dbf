import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { ExchangeProtocol } from '../exchange-protocol.ts'
import type { RestAnswer, RestRequest } from '../rest-protocol.ts'
import { OkxError, okxErrorOf } from './okx-errors.ts'
import { OkxSocket, type SocketParts } from './okx-socket.ts'
import { fieldsOf } from './request-fields.ts'
import type { Routes } from './rest-route.ts'

/** OKX's REST paths of version 5, and its public and private websockets. */
export class OkxProtocol implements ExchangeProtocol {
  readonly secretParameters = ['sign', 'passphrase']
  readonly #routes: Routes
  readonly #parts: SocketParts
  readonly #clock: Clock
  readonly #sockets = new Set<OkxSocket>()
  #lastConnection = 0

  constructor(routes: Routes, parts: SocketParts, clock: Clock) {
    this.#clock = clock
    this.#routes = routes
    this.#parts = parts
  }

  answer(request: RestRequest): RestAnswer {
    try {
      return { status: 200, body: this.#route(request) }
    } catch (error) {
      const { status, code, message } = okxErrorOf(error)
      return { status, body: { code, data: [], msg: message } }
    }
  }

  open(socket: WebSocket, url: URL): void {
    const access = /^\/ws\/v5\/(public|private)$/.exec(url.pathname)?.[1]
    if (access === undefined) {
      socket.close(1008, 'no such path')
      return
    }
    const connId = (++this.#lastConnection).toString(16).padStart(8, '0')
    const opened: OkxSocket = new OkxSocket(socket, this.#parts, access === 'private', connId, () =>
      this.#sockets.delete(opened),
    )
    this.#sockets.add(opened)
  }

  /** Ends every connection that has logged in. */
  endLogins(): void {
    for (const socket of this.#sockets) if (socket.isLoggedIn) socket.endForUpgrade()
  }

  #route(request: RestRequest): unknown {
    const name = `${request.method} ${request.path}`
    const route = Object.hasOwn(this.#routes, name) ? this.#routes[name] : undefined
    if (!route) throw new OkxError('50404', `Invalid URI: ${request.path}`, 404)
    if (route.security === 'public') {
      return { code: '0', msg: '', data: route.answer(fieldsOf(request)[0]!) }
    }
    const account = this.#parts.signatures.accountOfRequest(request)
    const rows = fieldsOf(request)
    if (route.security === 'desk') {
      const inTime = String(this.#clock.nowMs() * 1_000)
      return { ...route.answer(rows, account), inTime, outTime: inTime }
    }
    const [fields] = rows
    if (!fields) throw new OkxError('50000', 'Body for POST request cannot be empty.', 400)
    return { code: '0', msg: '', data: route.answer(fields, account) }
  }
}
