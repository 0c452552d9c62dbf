import type { Clock } from '../../../common/clock.ts'
import type { GatewayCancel, GatewayOrder, OrderGateway } from '../../order-gateway.ts'
import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { OrderState } from '../order.ts'
import { KEY_REFUSED, SIGNATURE_WRONG, binanceErrorOf } from './binance-errors.ts'
import { orderPayload } from './order-payloads.ts'
import { readOrderReference, readOrderRequest } from './order-requests.ts'
import { RequestParameters } from './request-parameters.ts'
import type { Credentials } from './request-signatures.ts'

const TIMES_IN_FORCE: Readonly<Record<GatewayOrder['timeInForce'], string>> = {
  gtc: 'GTC',
  ioc: 'IOC',
  fok: 'FOK',
  'post-only': 'GTX',
}

const PRICE_MATCHES: Readonly<Record<GatewayOrder['priceMatch'], string>> = {
  none: 'NONE',
  queue: 'QUEUE',
  'queue-5': 'QUEUE_5',
  opponent: 'OPPONENT',
  'opponent-5': 'OPPONENT_5',
}

/** Takes the order manager's orders, and answers as Binance's websocket API does. */
export class BinanceOrderGateway implements OrderGateway {
  readonly #engine: MatchingEngine
  readonly #credentials: Credentials
  readonly #clock: Clock
  #account: Account | undefined
  #lastId = 0

  constructor(engine: MatchingEngine, credentials: Credentials, clock: Clock) {
    this.#engine = engine
    this.#credentials = credentials
    this.#clock = clock
  }

  /** Orders are this account's from now on. The answer does not repeat the key: it stays readable in the slot. */
  setKey(apiKey: string, apiSecret: string): string {
    return this.#answer(() => {
      if (!this.#credentials.has(apiKey)) throw KEY_REFUSED()
      const account = this.#credentials.accountOf(apiKey, apiSecret)
      if (!account) throw SIGNATURE_WRONG()
      this.#account = account
      const nowMs = this.#clock.nowMs()
      return { authorizedSince: nowMs, connectedSince: nowMs, returnRateLimits: false, serverTime: nowMs }
    })
  }

  place(order: GatewayOrder): string {
    return this.#answerOrder((account) => {
      const matched = order.priceMatch !== 'none'
      const parameters = parametersOf({
        symbol: order.symbol,
        side: order.side.toUpperCase(),
        type: 'LIMIT',
        timeInForce: TIMES_IN_FORCE[order.timeInForce],
        priceMatch: PRICE_MATCHES[order.priceMatch],
        // A matched order finds its own price, whatever stands in the slot.
        price: matched ? '' : order.price,
        quantity: order.size,
        newClientOrderId: order.clientOrderId,
      })
      return this.#engine.place(account, readOrderRequest(parameters))
    })
  }

  cancel(cancel: GatewayCancel): string {
    return this.#answerOrder((account) => {
      const reference = readOrderReference(parametersOf({ origClientOrderId: cancel.clientOrderId }))
      return this.#engine.cancel(account, cancel.symbol, reference)
    })
  }

  #answerOrder(act: (account: Account) => OrderState): string {
    return this.#answer(() => {
      if (!this.#account) throw KEY_REFUSED()
      return orderPayload(act(this.#account))
    })
  }

  #answer(act: () => object): string {
    const id = String(++this.#lastId)
    try {
      return JSON.stringify({ id, status: 200, result: act() })
    } catch (error) {
      const { status, code, message } = binanceErrorOf(error)
      return JSON.stringify({ id, status, error: { code, msg: message } })
    }
  }
}

function parametersOf(values: Readonly<Record<string, string>>): RequestParameters {
  return new RequestParameters(new URLSearchParams(values).toString(), '')
}
