import type { Clock } from '../../../common/clock.ts'
import type { AskedRequest, GatewayCancel, GatewayOrder } from '../../order-gateway.ts'
import { AnsweringGateway, type GatewayErrors } from '../answering-gateway.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import {
  KEY_UNKNOWN,
  KucoinError,
  PARAMETER_ILLEGAL,
  SIGNATURE_WRONG,
  SUCCESS_CODE,
  kucoinErrorOf,
} from './kucoin-errors.ts'
import { readOrderRequest } from './order-requests.ts'
import { RequestParameters } from './request-parameters.ts'
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from './stream-session.ts'

const ERRORS: GatewayErrors = {
  keyUnknown: KEY_UNKNOWN,
  secretWrong: SIGNATURE_WRONG,
  keyMissing: KEY_UNKNOWN,
  unreadable: (reason) => new KucoinError('400100', `Parameter error: ${reason}`),
  failed: () => new KucoinError('500000', 'Internal Server Error'),
}

const OPS = { key: 'login', place: 'futures.order', cancel: 'futures.cancel' } as const

/** Takes the order manager's orders, and answers as KuCoin's websocket API does. */
export class KucoinOrderGateway extends AnsweringGateway {
  readonly #engine: MatchingEngine
  readonly #clock: Clock

  constructor(engine: MatchingEngine, credentials: CredentialStore, clock: Clock) {
    super(credentials, ERRORS)
    this.#engine = engine
    this.#clock = clock
  }

  protected override logIn(): object {
    return { pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS }
  }

  protected override placeOrder(order: GatewayOrder, { account }: KnownAccount): object {
    // KuCoin futures have neither fill-or-kill orders nor prices that the exchange finds.
    if (order.timeInForce === 'fok' || order.priceMatch !== 'none') throw PARAMETER_ILLEGAL()
    const parameters = new RequestParameters({
      clientOid: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      type: 'limit',
      price: order.price,
      size: order.size,
      timeInForce: order.timeInForce === 'ioc' ? 'IOC' : 'GTC',
      postOnly: String(order.timeInForce === 'post-only'),
      marginMode: 'CROSS',
    })
    const placed = this.#engine.place(account, readOrderRequest(parameters, this.#engine))
    return { orderId: String(placed.orderId), clientOid: placed.clientOrderId }
  }

  protected override cancelOrder({ clientOrderId, symbol }: GatewayCancel, { account }: KnownAccount) {
    this.#engine.cancel(account, symbol, { clientOrderId })
    return { clientOid: clientOrderId }
  }

  protected override accepted({ kind }: AskedRequest, id: string, data: object): object {
    if (kind === 'key') return { sessionId: `session-${id}`, data: 'welcome', ...data }
    return { id, op: OPS[kind], code: SUCCESS_CODE, data, ...this.#times() }
  }

  protected override refused({ kind }: AskedRequest, id: string, error: unknown): object {
    const { code, message } = kucoinErrorOf(error)
    const told = { code, msg: message, ...this.#times() }
    return kind === 'key' ? told : { id, op: OPS[kind], ...told }
  }

  #times() {
    const nowMs = this.#clock.nowMs()
    return { inTime: nowMs, outTime: nowMs }
  }
}
