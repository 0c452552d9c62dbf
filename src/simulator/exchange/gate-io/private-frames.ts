import type { Decimal } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import { liquidationPrice, type MarkPriceOf, symbolMargin } from '../account-margin.ts'
import type { FeeRates } from '../clearing.ts'
import type { Fill, OrderState } from '../order.ts'
import { averagePrice, remainingSize } from '../order.ts'
import type { OrderUpdate } from '../exchange-listeners.ts'
import type { PositionState } from '../position.ts'
import { entryText } from './account-payloads.ts'
import { priceText, toContracts, toSignedContracts, toWholeSeconds } from './contracts.ts'
import { finishedAs, isOpen, numberOf, textOf, tifWord } from './order-payloads.ts'

/** What a frame is about beside its own news. */
export interface FrameHead {
  readonly userId: string
  /** Rises with every message of the user's. */
  readonly updateId: number
}

const OPEN_WORDS: Readonly<Partial<Record<OrderUpdate['execution'], string>>> = {
  new: '_new',
  trade: '_update',
}

/** A row of `futures.orders`. Prices and fees are numbers there, not text as in REST. */
export function orderRow(update: OrderUpdate, fees: FeeRates, head: FrameHead) {
  const { order, timeMs } = update
  const { instrument, side } = order
  return {
    id: order.orderId,
    id_string: String(order.orderId),
    user: head.userId,
    contract: instrument.symbol,
    create_time: toWholeSeconds(order.createdMs),
    create_time_ms: order.createdMs,
    finish_time: toWholeSeconds(order.updatedMs),
    finish_time_ms: order.updatedMs,
    finish_as: isOpen(order) ? (OPEN_WORDS[update.execution] ?? '') : finishedAs(order),
    status: isOpen(order) ? 'open' : 'finished',
    size: toSignedContracts(order.size, side, instrument),
    iceberg: 0,
    left: toSignedContracts(remainingSize(order), side, instrument),
    price: order.kind === 'market' ? 0 : numberOf(order.price),
    fill_price: fillPrice(order),
    tif: tifWord(order),
    text: textOf(order.clientOrderId),
    mkfr: numberOf(fees.maker),
    tkfr: numberOf(fees.taker),
    refr: 0,
    refu: 0,
    is_close: false,
    is_liq: false,
    is_reduce_only: order.reduceOnly,
    stp_id: '0',
    stp_act: '-',
    amend_text: '-',
    biz_info: '-',
    update_id: head.updateId,
    update_time: timeMs,
  }
}

function fillPrice(order: OrderState): number {
  return numberOf(averagePrice(order).toDecimalPlaces(order.instrument.priceDecimals + 4))
}

/** A row of `futures.usertrades`. */
export function userTradeRow(fill: Fill, order: OrderState) {
  const { instrument } = order
  return {
    id: String(fill.tradeId),
    create_time: toWholeSeconds(fill.timeMs),
    create_time_ms: fill.timeMs,
    contract: fill.symbol,
    order_id: String(fill.orderId),
    size: toSignedContracts(fill.size, fill.side, instrument),
    price: priceText(instrument, fill.price),
    role: fill.maker ? 'maker' : 'taker',
    text: textOf(fill.clientOrderId),
    fee: numberOf(fill.fee),
    point_fee: 0,
    amend_text: '-',
    biz_info: '-',
    close_size: '0',
  }
}

/** A row of `futures.balances`: one change of the balance. */
export function balanceRow(
  change: Decimal,
  balance: Decimal,
  type: string,
  text: string,
  asset: string,
  timeMs: number,
  head: FrameHead,
) {
  return {
    balance: numberOf(balance),
    change: numberOf(change),
    text,
    time: toWholeSeconds(timeMs),
    time_ms: timeMs,
    type,
    user: head.userId,
    currency: asset.toLowerCase(),
  }
}

/** A row of `futures.positions`. The profit that is not realised is not in it. */
export function positionRow(
  account: Account,
  state: PositionState,
  isIsolated: boolean,
  markPriceOf: MarkPriceOf,
  head: FrameHead,
) {
  const { instrument } = state
  const margin = symbolMargin(account, instrument, markPriceOf)
  const leverage = account.leverage(instrument.symbol)
  const [bracket] = instrument.brackets
  return {
    contract: instrument.symbol,
    size: toContracts(state.size, instrument),
    entry_price: Number(entryText(state)),
    leverage: isIsolated ? leverage : 0,
    cross_leverage_limit: isIsolated ? 0 : leverage,
    leverage_max: bracket!.maxLeverage,
    maintenance_rate: numberOf(bracket!.maintenanceRate),
    margin: numberOf(margin.positionInitialMargin.toDecimalPlaces(12)),
    liq_price: numberOf(liquidationPrice(account, margin, markPriceOf).toDecimalPlaces(4)),
    risk_limit: numberOf(instrument.brackets.at(-1)!.notionalCap),
    realised_pnl: numberOf(state.realizedPnl),
    history_pnl: numberOf(state.realizedPnl),
    last_close_pnl: 0,
    realised_point: 0,
    history_point: 0,
    mode: 'single',
    time: toWholeSeconds(state.updatedMs),
    time_ms: state.updatedMs,
    user: head.userId,
    update_id: head.updateId,
  }
}
