import { Decimal } from '../../../common/decimal.ts'
import type { FeeRates } from '../clearing.ts'
import type { Instrument } from '../instrument.ts'
import { averagePrice, type Fill, type OrderState, remainingSize, type TimeInForce } from '../order.ts'
import { priceText, toSeconds, toSignedContracts } from './contracts.ts'

/** The exchange's text for an order that was given none. */
const DEFAULT_TEXT = 'api'
const AVERAGE_EXTRA_DECIMALS = 4

export const TIFS: Readonly<Record<string, TimeInForce>> = {
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
  poc: 'post-only',
}

export const TIF_WORDS: Readonly<Record<TimeInForce, string>> = {
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
  'post-only': 'poc',
}

export function tifWord(order: OrderState): string {
  return order.kind === 'market' ? 'ioc' : TIF_WORDS[order.timeInForce]
}

export function isOpen(order: OrderState): boolean {
  return order.status === 'new' || order.status === 'partially-filled'
}

/** How the order ended; empty while it is open. */
export function finishedAs(order: OrderState): string {
  switch (order.status) {
    case 'filled':
      return 'filled'
    case 'canceled':
      return 'cancelled'
    case 'expired':
      return tifWord(order) === 'ioc' ? 'ioc' : 'reduce_only'
    case 'new':
    case 'partially-filled':
      return ''
  }
}

/** What the user called the order. */
export function textOf(clientOrderId: string): string {
  return clientOrderId.startsWith('t-') ? clientOrderId : DEFAULT_TEXT
}

export function averageText(order: OrderState): string {
  const places = order.instrument.priceDecimals + AVERAGE_EXTRA_DECIMALS
  return averagePrice(order).toDecimalPlaces(places).toString()
}

/** An order as REST and the websocket API answer it. */
export function orderPayload(order: OrderState, userId: string, fees: FeeRates) {
  const { instrument, side } = order
  return {
    id: order.orderId,
    user: Number(userId),
    contract: instrument.symbol,
    create_time: toSeconds(order.createdMs),
    update_time: toSeconds(order.updatedMs),
    finish_time: isOpen(order) ? 0 : toSeconds(order.updatedMs),
    finish_as: finishedAs(order),
    status: isOpen(order) ? 'open' : 'finished',
    size: toSignedContracts(order.size, side, instrument),
    iceberg: 0,
    left: toSignedContracts(remainingSize(order), side, instrument),
    price: order.kind === 'market' ? '0' : priceText(instrument, order.price),
    fill_price: averageText(order),
    tif: tifWord(order),
    text: textOf(order.clientOrderId),
    mkfr: fees.maker.toString(),
    tkfr: fees.taker.toString(),
    refu: 0,
    refr: '0',
    is_close: false,
    is_liq: false,
    is_reduce_only: order.reduceOnly,
    stp_id: 0,
    stp_act: '-',
    amend_text: '-',
    biz_info: '-',
  }
}

/** A fill as `my_trades` answers it. */
export function myTradePayload(instrument: Instrument, fill: Fill) {
  return {
    id: Number(fill.tradeId),
    create_time: toSeconds(fill.timeMs),
    contract: fill.symbol,
    order_id: String(fill.orderId),
    size: toSignedContracts(fill.size, fill.side, instrument),
    close_size: 0,
    price: priceText(instrument, fill.price),
    role: fill.maker ? 'maker' : 'taker',
    text: textOf(fill.clientOrderId),
    fee: fill.fee.toString(),
    point_fee: '0',
  }
}

/** A fill as `my_trades_timerange` answers it: with another name for its id. */
export function timeRangeTradePayload(instrument: Instrument, fill: Fill) {
  const { id, ...rest } = myTradePayload(instrument, fill)
  return { trade_id: String(id), ...rest }
}

/** A number as JSON has it; the private streams send numbers where REST sends text. */
export function numberOf(value: Decimal): number {
  return new Decimal(value).toNumber()
}
