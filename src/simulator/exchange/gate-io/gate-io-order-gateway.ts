import type { Clock } from '../../../common/clock.ts'
import type { GatewayCancel, GatewayOrder, OrderGateway } from '../../order-gateway.ts'
import type { KnownAccount } from '../credential-store.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { OrderState } from '../order.ts'
import type { GateIoCredentials } from './gate-io-credentials.ts'
import { GateIoError, gateIoErrorOf, NOT_LOGGED_IN } from './gate-io-errors.ts'
import { userIdOf } from './gate-io-user.ts'
import { isOpen, orderPayload } from './order-payloads.ts'
import { readOrderRequest } from './order-requests.ts'
import { RequestFields } from './request-fields.ts'

const TIF_WORDS: Readonly<Record<GatewayOrder['timeInForce'], string>> = {
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
  'post-only': 'poc',
}

/** Takes the order manager's orders, and answers as Gate.io's websocket API does. Sizes are contracts. */
export class GateIoOrderGateway implements OrderGateway {
  readonly #engine: MatchingEngine
  readonly #credentials: GateIoCredentials
  readonly #clock: Clock
  #known: KnownAccount | undefined
  #lastId = 0

  constructor(engine: MatchingEngine, credentials: GateIoCredentials, clock: Clock) {
    this.#engine = engine
    this.#credentials = credentials
    this.#clock = clock
  }

  /** Orders are this account's from now on. The answer does not repeat the key: it stays readable in the slot. */
  setKey(apiKey: string, apiSecret: string): string {
    return this.#answer('futures.login', () => {
      this.#known = this.#credentials.ofKeyPair(apiKey, apiSecret)
      return { uid: userIdOf(this.#known.keys) }
    })
  }

  place(order: GatewayOrder): string {
    return this.#answerOrder('futures.order_place', ({ account }) => {
      if (order.priceMatch !== 'none') {
        throw new GateIoError('INVALID_PARAM_VALUE', 'prices cannot be matched on this exchange')
      }
      if (!/^\d+$/.test(order.size)) throw new GateIoError('INVALID_PARAM_VALUE', 'invalid argument: size')
      const fields = new RequestFields({
        contract: order.symbol,
        size: order.side === 'sell' ? `-${order.size}` : order.size,
        price: order.price,
        tif: TIF_WORDS[order.timeInForce],
        text: `t-${order.clientOrderId}`,
      })
      return this.#engine.place(
        account,
        readOrderRequest(fields, (symbol) => this.#engine.instrument(symbol)),
      )
    })
  }

  cancel(cancel: GatewayCancel): string {
    return this.#answerOrder('futures.order_cancel', ({ account }) => {
      const text = `t-${cancel.clientOrderId}`
      const order = account.records.orderByClientId(text)
      if (order && !isOpen(order)) throw new GateIoError('ORDER_FINISHED', `order ${text} is finished`)
      return this.#engine.cancel(account, cancel.symbol, { clientOrderId: text })
    })
  }

  withoutKey(): string {
    return this.#answer('futures.order_place', () => {
      throw NOT_LOGGED_IN()
    })
  }

  #answerOrder(channel: string, act: (known: KnownAccount) => OrderState): string {
    return this.#answer(channel, () => {
      if (!this.#known) throw NOT_LOGGED_IN()
      return orderPayload(act(this.#known), userIdOf(this.#known.keys), this.#engine.fees)
    })
  }

  #answer(channel: string, act: () => object): string {
    const requestId = String(++this.#lastId)
    try {
      const result = act()
      return JSON.stringify({ ...this.#head(channel, requestId, 200), data: { result } })
    } catch (error) {
      const { status, label, message } = gateIoErrorOf(error)
      const errs = { label, message }
      return JSON.stringify({ ...this.#head(channel, requestId, status), data: { errs } })
    }
  }

  #head(channel: string, requestId: string, status: number) {
    const nowMs = this.#clock.nowMs()
    const nowUs = nowMs * 1_000
    return {
      request_id: requestId,
      ack: false,
      header: {
        response_time: String(nowMs),
        status: String(status),
        channel,
        event: 'api',
        client_id: '::1-0x1',
        x_in_time: nowUs,
        x_out_time: nowUs,
        conn_id: '1',
        trace_id: requestId,
      },
    }
  }
}
