import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { Fill, OrderState } from '../order.ts'
import { ORDER_NOT_FOUND } from './okx-errors.ts'
import { orderIdOf, orderIdText } from './okx-values.ts'
import { fillBillId, fillPayload, orderPayload } from './order-payloads.ts'
import type { RequestFields } from './request-fields.ts'
import { type Routes, desk, signed } from './rest-route.ts'
import { type TradeDesk, orderReference } from './trade-desk.ts'

/** REST of orders and fills. */
export function tradeRoutes(engine: MatchingEngine, tradeDesk: TradeDesk): Routes {
  const place = desk((rows, account) => tradeDesk.place(account, rows))
  const cancel = desk((rows, account) => tradeDesk.cancel(account, rows))
  const symbolsOf = (fields: RequestFields): readonly string[] => {
    fields.choice('instType', ['SWAP'])
    const instId = fields.text('instId')
    return instId === undefined
      ? engine.instruments.map(({ symbol }) => symbol)
      : [engine.instrument(instId).symbol]
  }
  const orders = (fields: RequestFields, account: Account, wanted: (order: OrderState) => boolean) => {
    const all = symbolsOf(fields).flatMap((symbol) => account.records.allOrders(symbol).filter(wanted))
    return fields
      .listed(
        all,
        ({ orderId }) => BigInt(orderIdText(orderId)),
        ({ createdMs }) => createdMs,
      )
      .map((order) => orderPayload(account, order))
  }
  const history = signed((fields, account) => orders(fields, account, (order) => !isOpen(order)))
  const fills = signed((fields, account) => {
    const ordId = fields.text('ordId')
    const orderId = ordId === undefined ? undefined : (orderIdOf(ordId) ?? -1)
    const all = symbolsOf(fields)
      .flatMap((symbol) => account.records.fills(symbol))
      .filter((fill) => orderId === undefined || fill.orderId === orderId)
    return fields
      .listed<Fill>(all, fillBillId, ({ timeMs }) => timeMs)
      .map((fill) => fillPayload(engine.instrument(fill.symbol), fill))
  })
  return {
    'POST /api/v5/trade/order': place,
    'POST /api/v5/trade/batch-orders': place,
    'POST /api/v5/trade/cancel-order': cancel,
    'POST /api/v5/trade/cancel-batch-orders': cancel,
    'GET /api/v5/trade/order': signed((fields, account) => {
      const { symbol } = engine.instrument(fields.requiredText('instId'))
      const reference = orderReference(fields)
      const order =
        'orderId' in reference
          ? account.records.orderById(reference.orderId)
          : account.records.orderByClientId(reference.clientOrderId)
      if (order?.instrument.symbol !== symbol) throw ORDER_NOT_FOUND()
      return [orderPayload(account, order)]
    }),
    'GET /api/v5/trade/orders-pending': signed((fields, account) => orders(fields, account, isOpen)),
    'GET /api/v5/trade/orders-history': history,
    'GET /api/v5/trade/orders-history-archive': history,
    'GET /api/v5/trade/fills': fills,
    'GET /api/v5/trade/fills-history': fills,
  }
}

function isOpen(order: OrderState): boolean {
  return order.status === 'new' || order.status === 'partially-filled'
}
