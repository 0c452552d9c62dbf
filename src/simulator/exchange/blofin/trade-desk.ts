import type { Decimal } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine, OrderReference } from '../matching-engine.ts'
import type { OrderRequest } from '../order.ts'
import type { RequestValues } from '../request-values.ts'
import { toBaseSize } from '../wire-numbers.ts'
import { BlofinError, blofinErrorOf, parameterWrong } from './blofin-errors.ts'
import { ORDER_TYPE_WORDS, ORDER_WAYS } from './blofin-words.ts'
import { orderIdOf, orderIdText } from './order-payloads.ts'
import type { DeskAnswer, OrderReceipt } from './rest-route.ts'

const CLIENT_ORDER_ID = /^[A-Za-z0-9_]{1,32}$/
/** BloFin's own limit on one request. */
const MOST_ORDERS = 20

/** Takes orders and cancels, one or several at a time, each answered by itself. */
export class TradeDesk {
  readonly #engine: MatchingEngine

  constructor(engine: MatchingEngine) {
    this.#engine = engine
  }

  place(account: Account, rows: readonly RequestValues[]): DeskAnswer {
    return each(rows, (fields) => this.#engine.place(account, this.#request(fields)).orderId)
  }

  /** `instId` may be left out where the order is named by its own id. */
  cancel(account: Account, rows: readonly RequestValues[]): DeskAnswer {
    return each(rows, (fields) => {
      const reference = orderReference(fields)
      const order =
        'orderId' in reference
          ? account.records.orderById(reference.orderId)
          : account.records.orderByClientId(reference.clientOrderId)
      const symbol = fields.text('instId') ?? order?.instrument.symbol ?? fields.requiredText('instId')
      return this.#engine.cancel(account, this.#engine.instrument(symbol).symbol, reference).orderId
    })
  }

  #request(fields: RequestValues): OrderRequest {
    const instrument = this.#engine.instrument(fields.requiredText('instId'))
    // Positions here are always cross.
    if (fields.requiredChoice('marginMode', ['cross', 'isolated']) !== 'cross') {
      throw parameterWrong('marginMode')
    }
    const way = ORDER_WAYS[fields.requiredChoice('orderType', ORDER_TYPE_WORDS)]
    const positionSide = fields.choice('positionSide', ['net', 'long', 'short']) ?? 'net'
    return {
      symbol: instrument.symbol,
      side: fields.requiredChoice('side', ['buy', 'sell']),
      ...way,
      size: toBaseSize(instrument, fields.requiredDecimal('size')),
      price: way.kind === 'market' ? undefined : priceOf(fields, instrument),
      clientOrderId: checkedClientOrderId(fields.text('clientOrderId')),
      reduceOnly: fields.flag('reduceOnly'),
      positionSide: positionSide === 'net' ? 'both' : positionSide,
    }
  }
}

/** The order that a request names; by its own id where it gives both. */
export function orderReference(fields: RequestValues): OrderReference {
  const orderId = fields.text('orderId')
  if (orderId !== undefined) return { orderId: orderIdOf(orderId) }
  const clientOrderId = fields.text('clientOrderId')
  if (clientOrderId !== undefined) return { clientOrderId }
  throw new BlofinError('152003', 'Either parameter orderId or clientOrderId is required')
}

/** A request of which anything failed is answered as a failure as a whole; the rows say what. */
function each(rows: readonly RequestValues[], act: (fields: RequestValues) => number): DeskAnswer {
  if (rows.length > MOST_ORDERS) {
    throw new BlofinError('152006', `Batch orders can be placed for up to ${MOST_ORDERS} at once.`)
  }
  const data = rows.map((fields) => receipt(fields, act))
  const refused = data.filter(({ code }) => code !== '0').length
  if (refused === 0) return { code: '0', msg: '', data }
  return refused < data.length
    ? { code: '2', msg: 'Batch operation partially succeeded.', data }
    : { code: '1', msg: 'All operations failed', data }
}

function receipt(fields: RequestValues, act: (fields: RequestValues) => number): OrderReceipt {
  const clientOrderId = fields.text('clientOrderId') ?? null
  try {
    return { orderId: orderIdText(act(fields)), clientOrderId, msg: '', code: '0' }
  } catch (error) {
    const { code, message } = blofinErrorOf(error)
    return { orderId: fields.text('orderId') ?? null, clientOrderId, msg: message, code }
  }
}

function priceOf(fields: RequestValues, { tickSize }: Instrument): Decimal {
  const price = fields.requiredDecimal('price')
  if (!price.mod(tickSize).isZero()) throw parameterWrong('price')
  return price
}

function checkedClientOrderId(text: string | undefined): string | undefined {
  if (text === undefined || CLIENT_ORDER_ID.test(text)) return text
  throw new BlofinError(
    '152009',
    'clientOrderId must be a combination of numbers, letters, or underscores, and the maximum length of characters is 32.',
  )
}
