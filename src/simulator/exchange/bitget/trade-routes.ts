import type { Account } from '../account.ts'
import type { MatchingEngine, OrderReference } from '../matching-engine.ts'
import type { OrderState } from '../order.ts'
import { ORDER_NOT_FOUND, bitgetErrorOf } from './bitget-errors.ts'
import { orderIdOf, orderIdText, tradeIdText } from './bitget-words.ts'
import { fillPayload, orderIdsPayload, orderPayload } from './order-payloads.ts'
import { checkMargin, checkProduct, readOrderReference, readOrderRequest } from './order-requests.ts'
import type { RequestFields } from './request-fields.ts'
import { type Routes, signed } from './rest-route.ts'

/** REST of orders and fills. */
export function tradeRoutes(engine: MatchingEngine): Routes {
  const symbolsOf = (fields: RequestFields) => {
    const symbol = fields.text('symbol')
    return symbol === undefined
      ? engine.instruments.map((each) => each.symbol)
      : [engine.instrument(symbol).symbol]
  }
  const place = (fields: RequestFields, account: Account) =>
    orderIdsPayload(engine.place(account, readOrderRequest(fields)))
  const fillsPage = (fields: RequestFields, account: Account) => {
    checkProduct(fields)
    const inRange = fields.timeFilter()
    const orderId = fields.text('orderId')
    const fills = symbolsOf(fields)
      .flatMap((symbol) => account.records.fills(symbol))
      .filter(
        (fill) => inRange(fill.timeMs) && (orderId === undefined || fill.orderId === orderIdOf(orderId)),
      )
    const { page, endId } = fields.listed(fills, (fill) => tradeIdText(fill.tradeId))
    return { fillList: page.map((fill) => fillPayload(account, fill)), endId }
  }
  return {
    'POST /api/v2/mix/order/place-order': signed((fields, account) => {
      checkProduct(fields)
      checkMargin(fields)
      return place(fields, account)
    }),
    'POST /api/v2/mix/order/batch-place-order': signed((fields, account) => {
      checkProduct(fields)
      checkMargin(fields)
      const symbol = fields.requiredText('symbol')
      return eachOf(fields.list('orderList'), (order) => place(order.with({ symbol }), account))
    }),
    'POST /api/v2/mix/order/cancel-order': signed((fields, account) => {
      checkProduct(fields)
      const symbol = fields.requiredText('symbol')
      return orderIdsPayload(engine.cancel(account, symbol, readOrderReference(fields)))
    }),
    'POST /api/v2/mix/order/batch-cancel-orders': signed((fields, account) => {
      checkProduct(fields)
      const named = fields.list('orderIdList')
      if (named.length > 0) {
        const symbol = fields.requiredText('symbol')
        return eachOf(named, (order) =>
          orderIdsPayload(engine.cancel(account, symbol, readOrderReference(order))),
        )
      }
      const canceled = symbolsOf(fields).flatMap((symbol) => engine.cancelAll(account, symbol))
      return { successList: canceled.map(orderIdsPayload), failureList: [] }
    }),
    'POST /api/v2/mix/order/cancel-all-orders': signed((fields, account) => {
      checkProduct(fields)
      const canceled = symbolsOf(fields).flatMap((symbol) => engine.cancelAll(account, symbol))
      return { successList: canceled.map(orderIdsPayload), failureList: [] }
    }),
    'GET /api/v2/mix/order/detail': signed((fields, account) => {
      checkProduct(fields)
      const { symbol } = engine.instrument(fields.requiredText('symbol'))
      return orderPayload(account, findOrder(account, symbol, readOrderReference(fields)), 'state')
    }),
    'GET /api/v2/mix/order/orders-pending': signed((fields, account) => {
      checkProduct(fields)
      const inRange = fields.timeFilter()
      const orders = symbolsOf(fields)
        .flatMap((symbol) => account.records.openOrders(symbol))
        .filter((order) => inRange(order.createdMs))
        .sort((a, b) => a.orderId - b.orderId)
      const { page, endId } = fields.listed(orders, (order) => orderIdText(order.orderId))
      // Nothing, and not an empty list, where there is none.
      return page.length === 0
        ? { entrustedList: null, endId: null }
        : { entrustedList: page.map((order) => orderPayload(account, order, 'status')), endId }
    }),
    'GET /api/v2/mix/order/orders-history': signed((fields, account) => {
      checkProduct(fields)
      const inRange = fields.timeFilter()
      const orders = symbolsOf(fields)
        .flatMap((symbol) => account.records.allOrders(symbol))
        .filter((order) => isDone(order) && inRange(order.createdMs))
        .sort((a, b) => a.orderId - b.orderId)
      const { page, endId } = fields.listed(orders, (order) => orderIdText(order.orderId))
      return { entrustedList: page.map((order) => orderPayload(account, order, 'status')), endId }
    }),
    'GET /api/v2/mix/order/fills': signed(fillsPage),
    'GET /api/v2/mix/order/fill-history': signed(fillsPage),
  }
}

function findOrder(account: Account, symbol: string, reference: OrderReference): OrderState {
  const order =
    'orderId' in reference
      ? account.records.orderById(reference.orderId)
      : account.records.orderByClientId(reference.clientOrderId)
  if (order?.instrument.symbol !== symbol) throw ORDER_NOT_FOUND()
  return order
}

function isDone(order: OrderState): boolean {
  return order.status !== 'new' && order.status !== 'partially-filled'
}

/** Each of a batch by itself; what fails does not keep the others from being done. */
function eachOf(orders: readonly RequestFields[], act: (order: RequestFields) => object) {
  const successList: object[] = []
  const failureList: object[] = []
  for (const order of orders) {
    try {
      successList.push(act(order))
    } catch (error) {
      const { code, message } = bitgetErrorOf(error)
      const orderId = order.text('orderId') ?? ''
      failureList.push({
        orderId,
        clientOid: order.text('clientOid') ?? '',
        errorMsg: message,
        errorCode: code,
      })
    }
  }
  return { successList, failureList }
}
