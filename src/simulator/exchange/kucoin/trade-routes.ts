import type { Account } from '../account.ts'
import type { MatchingEngine, OrderReference } from '../matching-engine.ts'
import type { OrderState } from '../order.ts'
import { ORDER_UNKNOWN, SUCCESS_CODE, kucoinErrorOf } from './kucoin-errors.ts'
import { fillPayload, isActive, orderPayload } from './order-payloads.ts'
import { readOrderId, readOrderRequest } from './order-requests.ts'
import { listOfParameters, type RequestParameters } from './request-parameters.ts'
import { type Routes, signed } from './rest-route.ts'

/** REST of orders and fills. Lists begin with the newest. */
export function tradeRoutes(engine: MatchingEngine): Routes {
  const place = (parameters: RequestParameters, account: Account) => {
    const order = engine.place(account, readOrderRequest(parameters, engine))
    return { orderId: String(order.orderId), clientOid: order.clientOrderId }
  }
  const cancel = (account: Account, reference: OrderReference) => {
    const order = openOrder(account, reference)
    return engine.cancel(account, order?.instrument.symbol ?? engine.instruments[0]!.symbol, reference)
  }
  const payload = (account: Account) => (order: OrderState) =>
    orderPayload(order, account.leverage(order.instrument.symbol))
  return {
    'POST /api/v1/orders': signed((parameters, account) => place(parameters, account)),
    'POST /api/v1/orders/test': signed((parameters) => {
      const { clientOrderId = '' } = readOrderRequest(parameters, engine)
      return { orderId: '0', clientOid: clientOrderId }
    }),
    'POST /api/v1/orders/multi': signed((_, account, request) =>
      listOfParameters(request.body).map((each) => {
        const clientOid = each.text('clientOid') ?? ''
        const symbol = each.text('symbol') ?? ''
        try {
          return { ...place(each, account), symbol, code: SUCCESS_CODE, msg: 'success' }
        } catch (error) {
          const { code, message } = kucoinErrorOf(error)
          return { orderId: null, clientOid, symbol, code, msg: message }
        }
      }),
    ),
    'GET /api/v1/orders': signed((parameters, account) => {
      const wantsDone = parameters.text('status') === 'done'
      const side = parameters.text('side')
      const inRange = parameters.timeFilter()
      const orders = symbolsOf(engine, parameters)
        .flatMap((symbol) => account.records.allOrders(symbol))
        .filter((order) => isActive(order) !== wantsDone && inRange(order.createdMs))
        .filter((order) => side === undefined || order.side === side)
        .sort((a, b) => b.orderId - a.orderId)
      return parameters.listed(orders, payload(account))
    }),
    'GET /api/v1/orders/byClientOid': signed((parameters, account) => {
      const order = account.records.orderByClientId(parameters.requiredText('clientOid'))
      if (!order) throw ORDER_UNKNOWN()
      return payload(account)(order)
    }),
    'GET /api/v1/orders/{orderId}': signed((parameters, account) => {
      const reference = readOrderId(parameters.requiredText('orderId'))
      const order = 'orderId' in reference ? account.records.orderById(reference.orderId) : undefined
      if (!order) throw ORDER_UNKNOWN()
      return payload(account)(order)
    }),
    'DELETE /api/v1/orders/{orderId}': signed((parameters, account) => {
      const order = cancel(account, readOrderId(parameters.requiredText('orderId')))
      return { cancelledOrderIds: [String(order.orderId)] }
    }),
    'DELETE /api/v1/orders/client-order/{clientOid}': signed((parameters, account) => {
      const { symbol } = engine.instrument(parameters.requiredText('symbol'))
      const clientOid = parameters.requiredText('clientOid')
      engine.cancel(account, symbol, { clientOrderId: clientOid })
      return { clientOid }
    }),
    'DELETE /api/v1/orders': signed((parameters, account) => {
      const canceled = symbolsOf(engine, parameters).flatMap((symbol) => engine.cancelAll(account, symbol))
      return { cancelledOrderIds: canceled.map((order) => String(order.orderId)) }
    }),
    'GET /api/v1/fills': signed((parameters, account) => {
      const orderId = parameters.text('orderId')
      const side = parameters.text('side')
      const inRange = parameters.timeFilter()
      const fills = symbolsOf(engine, parameters)
        .flatMap((symbol) => account.records.fills(symbol))
        // Where an order is asked for, nothing else counts.
        .filter((fill) => (orderId === undefined ? inRange(fill.timeMs) : String(fill.orderId) === orderId))
        .filter((fill) => side === undefined || fill.side === side)
        .sort((a, b) => b.timeMs - a.timeMs || (b.tradeId > a.tradeId ? 1 : -1))
      return parameters.listed(fills, (fill) =>
        fillPayload(engine.instrument(fill.symbol), fill, account.records.orderById(fill.orderId)),
      )
    }),
  }
}

function symbolsOf(engine: MatchingEngine, parameters: RequestParameters): string[] {
  const symbol = parameters.text('symbol')
  return symbol === undefined
    ? engine.instruments.map((each) => each.symbol)
    : [engine.instrument(symbol).symbol]
}

function openOrder(account: Account, reference: OrderReference): OrderState | undefined {
  return 'orderId' in reference
    ? account.records.orderById(reference.orderId)
    : account.records.openByClientId(reference.clientOrderId)
}
