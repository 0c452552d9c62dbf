import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { OrderState } from '../order.ts'
import { BinanceError, ORDER_NOT_FOUND } from './binance-errors.ts'
import { acceptedOrderPayload, orderPayload, userTradePayload } from './order-payloads.ts'
import { readOrderReference, readOrderRequest } from './order-requests.ts'
import type { RequestParameters } from './request-parameters.ts'
import { type Routes, signed } from './rest-route.ts'

const RECORDS_USUAL = 500
const RECORDS_MOST = 1_000
const RESPONSE_TYPES = { ACK: acceptedOrderPayload, RESULT: orderPayload } as const

/** REST of orders and fills. */
export function tradeRoutes(engine: MatchingEngine): Routes {
  return {
    'POST /fapi/v1/order': signed((parameters, account) => {
      const answer = parameters.entryOr(
        'newOrderRespType',
        RESPONSE_TYPES,
        new BinanceError(-1130, "Data sent for parameter 'newOrderRespType' is not valid."),
      )
      const order = engine.place(account, readOrderRequest(parameters))
      return (answer ?? acceptedOrderPayload)(order)
    }),
    'GET /fapi/v1/order': signed((parameters, account) =>
      orderPayload(findOrder(engine, parameters, account)),
    ),
    'GET /fapi/v1/openOrder': signed((parameters, account) => {
      const order = findOrder(engine, parameters, account)
      if (order.status !== 'new' && order.status !== 'partially-filled') throw ORDER_NOT_FOUND()
      return orderPayload(order)
    }),
    'DELETE /fapi/v1/order': signed((parameters, account) =>
      orderPayload(engine.cancel(account, parameters.requiredText('symbol'), readOrderReference(parameters))),
    ),
    'DELETE /fapi/v1/allOpenOrders': signed((parameters, account) => {
      engine.cancelAll(account, parameters.requiredText('symbol'))
      return { code: 200, msg: 'The operation of cancel all open order is done.' }
    }),
    'GET /fapi/v1/openOrders': signed((parameters, account) => {
      const symbol = parameters.text('symbol')
      if (symbol !== undefined) engine.instrument(symbol)
      return account.records.openOrders(symbol).map(orderPayload)
    }),
    'GET /fapi/v1/allOrders': signed((parameters, account) => {
      const { symbol } = engine.instrument(parameters.requiredText('symbol'))
      const inRange = parameters.timeFilter()
      const fromId = parameters.integer('orderId') ?? 0
      const orders = account.records
        .allOrders(symbol)
        .filter((order) => order.orderId >= fromId && inRange(order.createdMs))
      return page(parameters, orders, fromId > 0).map(orderPayload)
    }),
    'GET /fapi/v1/userTrades': signed((parameters, account) => {
      const instrument = engine.instrument(parameters.requiredText('symbol'))
      const inRange = parameters.timeFilter()
      const fromId = BigInt(parameters.integer('fromId') ?? 0)
      const orderId = parameters.integer('orderId')
      const fills = account.records
        .fills(instrument.symbol)
        .filter((fill) => fill.tradeId >= fromId && inRange(fill.timeMs))
        .filter((fill) => orderId === undefined || fill.orderId === orderId)
      const fromOldest = fromId > 0n || parameters.text('startTime') !== undefined
      return page(parameters, fills, fromOldest).map((fill) => userTradePayload(instrument, fill))
    }),
  }
}

function findOrder(engine: MatchingEngine, parameters: RequestParameters, account: Account): OrderState {
  const { symbol } = engine.instrument(parameters.requiredText('symbol'))
  const reference = readOrderReference(parameters)
  const order =
    'orderId' in reference
      ? account.records.orderById(reference.orderId)
      : account.records.orderByClientId(reference.clientOrderId)
  if (order?.instrument.symbol !== symbol) throw ORDER_NOT_FOUND()
  return order
}

/** The newest records, or the oldest where the caller pages forward from a point. */
function page<T>(parameters: RequestParameters, records: readonly T[], fromOldest: boolean): readonly T[] {
  const limit = parameters.limit(RECORDS_USUAL, RECORDS_MOST)
  return fromOldest ? records.slice(0, limit) : records.slice(-limit)
}
