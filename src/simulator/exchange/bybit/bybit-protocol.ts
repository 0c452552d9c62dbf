import type { WebSocket } from 'ws'
import type { ExchangeProtocol } from '../exchange-protocol.ts'
import type { RestAnswer, RestRequest } from '../rest-protocol.ts'
import { bybitErrorOf } from './bybit-errors.ts'
import { BybitSocket, type SocketParts } from './bybit-socket.ts'
import { fieldsOf } from './request-fields.ts'
import type { RouteAnswer, Routes } from './rest-route.ts'

/** Bybit's REST paths of version 5, and its public and private websockets. */
export class BybitProtocol implements ExchangeProtocol {
  readonly secretParameters = ['sign', 'api_key']
  readonly #routes: Routes
  readonly #parts: SocketParts
  readonly #sockets = new Set<BybitSocket>()
  #lastConnection = 0

  constructor(routes: Routes, parts: SocketParts) {
    this.#routes = routes
    this.#parts = parts
  }

  /** What is refused is answered with status 200 too. */
  answer(request: RestRequest): RestAnswer {
    const name = `${request.method} ${request.path}`
    const route = Object.hasOwn(this.#routes, name) ? this.#routes[name] : undefined
    if (!route) return { status: 404, body: { message: 'no such path' } }
    try {
      if (route.security === 'public') return this.#envelope(0, 'OK', route.answer(fieldsOf(request)))
      const account = this.#parts.signatures.accountOfRequest(request)
      return this.#envelope(0, 'OK', route.answer(fieldsOf(request), account))
    } catch (error) {
      const { code, message } = bybitErrorOf(error)
      return this.#envelope(code, message, { result: {} })
    }
  }

  open(socket: WebSocket, url: URL): void {
    const isPrivate = url.pathname === '/v5/private'
    if (!isPrivate && url.pathname !== '/v5/public/linear') {
      socket.close(1008, 'no such path')
      return
    }
    const connId = `cejreaspqfm9se7usbrg-${(++this.#lastConnection).toString(36)}`
    const opened: BybitSocket = new BybitSocket(socket, this.#parts, isPrivate, connId, () =>
      this.#sockets.delete(opened),
    )
    this.#sockets.add(opened)
  }

  /** Ends every connection that has logged in. */
  endLogins(): void {
    for (const socket of this.#sockets) if (socket.isLoggedIn) socket.end()
  }

  #envelope(retCode: number, retMsg: string, { result, retExtInfo }: RouteAnswer): RestAnswer {
    const time = this.#parts.clock.nowMs()
    return { status: 200, body: { retCode, retMsg, result, retExtInfo: retExtInfo ?? {}, time } }
  }
}
