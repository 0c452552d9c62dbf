import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { type Fill, type OrderState, averagePrice, remainingSize } from '../order.ts'
import {
  averageText,
  executionIdText,
  fundingExecutionIdText,
  orderIdText,
  plainText,
  priceText,
  sizeText,
} from './bybit-values.ts'
import { KIND_WORDS, SIDE_WORDS, STATUS_WORDS, TIME_IN_FORCE_WORDS, cancelWordsOf } from './bybit-words.ts'
import type { FundingExecution } from './funding-ledger.ts'

/** An order as REST answers it. */
export function orderPayload(account: Account, order: OrderState) {
  const { instrument } = order
  const isOver = order.status !== 'new' && order.status !== 'partially-filled'
  // What is canceled has nothing left, filled or not.
  const leaves = isOver ? ZERO : remainingSize(order)
  const isMarket = order.kind === 'market'
  return {
    orderId: orderIdText(order.orderId),
    orderLinkId: linkIdOf(order),
    blockTradeId: '',
    symbol: instrument.symbol,
    price: priceText(instrument, order.price),
    qty: sizeText(instrument, order.size),
    side: SIDE_WORDS[order.side],
    isLeverage: '',
    positionIdx: 0,
    orderStatus: STATUS_WORDS[order.status],
    ...cancelWordsOf(order),
    avgPrice: order.filledSize.isZero() ? '' : averageText(averagePrice(order)),
    leavesQty: sizeText(instrument, leaves),
    leavesValue: plainText(leaves.mul(order.price)),
    cumExecQty: sizeText(instrument, order.filledSize),
    cumExecValue: plainText(order.filledQuote),
    cumExecFee: plainText(feesOf(account, order)),
    timeInForce: isMarket ? 'IOC' : TIME_IN_FORCE_WORDS[order.timeInForce],
    orderType: KIND_WORDS[order.kind],
    stopOrderType: '',
    orderIv: '',
    triggerPrice: '',
    takeProfit: '',
    stopLoss: '',
    tpTriggerBy: '',
    slTriggerBy: '',
    triggerDirection: 0,
    triggerBy: '',
    lastPriceOnCreated: '',
    reduceOnly: order.reduceOnly,
    closeOnTrigger: false,
    smpType: 'None',
    smpGroup: 0,
    smpOrderId: '',
    tpslMode: '',
    tpLimitPrice: '',
    slLimitPrice: '',
    placeType: '',
    createdTime: String(order.createdMs),
    updatedTime: String(order.updatedMs),
  }
}

/** An order as the private stream tells of it. */
export function orderRow(account: Account, order: OrderState) {
  return {
    category: 'linear',
    ...orderPayload(account, order),
    createType: 'CreateByUser',
    feeCurrency: order.instrument.quoteAsset,
    closedPnl: '0',
  }
}

/** A fill as REST answers it. */
export function executionPayload(engine: MatchingEngine, account: Account, fill: Fill) {
  const instrument = engine.instrument(fill.symbol)
  const order = account.records.orderById(fill.orderId)
  const value = fill.price.mul(fill.size)
  const { markPrice, indexPrice } = engine.funding(fill.symbol)
  return {
    symbol: fill.symbol,
    orderId: orderIdText(fill.orderId),
    orderLinkId: order ? linkIdOf(order) : '',
    side: SIDE_WORDS[fill.side],
    orderPrice: order ? priceText(instrument, order.price) : '0',
    orderQty: order ? sizeText(instrument, order.size) : '0',
    leavesQty: order ? sizeText(instrument, leavesAfter(account, order, fill)) : '0',
    createType: 'CreateByUser',
    orderType: order ? KIND_WORDS[order.kind] : 'UNKNOWN',
    stopOrderType: '',
    execFee: plainText(fill.fee),
    execId: executionIdText(fill),
    execPrice: priceText(instrument, fill.price),
    execQty: sizeText(instrument, fill.size),
    execType: 'Trade',
    execValue: plainText(value),
    execTime: String(fill.timeMs),
    feeCurrency: fill.feeAsset,
    isMaker: fill.maker,
    feeRate: averageText(fill.fee.div(value)),
    tradeIv: '',
    markIv: '',
    markPrice: plainText(markPrice),
    indexPrice: plainText(indexPrice),
    underlyingPrice: '',
    blockTradeId: '',
    closedSize: sizeText(instrument, ZERO),
    seq: Number(fill.tradeId),
  }
}

/** A fill as the private stream tells of it. */
export function executionRow(engine: MatchingEngine, account: Account, fill: Fill) {
  return { category: 'linear', ...executionPayload(engine, account, fill), isLeverage: '0' }
}

/** A settlement of funding, which stands among the executions; what is paid is positive. */
export function fundingPayload(engine: MatchingEngine, execution: FundingExecution) {
  const { income, size, markPrice, fundingRate } = execution
  const instrument = engine.instrument(income.symbol)
  const side = size.isNegative() ? 'Sell' : 'Buy'
  return {
    symbol: income.symbol,
    orderId: `${Math.floor(income.timeMs / 1_000)}-${income.symbol}-${income.incomeId}-${side}`,
    orderLinkId: '',
    side,
    orderPrice: '0',
    orderQty: '0',
    leavesQty: '0',
    createType: '',
    orderType: 'UNKNOWN',
    stopOrderType: 'UNKNOWN',
    execFee: plainText(income.amount.neg()),
    execId: fundingExecutionIdText(income.incomeId),
    execPrice: plainText(markPrice),
    execQty: sizeText(instrument, size.abs()),
    execType: 'Funding',
    execValue: plainText(size.abs().mul(markPrice)),
    execTime: String(income.timeMs),
    feeCurrency: '',
    isMaker: false,
    feeRate: plainText(fundingRate),
    tradeIv: '',
    markIv: '',
    markPrice: plainText(markPrice),
    indexPrice: '',
    underlyingPrice: '',
    blockTradeId: '',
    closedSize: '0',
    seq: income.incomeId,
  }
}

export function fundingRow(engine: MatchingEngine, execution: FundingExecution) {
  return { category: 'linear', ...fundingPayload(engine, execution), isLeverage: '0' }
}

/** Orders whose user gave no id have none; the engine's own never gets out. */
function linkIdOf(order: OrderState): string {
  return order.clientOrderId.startsWith('auto_') ? '' : order.clientOrderId
}

function fillsOf(account: Account, order: OrderState): readonly Fill[] {
  return account.records.fills(order.instrument.symbol).filter((fill) => fill.orderId === order.orderId)
}

/** Of the fills that this state of the order has. */
function feesOf(account: Account, order: OrderState): Decimal {
  let fees = ZERO
  let filled = ZERO
  for (const fill of fillsOf(account, order)) {
    if (filled.gte(order.filledSize)) break
    filled = filled.plus(fill.size)
    fees = fees.plus(fill.fee)
  }
  return fees
}

function leavesAfter(account: Account, order: OrderState, fill: Fill): Decimal {
  let leaves = order.size
  for (const each of fillsOf(account, order)) {
    leaves = leaves.minus(each.size)
    if (each.tradeId === fill.tradeId) break
  }
  return leaves
}
