import type { Clock } from '../../../common/clock.ts'
import type { AskedRequest, GatewayCancel, GatewayOrder } from '../../order-gateway.ts'
import { AnsweringGateway, type GatewayErrors } from '../answering-gateway.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import { OkxError, okxErrorOf, parameterWrong } from './okx-errors.ts'
import { orderTypeWord } from './okx-words.ts'
import { RequestFields } from './request-fields.ts'
import type { TradeDesk } from './trade-desk.ts'

const ERRORS: GatewayErrors = {
  keyUnknown: () => new OkxError('60005', 'Invalid apiKey'),
  secretWrong: () => new OkxError('60007', 'Invalid sign'),
  keyMissing: () => new OkxError('60011', 'Please log in'),
  unreadable: (reason) => new OkxError('51000', `Parameter error: ${reason}`),
  failed: () => new OkxError('50026', 'System error. Try again later.'),
}

const OPS = { key: 'login', place: 'order', cancel: 'cancel-order' } as const
const CONNECTION_ID = 'a4d3ae55'

/** Takes the order manager's orders, sizes in contracts, and answers as OKX's private websocket does. */
export class OkxOrderGateway extends AnsweringGateway {
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

  protected override placeOrder(order: GatewayOrder, { account }: KnownAccount): object {
    // OKX has no order that finds its own price.
    if (order.priceMatch !== 'none') throw parameterWrong('px')
    return this.#tradeDesk.place(account, [
      new RequestFields({
        instId: order.symbol,
        tdMode: 'cross',
        side: order.side,
        ordType: orderTypeWord({ kind: 'limit', timeInForce: order.timeInForce }),
        px: order.price,
        sz: order.size,
        clOrdId: order.clientOrderId,
      }),
    ])
  }

  protected override cancelOrder({ symbol, clientOrderId }: GatewayCancel, { account }: KnownAccount) {
    return this.#tradeDesk.cancel(account, [new RequestFields({ instId: symbol, clOrdId: clientOrderId })])
  }

  protected override accepted({ kind }: AskedRequest, id: string, answer: object): object {
    if (kind === 'key') return { event: 'login', code: '0', msg: '', connId: CONNECTION_ID }
    return { id, op: OPS[kind], ...answer, ...this.#times() }
  }

  protected override refused({ kind }: AskedRequest, id: string, error: unknown): object {
    const { code, message } = okxErrorOf(error)
    if (kind === 'key') return { event: 'error', code, msg: message, connId: CONNECTION_ID }
    return { id, op: OPS[kind], data: [], code, msg: message, ...this.#times() }
  }

  #times() {
    const nowUs = `${this.#clock.nowMs()}000`
    return { inTime: nowUs, outTime: nowUs }
  }
}
