import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import type { Income } from '../account-records.ts'
import type { OrderUpdate } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import { type Fill, type OrderState, averagePrice } from '../order.ts'
import { averageText, contractsText, decimalText } from '../wire-numbers.ts'
import { orderIdText } from './okx-values.ts'
import { STATE_WORDS, cancelSourceOf, orderTypeWord } from './okx-words.ts'

const IDS_PER_MS = 1_000_000n

/** A fill's place in the account's bills; rises with time. */
export function fillBillId(fill: Fill): bigint {
  return BigInt(fill.timeMs) * IDS_PER_MS + (fill.tradeId % IDS_PER_MS)
}

export function incomeBillId(income: Income): bigint {
  return BigInt(income.timeMs) * IDS_PER_MS + (BigInt(income.incomeId) % IDS_PER_MS)
}

/** An order as REST has it; the sizes are contracts, fees negative when paid. */
export function orderPayload(account: Account, order: OrderState) {
  const { instrument } = order
  const { symbol, quoteAsset } = instrument
  const fills = fillsOf(account, order)
  const last = fills.at(-1)
  const sum = (of: (fill: Fill) => Decimal) => fills.reduce((total, fill) => total.plus(of(fill)), ZERO)
  const [cancelSource, cancelSourceReason] = cancelSourceOf(order)
  return {
    accFillSz: contractsText(instrument, order.filledSize),
    algoClOrdId: '',
    algoId: '',
    attachAlgoClOrdId: '',
    attachAlgoOrds: [],
    avgPx: order.filledSize.isZero() ? '' : averageText(averagePrice(order)),
    cTime: String(order.createdMs),
    cancelSource,
    cancelSourceReason,
    category: 'normal',
    ccy: '',
    clOrdId: order.clientOrderId.startsWith('auto_') ? '' : order.clientOrderId,
    fee: decimalText(sum((fill) => fill.fee).neg()),
    feeCcy: quoteAsset,
    fillPx: last ? decimalText(last.price) : '',
    fillSz: last ? contractsText(instrument, last.size) : '0',
    fillTime: last ? String(last.timeMs) : '',
    instId: symbol,
    instType: 'SWAP',
    isTpLimit: 'false',
    lever: String(account.leverage(symbol)),
    linkedAlgoOrd: { algoId: '' },
    ordId: orderIdText(order.orderId),
    ordType: orderTypeWord(order),
    pnl: decimalText(sum((fill) => fill.realizedPnl)),
    posSide: 'net',
    px: order.kind === 'market' ? '' : decimalText(order.price),
    pxType: '',
    pxUsd: '',
    pxVol: '',
    quickMgnType: '',
    rebate: '0',
    rebateCcy: quoteAsset,
    reduceOnly: String(order.reduceOnly),
    side: order.side,
    slOrdPx: '',
    slTriggerPx: '',
    slTriggerPxType: '',
    source: '',
    state: STATE_WORDS[order.status],
    stpId: '',
    stpMode: 'cancel_maker',
    sz: contractsText(instrument, order.size),
    tag: '',
    tdMode: 'cross',
    tgtCcy: '',
    tpOrdPx: '',
    tpTriggerPx: '',
    tpTriggerPxType: '',
    tradeId: last ? String(last.tradeId) : '',
    tradeQuoteCcy: quoteAsset,
    uTime: String(order.updatedMs),
  }
}

/** The fills that this state of the order knows of. */
function fillsOf(account: Account, order: OrderState): Fill[] {
  let size = ZERO
  return account.records
    .fills(order.instrument.symbol)
    .filter((fill) => fill.orderId === order.orderId)
    .filter((fill) => (size = size.plus(fill.size)).lte(order.filledSize))
}

/** A row of the `orders` channel: the order, and the fill that the row is about, if it is about one. */
export function orderUpdateRow(update: OrderUpdate) {
  const { account, order, fill } = update
  const { instrument } = order
  const price = order.kind === 'market' ? (fill?.price ?? ZERO) : order.price
  return {
    ...orderPayload(account, order),
    amendResult: '',
    amendSource: '',
    code: '0',
    execType: fill ? (fill.maker ? 'M' : 'T') : '',
    fillFee: fill ? decimalText(fill.fee.neg()) : '0',
    fillFeeCcy: fill ? fill.feeAsset : '',
    fillFwdPx: '',
    fillMarkPx: '',
    fillMarkVol: '',
    fillNotionalUsd: fill ? decimalText(fill.price.mul(fill.size)) : '',
    fillPnl: fill ? decimalText(fill.realizedPnl) : '0',
    fillPx: fill ? decimalText(fill.price) : '',
    fillPxUsd: '',
    fillPxVol: '',
    fillSz: fill ? contractsText(instrument, fill.size) : '0',
    fillTime: fill ? String(fill.timeMs) : '',
    lastPx: fill ? decimalText(fill.price) : '',
    msg: '',
    notionalUsd: decimalText(price.mul(order.size)),
    reqId: '',
    tradeId: fill ? String(fill.tradeId) : '',
  }
}

/** A fill as REST has it. */
export function fillPayload(instrument: Instrument, fill: Fill) {
  return {
    billId: String(fillBillId(fill)),
    clOrdId: fill.clientOrderId.startsWith('auto_') ? '' : fill.clientOrderId,
    execType: fill.maker ? 'M' : 'T',
    fee: decimalText(fill.fee.neg()),
    feeCcy: fill.feeAsset,
    feeRate: '',
    fillFwdPx: '',
    fillIdxPx: '',
    fillMarkPx: '',
    fillMarkVol: '',
    fillPnl: decimalText(fill.realizedPnl),
    fillPx: decimalText(fill.price),
    fillPxUsd: '',
    fillPxVol: '',
    fillSz: contractsText(instrument, fill.size),
    fillTime: String(fill.timeMs),
    instId: fill.symbol,
    instType: 'SWAP',
    ordId: orderIdText(fill.orderId),
    posSide: 'net',
    side: fill.side,
    subType: fill.side === 'buy' ? '1' : '2',
    tag: '',
    tradeId: String(fill.tradeId),
    tradeQuoteCcy: fill.feeAsset,
    ts: String(fill.timeMs),
  }
}
