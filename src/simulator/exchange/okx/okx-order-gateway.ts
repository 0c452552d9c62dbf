import type { Clock } from '../../../common/clock.ts'
import type { GatewayCancel, GatewayOrder, OrderGateway } from '../../order-gateway.ts'
import type { Account } from '../account.ts'
import { OkxError, okxErrorOf, parameterWrong } from './okx-errors.ts'
import type { OkxSignatures } from './okx-signatures.ts'
import { orderTypeWord } from './okx-words.ts'
import { RequestFields } from './request-fields.ts'
import type { DeskAnswer, TradeDesk } from './trade-desk.ts'

/**
 * Takes the order manager's orders, sizes in contracts, and answers as OKX's private websocket does. The slot has no
 * field for the passphrase: the manager is taken to know it.
 */
export class OkxOrderGateway implements OrderGateway {
  readonly #tradeDesk: TradeDesk
  readonly #signatures: OkxSignatures
  readonly #clock: Clock
  #account: Account | undefined
  #lastId = 0

  constructor(tradeDesk: TradeDesk, signatures: OkxSignatures, clock: Clock) {
    this.#tradeDesk = tradeDesk
    this.#signatures = signatures
    this.#clock = clock
  }

  /** Orders are this account's from now on. The answer does not repeat the key: it stays readable in the slot. */
  setKey(apiKey: string, apiSecret: string): string {
    const connId = 'a4d3ae55'
    try {
      if (!this.#signatures.has(apiKey)) throw new OkxError('60005', 'Invalid apiKey')
      const account = this.#signatures.accountOf(apiKey, apiSecret)
      if (!account) throw new OkxError('60007', 'Invalid sign')
      this.#account = account
      return JSON.stringify({ event: 'login', code: '0', msg: '', connId })
    } catch (error) {
      const { code, message } = okxErrorOf(error)
      return JSON.stringify({ event: 'error', code, msg: message, connId })
    }
  }

  place(order: GatewayOrder): string {
    return this.#answer('order', (account) => {
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
    })
  }

  cancel({ symbol, clientOrderId }: GatewayCancel): string {
    return this.#answer('cancel-order', (account) =>
      this.#tradeDesk.cancel(account, [new RequestFields({ instId: symbol, clOrdId: clientOrderId })]),
    )
  }

  #answer(op: string, act: (account: Account) => DeskAnswer): string {
    const id = String(++this.#lastId)
    const inTime = `${this.#clock.nowMs()}000`
    try {
      if (!this.#account) throw new OkxError('60011', 'Please log in')
      const { data, code, msg } = act(this.#account)
      return JSON.stringify({ id, op, data, code, msg, inTime, outTime: inTime })
    } catch (error) {
      const { code, message } = okxErrorOf(error)
      return JSON.stringify({ id, op, data: [], code, msg: message, inTime, outTime: inTime })
    }
  }
}
