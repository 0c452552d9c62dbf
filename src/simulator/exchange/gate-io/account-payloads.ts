import { type Decimal, ZERO } from '../../../common/decimal.ts'
import { type Account } from '../account.ts'
import { assetMargin, liquidationPrice, type MarkPriceOf, symbolMargin } from '../account-margin.ts'
import type { Income } from '../account-records.ts'
import type { KnownAccount } from '../credential-store.ts'
import type { Instrument } from '../instrument.ts'
import type { PositionState } from '../position.ts'
import { toContracts, toSeconds, toWholeSeconds } from './contracts.ts'
import { userIdOf } from './gate-io-user.ts'

const ENTRY_DECIMALS = 12
const MONEY_DECIMALS = 12

/** Gate.io's word for each kind of income. */
export const INCOME_TYPES: Readonly<Record<Income['kind'], string>> = {
  'realized-pnl': 'pnl',
  fee: 'fee',
  funding: 'fund',
  deposit: 'dnw',
}

export function moneyText(amount: Decimal): string {
  return amount.toDecimalPlaces(MONEY_DECIMALS).toString()
}

/** The futures account in one currency. */
export function accountPayload(known: KnownAccount, asset: string, markPriceOf: MarkPriceOf) {
  const { account } = known
  const margin = assetMargin(account, asset, markPriceOf)
  const sumOf = (kind: Income['kind']) =>
    moneyText(
      account.records
        .incomes()
        .filter((income) => income.kind === kind && income.asset === asset)
        .reduce((sum, income) => sum.plus(income.amount), ZERO),
    )
  return {
    user: Number(userIdOf(known.keys)),
    currency: asset,
    total: moneyText(margin.walletBalance),
    unrealised_pnl: moneyText(margin.unrealizedPnl),
    position_margin: moneyText(margin.positionInitialMargin),
    order_margin: moneyText(margin.openOrderInitialMargin),
    available: moneyText(margin.availableBalance),
    point: '0',
    bonus: '0',
    in_dual_mode: account.hedgeMode,
    position_mode: account.hedgeMode ? 'dual' : 'single',
    enable_credit: true,
    margin_mode: 0,
    margin_mode_name: 'classic',
    position_initial_margin: moneyText(margin.positionInitialMargin),
    maintenance_margin: moneyText(margin.maintenanceMargin),
    update_time: toWholeSeconds(margin.updatedMs),
    history: {
      dnw: sumOf('deposit'),
      pnl: sumOf('realized-pnl'),
      fee: sumOf('fee'),
      refr: '0',
      fund: sumOf('funding'),
      point_dnw: '0',
      point_fee: '0',
      point_refr: '0',
      bonus_dnw: '0',
      bonus_offset: '0',
    },
  }
}

/** A leverage of 0 means crossed margin, whose leverage is in `cross_leverage_limit`. */
export function leverageFields(account: Account, symbol: string, isIsolated: boolean) {
  const leverage = String(account.leverage(symbol))
  return isIsolated
    ? { leverage, cross_leverage_limit: '0' }
    : { leverage: '0', cross_leverage_limit: leverage }
}

/** One contract's position, open or not. */
export function positionPayload(
  known: KnownAccount,
  instrument: Instrument,
  isIsolated: boolean,
  markPriceOf: MarkPriceOf,
) {
  const { account } = known
  const margin = symbolMargin(account, instrument, markPriceOf)
  const state = account.position(instrument).state()
  const openOrders = account.records.openOrders(instrument.symbol).length
  return {
    user: Number(userIdOf(known.keys)),
    contract: instrument.symbol,
    size: toContracts(state.size, instrument),
    ...leverageFields(account, instrument.symbol, isIsolated),
    risk_limit: String(instrument.brackets.at(-1)!.notionalCap),
    leverage_max: String(instrument.brackets[0]!.maxLeverage),
    maintenance_rate: String(instrument.brackets[0]!.maintenanceRate),
    value: moneyText(margin.notional.abs()),
    margin: moneyText(margin.positionInitialMargin),
    initial_margin: moneyText(margin.positionInitialMargin),
    maintenance_margin: moneyText(margin.maintenanceMargin),
    entry_price: entryText(state),
    liq_price: liquidationPrice(account, margin, markPriceOf)
      .toDecimalPlaces(instrument.priceDecimals)
      .toString(),
    mark_price: margin.markPrice.toString(),
    unrealised_pnl: moneyText(margin.unrealizedPnl),
    realised_pnl: moneyText(state.realizedPnl),
    history_pnl: moneyText(state.realizedPnl),
    last_close_pnl: '0',
    realised_point: '0',
    history_point: '0',
    adl_ranking: 5,
    pending_orders: openOrders,
    close_order: null,
    mode: 'single',
    update_time: toWholeSeconds(state.updatedMs),
    update_id: 1,
  }
}

/** Entry prices are averages: they have more digits than prices. */
export function entryText(state: PositionState): string {
  return state.entryPrice.toDecimalPlaces(ENTRY_DECIMALS).toString()
}

/** One row of the account's book, with the balance after it. */
export function accountBookPayload(income: Income, balance: Decimal) {
  const isOfTrade = income.tradeId !== undefined
  return {
    time: toSeconds(income.timeMs),
    change: moneyText(income.amount),
    balance: moneyText(balance),
    type: INCOME_TYPES[income.kind],
    text: incomeText(income),
    contract: income.symbol,
    trade_id: isOfTrade ? String(income.tradeId) : '',
    id: String(income.incomeId),
  }
}

/** What a change of the balance is about. */
export function incomeText({ symbol, tradeId }: Pick<Income, 'symbol' | 'tradeId'>): string {
  if (symbol === '') return '-'
  return tradeId === undefined ? symbol : `${symbol}:${String(tradeId)}`
}
