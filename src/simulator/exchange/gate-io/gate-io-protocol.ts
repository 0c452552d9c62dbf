import type { WebSocket } from 'ws'
import type { ExchangeProtocol } from '../exchange-protocol.ts'
import { parseJson, recordOfQuery } from '../json-record.ts'
import type { RestAnswer, RestRequest } from '../rest-protocol.ts'
import type { GateIoCredentials } from './gate-io-credentials.ts'
import { errorAnswer, GateIoError, gateIoErrorOf } from './gate-io-errors.ts'
import type { PrivateRoute, PublicRoute, Routes } from './rest-route.ts'
import { RequestFields } from './request-fields.ts'

const BASE_PATH = '/api/v4'
const WEBSOCKET_PATH = '/v4/ws/usdt'

/** Gate.io futures' REST and websocket paths. */
export class GateIoProtocol implements ExchangeProtocol {
  /** Keys and signatures travel in headers, which are not logged. */
  readonly secretParameters = []
  readonly #routes: Routes
  readonly #credentials: GateIoCredentials
  readonly #serve: (socket: WebSocket) => void

  constructor(routes: Routes, credentials: GateIoCredentials, serve: (socket: WebSocket) => void) {
    this.#routes = routes
    this.#credentials = credentials
    this.#serve = serve
  }

  answer(request: RestRequest): RestAnswer {
    try {
      const creates = request.method === 'POST' && request.path.endsWith('/orders')
      return { status: creates ? 201 : 200, body: this.#route(request) }
    } catch (error) {
      return errorAnswer(gateIoErrorOf(error))
    }
  }

  open(socket: WebSocket, url: URL): void {
    if (url.pathname.endsWith(WEBSOCKET_PATH)) this.#serve(socket)
    else socket.close(1008, 'no such path')
  }

  #route(request: RestRequest): unknown {
    const { route, name } = this.#find(request)
    const known = route.security === 'signed' ? this.#credentials.ofRequest(request) : undefined
    const body = parseBody(request.body)
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
    const values = { ...(isObject && body), ...recordOfQuery(request.query) }
    const asked = { fields: new RequestFields(values), body, name }
    return route.security === 'public' ? route.answer(asked) : route.answer(asked, known!)
  }

  #find({ method, path }: RestRequest): { route: PublicRoute | PrivateRoute; name: string } {
    if (path.startsWith(`${BASE_PATH}/`)) {
      const below = path.slice(BASE_PATH.length)
      const exact = this.#routes[`${method} ${below}`]
      if (exact && Object.hasOwn(this.#routes, `${method} ${below}`)) return { route: exact, name: '' }
      const parts = below.split('/')
      for (const at of [parts.length - 1, parts.length - 2]) {
        const pattern = `${method} ${parts.map((part, index) => (index === at ? '*' : part)).join('/')}`
        const route = Object.hasOwn(this.#routes, pattern) ? this.#routes[pattern] : undefined
        if (route) return { route, name: parts[at]! }
      }
    }
    throw new GateIoError('NOT_FOUND', `${method} ${path} not found`, 404)
  }
}

function parseBody(text: string): unknown {
  if (text === '') return null
  const json = parseJson(text)
  if (json === undefined) throw new GateIoError('INVALID_REQUEST_BODY', 'request body is not JSON')
  return json
}
