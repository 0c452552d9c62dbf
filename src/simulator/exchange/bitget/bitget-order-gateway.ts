import type { Clock } from '../../../common/clock.ts'
import type { GatewayCancel, GatewayOrder, OrderGateway } from '../../order-gateway.ts'
import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { OrderState } from '../order.ts'
import type { BitgetCredentials } from './bitget-credentials.ts'
import { BitgetError, bitgetErrorOf, parameterWrong } from './bitget-errors.ts'
import { PRODUCT_TYPE } from './bitget-words.ts'
import { orderIdsPayload } from './order-payloads.ts'
import { readOrderReference, readOrderRequest } from './order-requests.ts'
import { RequestFields } from './request-fields.ts'

const FORCES: Readonly<Record<GatewayOrder['timeInForce'], string>> = {
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
  'post-only': 'post_only',
}

/** Takes the order manager's orders, and answers as Bitget's websocket does that trades. */
export class BitgetOrderGateway implements OrderGateway {
  readonly #engine: MatchingEngine
  readonly #credentials: BitgetCredentials
  readonly #clock: Clock
  #account: Account | undefined
  #lastId = 0

  constructor(engine: MatchingEngine, credentials: BitgetCredentials, clock: Clock) {
    this.#engine = engine
    this.#credentials = credentials
    this.#clock = clock
  }

  /** Orders are this account's from now on. The ring has no room for a passphrase: the order manager has it. */
  setKey(apiKey: string, apiSecret: string): string {
    const account = this.#credentials.accountOfKeys(apiKey, apiSecret)
    if (!account) return JSON.stringify({ event: 'error', code: 30005, msg: 'login failed' })
    this.#account = account
    return JSON.stringify({ event: 'login', code: 0, msg: '' })
  }

  place(order: GatewayOrder): string {
    return this.#trade('place-order', order.symbol, order.clientOrderId, (account) => {
      // Bitget has no orders that find their price by themselves.
      if (order.priceMatch !== 'none') throw parameterWrong('price')
      const fields = new RequestFields({
        symbol: order.symbol,
        orderType: 'limit',
        side: order.side,
        force: FORCES[order.timeInForce],
        size: order.size,
        price: order.price,
        clientOid: order.clientOrderId,
      })
      return this.#engine.place(account, readOrderRequest(fields))
    })
  }

  cancel({ symbol, clientOrderId }: GatewayCancel): string {
    return this.#trade('cancel-order', symbol, clientOrderId, (account) =>
      this.#engine.cancel(
        account,
        symbol,
        readOrderReference(new RequestFields({ clientOid: clientOrderId })),
      ),
    )
  }

  #trade(
    channel: 'place-order' | 'cancel-order',
    instId: string,
    clientOid: string,
    act: (account: Account) => OrderState,
  ): string {
    const id = String(++this.#lastId)
    const arg = { id, instType: PRODUCT_TYPE, channel, instId }
    try {
      if (!this.#account) throw new BitgetError('30004', 'User needs to log in')
      const params = orderIdsPayload(act(this.#account))
      return JSON.stringify({
        event: 'trade',
        arg: [{ ...arg, params }],
        code: 0,
        msg: 'Success',
        ts: this.#clock.nowMs(),
      })
    } catch (error) {
      const { code, message } = bitgetErrorOf(error)
      return JSON.stringify({
        event: 'error',
        arg: [{ ...arg, params: { clientOid } }],
        code: Number(code),
        msg: message,
        ts: this.#clock.nowMs(),
      })
    }
  }
}
