import type { Fill, OrderState } from '../order.ts'
import { averagePrice } from '../order.ts'
import type { Instrument } from '../instrument.ts'
import { nanoseconds, timeInForceWord, toContracts } from './kucoin-words.ts'

/** Decimal places of an average price. */
const AVERAGE_DECIMALS = 8

export function isActive(order: OrderState): boolean {
  return order.status === 'new' || order.status === 'partially-filled'
}

/** An order as REST answers it. */
export function orderPayload(order: OrderState, leverage: number) {
  const { instrument, filledQuote } = order
  const active = isActive(order)
  const size = toContracts(instrument, order.size).toNumber()
  const filledSize = toContracts(instrument, order.filledSize).toNumber()
  return {
    id: String(order.orderId),
    symbol: instrument.symbol,
    type: order.kind,
    side: order.side,
    price: order.kind === 'market' ? null : order.price.toString(),
    size,
    value: order.kind === 'market' ? filledQuote.toString() : order.price.mul(order.size).toString(),
    dealValue: filledQuote.toString(),
    dealSize: filledSize,
    stp: '',
    stop: '',
    stopPriceType: '',
    stopTriggered: false,
    stopPrice: null,
    timeInForce: timeInForceWord(order.timeInForce),
    postOnly: order.timeInForce === 'post-only',
    hidden: false,
    iceberg: false,
    leverage: String(leverage),
    forceHold: false,
    closeOrder: false,
    visibleSize: 0,
    clientOid: order.clientOrderId,
    remark: null,
    tags: '',
    isActive: active,
    cancelExist: !active && order.status !== 'filled',
    createdAt: order.createdMs,
    updatedAt: order.updatedMs,
    endAt: active ? null : order.updatedMs,
    orderTime: nanoseconds(order.createdMs),
    settleCurrency: instrument.quoteAsset,
    marginMode: 'CROSS',
    positionSide: 'BOTH',
    avgDealPrice: averagePrice(order).toDecimalPlaces(AVERAGE_DECIMALS).toString(),
    filledSize,
    filledValue: filledQuote.toString(),
    status: active ? 'open' : 'done',
    reduceOnly: order.reduceOnly,
  }
}

/** A fill as REST answers it. */
export function fillPayload(instrument: Instrument, fill: Fill, order: OrderState | undefined) {
  const value = fill.price.mul(fill.size)
  return {
    symbol: fill.symbol,
    tradeId: String(fill.tradeId),
    orderId: String(fill.orderId),
    side: fill.side,
    liquidity: fill.maker ? 'maker' : 'taker',
    forceTaker: false,
    price: fill.price.toString(),
    size: toContracts(instrument, fill.size).toNumber(),
    value: value.toString(),
    openFeePay: fill.fee.toString(),
    closeFeePay: '0',
    stop: '',
    feeRate: value.isZero() ? '0' : fill.fee.div(value).toDecimalPlaces(AVERAGE_DECIMALS).toString(),
    fixFee: '0',
    feeCurrency: fill.feeAsset,
    tradeTime: nanoseconds(fill.timeMs),
    subTradeType: null,
    marginMode: 'CROSS',
    positionSide: 'BOTH',
    displayType: order?.kind ?? 'limit',
    fee: fill.fee.toString(),
    settleCurrency: instrument.quoteAsset,
    orderType: order?.kind ?? 'limit',
    tradeType: 'trade',
    createdAt: fill.timeMs,
  }
}
