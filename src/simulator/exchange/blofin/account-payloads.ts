import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import {
  type AssetMargin,
  type MarkPriceOf,
  assetMargin,
  liquidationPrice,
  symbolMargin,
} from '../account-margin.ts'
import type { Instrument } from '../instrument.ts'
import { averageText, contractsText, decimalText } from '../wire-numbers.ts'

const FIRST_POSITION_ID = 8_000

/** The futures account as `account/balance` has it. */
export function balancePayload(account: Account, markPriceOf: MarkPriceOf, nowMs: number) {
  return balanceOf(account, markPriceOf, nowMs, (margin) => ({ ...assetFields(margin), bonus: '0' }))
}

/** The same as the `account` channel has it, which is not quite the same. */
export function balanceData(account: Account, markPriceOf: MarkPriceOf, nowMs: number) {
  return balanceOf(account, markPriceOf, nowMs, (margin) => ({
    ...assetFields(margin),
    unrealizedPnl: decimalText(margin.unrealizedPnl),
  }))
}

function balanceOf(
  account: Account,
  markPriceOf: MarkPriceOf,
  nowMs: number,
  detail: (margin: AssetMargin) => object,
) {
  const margins = account.assets.map((asset) => assetMargin(account, asset, markPriceOf))
  const equity = margins.reduce<Decimal>((sum, margin) => sum.plus(margin.marginBalance), ZERO)
  return {
    ts: String(nowMs),
    totalEquity: decimalText(equity),
    isolatedEquity: '0',
    details: margins.map(detail),
  }
}

function assetFields(margin: AssetMargin) {
  return {
    currency: margin.asset,
    equity: decimalText(margin.marginBalance),
    balance: decimalText(margin.walletBalance),
    ts: String(margin.updatedMs),
    isolatedEquity: '0',
    available: decimalText(margin.availableBalance),
    availableEquity: decimalText(margin.availableBalance),
    frozen: decimalText(margin.initialMargin),
    orderFrozen: decimalText(margin.openOrderInitialMargin),
    equityUsd: decimalText(margin.marginBalance),
    isolatedUnrealizedPnl: '0',
  }
}

/** A position; one that is closed has size 0 (assumed: the stream tells it once). */
export function positionPayload(
  account: Account,
  instrument: Instrument,
  markPriceOf: MarkPriceOf,
  index: number,
) {
  const { size, entryPrice, updatedMs } = account.position(instrument).state()
  const margin = symbolMargin(account, instrument, markPriceOf)
  const ratio = margin.positionInitialMargin.isZero()
    ? ZERO
    : margin.unrealizedPnl.div(margin.positionInitialMargin)
  return {
    positionId: String(FIRST_POSITION_ID + index),
    instId: instrument.symbol,
    instType: 'SWAP',
    marginMode: 'cross',
    positionSide: 'net',
    adl: '1',
    positions: contractsText(instrument, size),
    availablePositions: contractsText(instrument, size),
    averagePrice: averageText(entryPrice),
    margin: '',
    markPrice: decimalText(margin.markPrice),
    marginRatio: '',
    liquidationPrice: averageText(liquidationPrice(account, margin, markPriceOf)),
    unrealizedPnl: averageText(margin.unrealizedPnl),
    unrealizedPnlRatio: averageText(ratio),
    initialMargin: averageText(margin.positionInitialMargin),
    maintenanceMargin: averageText(margin.maintenanceMargin),
    createTime: String(updatedMs),
    updateTime: String(updatedMs),
    leverage: String(account.leverage(instrument.symbol)),
  }
}

export function leveragePayload(instrument: Instrument, leverage: number) {
  return {
    instId: instrument.symbol,
    leverage: String(leverage),
    marginMode: 'cross',
    positionSide: 'net',
  }
}
