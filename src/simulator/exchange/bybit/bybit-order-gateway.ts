import type { Clock } from '../../../common/clock.ts'
import type { AskedRequest, GatewayCancel, GatewayOrder } from '../../order-gateway.ts'
import { AnsweringGateway, type GatewayErrors } from '../answering-gateway.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import { BybitError, bybitErrorOf, parameterWrong } from './bybit-errors.ts'
import { SIDE_WORDS, TIME_IN_FORCE_WORDS } from './bybit-words.ts'
import { RequestFields } from './request-fields.ts'
import type { Receipt, TradeDesk } from './trade-desk.ts'

const ERRORS: GatewayErrors = {
  keyUnknown: () => new BybitError(10003, 'Invalid apikey'),
  secretWrong: () => new BybitError(10004, 'Invalid sign'),
  keyMissing: () => new BybitError(10003, 'Invalid apikey'),
  unreadable: (reason) => new BybitError(10001, `params error: ${reason}`),
  failed: () => new BybitError(10016, 'Internal server error.'),
}

const OPS = { key: 'auth', place: 'order.create', cancel: 'order.cancel' } as const
const CONNECTION_ID = 'cnt5leec0hvan15eukcg-2t'

/** Takes the order manager's orders, and answers as Bybit's trade socket does. */
export class BybitOrderGateway extends AnsweringGateway {
  readonly #tradeDesk: TradeDesk
  readonly #clock: Clock

  constructor(tradeDesk: TradeDesk, credentials: CredentialStore, clock: Clock) {
    super(credentials, ERRORS)
    this.#tradeDesk = tradeDesk
    this.#clock = clock
  }

  protected override logIn(): object {
    return {}
  }

  protected override placeOrder(order: GatewayOrder, { account }: KnownAccount): Receipt {
    // Bybit has no order that finds its own price.
    if (order.priceMatch !== 'none') throw parameterWrong('price')
    return this.#tradeDesk.place(
      account,
      new RequestFields({
        symbol: order.symbol,
        side: SIDE_WORDS[order.side],
        orderType: 'Limit',
        timeInForce: TIME_IN_FORCE_WORDS[order.timeInForce],
        price: order.price,
        qty: order.size,
        orderLinkId: order.clientOrderId,
        positionIdx: 0,
      }),
    )
  }

  protected override cancelOrder({ symbol, clientOrderId }: GatewayCancel, { account }: KnownAccount) {
    return this.#tradeDesk.cancel(account, new RequestFields({ symbol, orderLinkId: clientOrderId }))
  }

  protected override accepted(asked: AskedRequest, id: string, data: object): object {
    return this.#frame(asked, id, 0, 'OK', data)
  }

  protected override refused(asked: AskedRequest, id: string, error: unknown): object {
    const { code, message } = bybitErrorOf(error)
    return this.#frame(asked, id, code, message, {})
  }

  #frame({ kind }: AskedRequest, reqId: string, retCode: number, retMsg: string, data: object): object {
    const op = OPS[kind]
    if (kind === 'key') return { retCode, retMsg, op, connId: CONNECTION_ID }
    const header = { Traceid: '', Timenow: String(this.#clock.nowMs()) }
    return { reqId, retCode, retMsg, op, data, retExtInfo: {}, header, connId: CONNECTION_ID }
  }
}
