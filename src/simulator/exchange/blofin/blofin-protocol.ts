import type { WebSocket } from 'ws'
import type { ExchangeProtocol } from '../exchange-protocol.ts'
import { parseJson, recordOfQuery } from '../json-record.ts'
import type { RestAnswer, RestRequest } from '../rest-protocol.ts'
import { BlofinError, blofinErrorOf, fieldsOf } from './blofin-errors.ts'
import { BlofinSocket, type SocketParts } from './blofin-socket.ts'
import type { Routes } from './rest-route.ts'

/** BloFin's REST paths of version 1, and its public and private websockets. */
export class BlofinProtocol implements ExchangeProtocol {
  readonly secretParameters = ['sign', 'passphrase']
  readonly #routes: Routes
  readonly #parts: SocketParts
  readonly #sockets = new Set<BlofinSocket>()

  constructor(routes: Routes, parts: SocketParts) {
    this.#routes = routes
    this.#parts = parts
  }

  answer(request: RestRequest): RestAnswer {
    try {
      return { status: 200, body: this.#route(request) }
    } catch (error) {
      const { code, message } = blofinErrorOf(error)
      return { status: 200, body: { code, msg: message } }
    }
  }

  open(socket: WebSocket, url: URL): void {
    const access = /^\/ws\/(public|private)$/.exec(url.pathname)?.[1]
    if (access === undefined) {
      socket.close(1008, 'no such path')
      return
    }
    const opened: BlofinSocket = new BlofinSocket(socket, this.#parts, access === 'private', () =>
      this.#sockets.delete(opened),
    )
    this.#sockets.add(opened)
  }

  /** Ends every connection that has logged in. */
  endLogins(): void {
    for (const socket of this.#sockets) if (socket.isLoggedIn) socket.end()
  }

  #route(request: RestRequest): unknown {
    const name = `${request.method} ${request.path}`
    const route = Object.hasOwn(this.#routes, name) ? this.#routes[name] : undefined
    if (!route) throw new BlofinError('404', 'not found')
    const values = request.method === 'GET' ? recordOfQuery(request.query) : bodyOf(request)
    if (route.security === 'public') {
      return { code: '0', msg: 'success', data: route.answer(fieldsOf(values)) }
    }
    const account = this.#parts.signatures.accountOfRequest(request)
    if (route.security === 'desk') {
      const rows: readonly unknown[] = Array.isArray(values) ? values : [values]
      return route.answer(rows.map(fieldsOf), account)
    }
    return { code: '0', msg: 'success', data: route.answer(fieldsOf(values), account) }
  }
}

function bodyOf({ body }: RestRequest): unknown {
  if (body === '') throw new BlofinError('400', 'Body can not be empty')
  return parseJson(body)
}
