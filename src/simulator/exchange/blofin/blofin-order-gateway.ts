import type { GatewayCancel, GatewayOrder, OrderGateway } from '../../order-gateway.ts'
import type { Account } from '../account.ts'
import { blofinErrorOf, fieldsOf, parameterWrong } from './blofin-errors.ts'
import type { BlofinSignatures } from './blofin-signatures.ts'
import { orderTypeWord } from './blofin-words.ts'
import type { DeskAnswer } from './rest-route.ts'
import type { TradeDesk } from './trade-desk.ts'

/**
 * Takes the order manager's orders, sizes in contracts. BloFin's websocket takes no orders, so the answers are those
 * of its REST (assumed), and the one to a key is that of the websocket's login. The slot has no field for the
 * passphrase: the manager is taken to know it.
 */
export class BlofinOrderGateway implements OrderGateway {
  readonly #tradeDesk: TradeDesk
  readonly #signatures: BlofinSignatures
  #account: Account | undefined

  constructor(tradeDesk: TradeDesk, signatures: BlofinSignatures) {
    this.#tradeDesk = tradeDesk
    this.#signatures = signatures
  }

  /** Orders are this account's from now on. */
  setKey(apiKey: string, apiSecret: string): string {
    const account = this.#signatures.accountOf(apiKey, apiSecret)
    if (!account) return JSON.stringify({ event: 'error', code: '60009', msg: 'Login failed.' })
    this.#account = account
    return JSON.stringify({ event: 'login', code: '0', msg: '' })
  }

  place(order: GatewayOrder): string {
    return this.#answer((account) => {
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
    })
  }

  cancel({ symbol, clientOrderId }: GatewayCancel): string {
    return this.#answer((account) =>
      this.#tradeDesk.cancel(account, [fieldsOf({ instId: symbol, clientOrderId })]),
    )
  }

  withoutKey(): string {
    return JSON.stringify({ code: '152401', msg: 'Access key does not exist' })
  }

  #answer(act: (account: Account) => DeskAnswer): string {
    if (!this.#account) return this.withoutKey()
    try {
      return JSON.stringify(act(this.#account))
    } catch (error) {
      const { code, message } = blofinErrorOf(error)
      return JSON.stringify({ code, msg: message })
    }
  }
}
