import type { AskedRequest, GatewayCancel, GatewayOrder } from '../../order-gateway.ts'
import { AnsweringGateway, type GatewayErrors } from '../answering-gateway.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import { BlofinError, blofinErrorOf, fieldsOf, LOGIN_FAILED, parameterWrong } from './blofin-errors.ts'
import { orderTypeWord } from './blofin-words.ts'
import type { TradeDesk } from './trade-desk.ts'

const ERRORS: GatewayErrors = {
  keyUnknown: LOGIN_FAILED,
  secretWrong: LOGIN_FAILED,
  keyMissing: () => new BlofinError('152401', 'Access key does not exist'),
  unreadable: (reason) => new BlofinError('152005', `Parameter error: ${reason}`),
  failed: () =>
    new BlofinError('103013', 'Internal error; unable to process your request. Please try again.'),
}

/**
 * Takes the order manager's orders, sizes in contracts. BloFin's websocket takes no orders, so the answers are those
 * of its REST (assumed), and the one to a key is that of the websocket's login.
 */
export class BlofinOrderGateway extends AnsweringGateway {
  readonly #tradeDesk: TradeDesk

  constructor(tradeDesk: TradeDesk, credentials: CredentialStore) {
    super(credentials, ERRORS)
    this.#tradeDesk = tradeDesk
  }

  protected override logIn(): object {
    return { event: 'login', code: '0', msg: '' }
  }

  protected override placeOrder(order: GatewayOrder, { account }: KnownAccount): object {
    // BloFin has no order that finds its own price.
    if (order.priceMatch !== 'none') throw parameterWrong('price')
    return this.#tradeDesk.place(account, [
      fieldsOf({
        instId: order.symbol,
        marginMode: 'cross',
        positionSide: 'net',
        side: order.side,
        orderType: orderTypeWord({ kind: 'limit', timeInForce: order.timeInForce }),
        price: order.price,
        size: order.size,
        clientOrderId: order.clientOrderId,
      }),
    ])
  }

  protected override cancelOrder({ symbol, clientOrderId }: GatewayCancel, { account }: KnownAccount) {
    return this.#tradeDesk.cancel(account, [fieldsOf({ instId: symbol, clientOrderId })])
  }

  protected override accepted(_asked: AskedRequest, _id: string, answer: object): object {
    return answer
  }

  protected override refused({ kind }: AskedRequest, _id: string, error: unknown): object {
    const { code, message } = blofinErrorOf(error)
    return { ...(kind === 'key' && { event: 'error' }), code, msg: message }
  }
}
