import type { Clock } from '../../../common/clock.ts'
import type { AskedRequest, GatewayCancel, GatewayOrder } from '../../order-gateway.ts'
import { AnsweringGateway, type GatewayErrors } from '../answering-gateway.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import {
  GateIoError,
  gateIoErrorOf,
  KEY_REFUSED,
  NOT_LOGGED_IN,
  parameterInvalid,
  SIGNATURE_WRONG,
} from './gate-io-errors.ts'
import { userIdOf } from './gate-io-user.ts'
import { isOpen, orderPayload, TIF_WORDS } from './order-payloads.ts'
import { readOrderRequest } from './order-requests.ts'
import { RequestFields } from './request-fields.ts'

const ERRORS: GatewayErrors = {
  keyUnknown: KEY_REFUSED,
  secretWrong: SIGNATURE_WRONG,
  keyMissing: NOT_LOGGED_IN,
  unreadable: parameterInvalid,
  failed: () => new GateIoError('SERVER_ERROR', 'Internal server error', 500),
}

const CHANNELS = {
  key: 'futures.login',
  place: 'futures.order_place',
  cancel: 'futures.order_cancel',
} as const

/** Takes the order manager's orders, and answers as Gate.io's websocket API does. Sizes are contracts. */
export class GateIoOrderGateway extends AnsweringGateway {
  readonly #engine: MatchingEngine
  readonly #clock: Clock

  constructor(engine: MatchingEngine, credentials: CredentialStore, clock: Clock) {
    super(credentials, ERRORS)
    this.#engine = engine
    this.#clock = clock
  }

  protected override logIn({ keys }: KnownAccount): object {
    return { uid: userIdOf(keys) }
  }

  protected override placeOrder(order: GatewayOrder, { account, keys }: KnownAccount): object {
    if (order.priceMatch !== 'none') {
      throw new GateIoError('INVALID_PARAM_VALUE', 'prices cannot be matched on this exchange')
    }
    if (!/^\d+$/.test(order.size)) throw parameterInvalid('size')
    const fields = new RequestFields({
      contract: order.symbol,
      size: order.side === 'sell' ? `-${order.size}` : order.size,
      price: order.price,
      tif: TIF_WORDS[order.timeInForce],
      text: `t-${order.clientOrderId}`,
    })
    const request = readOrderRequest(fields, (symbol) => this.#engine.instrument(symbol))
    return orderPayload(this.#engine.place(account, request), userIdOf(keys), this.#engine.fees)
  }

  protected override cancelOrder(cancel: GatewayCancel, { account, keys }: KnownAccount): object {
    const text = `t-${cancel.clientOrderId}`
    const order = account.records.orderByClientId(text)
    if (order && !isOpen(order)) throw new GateIoError('ORDER_FINISHED', `order ${text} is finished`)
    const canceled = this.#engine.cancel(account, cancel.symbol, { clientOrderId: text })
    return orderPayload(canceled, userIdOf(keys), this.#engine.fees)
  }

  protected override accepted(asked: AskedRequest, id: string, result: object): object {
    return { ...this.#head(asked, id, 200), data: { result } }
  }

  protected override refused(asked: AskedRequest, id: string, error: unknown): object {
    const { status, label, message } = gateIoErrorOf(error)
    return { ...this.#head(asked, id, status), data: { errs: { label, message } } }
  }

  #head({ kind }: AskedRequest, id: string, status: number) {
    const nowMs = this.#clock.nowMs()
    const nowUs = nowMs * 1_000
    return {
      request_id: id,
      ack: false,
      header: {
        response_time: String(nowMs),
        status: String(status),
        channel: CHANNELS[kind],
        event: 'api',
        client_id: '::1-0x1',
        x_in_time: nowUs,
        x_out_time: nowUs,
        conn_id: '1',
        trace_id: id,
      },
    }
  }
}
