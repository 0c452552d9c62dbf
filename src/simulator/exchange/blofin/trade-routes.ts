import type { MatchingEngine } from '../matching-engine.ts'
import type { OrderState } from '../order.ts'
import type { RequestValues } from '../request-values.ts'
import { fillPayload, orderIdOf, orderIdText, orderPayload } from './order-payloads.ts'
import { type Routes, desk, signed } from './rest-route.ts'
import { type TradeDesk, orderReference } from './trade-desk.ts'

const USUAL_ROWS = 20
const MOST_ROWS = 100

/** REST of orders and fills. */
export function tradeRoutes(engine: MatchingEngine, tradeDesk: TradeDesk): Routes {
  const place = desk((rows, account) => tradeDesk.place(account, rows))
  const cancel = desk((rows, account) => tradeDesk.cancel(account, rows))
  const symbolsOf = (fields: RequestValues): readonly string[] => {
    const instId = fields.text('instId')
    return instId === undefined
      ? engine.instruments.map(({ symbol }) => symbol)
      : [engine.instrument(instId).symbol]
  }
  const orders = (isWanted: (order: OrderState) => boolean) =>
    signed((fields, account) => {
      const all = symbolsOf(fields).flatMap((symbol) => account.records.allOrders(symbol).filter(isWanted))
      const idOf = ({ orderId }: OrderState) => BigInt(orderIdText(orderId))
      return fields
        .page(all, idOf, ({ createdMs }) => createdMs, fields.limit(USUAL_ROWS, MOST_ROWS))
        .map((order) => orderPayload(account, order))
    })
  return {
    'POST /api/v1/trade/order': place,
    'POST /api/v1/trade/batch-orders': place,
    'POST /api/v1/trade/cancel-order': cancel,
    'POST /api/v1/trade/cancel-batch-orders': cancel,
    // What it answers for an order that it does not have is assumed.
    'GET /api/v1/trade/order-detail': signed((fields, account) => {
      const { symbol } = engine.instrument(fields.requiredText('instId'))
      const reference = orderReference(fields)
      const order =
        'orderId' in reference
          ? account.records.orderById(reference.orderId)
          : account.records.orderByClientId(reference.clientOrderId)
      return order?.instrument.symbol === symbol ? orderPayload(account, order) : null
    }),
    'GET /api/v1/trade/orders-pending': orders(isOpen),
    'GET /api/v1/trade/orders-history': orders((order) => !isOpen(order)),
    'GET /api/v1/trade/fills-history': signed((fields, account) => {
      const orderId = fields.text('orderId')
      const all = symbolsOf(fields)
        .flatMap((symbol) => account.records.fills(symbol))
        .filter((fill) => orderId === undefined || fill.orderId === orderIdOf(orderId))
      return fields
        .page(
          all,
          ({ tradeId }) => tradeId,
          ({ timeMs }) => timeMs,
          fields.limit(USUAL_ROWS, MOST_ROWS),
        )
        .map((fill) => fillPayload(engine.instrument(fill.symbol), fill))
    }),
  }
}

function isOpen(order: OrderState): boolean {
  return order.status === 'new' || order.status === 'partially-filled'
}
