import { Decimal } from '../../../common/decimal.ts'
import type { Instrument } from '../instrument.ts'
import { type Fill, type OrderState, averagePrice } from '../order.ts'
import { KIND_WORDS, SIDE_WORDS, STATUS_WORDS, TIME_IN_FORCE_WORDS, priceMatchWord } from './binance-words.ts'

const MONEY_DECIMALS = 8

export function priceText(instrument: Instrument, price: Decimal): string {
  return price.toFixed(instrument.priceDecimals)
}

export function sizeText(instrument: Instrument, size: Decimal): string {
  return size.toFixed(instrument.sizeDecimals)
}

export function moneyText(amount: Decimal): string {
  return amount.toFixed(MONEY_DECIMALS)
}

/** Averages have more digits than prices. */
export function averageText(instrument: Instrument, price: Decimal): string {
  return price.toFixed(instrument.priceDecimals + 4)
}

/** An order as REST and the websocket API answer it. */
export function orderPayload(order: OrderState) {
  const { instrument } = order
  return {
    orderId: order.orderId,
    symbol: instrument.symbol,
    status: STATUS_WORDS[order.status],
    clientOrderId: order.clientOrderId,
    price: priceText(instrument, order.price),
    avgPrice: averageText(instrument, averagePrice(order)),
    origQty: sizeText(instrument, order.size),
    executedQty: sizeText(instrument, order.filledSize),
    cumQty: sizeText(instrument, order.filledSize),
    cumQuote: moneyText(order.filledQuote),
    timeInForce: order.kind === 'market' ? 'GTC' : TIME_IN_FORCE_WORDS[order.timeInForce],
    type: KIND_WORDS[order.kind],
    reduceOnly: order.reduceOnly,
    closePosition: false,
    side: SIDE_WORDS[order.side],
    positionSide: 'BOTH',
    stopPrice: '0.00',
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    origType: KIND_WORDS[order.kind],
    priceMatch: priceMatchWord(order.priceMatch),
    selfTradePreventionMode: 'NONE',
    goodTillDate: 0,
    time: order.createdMs,
    updateTime: order.updatedMs,
  }
}

/** The same as it was accepted, before anything traded: what `newOrderRespType=ACK` answers. */
export function acceptedOrderPayload(order: OrderState) {
  const zero = order.filledSize.minus(order.filledSize)
  return orderPayload({
    ...order,
    status: 'new',
    filledSize: zero,
    filledQuote: zero,
    updatedMs: order.createdMs,
  })
}

/** A fill as userTrades answers it. */
export function userTradePayload(instrument: Instrument, fill: Fill) {
  return {
    symbol: fill.symbol,
    id: Number(fill.tradeId),
    orderId: fill.orderId,
    side: SIDE_WORDS[fill.side],
    price: priceText(instrument, fill.price),
    qty: sizeText(instrument, fill.size),
    realizedPnl: moneyText(fill.realizedPnl),
    quoteQty: moneyText(fill.price.mul(fill.size)),
    commission: moneyText(fill.fee),
    commissionAsset: fill.feeAsset,
    time: fill.timeMs,
    positionSide: 'BOTH',
    buyer: fill.side === 'buy',
    maker: fill.maker,
    marginAsset: instrument.quoteAsset,
  }
}
