import type { Clock } from '../../../common/clock.ts'
import type { AskedRequest, GatewayCancel, GatewayOrder } from '../../order-gateway.ts'
import { AnsweringGateway, type GatewayErrors } from '../answering-gateway.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { BinanceError, KEY_REFUSED, SIGNATURE_WRONG, binanceErrorOf } from './binance-errors.ts'
import { TIME_IN_FORCE_WORDS } from './binance-words.ts'
import { orderPayload } from './order-payloads.ts'
import { readOrderReference, readOrderRequest } from './order-requests.ts'
import { RequestParameters } from './request-parameters.ts'

const PRICE_MATCHES: Readonly<Record<GatewayOrder['priceMatch'], string>> = {
  none: 'NONE',
  queue: 'QUEUE',
  'queue-5': 'QUEUE_5',
  opponent: 'OPPONENT',
  'opponent-5': 'OPPONENT_5',
}

const ERRORS: GatewayErrors = {
  keyUnknown: KEY_REFUSED,
  secretWrong: SIGNATURE_WRONG,
  keyMissing: KEY_REFUSED,
  unreadable: (reason) => new BinanceError(-1102, reason),
  failed: () => new BinanceError(-1000, 'An unknown error occurred while processing the request.', 500),
}

/** Takes the order manager's orders, and answers as Binance's websocket API does. */
export class BinanceOrderGateway extends AnsweringGateway {
  readonly #engine: MatchingEngine
  readonly #clock: Clock

  constructor(engine: MatchingEngine, credentials: CredentialStore, clock: Clock) {
    super(credentials, ERRORS)
    this.#engine = engine
    this.#clock = clock
  }

  protected override logIn(): object {
    const nowMs = this.#clock.nowMs()
    return { authorizedSince: nowMs, connectedSince: nowMs, returnRateLimits: false, serverTime: nowMs }
  }

  protected override placeOrder(order: GatewayOrder, { account }: KnownAccount): object {
    const matched = order.priceMatch !== 'none'
    const parameters = parametersOf({
      symbol: order.symbol,
      side: order.side.toUpperCase(),
      type: 'LIMIT',
      timeInForce: TIME_IN_FORCE_WORDS[order.timeInForce],
      priceMatch: PRICE_MATCHES[order.priceMatch],
      // A matched order finds its own price, whatever stands in the slot.
      price: matched ? '' : order.price,
      quantity: order.size,
      newClientOrderId: order.clientOrderId,
    })
    return orderPayload(this.#engine.place(account, readOrderRequest(parameters)))
  }

  protected override cancelOrder({ symbol, clientOrderId }: GatewayCancel, { account }: KnownAccount) {
    const reference = readOrderReference(parametersOf({ origClientOrderId: clientOrderId }))
    return orderPayload(this.#engine.cancel(account, symbol, reference))
  }

  protected override accepted(_: AskedRequest, id: string, result: object): object {
    return { id, status: 200, result }
  }

  protected override refused(_: AskedRequest, id: string, error: unknown): object {
    const { status, code, message } = binanceErrorOf(error)
    return { id, status, error: { code, msg: message } }
  }
}

function parametersOf(values: Readonly<Record<string, string>>): RequestParameters {
  return new RequestParameters(new URLSearchParams(values).toString(), '')
}
