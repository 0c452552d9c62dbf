import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import { type AssetMargin, assetMargin, liquidationPrice, symbolMargin } from '../account-margin.ts'
import { type Instrument, bracketOf } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { averageText, plainText, sizeText } from './bybit-values.ts'

/** The unified account as REST and the private stream have it. */
export function walletRow(engine: MatchingEngine, account: Account) {
  const markPriceOf = (symbol: string) => engine.markPrice(symbol)
  const margins = account.assets.map((asset) => assetMargin(account, asset, markPriceOf))
  const sum = (of: (margin: AssetMargin) => Decimal) =>
    margins.reduce((total, margin) => total.plus(of(margin)), ZERO)
  const marginBalance = sum((margin) => margin.marginBalance)
  const initialMargin = sum((margin) => margin.initialMargin)
  const maintenanceMargin = sum((margin) => margin.maintenanceMargin)
  const rate = (margin: Decimal) => (marginBalance.gt(0) ? averageText(margin.div(marginBalance)) : '0')
  return {
    totalEquity: averageText(marginBalance),
    accountIMRate: rate(initialMargin),
    totalMarginBalance: averageText(marginBalance),
    totalInitialMargin: averageText(initialMargin),
    accountType: 'UNIFIED',
    totalAvailableBalance: averageText(sum((margin) => margin.availableBalance)),
    accountMMRate: rate(maintenanceMargin),
    totalPerpUPL: averageText(sum((margin) => margin.unrealizedPnl)),
    totalWalletBalance: averageText(sum((margin) => margin.walletBalance)),
    accountLTV: '0',
    totalMaintenanceMargin: averageText(maintenanceMargin),
    coin: margins.map((margin) => coinRow(account, margin)),
  }
}

function coinRow(account: Account, margin: AssetMargin) {
  return {
    availableToBorrow: '',
    bonus: '0',
    accruedInterest: '0',
    // Empty on unified accounts: what is available follows from equity and initial margins.
    availableToWithdraw: '',
    totalOrderIM: averageText(margin.openOrderInitialMargin),
    equity: averageText(margin.marginBalance),
    totalPositionMM: averageText(margin.maintenanceMargin),
    usdValue: averageText(margin.marginBalance),
    unrealisedPnl: averageText(margin.unrealizedPnl),
    borrowAmount: '0',
    totalPositionIM: averageText(margin.positionInitialMargin),
    walletBalance: plainText(margin.walletBalance),
    cumRealisedPnl: plainText(realizedIn(account, margin.asset)),
    locked: '0',
    collateralSwitch: true,
    marginCollateral: true,
    coin: margin.asset,
    spotBorrow: '0',
    spotHedgingQty: '0',
  }
}

function realizedIn(account: Account, asset: string): Decimal {
  return account.records
    .incomes()
    .filter((income) => income.asset === asset && income.kind !== 'deposit')
    .reduce((total, { amount }) => total.plus(amount), ZERO)
}

/** The positions of a symbol: one in one-way mode, both sides in hedge mode. */
export function positionPayloads(engine: MatchingEngine, account: Account, instrument: Instrument) {
  const indices = account.hedgeMode ? [1, 2] : [0]
  return indices.map((positionIdx) => {
    const { entryPrice, ...row } = positionFields(engine, account, instrument, positionIdx)
    return { ...row, avgPrice: entryPrice }
  })
}

/** The same as the private stream has them. */
export function positionRows(engine: MatchingEngine, account: Account, instrument: Instrument) {
  const indices = account.hedgeMode ? [1, 2] : [0]
  return indices.map((positionIdx) => {
    const row = positionFields(engine, account, instrument, positionIdx)
    return {
      ...row,
      category: 'linear',
      sessionAvgPrice: '',
      positionIMByMp: row.positionIM,
      positionMMByMp: row.positionMM,
    }
  })
}

function positionFields(
  engine: MatchingEngine,
  account: Account,
  instrument: Instrument,
  positionIdx: number,
) {
  const { symbol } = instrument
  const markPriceOf = (each: string) => engine.markPrice(each)
  const margin = symbolMargin(account, instrument, markPriceOf)
  const state = account.position(instrument).state()
  const size = state.size.abs()
  const side = size.isZero() ? '' : state.size.isNegative() ? 'Sell' : 'Buy'
  const liquidation = liquidationPrice(account, margin, markPriceOf)
  const bracket = bracketOf(instrument, margin.notional.abs())
  return {
    positionIdx,
    riskId: bracket.bracket,
    riskLimitValue: plainText(bracket.notionalCap),
    symbol,
    side,
    size: size.isZero() ? '0' : sizeText(instrument, size),
    entryPrice: averageText(state.entryPrice),
    positionValue: averageText(size.mul(state.entryPrice)),
    tradeMode: 0,
    positionStatus: 'Normal',
    autoAddMargin: 0,
    adlRankIndicator: size.isZero() ? 0 : 2,
    leverage: String(account.leverage(symbol)),
    positionBalance: '0',
    markPrice: plainText(margin.markPrice),
    liqPrice: liquidation.isZero() ? '' : averageText(liquidation),
    bustPrice: '',
    positionMM: averageText(margin.maintenanceMargin),
    positionIM: averageText(margin.positionInitialMargin),
    tpslMode: 'Full',
    takeProfit: '',
    stopLoss: '',
    trailingStop: '0',
    unrealisedPnl: averageText(margin.unrealizedPnl),
    curRealisedPnl: plainText(state.realizedPnl),
    cumRealisedPnl: plainText(state.realizedPnl),
    seq: Number(engine.book(symbol).depthSequence),
    isReduceOnly: false,
    mmrSysUpdatedTime: '',
    leverageSysUpdatedTime: '',
    createdTime: String(instrument.listedMs),
    updatedTime: String(state.updatedMs),
  }
}
