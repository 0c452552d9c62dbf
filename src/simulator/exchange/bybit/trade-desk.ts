import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { MatchingEngine, OrderReference } from '../matching-engine.ts'
import type { OrderRequest, OrderState } from '../order.ts'
import { OrderRefusal } from '../order-refusal.ts'
import { bybitErrorOf, parameterMissing, parameterWrong } from './bybit-errors.ts'
import { orderIdOf, orderIdText } from './bybit-values.ts'
import { ORDER_KINDS, SIDES, TIMES_IN_FORCE } from './bybit-words.ts'
import type { RequestFields } from './request-fields.ts'

const CLIENT_ORDER_ID = /^[A-Za-z0-9_-]{1,36}$/
/** Bybit's own limit on one request. */
const MOST_ORDERS = 20
const POSITION_SIDES = new Map([
  ['0', 'both'],
  ['1', 'long'],
  ['2', 'short'],
] as const)

/** What Bybit answers to an order or a cancel: a receipt, and nothing of what became of it. */
export interface Receipt {
  readonly orderId: string
  readonly orderLinkId: string
}

/** The answer to a request about several orders: what was received, and what was wrong with each. */
export interface BatchAnswer {
  readonly result: { readonly list: readonly object[] }
  readonly retExtInfo: { readonly list: readonly { readonly code: number; readonly msg: string }[] }
}

/** Takes orders and cancels, over REST, over the trade socket and from the order manager. */
export class TradeDesk {
  readonly #engine: MatchingEngine
  readonly #clock: Clock

  constructor(engine: MatchingEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  place(account: Account, fields: RequestFields): Receipt {
    const request = this.#request(fields)
    const { clientOrderId } = request
    // An id is used up for good, not only while its order is open.
    if (clientOrderId !== undefined && account.records.orderByClientId(clientOrderId)) {
      throw new OrderRefusal('duplicate-client-order-id', clientOrderId)
    }
    return { ...receiptOf(this.#engine.place(account, request)), orderLinkId: clientOrderId ?? '' }
  }

  cancel(account: Account, fields: RequestFields): Receipt {
    const { symbol } = this.#engine.instrument(fields.requiredText('symbol'))
    return receiptOf(this.#engine.cancel(account, symbol, orderReference(fields)))
  }

  /** Every open order of a symbol, or of all that settle in a coin. */
  cancelAll(account: Account, fields: RequestFields): readonly Receipt[] {
    const symbol = fields.text('symbol')
    const coin = fields.text('settleCoin') ?? fields.text('baseCoin')
    if (symbol === undefined && coin === undefined) throw parameterMissing('symbol or settleCoin')
    const symbols = this.#engine.instruments
      .filter((each) =>
        symbol === undefined
          ? each.quoteAsset === coin || each.baseAsset === coin
          : each.symbol === this.#engine.instrument(symbol).symbol,
      )
      .map((each) => each.symbol)
    return symbols.flatMap((each) => this.#engine.cancelAll(account, each)).map(receiptOf)
  }

  placeBatch(account: Account, rows: readonly RequestFields[]): BatchAnswer {
    return this.#each(rows, (fields) => ({
      ...this.place(account, fields),
      createAt: String(this.#clock.nowMs()),
    }))
  }

  cancelBatch(account: Account, rows: readonly RequestFields[]): BatchAnswer {
    return this.#each(rows, (fields) => this.cancel(account, fields))
  }

  #each(rows: readonly RequestFields[], act: (fields: RequestFields) => object): BatchAnswer {
    if (rows.length === 0 || rows.length > MOST_ORDERS) throw parameterWrong('request')
    const done = rows.map((fields) => {
      const head = { category: 'linear', symbol: fields.text('symbol') ?? '' }
      try {
        return { row: { ...head, ...act(fields) }, info: { code: 0, msg: 'OK' } }
      } catch (error) {
        const { code, message } = bybitErrorOf(error)
        const orderLinkId = fields.text('orderLinkId') ?? ''
        return { row: { ...head, orderId: '', orderLinkId, createAt: '' }, info: { code, msg: message } }
      }
    })
    return {
      result: { list: done.map(({ row }) => row) },
      retExtInfo: { list: done.map(({ info }) => info) },
    }
  }

  #request(fields: RequestFields): OrderRequest {
    const instrument = this.#engine.instrument(fields.requiredText('symbol'))
    const kind = fields.requiredEntry('orderType', ORDER_KINDS)
    const isMarket = kind === 'market'
    const timeInForce = fields.entry('timeInForce', TIMES_IN_FORCE) ?? 'gtc'
    const positionSide = POSITION_SIDES.get((fields.text('positionIdx') ?? '0') as '0' | '1' | '2')
    if (!positionSide) throw parameterWrong('positionIdx')
    return {
      symbol: instrument.symbol,
      side: fields.requiredEntry('side', SIDES),
      kind,
      timeInForce: isMarket ? 'ioc' : timeInForce,
      size: fields.requiredDecimal('qty'),
      price: isMarket ? undefined : fields.requiredDecimal('price'),
      clientOrderId: checkedClientOrderId(fields.text('orderLinkId')),
      reduceOnly: fields.flag('reduceOnly'),
      positionSide,
    }
  }
}

/** The order that a request names; by its own id where it gives both. */
export function orderReference(fields: RequestFields): OrderReference {
  const orderId = fields.text('orderId')
  // An id that is none of this exchange's names no order.
  if (orderId !== undefined) return { orderId: orderIdOf(orderId) ?? -1 }
  const clientOrderId = fields.text('orderLinkId')
  if (clientOrderId !== undefined) return { clientOrderId }
  throw parameterMissing('orderId or orderLinkId')
}

function receiptOf(order: OrderState): Receipt {
  const { orderId, clientOrderId } = order
  return {
    orderId: orderIdText(orderId),
    orderLinkId: clientOrderId.startsWith('auto_') ? '' : clientOrderId,
  }
}

function checkedClientOrderId(text: string | undefined): string | undefined {
  if (text !== undefined && !CLIENT_ORDER_ID.test(text)) throw parameterWrong('orderLinkId')
  return text
}
