import type { Clock } from '../../../common/clock.ts'
import type { GatewayCancel, GatewayOrder, OrderGateway } from '../../order-gateway.ts'
import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { KEY_UNKNOWN, PARAMETER_ILLEGAL, SUCCESS_CODE, kucoinErrorOf } from './kucoin-errors.ts'
import { readOrderRequest } from './order-requests.ts'
import { RequestParameters } from './request-parameters.ts'
import type { Credentials } from './request-signatures.ts'
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from './stream-session.ts'

/** Takes the order manager's orders, and answers as KuCoin's websocket API does. The ring has no passphrase. */
export class KucoinOrderGateway implements OrderGateway {
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
    try {
      this.#account = this.#credentials.accountOf(apiKey, apiSecret)
      return JSON.stringify({
        sessionId: `session-${++this.#lastId}`,
        data: 'welcome',
        pingInterval: PING_INTERVAL_MS,
        pingTimeout: PING_TIMEOUT_MS,
      })
    } catch (error) {
      const { code, message } = kucoinErrorOf(error)
      return JSON.stringify({ code, msg: message, ...this.#times() })
    }
  }

  place(order: GatewayOrder): string {
    return this.#answer('futures.order', (account) => {
      // KuCoin futures have neither fill-or-kill orders nor prices that the exchange finds.
      if (order.timeInForce === 'fok' || order.priceMatch !== 'none') throw PARAMETER_ILLEGAL()
      const parameters = new RequestParameters(
        Object.entries({
          clientOid: order.clientOrderId,
          symbol: order.symbol,
          side: order.side,
          type: 'limit',
          price: order.price,
          size: order.size,
          timeInForce: order.timeInForce === 'ioc' ? 'IOC' : 'GTC',
          postOnly: String(order.timeInForce === 'post-only'),
          marginMode: 'CROSS',
        }),
      )
      const placed = this.#engine.place(account, readOrderRequest(parameters, this.#engine))
      return { orderId: String(placed.orderId), clientOid: placed.clientOrderId }
    })
  }

  cancel({ clientOrderId, symbol }: GatewayCancel): string {
    return this.#answer('futures.cancel', (account) => {
      this.#engine.cancel(account, symbol, { clientOrderId })
      return { clientOid: clientOrderId }
    })
  }

  #answer(op: string, act: (account: Account) => object): string {
    const id = String(++this.#lastId)
    try {
      if (!this.#account) throw KEY_UNKNOWN()
      return JSON.stringify({ id, op, code: SUCCESS_CODE, data: act(this.#account), ...this.#times() })
    } catch (error) {
      const { code, message } = kucoinErrorOf(error)
      return JSON.stringify({ id, op, code, msg: message, ...this.#times() })
    }
  }

  #times() {
    const nowMs = this.#clock.nowMs()
    return { inTime: nowMs, outTime: nowMs }
  }
}
