import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { ExchangeProtocol } from '../exchange-protocol.ts'
import type { RestAnswer, RestRequest } from '../rest-protocol.ts'
import { BinanceError, binanceErrorOf, errorAnswer } from './binance-errors.ts'
import type { MarketStreams } from './market-streams.ts'
import { RequestParameters } from './request-parameters.ts'
import type { Credentials } from './request-signatures.ts'
import type { Routes } from './rest-route.ts'
import { StreamCommands } from './stream-commands.ts'
import type { UserDataStreams } from './user-data-streams.ts'

/** Binance USDⓈ-M futures' REST and websocket paths. */
export class BinanceProtocol implements ExchangeProtocol {
  readonly secretParameters = ['signature', 'listenKey']
  readonly #routes: Routes
  readonly #credentials: Credentials
  readonly #clock: Clock
  readonly #marketStreams: MarketStreams
  readonly #userDataStreams: UserDataStreams

  constructor(
    routes: Routes,
    credentials: Credentials,
    clock: Clock,
    marketStreams: MarketStreams,
    userDataStreams: UserDataStreams,
  ) {
    this.#routes = routes
    this.#credentials = credentials
    this.#clock = clock
    this.#marketStreams = marketStreams
    this.#userDataStreams = userDataStreams
  }

  answer(request: RestRequest): RestAnswer {
    try {
      return { status: 200, body: this.#route(request) }
    } catch (error) {
      return errorAnswer(binanceErrorOf(error))
    }
  }

  /**
   * Paths are `/ws` and `/stream`, alone or below `/public`, `/market` or `/private`; after `/ws/` come a listen
   * key, stream names, or a number that only tells connections apart. A listen key may be in the query too.
   */
  open(socket: WebSocket, url: URL): void {
    const parts = url.pathname.split('/').filter((part) => part !== '')
    const at = parts.findLastIndex((part) => part === 'ws' || part === 'stream')
    const rest = parts.slice(at + 1)
    const streams = [...rest, ...(url.searchParams.get('streams')?.split('/') ?? [])]
    const listenKey = url.searchParams.get('listenKey') ?? rest.find((part) => this.#isListenKey(part))
    if (at === -1) socket.close(1008, 'no such path')
    else if (listenKey !== undefined || parts[at - 1] === 'private') {
      this.#userDataStreams.open(socket, listenKey ?? '')
    } else {
      const commands = new StreamCommands(this.#marketStreams, socket, parts[at] === 'stream')
      commands.subscribe(streams.filter((name) => name.includes('@')))
    }
  }

  #isListenKey(text: string): boolean {
    return this.#userDataStreams.listenKeys.accountOf(text) !== undefined
  }

  #route(request: RestRequest): unknown {
    const route = Object.hasOwn(this.#routes, `${request.method} ${request.path}`)
      ? this.#routes[`${request.method} ${request.path}`]
      : undefined
    if (!route) {
      const { method, path } = request
      throw new BinanceError(-5000, `Path ${path}, Method ${method} is invalid`, 404)
    }
    const parameters = new RequestParameters(request.query, request.body)
    switch (route.security) {
      case 'public':
        return route.answer(parameters)
      case 'key':
        return route.answer(parameters, this.#credentials.accountOfKey(request))
      case 'signed':
        return route.answer(
          parameters,
          this.#credentials.accountOfSignature(request, parameters, this.#clock),
        )
    }
  }
}
