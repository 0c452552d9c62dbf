import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import { type MarkPriceOf, assetMargin, liquidationPrice, symbolMargin } from '../account-margin.ts'
import type { Income } from '../account-records.ts'
import { bracketOf, type Instrument } from '../instrument.ts'
import { MONEY_DECIMALS } from '../position.ts'
import { currencyOf, toContracts } from './kucoin-words.ts'

/** An amount as the number that KuCoin sends in most places. */
function amount(value: Decimal): number {
  return value.toDecimalPlaces(MONEY_DECIMALS).toNumber()
}

/** `account-overview` of one currency. */
export function overviewPayload(account: Account, asset: string, markPriceOf: MarkPriceOf) {
  const margin = assetMargin(account, asset, markPriceOf)
  return {
    accountEquity: amount(margin.marginBalance),
    unrealisedPNL: amount(margin.unrealizedPnl),
    // What KuCoin calls the margin balance is without the profit that is not realised.
    marginBalance: amount(margin.walletBalance),
    positionMargin: amount(margin.positionInitialMargin),
    orderMargin: amount(margin.openOrderInitialMargin),
    frozenFunds: 0,
    availableBalance: amount(margin.availableBalance),
    currency: currencyOf(asset),
    riskRatio: margin.marginBalance.isZero()
      ? 0
      : margin.maintenanceMargin.div(margin.marginBalance).toDecimalPlaces(4).toNumber(),
    maxWithdrawAmount: amount(margin.availableBalance),
    availableMargin: amount(margin.availableBalance),
  }
}

/** A wallet as the private stream sends it: every number is text. */
export function walletFields(account: Account, asset: string, markPriceOf: MarkPriceOf, version: number) {
  const margin = assetMargin(account, asset, markPriceOf)
  const text = (value: Decimal) => value.toDecimalPlaces(MONEY_DECIMALS).toString()
  return {
    crossPosMargin: text(margin.positionInitialMargin),
    isolatedOrderMargin: '0',
    holdBalance: text(margin.openOrderInitialMargin),
    equity: text(margin.marginBalance),
    version: String(version),
    availableBalance: text(margin.availableBalance),
    isolatedPosMargin: '0',
    maxWithdrawAmount: text(margin.availableBalance),
    walletBalance: text(margin.walletBalance),
    isolatedFundingFeeMargin: '0',
    crossUnPnl: text(margin.unrealizedPnl),
    totalCrossMargin: text(margin.marginBalance),
    currency: currencyOf(asset),
    isolatedUnPnl: '0',
    availableMargin: text(margin.availableBalance),
    crossOrderMargin: text(margin.openOrderInitialMargin),
  }
}

/** A position as REST and the private stream have it. */
export function positionPayload(
  account: Account,
  instrument: Instrument,
  markPriceOf: MarkPriceOf,
  nowMs: number,
) {
  const margin = symbolMargin(account, instrument, markPriceOf)
  const state = account.position(instrument).state()
  const leverage = account.leverage(instrument.symbol)
  const cost = state.size.mul(state.entryPrice)
  const profitPart = cost.isZero() ? ZERO : margin.unrealizedPnl.div(cost.abs())
  const equity = assetMargin(account, instrument.quoteAsset, markPriceOf).marginBalance
  const { maintenanceRate } = bracketOf(instrument, margin.notional.abs())
  return {
    id: instrument.symbol,
    symbol: instrument.symbol,
    autoDeposit: false,
    crossMode: true,
    maintMarginReq: maintenanceRate.toNumber(),
    riskLimit: instrument.brackets[0]!.notionalCap.toNumber(),
    realLeverage: equity.isZero() ? 0 : margin.notional.abs().div(equity).toDecimalPlaces(8).toNumber(),
    delevPercentage: 0,
    openingTimestamp: state.updatedMs,
    currentTimestamp: nowMs,
    currentQty: toContracts(instrument, state.size).toNumber(),
    currentCost: amount(cost),
    currentComm: 0,
    unrealisedCost: amount(cost),
    realisedGrossCost: amount(state.realizedPnl.neg()),
    realisedCost: amount(state.realizedPnl.neg()),
    isOpen: !state.size.isZero(),
    markPrice: margin.markPrice.toNumber(),
    markValue: amount(margin.notional),
    posCost: amount(cost),
    posCross: 0,
    posInit: amount(margin.positionInitialMargin),
    posComm: 0,
    posLoss: 0,
    posMargin: amount(margin.positionInitialMargin),
    posMaint: amount(margin.maintenanceMargin),
    maintMargin: amount(margin.positionInitialMargin.plus(margin.unrealizedPnl)),
    realisedGrossPnl: amount(state.realizedPnl),
    realisedPnl: amount(state.realizedPnl),
    unrealisedPnl: amount(margin.unrealizedPnl),
    unrealisedPnlPcnt: profitPart.toDecimalPlaces(4).toNumber(),
    unrealisedRoePcnt: profitPart.mul(leverage).toDecimalPlaces(4).toNumber(),
    avgEntryPrice: state.entryPrice.toDecimalPlaces(MONEY_DECIMALS).toNumber(),
    liquidationPrice: liquidationPrice(account, margin, markPriceOf).toDecimalPlaces(4).toNumber(),
    bankruptPrice: 0,
    settleCurrency: currencyOf(instrument.quoteAsset),
    maintainMargin: maintenanceRate.toNumber(),
    riskLimitLevel: 1,
    marginMode: 'CROSS',
    positionSide: 'BOTH',
    leverage,
  }
}

/** One payment of `funding-history`. */
export function fundingPayload(
  income: Income,
  instrument: Instrument,
  funding: { readonly fundingRate: Decimal; readonly markPrice: Decimal },
) {
  const { fundingRate, markPrice } = funding
  const size =
    fundingRate.isZero() || markPrice.isZero()
      ? ZERO
      : income.amount.div(fundingRate.mul(markPrice)).neg().toDecimalPlaces(instrument.sizeDecimals)
  return {
    id: income.incomeId,
    symbol: instrument.symbol,
    timePoint: income.timeMs,
    fundingRate: fundingRate.toNumber(),
    markPrice: markPrice.toNumber(),
    positionQty: toContracts(instrument, size).toNumber(),
    positionCost: amount(size.mul(markPrice)),
    funding: amount(income.amount),
    settleCurrency: currencyOf(instrument.quoteAsset),
    context: '{"marginMode":"CROSS","positionSide":"BOTH"}',
    marginMode: 'CROSS',
  }
}
