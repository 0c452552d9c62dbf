import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import type { Income } from '../account-records.ts'
import type { OrderUpdate } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import { type Fill, type OrderState, averagePrice } from '../order.ts'
import { averageText, contractsText, decimalText } from '../wire-numbers.ts'
import { STATE_WORDS, cancelSourceOf, orderTypeWord } from './blofin-words.ts'

const FIRST_ORDER_ID = 28_000_000
const IDS_PER_MS = 1_000_000n

/** An order's id as BloFin has it. */
export function orderIdText(orderId: number): string {
  return String(FIRST_ORDER_ID + orderId)
}

/** The engine's order id; one that no order has for what is no id of this exchange. */
export function orderIdOf(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) - FIRST_ORDER_ID : -1
}

/** An order as REST has it; sizes are contracts, a fee that was paid is positive. */
export function orderPayload(account: Account, order: OrderState) {
  const { instrument } = order
  return {
    ...commonFields(account, order),
    clientOrderId: clientOrderIdOf(order) ?? '',
    filled_amount: contractsAsBase(order),
    cancelSourceReason: cancelSourceOf(order)[1],
    algoClientOrderId: '',
    algoId: '',
    averagePrice: order.filledSize.isZero() ? '0' : averageText(averagePrice(order)),
    leverage: String(account.leverage(instrument.symbol)),
  }
}

/** A row of the `orders` channel: the order as it is now, without the fill that changed it. */
export function orderRow({ account, order }: OrderUpdate) {
  return {
    ...commonFields(account, order),
    instType: 'SWAP',
    clientOrderId: clientOrderIdOf(order) ?? null,
    filledAmount: contractsAsBase(order),
    averagePrice: order.filledSize.isZero() ? '0' : averageText(averagePrice(order)),
    leverage: String(account.leverage(order.instrument.symbol)),
    tpTriggerPriceType: null,
    slTriggerPriceType: null,
  }
}

function commonFields(account: Account, order: OrderState) {
  const { instrument } = order
  const fills = fillsOf(account, order)
  const sum = (of: (fill: Fill) => Decimal) => fills.reduce((total, fill) => total.plus(of(fill)), ZERO)
  return {
    orderId: orderIdText(order.orderId),
    instId: instrument.symbol,
    marginMode: 'cross',
    positionSide: 'net',
    side: order.side,
    orderType: orderTypeWord(order),
    price: decimalText(order.price),
    size: contractsText(instrument, order.size),
    reduceOnly: String(order.reduceOnly),
    state: STATE_WORDS[order.status],
    filledSize: contractsText(instrument, order.filledSize),
    fee: decimalText(sum((fill) => fill.fee)),
    pnl: decimalText(sum((fill) => fill.realizedPnl)),
    createTime: String(order.createdMs),
    updateTime: String(order.updatedMs),
    orderCategory: 'normal',
    cancelSource: cancelSourceOf(order)[0],
    tpTriggerPrice: null,
    tpOrderPrice: null,
    slTriggerPrice: null,
    slOrderPrice: null,
    brokerId: '',
  }
}

function contractsAsBase(order: OrderState): string {
  return decimalText(order.filledSize)
}

/** Undefined where the user gave none. */
function clientOrderIdOf({ clientOrderId }: OrderState): string | undefined {
  return clientOrderId.startsWith('auto_') ? undefined : clientOrderId
}

/** The fills that this state of the order knows of. */
function fillsOf(account: Account, order: OrderState): Fill[] {
  let size = ZERO
  return account.records
    .fills(order.instrument.symbol)
    .filter((fill) => fill.orderId === order.orderId)
    .filter((fill) => (size = size.plus(fill.size)).lte(order.filledSize))
}

/** A fill as REST has it: without the client's id, and without a word on who made the price. */
export function fillPayload(instrument: Instrument, fill: Fill) {
  return {
    instId: fill.symbol,
    tradeId: String(fill.tradeId),
    orderId: orderIdText(fill.orderId),
    fillPrice: decimalText(fill.price),
    fillSize: contractsText(instrument, fill.size),
    fillPnl: decimalText(fill.realizedPnl),
    positionSide: 'net',
    side: fill.side,
    fee: decimalText(fill.fee),
    ts: String(fill.timeMs),
    brokerId: '',
  }
}

/** A funding fee's place in the account's history; rises with time. */
export function fundingFeeId(income: Income): bigint {
  return BigInt(income.timeMs) * IDS_PER_MS + (BigInt(income.incomeId) % IDS_PER_MS)
}

/** A funding fee; the fields are assumed. What the account received is positive. */
export function fundingFeePayload(income: Income) {
  return {
    billId: String(fundingFeeId(income)),
    instId: income.symbol,
    currency: income.asset,
    fundingFee: decimalText(income.amount),
    marginMode: 'cross',
    positionSide: 'net',
    ts: String(income.timeMs),
  }
}
