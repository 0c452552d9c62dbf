import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { ExchangeProtocol } from '../exchange-protocol.ts'
import type { RestAnswer, RestRequest } from '../rest-protocol.ts'
import type { BitgetCredentials } from './bitget-credentials.ts'
import { PATH_UNKNOWN, bitgetErrorOf } from './bitget-errors.ts'
import type { PrivateChannels } from './private-channels.ts'
import type { PublicChannels } from './public-channels.ts'
import { RequestFields } from './request-fields.ts'
import type { Routes } from './rest-route.ts'

/** Bitget's REST and websocket paths, version 2. */
export class BitgetProtocol implements ExchangeProtocol {
  /** Secrets are in headers, which are not logged. */
  readonly secretParameters = []
  readonly #routes: Routes
  readonly #credentials: BitgetCredentials
  readonly #clock: Clock
  readonly #publicChannels: PublicChannels
  readonly #privateChannels: PrivateChannels

  constructor(
    routes: Routes,
    credentials: BitgetCredentials,
    clock: Clock,
    publicChannels: PublicChannels,
    privateChannels: PrivateChannels,
  ) {
    this.#routes = routes
    this.#credentials = credentials
    this.#clock = clock
    this.#publicChannels = publicChannels
    this.#privateChannels = privateChannels
  }

  /** Refusals have status 400 and the same shape as answers. */
  answer(request: RestRequest): RestAnswer {
    const requestTime = this.#clock.nowMs()
    try {
      const data = this.#route(request)
      return { status: 200, body: { code: '00000', msg: 'success', requestTime, data } }
    } catch (error) {
      const { code, message } = bitgetErrorOf(error)
      return { status: 400, body: { code, msg: message, requestTime, data: null } }
    }
  }

  open(socket: WebSocket, url: URL): void {
    if (url.pathname === '/v2/ws/public') this.#publicChannels.open(socket)
    else if (url.pathname === '/v2/ws/private') this.#privateChannels.open(socket)
    else socket.close(1008, 'no such path')
  }

  #route(request: RestRequest): unknown {
    const name = `${request.method} ${request.path}`
    const route = Object.hasOwn(this.#routes, name) ? this.#routes[name] : undefined
    if (!route) throw PATH_UNKNOWN()
    if (!route.isSigned) return route.answer(RequestFields.of(request))
    const account = this.#credentials.accountOfRequest(request)
    return route.answer(RequestFields.of(request), account)
  }
}
