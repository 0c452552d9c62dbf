import { expect, test } from 'vitest'
import { requestKindOf } from '../../../src/exchanges/request-kind.ts'

/** Paths as ccxt names them. */
const REQUESTS: Readonly<Record<ReturnType<typeof requestKindOf>, readonly string[]>> = {
  cancel: [
    'DELETE order',
    'DELETE allOpenOrders',
    'POST trade/cancel-order',
    'POST v5/order/cancel',
    'POST v2/mix/order/cancel-order',
    'DELETE orders/{orderId}',
    'DELETE orders/client-order/{clientOid}',
    'DELETE {settle}/orders/{order_id}',
  ],
  'look-up': [
    'GET order',
    'GET trade/order',
    'GET v5/order/realtime',
    'GET v2/mix/order/detail',
    'GET orders/{order-id}',
    'GET orders/byClientOid',
    'GET {settle}/orders/{order_id}',
  ],
  order: [
    'POST order',
    'POST trade/order',
    'POST v5/order/create',
    'POST v2/mix/order/place-order',
    'POST orders',
    'POST {settle}/orders',
  ],
  read: [
    'GET depth',
    'GET openOrders',
    'GET allOrders',
    'GET trade/orders-pending',
    'GET v5/market/orderbook',
    'GET {settle}/order_book',
    'GET v2/mix/order/orders-pending',
    'GET v5/order/history',
    'GET exchangeInfo',
    'POST listenKey',
    'POST leverage',
    'DELETE listenKey',
  ],
}

for (const [kind, requests] of Object.entries(REQUESTS)) {
  test.each(requests)(`%s is a ${kind}`, (request) => {
    const [method = '', path = ''] = request.split(' ')
    expect(requestKindOf(method, path)).toBe(kind)
  })
}
