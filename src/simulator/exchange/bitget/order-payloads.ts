import type { Account } from '../account.ts'
import type { OrderUpdate } from '../exchange-listeners.ts'
import { type Fill, type OrderState, averagePrice } from '../order.ts'
import {
  REST_STATUS_WORDS,
  STREAM_STATUS_WORDS,
  forceWord,
  orderIdText,
  plainText,
  positionModeWord,
  priceText,
  sizeText,
  tradeIdText,
} from './bitget-words.ts'

const AVERAGE_DECIMALS = 8

/** What the answers to placing and to canceling have: ids, and nothing about what became of the order. */
export function orderIdsPayload(order: OrderState) {
  return { clientOid: order.clientOrderId, orderId: orderIdText(order.orderId) }
}

/** An order as REST shows it; the look-up of one order calls its status `state`, lists call it `status`. */
export function orderPayload(account: Account, order: OrderState, statusName: 'state' | 'status') {
  const { instrument } = order
  const fee = feeOf(account, order)
  return {
    symbol: instrument.symbol,
    size: sizeText(instrument, order.size),
    orderId: orderIdText(order.orderId),
    clientOid: order.clientOrderId,
    baseVolume: sizeText(instrument, order.filledSize),
    fee: fee === undefined ? '' : plainText(fee.neg()),
    price: order.kind === 'market' ? '' : priceText(instrument, order.price),
    priceAvg: order.filledSize.isZero() ? '' : averageText(order),
    [statusName]: REST_STATUS_WORDS[order.status],
    side: order.side,
    force: forceWord(order),
    totalProfits: '0',
    posSide: 'net',
    marginCoin: instrument.quoteAsset,
    presetStopSurplusPrice: '',
    presetStopSurplusType: '',
    presetStopSurplusExecutePrice: '',
    presetStopLossPrice: '',
    presetStopLossType: '',
    presetStopLossExecutePrice: '',
    quoteVolume: plainText(order.filledQuote),
    orderType: order.kind,
    leverage: String(account.leverage(instrument.symbol)),
    marginMode: 'crossed',
    reduceOnly: order.reduceOnly ? 'YES' : 'NO',
    enterPointSource: 'API',
    tradeSide: sideInOneWay(order),
    posMode: positionModeWord(account.hedgeMode),
    orderSource: 'normal',
    cancelReason: isCanceled(order) ? 'normal_cancel' : '',
    cTime: String(order.createdMs),
    uTime: String(order.updatedMs),
  }
}

/** A fill as REST shows it. */
export function fillPayload(account: Account, fill: Fill) {
  return { ...commonOfFill(account, fill), enterPointSource: 'api' }
}

/** Fees that were paid are negative. */
function commonOfFill(account: Account, fill: Fill) {
  return {
    tradeId: tradeIdText(fill.tradeId),
    symbol: fill.symbol,
    orderId: orderIdText(fill.orderId),
    price: plainText(fill.price),
    baseVolume: plainText(fill.size),
    feeDetail: [
      {
        deduction: 'no',
        feeCoin: fill.feeAsset,
        totalDeductionFee: '0',
        totalFee: plainText(fill.fee.neg()),
      },
    ],
    side: fill.side,
    quoteVolume: plainText(fill.price.mul(fill.size)),
    profit: plainText(fill.realizedPnl),
    tradeSide: `${fill.side}_single`,
    posMode: positionModeWord(account.hedgeMode),
    tradeScope: fill.maker ? 'maker' : 'taker',
    cTime: String(fill.timeMs),
  }
}

/** A row of the `fill` channel. It names no client id: the exchange added that late, and not everywhere. */
export function fillFrameRow({ account, order, fill }: OrderUpdate & { readonly fill: Fill }) {
  const row = commonOfFill(account, fill)
  return { ...row, orderType: order.kind, uTime: row.cTime }
}

/** A row of the `orders` channel: `baseVolume` is the last fill's, `accBaseVolume` that of all. */
export function orderFrameRow({ account, order, fill }: OrderUpdate) {
  const { instrument } = order
  const fee = feeOf(account, order)
  return {
    accBaseVolume: sizeText(instrument, order.filledSize),
    cTime: String(order.createdMs),
    clientOid: order.clientOrderId,
    feeDetail: fee === undefined ? [] : [{ feeCoin: instrument.quoteAsset, fee: plainText(fee.neg()) }],
    ...(fill && {
      fillFee: plainText(fill.fee.neg()),
      fillFeeCoin: fill.feeAsset,
      fillNotionalUsd: plainText(fill.price.mul(fill.size)),
      fillPrice: priceText(instrument, fill.price),
      baseVolume: sizeText(instrument, fill.size),
      fillTime: String(fill.timeMs),
      tradeScope: fill.maker ? 'M' : 'T',
      tradeId: tradeIdText(fill.tradeId),
    }),
    force: forceWord(order),
    instId: instrument.symbol,
    leverage: String(account.leverage(instrument.symbol)),
    marginCoin: instrument.quoteAsset,
    marginMode: 'crossed',
    notionalUsd: plainText(order.price.mul(order.size)),
    orderId: orderIdText(order.orderId),
    orderType: order.kind,
    pnl: fill ? plainText(fill.realizedPnl) : '0',
    posMode: positionModeWord(account.hedgeMode),
    posSide: 'net',
    price: priceText(instrument, order.price),
    ...(!order.filledSize.isZero() && { priceAvg: averageText(order) }),
    reduceOnly: order.reduceOnly ? 'yes' : 'no',
    stpMode: 'none',
    side: order.side,
    size: sizeText(instrument, order.size),
    enterPointSource: 'API',
    status: STREAM_STATUS_WORDS[order.status],
    tradeSide: sideInOneWay(order),
    presetStopSurplusPrice: '',
    presetStopLossPrice: '',
    totalProfits: '0',
    cancelReason: isCanceled(order) ? 'normal_cancel' : '',
    uTime: String(order.updatedMs),
  }
}

function averageText(order: OrderState): string {
  return plainText(averagePrice(order).toDecimalPlaces(AVERAGE_DECIMALS))
}

/** What all fills of an order cost; undefined before the first. */
function feeOf(account: Account, order: OrderState) {
  const fills = account.records
    .fills(order.instrument.symbol)
    .filter((fill) => fill.orderId === order.orderId)
  return fills
    .map((fill) => fill.fee)
    .reduce<(typeof fills)[0]['fee'] | undefined>((sum, fee) => sum?.plus(fee) ?? fee, undefined)
}

function sideInOneWay(order: OrderState): string {
  return `${order.side}_single`
}

function isCanceled(order: OrderState): boolean {
  return order.status === 'canceled' || order.status === 'expired'
}
