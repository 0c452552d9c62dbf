import type { Clock } from '../../../common/clock.ts'
import type { GatewayCancel, GatewayOrder, OrderGateway } from '../../order-gateway.ts'
import type { Account } from '../account.ts'
import { BybitError, bybitErrorOf, parameterWrong } from './bybit-errors.ts'
import type { BybitSignatures } from './bybit-signatures.ts'
import { SIDE_WORDS, TIME_IN_FORCE_WORDS } from './bybit-words.ts'
import { RequestFields } from './request-fields.ts'
import type { Receipt, TradeDesk } from './trade-desk.ts'

const CONNECTION_ID = 'cnt5leec0hvan15eukcg-2t'

const KEY_MISSING = () => new BybitError(10003, 'Invalid apikey')

/** Takes the order manager's orders, and answers as Bybit's trade socket does. */
export class BybitOrderGateway implements OrderGateway {
  readonly #tradeDesk: TradeDesk
  readonly #signatures: BybitSignatures
  readonly #clock: Clock
  #account: Account | undefined
  #lastId = 0

  constructor(tradeDesk: TradeDesk, signatures: BybitSignatures, clock: Clock) {
    this.#tradeDesk = tradeDesk
    this.#signatures = signatures
    this.#clock = clock
  }

  /** Orders are this account's from now on. The answer does not repeat the key: it stays readable in the slot. */
  setKey(apiKey: string, apiSecret: string): string {
    const tail = { op: 'auth', connId: CONNECTION_ID }
    if (!this.#signatures.has(apiKey)) {
      return JSON.stringify({ retCode: 10003, retMsg: 'Invalid apikey', ...tail })
    }
    const account = this.#signatures.accountOf(apiKey, apiSecret)
    if (!account) return JSON.stringify({ retCode: 10004, retMsg: 'Invalid sign', ...tail })
    this.#account = account
    return JSON.stringify({ retCode: 0, retMsg: 'OK', ...tail })
  }

  withoutKey(): string {
    return this.#answer('order.create', () => {
      throw KEY_MISSING()
    })
  }

  place(order: GatewayOrder): string {
    return this.#answer('order.create', (account) => {
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
    })
  }

  cancel({ symbol, clientOrderId }: GatewayCancel): string {
    return this.#answer('order.cancel', (account) =>
      this.#tradeDesk.cancel(account, new RequestFields({ symbol, orderLinkId: clientOrderId })),
    )
  }

  #answer(op: string, act: (account: Account) => Receipt): string {
    const reqId = String(++this.#lastId)
    const tail = {
      retExtInfo: {},
      header: { Traceid: '', Timenow: String(this.#clock.nowMs()) },
      connId: CONNECTION_ID,
    }
    try {
      if (!this.#account) throw KEY_MISSING()
      return JSON.stringify({ reqId, retCode: 0, retMsg: 'OK', op, data: act(this.#account), ...tail })
    } catch (error) {
      const { code, message } = bybitErrorOf(error)
      return JSON.stringify({ reqId, retCode: code, retMsg: message, op, data: {}, ...tail })
    }
  }
}
