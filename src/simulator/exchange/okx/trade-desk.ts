import type { Clock } from '../../../common/clock.ts'
import type { Decimal } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine, OrderReference } from '../matching-engine.ts'
import type { OrderRequest } from '../order.ts'
import { toBaseSize } from '../wire-numbers.ts'
import { OkxError, okxErrorOf, parameterWrong } from './okx-errors.ts'
import { orderIdOf, orderIdText } from './okx-values.ts'
import { ORDER_TYPES } from './okx-words.ts'
import type { RequestFields } from './request-fields.ts'

const CLIENT_ORDER_ID = /^[A-Za-z0-9]{1,32}$/
/** OKX's own limit on one request. */
const MOST_ORDERS = 20

/** What OKX answers for one order of a request. */
export interface OrderReceipt {
  readonly clOrdId: string
  readonly ordId: string
  readonly sCode: string
  readonly sMsg: string
  readonly tag?: string
  readonly ts: string
}

/** The answer to a request about orders, over REST and over websockets. */
export interface DeskAnswer {
  readonly code: string
  readonly msg: string
  readonly data: readonly OrderReceipt[]
}

/** Takes orders and cancels, one or several at a time, each answered by itself. */
export class TradeDesk {
  readonly #engine: MatchingEngine
  readonly #clock: Clock

  constructor(engine: MatchingEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  place(account: Account, rows: readonly RequestFields[]): DeskAnswer {
    return this.#each(rows, true, (fields) => {
      const order = this.#engine.place(account, this.#request(fields))
      return order.orderId
    })
  }

  cancel(account: Account, rows: readonly RequestFields[]): DeskAnswer {
    return this.#each(rows, false, (fields) => {
      const { symbol } = this.#engine.instrument(fields.requiredText('instId'))
      return this.#engine.cancel(account, symbol, orderReference(fields)).orderId
    })
  }

  #each(
    rows: readonly RequestFields[],
    isPlacing: boolean,
    act: (fields: RequestFields) => number,
  ): DeskAnswer {
    if (rows.length > MOST_ORDERS) {
      throw new OkxError('51111', `Maximum ${MOST_ORDERS} orders can be placed in bulk`)
    }
    const data = rows.map((fields) => this.#receipt(fields, isPlacing, act))
    const refused = data.filter(({ sCode }) => sCode !== '0').length
    if (refused === 0) return { code: '0', msg: '', data }
    return refused < data.length
      ? { code: '2', msg: 'Bulk operation partially succeeded', data }
      : { code: '1', msg: 'All operations failed', data }
  }

  #receipt(fields: RequestFields, isPlacing: boolean, act: (fields: RequestFields) => number): OrderReceipt {
    const clOrdId = fields.text('clOrdId') ?? ''
    const more = { ts: String(this.#clock.nowMs()), ...(isPlacing && { tag: fields.text('tag') ?? '' }) }
    try {
      return {
        clOrdId,
        ordId: orderIdText(act(fields)),
        sCode: '0',
        sMsg: isPlacing ? 'Order placed' : '',
        ...more,
      }
    } catch (error) {
      const { code, message } = okxErrorOf(error)
      return { clOrdId, ordId: fields.text('ordId') ?? '', sCode: code, sMsg: message, ...more }
    }
  }

  #request(fields: RequestFields): OrderRequest {
    const instrument = this.#engine.instrument(fields.requiredText('instId'))
    // Positions here are always cross.
    if (fields.requiredText('tdMode') !== 'cross') throw parameterWrong('tdMode')
    const side = fields.requiredText('side')
    if (side !== 'buy' && side !== 'sell') throw parameterWrong('side')
    const way = ORDER_TYPES.get(fields.requiredText('ordType'))
    if (!way) throw parameterWrong('ordType')
    const posSide = fields.choice('posSide', ['net', 'long', 'short'])
    return {
      symbol: instrument.symbol,
      side,
      ...way,
      size: toBaseSize(instrument, fields.requiredDecimal('sz')),
      price: way.kind === 'market' ? undefined : priceOf(fields, instrument),
      clientOrderId: checkedClientOrderId(fields.text('clOrdId')),
      reduceOnly: fields.flag('reduceOnly'),
      positionSide: posSide === 'long' || posSide === 'short' ? posSide : 'both',
    }
  }
}

/** The order that a request names; by its own id where it gives both. */
export function orderReference(fields: RequestFields): OrderReference {
  const ordId = fields.text('ordId')
  // An id that is none of this exchange's names no order.
  if (ordId !== undefined) return { orderId: orderIdOf(ordId) ?? -1 }
  const clientOrderId = fields.text('clOrdId')
  if (clientOrderId !== undefined) return { clientOrderId }
  throw new OkxError('51003', 'Either client order ID or order ID is required')
}

function priceOf(fields: RequestFields, { tickSize }: Instrument): Decimal {
  const price = fields.requiredDecimal('px')
  if (!price.mod(tickSize).isZero()) throw parameterWrong('px')
  return price
}

function checkedClientOrderId(text: string | undefined): string | undefined {
  if (text !== undefined && !CLIENT_ORDER_ID.test(text)) throw parameterWrong('clOrdId')
  return text
}
