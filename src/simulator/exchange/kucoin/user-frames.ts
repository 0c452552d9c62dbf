import type { Decimal } from '../../../common/decimal.ts'
import type { OrderUpdate } from '../exchange-listeners.ts'
import { remainingSize } from '../order.ts'
import { nanoseconds, toContracts } from './kucoin-words.ts'

/** A private frame about a topic. */
export function privateFrame(topic: string, subject: string, userId: string, data: object) {
  return { topic, type: 'message', subject, channelType: 'private', userId, data }
}

/** What `/contractMarket/tradeOrders` says of an order; `done` is the word after its last fill or at its end. */
export function orderChangeFields(update: OrderUpdate, kind: 'open' | 'match' | 'filled' | 'canceled') {
  const { order, fill, timeMs } = update
  const { instrument } = order
  const contracts = (size: Decimal) => toContracts(instrument, size).toString()
  const isCanceled = kind === 'canceled'
  const liquidity = fill && !fill.maker ? 'taker' : 'maker'
  return {
    symbol: instrument.symbol,
    orderType: order.kind,
    side: order.side,
    canceledSize: isCanceled ? contracts(remainingSize(order)) : '0',
    orderId: String(order.orderId),
    positionSide: 'BOTH',
    liquidity,
    marginMode: 'CROSS',
    type: kind,
    ...(kind === 'match' && { feeType: `${liquidity}Fee` }),
    orderTime: `${order.createdMs}000000`,
    size: contracts(order.size),
    filledSize: contracts(order.filledSize),
    price: order.kind === 'market' ? '0' : order.price.toString(),
    ...(kind === 'match' &&
      fill && {
        matchPrice: fill.price.toString(),
        matchSize: contracts(fill.size),
        tradeId: String(fill.tradeId),
      }),
    remainSize: isCanceled ? '0' : contracts(remainingSize(order)),
    clientOid: order.clientOrderId,
    tradeType: 'trade',
    status: kind === 'open' || kind === 'match' ? kind : 'done',
    ts: nanoseconds(timeMs),
  }
}
