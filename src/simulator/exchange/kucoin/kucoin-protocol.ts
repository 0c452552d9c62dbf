import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { ExchangeProtocol } from '../exchange-protocol.ts'
import type { RestAnswer, RestRequest } from '../rest-protocol.ts'
import { SUCCESS_CODE, URL_UNKNOWN, errorAnswer, kucoinErrorOf } from './kucoin-errors.ts'
import type { MarketStreams } from './market-streams.ts'
import { RequestParameters } from './request-parameters.ts'
import type { Credentials } from './request-signatures.ts'
import { type Routes, findRoute, open, signed } from './rest-route.ts'
import { PING_INTERVAL_MS, PING_TIMEOUT_MS, StreamSession } from './stream-session.ts'
import { StreamTokens } from './stream-tokens.ts'
import type { UserStreams } from './user-streams.ts'

export interface KucoinProtocolParts {
  readonly routes: Routes
  readonly credentials: Credentials
  readonly clock: Clock
  readonly marketStreams: MarketStreams
  readonly userStreams: UserStreams
  /** Host and port of the websockets. */
  readonly authority: () => string
}

/** KuCoin's REST, spot paths that a futures client calls included, and its websockets, which a token opens. */
export class KucoinProtocol implements ExchangeProtocol {
  readonly secretParameters = ['token']
  readonly #parts: KucoinProtocolParts
  readonly #routes: Routes
  readonly #tokens: StreamTokens
  readonly #sessions = new Set<StreamSession>()

  constructor(parts: KucoinProtocolParts) {
    this.#parts = parts
    this.#tokens = new StreamTokens(parts.clock)
    this.#routes = {
      ...parts.routes,
      'POST /api/v1/bullet-public': open(() => this.#bullet(this.#tokens.create())),
      'POST /api/v1/bullet-private': signed((_, account) => this.#bullet(this.#tokens.create(account))),
    }
  }

  answer(request: RestRequest): RestAnswer {
    try {
      return { status: 200, body: { code: SUCCESS_CODE, data: this.#route(request) } }
    } catch (error) {
      return errorAnswer(kucoinErrorOf(error))
    }
  }

  /** Any path does: the token alone says who it is. */
  open(socket: WebSocket, url: URL): void {
    const { clock, marketStreams, userStreams } = this.#parts
    const connectId = url.searchParams.get('connectId') ?? 'anonymous'
    const token = this.#tokens.find(url.searchParams.get('token') ?? '')
    if (!token) {
      socket.send(JSON.stringify({ id: connectId, type: 'error', code: 401, data: 'token is invalid' }))
      socket.close(1000)
      return
    }
    const { account } = token
    const onClosed = (session: StreamSession) => this.#sessions.delete(session)
    this.#sessions.add(
      new StreamSession({ socket, connectId, account, clock, marketStreams, userStreams, onClosed }),
    )
  }

  /** Ends every private token and the connections that were opened with one. */
  expireLogins(): void {
    this.#tokens.expirePrivate()
    for (const session of [...this.#sessions]) if (session.account) session.expire()
  }

  #route(request: RestRequest): unknown {
    const found = findRoute(this.#routes, request.method, request.path)
    if (!found) throw URL_UNKNOWN()
    const { route, values } = found
    if (route.security === 'public') return route.answer(RequestParameters.of(request, values))
    const account = this.#parts.credentials.accountOfSignature(request)
    return route.answer(RequestParameters.of(request, values), account, request)
  }

  #bullet(token: string) {
    return {
      token,
      instanceServers: [
        {
          endpoint: `ws://${this.#parts.authority()}/`,
          encrypt: false,
          protocol: 'websocket',
          pingInterval: PING_INTERVAL_MS,
          pingTimeout: PING_TIMEOUT_MS,
        },
      ],
    }
  }
}
