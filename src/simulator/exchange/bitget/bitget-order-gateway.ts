import type { Clock } from '../../../common/clock.ts'
import type { AskedRequest, GatewayCancel, GatewayOrder } from '../../order-gateway.ts'
import { AnsweringGateway, type GatewayErrors } from '../answering-gateway.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { BitgetError, bitgetErrorOf, parameterWrong } from './bitget-errors.ts'
import { FORCE_WORDS, PRODUCT_TYPE } from './bitget-words.ts'
import { orderIdsPayload } from './order-payloads.ts'
import { readOrderReference, readOrderRequest } from './order-requests.ts'
import { RequestFields } from './request-fields.ts'

const LOGIN_REFUSED = () => new BitgetError('30005', 'login failed')

const ERRORS: GatewayErrors = {
  keyUnknown: LOGIN_REFUSED,
  secretWrong: LOGIN_REFUSED,
  keyMissing: () => new BitgetError('30004', 'User needs to log in'),
  unreadable: (reason) => new BitgetError('40017', `Parameter verification failed ${reason}`),
  failed: () => new BitgetError('40725', 'service return an error'),
}

const CHANNELS = { key: 'login', place: 'place-order', cancel: 'cancel-order' } as const

/** Takes the order manager's orders, and answers as Bitget's websocket does that trades. */
export class BitgetOrderGateway extends AnsweringGateway {
  readonly #engine: MatchingEngine
  readonly #clock: Clock

  constructor(engine: MatchingEngine, credentials: CredentialStore, clock: Clock) {
    super(credentials, ERRORS)
    this.#engine = engine
    this.#clock = clock
  }

  protected override logIn(): object {
    return {}
  }

  protected override placeOrder(order: GatewayOrder, { account }: KnownAccount): object {
    // Bitget has no orders that find their price by themselves.
    if (order.priceMatch !== 'none') throw parameterWrong('price')
    const fields = new RequestFields({
      symbol: order.symbol,
      orderType: 'limit',
      side: order.side,
      force: FORCE_WORDS[order.timeInForce],
      size: order.size,
      price: order.price,
      clientOid: order.clientOrderId,
    })
    return orderIdsPayload(this.#engine.place(account, readOrderRequest(fields)))
  }

  protected override cancelOrder({ symbol, clientOrderId }: GatewayCancel, { account }: KnownAccount) {
    const reference = readOrderReference(new RequestFields({ clientOid: clientOrderId }))
    return orderIdsPayload(this.#engine.cancel(account, symbol, reference))
  }

  protected override accepted(asked: AskedRequest, id: string, params: object): object {
    if (asked.kind === 'key') return { event: 'login', code: 0, msg: '' }
    return { event: 'trade', ...this.#about(asked, id, params), code: 0, msg: 'Success', ...this.#time() }
  }

  protected override refused(asked: AskedRequest, id: string, error: unknown): object {
    const { code, message } = bitgetErrorOf(error)
    const told = { code: Number(code), msg: message }
    if (asked.kind === 'key') return { event: 'error', ...told }
    const about = this.#about(asked, id, { clientOid: asked.clientOrderId })
    return { event: 'error', ...about, ...told, ...this.#time() }
  }

  #about({ kind, symbol }: AskedRequest, id: string, params: object) {
    return { arg: [{ id, instType: PRODUCT_TYPE, channel: CHANNELS[kind], instId: symbol, params }] }
  }

  #time() {
    return { ts: this.#clock.nowMs() }
  }
}
