import { Decimal, ZERO } from '../../common/decimal.ts'
import type { Account } from './account.ts'
import { type Instrument, bracketOf } from './instrument.ts'
import { type OrderSide, remainingSize } from './order.ts'
import { MONEY_DECIMALS } from './position.ts'

/** What one instrument binds of an account's margin; quote units, cross margin, one-way mode. */
export interface SymbolMargin {
  readonly instrument: Instrument
  readonly markPrice: Decimal
  /** Of the position at the mark price, negative when short. */
  readonly notional: Decimal
  /** Of the open buy and sell orders that are not reduce-only. */
  readonly bidNotional: Decimal
  readonly askNotional: Decimal
  readonly positionInitialMargin: Decimal
  readonly openOrderInitialMargin: Decimal
  readonly maintenanceMargin: Decimal
  readonly unrealizedPnl: Decimal
}

/** An asset's margin over all instruments that settle in it. */
export interface AssetMargin {
  readonly asset: string
  readonly walletBalance: Decimal
  readonly unrealizedPnl: Decimal
  readonly marginBalance: Decimal
  readonly positionInitialMargin: Decimal
  readonly openOrderInitialMargin: Decimal
  readonly initialMargin: Decimal
  readonly maintenanceMargin: Decimal
  /** What new orders may bind; never negative. */
  readonly availableBalance: Decimal
  readonly updatedMs: number
}

/** Finds an instrument's mark price; undefined while there is none. */
export type MarkPriceOf = (symbol: string) => Decimal | undefined

/** An order that does not exist yet, to see what it would bind. */
export interface ProspectiveOrder {
  readonly side: OrderSide
  readonly notional: Decimal
}

/**
 * Initial margin is that of the worse of two ends, everything on the buy side filled or everything on the sell
 * side: orders that only take off the position bind nothing.
 */
export function symbolMargin(
  account: Account,
  instrument: Instrument,
  markPriceOf: MarkPriceOf,
  extra?: ProspectiveOrder,
): SymbolMargin {
  const position = account.position(instrument)
  const markPrice = markPriceOf(instrument.symbol) ?? position.entryPrice
  const notional = position.size.mul(markPrice)
  let bidNotional = extra?.side === 'buy' ? extra.notional : ZERO
  let askNotional = extra?.side === 'sell' ? extra.notional : ZERO
  for (const order of account.records.openOrders(instrument.symbol)) {
    if (order.reduceOnly) continue
    const value = remainingSize(order).mul(order.price)
    if (order.side === 'buy') bidNotional = bidNotional.plus(value)
    else askNotional = askNotional.plus(value)
  }
  const leverage = account.leverage(instrument.symbol)
  const worst = Decimal.max(notional.plus(bidNotional).abs(), notional.minus(askNotional).abs())
  const positionInitialMargin = notional.abs().div(leverage).toDecimalPlaces(MONEY_DECIMALS)
  const bracket = bracketOf(instrument, notional.abs())
  return {
    instrument,
    markPrice,
    notional,
    bidNotional,
    askNotional,
    positionInitialMargin,
    openOrderInitialMargin: worst.div(leverage).toDecimalPlaces(MONEY_DECIMALS).minus(positionInitialMargin),
    maintenanceMargin: notional.abs().mul(bracket.maintenanceRate).minus(bracket.maintenanceDeduction),
    unrealizedPnl: position.unrealizedPnl(markPrice),
  }
}

/** Instruments in which the account has a position or an open order. */
export function activeInstruments(account: Account): Instrument[] {
  const active = new Map<string, Instrument>()
  for (const position of account.positions) {
    if (!position.size.isZero()) active.set(position.instrument.symbol, position.instrument)
  }
  for (const order of account.records.openOrders()) active.set(order.instrument.symbol, order.instrument)
  return [...active.values()]
}

export function assetMargin(account: Account, asset: string, markPriceOf: MarkPriceOf): AssetMargin {
  let unrealizedPnl = ZERO
  let positionInitialMargin = ZERO
  let openOrderInitialMargin = ZERO
  let maintenanceMargin = ZERO
  for (const instrument of activeInstruments(account)) {
    if (instrument.quoteAsset !== asset) continue
    const margin = symbolMargin(account, instrument, markPriceOf)
    unrealizedPnl = unrealizedPnl.plus(margin.unrealizedPnl)
    positionInitialMargin = positionInitialMargin.plus(margin.positionInitialMargin)
    openOrderInitialMargin = openOrderInitialMargin.plus(margin.openOrderInitialMargin)
    maintenanceMargin = maintenanceMargin.plus(margin.maintenanceMargin)
  }
  const walletBalance = account.walletBalance(asset)
  const marginBalance = walletBalance.plus(unrealizedPnl)
  const initialMargin = positionInitialMargin.plus(openOrderInitialMargin)
  return {
    asset,
    walletBalance,
    unrealizedPnl,
    marginBalance,
    positionInitialMargin,
    openOrderInitialMargin,
    initialMargin,
    maintenanceMargin,
    availableBalance: Decimal.max(marginBalance.minus(initialMargin), ZERO),
    updatedMs: account.walletUpdatedMs(asset),
  }
}

/** The mark price at which the account's margin no longer covers its maintenance; zero where there is none. */
export function liquidationPrice(account: Account, margin: SymbolMargin, markPriceOf: MarkPriceOf): Decimal {
  const position = account.position(margin.instrument)
  if (position.size.isZero()) return ZERO
  const all = assetMargin(account, margin.instrument.quoteAsset, markPriceOf)
  const bracket = bracketOf(margin.instrument, margin.notional.abs())
  const othersBalance = all.marginBalance.minus(margin.unrealizedPnl)
  const othersMaintenance = all.maintenanceMargin.minus(margin.maintenanceMargin)
  const sign = position.size.isNegative() ? -1 : 1
  const price = othersBalance
    .minus(othersMaintenance)
    .plus(bracket.maintenanceDeduction)
    .minus(position.size.mul(position.entryPrice))
    .div(position.size.abs().mul(bracket.maintenanceRate.minus(sign)))
  return price.gt(0) ? price : ZERO
}
