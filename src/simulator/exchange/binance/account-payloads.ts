import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import {
  type AssetMargin,
  type MarkPriceOf,
  type SymbolMargin,
  activeInstruments,
  assetMargin,
  liquidationPrice,
  symbolMargin,
} from '../account-margin.ts'
import type { Income } from '../account-records.ts'
import type { Instrument } from '../instrument.ts'
import { moneyText, sizeText } from './order-payloads.ts'

const ENTRY_DECIMALS = 12

/** Entry prices are averages: as many digits as Binance gives, without trailing zeros. */
export function entryText(price: Decimal): string {
  return price.toDecimalPlaces(ENTRY_DECIMALS).toString()
}

/** What an account payload is made of. */
export interface AccountSources {
  readonly account: Account
  readonly instruments: readonly Instrument[]
  readonly markPriceOf: MarkPriceOf
}

function assetPayload(margin: AssetMargin) {
  return {
    asset: margin.asset,
    walletBalance: moneyText(margin.walletBalance),
    unrealizedProfit: moneyText(margin.unrealizedPnl),
    marginBalance: moneyText(margin.marginBalance),
    maintMargin: moneyText(margin.maintenanceMargin),
    initialMargin: moneyText(margin.initialMargin),
    positionInitialMargin: moneyText(margin.positionInitialMargin),
    openOrderInitialMargin: moneyText(margin.openOrderInitialMargin),
    crossWalletBalance: moneyText(margin.walletBalance),
    crossUnPnl: moneyText(margin.unrealizedPnl),
    availableBalance: moneyText(margin.availableBalance),
    maxWithdrawAmount: moneyText(withdrawable(margin)),
    updateTime: margin.updatedMs,
  }
}

function withdrawable(margin: AssetMargin): Decimal {
  return margin.availableBalance.lt(margin.walletBalance) ? margin.availableBalance : margin.walletBalance
}

function totals(margins: readonly AssetMargin[]) {
  const sum = (of: (margin: AssetMargin) => Decimal) =>
    moneyText(margins.reduce((total, margin) => total.plus(of(margin)), ZERO))
  return {
    totalInitialMargin: sum((margin) => margin.initialMargin),
    totalMaintMargin: sum((margin) => margin.maintenanceMargin),
    totalWalletBalance: sum((margin) => margin.walletBalance),
    totalUnrealizedProfit: sum((margin) => margin.unrealizedPnl),
    totalMarginBalance: sum((margin) => margin.marginBalance),
    totalPositionInitialMargin: sum((margin) => margin.positionInitialMargin),
    totalOpenOrderInitialMargin: sum((margin) => margin.openOrderInitialMargin),
    totalCrossWalletBalance: sum((margin) => margin.walletBalance),
    totalCrossUnPnl: sum((margin) => margin.unrealizedPnl),
    availableBalance: sum((margin) => margin.availableBalance),
    maxWithdrawAmount: sum(withdrawable),
  }
}

function assetMargins({ account, markPriceOf }: AccountSources): AssetMargin[] {
  return account.assets.map((asset) => assetMargin(account, asset, markPriceOf))
}

/** Version 2: every instrument, with its leverage. */
export function accountV2Payload(sources: AccountSources) {
  const { account, instruments } = sources
  const margins = assetMargins(sources)
  return {
    feeTier: 0,
    ...permissions(),
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
    ...totals(margins),
    assets: margins.map((margin) => ({ ...assetPayload(margin), marginAvailable: true })),
    positions: instruments.map((instrument) => {
      const margin = symbolMargin(account, instrument, sources.markPriceOf)
      const state = account.position(instrument).state()
      const leverage = account.leverage(instrument.symbol)
      return {
        symbol: instrument.symbol,
        initialMargin: moneyText(margin.positionInitialMargin.plus(margin.openOrderInitialMargin)),
        maintMargin: moneyText(margin.maintenanceMargin),
        unrealizedProfit: moneyText(margin.unrealizedPnl),
        positionInitialMargin: moneyText(margin.positionInitialMargin),
        openOrderInitialMargin: moneyText(margin.openOrderInitialMargin),
        leverage: String(leverage),
        isolated: false,
        entryPrice: entryText(state.entryPrice),
        breakEvenPrice: entryText(state.breakEvenPrice),
        maxNotional: maxNotionalText(instrument, leverage),
        bidNotional: moneyText(margin.bidNotional),
        askNotional: moneyText(margin.askNotional),
        positionSide: 'BOTH',
        positionAmt: sizeText(instrument, state.size),
        notional: moneyText(margin.notional),
        isolatedWallet: '0',
        updateTime: state.updatedMs,
      }
    }),
  }
}

/** Version 3: only instruments with a position or an open order, without leverage. */
export function accountV3Payload(sources: AccountSources) {
  const { account } = sources
  const margins = assetMargins(sources)
  return {
    ...totals(margins),
    assets: margins.map(assetPayload),
    positions: activeInstruments(account).map((instrument) => {
      const margin = symbolMargin(account, instrument, sources.markPriceOf)
      const state = account.position(instrument).state()
      return {
        symbol: instrument.symbol,
        positionSide: 'BOTH',
        positionAmt: sizeText(instrument, state.size),
        unrealizedProfit: moneyText(margin.unrealizedPnl),
        isolatedMargin: '0',
        notional: moneyText(margin.notional),
        isolatedWallet: '0',
        initialMargin: moneyText(margin.positionInitialMargin.plus(margin.openOrderInitialMargin)),
        maintMargin: moneyText(margin.maintenanceMargin),
        updateTime: state.updatedMs,
      }
    }),
  }
}

export function balancePayload(sources: AccountSources) {
  return assetMargins(sources).map((margin) => ({
    accountAlias: 'sim',
    asset: margin.asset,
    balance: moneyText(margin.walletBalance),
    crossWalletBalance: moneyText(margin.walletBalance),
    crossUnPnl: moneyText(margin.unrealizedPnl),
    availableBalance: moneyText(margin.availableBalance),
    maxWithdrawAmount: moneyText(withdrawable(margin)),
    marginAvailable: true,
    updateTime: margin.updatedMs,
  }))
}

export function accountConfigPayload(account: Account) {
  return {
    feeTier: 0,
    ...permissions(),
    dualSidePosition: account.hedgeMode,
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
  }
}

export function symbolConfigPayload(account: Account, instrument: Instrument) {
  const leverage = account.leverage(instrument.symbol)
  return {
    symbol: instrument.symbol,
    marginType: 'CROSSED',
    isAutoAddMargin: false,
    leverage,
    maxNotionalValue: maxNotionalText(instrument, leverage),
  }
}

/** Version 2: with leverage and margin type. */
export function positionRiskV2Payload(sources: AccountSources, instrument: Instrument) {
  const { account } = sources
  const leverage = account.leverage(instrument.symbol)
  return {
    ...positionRiskHead(sources, symbolMargin(account, instrument, sources.markPriceOf)),
    leverage: String(leverage),
    maxNotionalValue: maxNotionalText(instrument, leverage),
    marginType: 'cross',
    isAutoAddMargin: 'false',
  }
}

/** Version 3: with the margins that the position binds. */
export function positionRiskV3Payload(sources: AccountSources, instrument: Instrument) {
  const margin = symbolMargin(sources.account, instrument, sources.markPriceOf)
  return {
    ...positionRiskHead(sources, margin),
    marginAsset: instrument.quoteAsset,
    initialMargin: moneyText(margin.positionInitialMargin.plus(margin.openOrderInitialMargin)),
    maintMargin: moneyText(margin.maintenanceMargin),
    positionInitialMargin: moneyText(margin.positionInitialMargin),
    openOrderInitialMargin: moneyText(margin.openOrderInitialMargin),
    adl: 0,
    bidNotional: moneyText(margin.bidNotional),
    askNotional: moneyText(margin.askNotional),
  }
}

function positionRiskHead({ account, markPriceOf }: AccountSources, margin: SymbolMargin) {
  const { instrument } = margin
  const state = account.position(instrument).state()
  return {
    symbol: instrument.symbol,
    positionSide: 'BOTH',
    positionAmt: sizeText(instrument, state.size),
    entryPrice: entryText(state.entryPrice),
    breakEvenPrice: entryText(state.breakEvenPrice),
    markPrice: moneyText(margin.markPrice),
    unRealizedProfit: moneyText(margin.unrealizedPnl),
    liquidationPrice: entryText(liquidationPrice(account, margin, markPriceOf)),
    isolatedMargin: '0.00000000',
    notional: moneyText(margin.notional),
    isolatedWallet: '0',
    updateTime: state.updatedMs,
  }
}

function maxNotionalText(instrument: Instrument, leverage: number): string {
  const allowed = instrument.brackets.filter((bracket) => bracket.maxLeverage >= leverage).at(-1)
  return (allowed?.notionalCap ?? ZERO).toString()
}

function permissions() {
  return { canTrade: true, canDeposit: true, canWithdraw: true }
}

export function leverageBracketPayload(instrument: Instrument) {
  return {
    symbol: instrument.symbol,
    brackets: instrument.brackets.map((bracket) => ({
      bracket: bracket.bracket,
      initialLeverage: bracket.maxLeverage,
      notionalCap: bracket.notionalCap.toNumber(),
      notionalFloor: bracket.notionalFloor.toNumber(),
      maintMarginRatio: bracket.maintenanceRate.toNumber(),
      cum: bracket.maintenanceDeduction.toNumber(),
    })),
  }
}

/** Largest notional that a leverage allows. */
export function leveragePayload(instrument: Instrument, leverage: number) {
  return {
    leverage,
    maxNotionalValue: maxNotionalText(instrument, leverage),
    symbol: instrument.symbol,
  }
}

export const INCOME_WORDS: Readonly<Record<Income['kind'], string>> = {
  'realized-pnl': 'REALIZED_PNL',
  fee: 'COMMISSION',
  funding: 'FUNDING_FEE',
  deposit: 'TRANSFER',
}

export function incomePayload(income: Income) {
  return {
    symbol: income.symbol,
    incomeType: INCOME_WORDS[income.kind],
    income: moneyText(income.amount),
    asset: income.asset,
    time: income.timeMs,
    info: INCOME_WORDS[income.kind],
    tranId: income.incomeId,
    tradeId: income.tradeId === undefined ? '' : String(income.tradeId),
  }
}
