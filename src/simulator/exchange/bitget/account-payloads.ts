import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import { type MarkPriceOf, assetMargin, liquidationPrice, symbolMargin } from '../account-margin.ts'
import type { Income } from '../account-records.ts'
import { type Instrument, bracketOf } from '../instrument.ts'
import type { PositionState } from '../position.ts'
import { billIdText, plainText, positionModeWord, sizeText } from './bitget-words.ts'

/** Every account's margin is in this coin. */
export const MARGIN_COIN = 'USDT'
const PRICE_DECIMALS = 12
const RATE_DECIMALS = 8
const POSITION_ID_BASE = 926_036_334_386_778_000n

/** What an account payload is made of. */
export interface AccountSources {
  readonly account: Account
  readonly instruments: readonly Instrument[]
  readonly markPriceOf: MarkPriceOf
}

/** An account's coin as the list of accounts has it. */
export function accountPayload(sources: AccountSources) {
  const account = commonOfAccount(sources)
  const { available, maxTransferOut } = account
  return { ...account, assetList: [{ coin: MARGIN_COIN, balance: available, available: maxTransferOut }] }
}

function commonOfAccount({ account, markPriceOf }: AccountSources) {
  const margin = assetMargin(account, MARGIN_COIN, markPriceOf)
  const transferable = margin.availableBalance.lt(margin.walletBalance)
    ? margin.availableBalance
    : margin.walletBalance
  return {
    marginCoin: MARGIN_COIN,
    locked: plainText(margin.openOrderInitialMargin),
    available: plainText(margin.walletBalance),
    crossedMaxAvailable: plainText(margin.availableBalance),
    isolatedMaxAvailable: plainText(margin.availableBalance),
    maxTransferOut: plainText(transferable),
    accountEquity: plainText(margin.marginBalance),
    usdtEquity: plainText(margin.marginBalance),
    btcEquity: '0',
    crossedRiskRate: '0',
    // As the exchange does, nothing is written where there is nothing.
    unrealizedPL: margin.unrealizedPnl.isZero() ? '' : plainText(margin.unrealizedPnl),
    coupon: '0',
    unionTotalMagin: '0',
    unionAvailable: '0',
    unionMm: '0',
    isolatedMargin: '0',
    crossedMargin: plainText(margin.positionInitialMargin),
    crossedUnrealizedPL: plainText(margin.unrealizedPnl),
    isolatedUnrealizedPL: '0',
    assetMode: 'single',
  }
}

/** The account with what is set for one instrument. */
export function singleAccountPayload(sources: AccountSources, instrument: Instrument) {
  const account = commonOfAccount(sources)
  const leverage = sources.account.leverage(instrument.symbol)
  return {
    ...account,
    crossedMarginLeverage: leverage,
    isolatedLongLever: leverage,
    isolatedShortLever: leverage,
    marginMode: 'crossed',
    posMode: positionModeWord(sources.account.hedgeMode),
  }
}

/** A row of the `account` channel. */
export function accountFrameRow(sources: AccountSources) {
  const account = commonOfAccount(sources)
  return {
    marginCoin: account.marginCoin,
    frozen: account.locked,
    available: account.available,
    maxOpenPosAvailable: account.crossedMaxAvailable,
    maxTransferOut: account.maxTransferOut,
    equity: account.accountEquity,
    usdtEquity: account.usdtEquity,
    crossedRiskRate: account.crossedRiskRate,
    unrealizedPL: account.crossedUnrealizedPL,
    unionTotalMargin: '0',
    unionAvailable: '0',
    unionMm: '0',
    assetMode: account.assetMode,
  }
}

/** The open positions; one that is closed is in no list. */
export function openPositions(account: Account): PositionState[] {
  return account.positions.map((position) => position.state()).filter((state) => !state.size.isZero())
}

export function positionPayload(sources: AccountSources, state: PositionState) {
  const common = commonOfPosition(sources, state)
  return {
    ...common,
    symbol: state.instrument.symbol,
    openDelegateSize: '0',
    locked: '0',
    marginRatio: common.keepMarginRate,
    grant: '',
    takeProfit: '',
    stopLoss: '',
    takeProfitId: '',
    stopLossId: '',
  }
}

/** A row of the `positions` channel. */
export function positionFrameRow(sources: AccountSources, state: PositionState) {
  const { instrument } = state
  const common = commonOfPosition(sources, state)
  const cost = state.entryPrice.mul(state.size.abs())
  const margin = symbolMargin(sources.account, instrument, sources.markPriceOf)
  return {
    posId: String(POSITION_ID_BASE + BigInt(sources.instruments.indexOf(instrument) + 1)),
    instId: instrument.symbol,
    ...common,
    frozen: '0',
    unrealizedPLR: plainText(margin.unrealizedPnl.div(cost).toDecimalPlaces(RATE_DECIMALS)),
    marginRate: common.keepMarginRate,
  }
}

function commonOfPosition({ account, markPriceOf }: AccountSources, state: PositionState) {
  const { instrument, size } = state
  const margin = symbolMargin(account, instrument, markPriceOf)
  return {
    marginCoin: instrument.quoteAsset,
    marginSize: plainText(margin.positionInitialMargin),
    marginMode: 'crossed',
    holdSide: size.isNegative() ? 'short' : 'long',
    posMode: positionModeWord(account.hedgeMode),
    total: sizeText(instrument, size.abs()),
    available: sizeText(instrument, size.abs()),
    openPriceAvg: shortPrice(state.entryPrice),
    leverage: String(account.leverage(instrument.symbol)),
    achievedProfits: plainText(state.realizedPnl),
    unrealizedPL: plainText(margin.unrealizedPnl),
    liquidationPrice: shortPrice(liquidationPrice(account, margin, markPriceOf)),
    keepMarginRate: plainText(bracketOf(instrument, margin.notional.abs()).maintenanceRate),
    cTime: String(state.updatedMs),
    breakEvenPrice: shortPrice(state.breakEvenPrice),
    totalFee: '',
    deductedFee: '',
    markPrice: plainText(margin.markPrice),
    uTime: String(state.updatedMs),
    assetMode: 'single',
    autoMargin: 'off',
  }
}

function shortPrice(price: Decimal): string {
  return plainText(price.toDecimalPlaces(PRICE_DECIMALS))
}

const BILL_WORDS: Readonly<Record<Income['kind'], string>> = {
  'realized-pnl': 'close_long',
  fee: 'trans_fee',
  funding: 'contract_settle_fee',
  deposit: 'trans_from_exchange',
}

export function billKindOf(income: Income): string {
  return BILL_WORDS[income.kind]
}

/** A change of the wallet: of funding, what was received is positive. */
export function billPayload(account: Account, income: Income) {
  const isFee = income.kind === 'fee'
  return {
    billId: billIdText(income.incomeId),
    symbol: income.symbol,
    amount: plainText(isFee ? ZERO : income.amount),
    fee: plainText(isFee ? income.amount : ZERO),
    feeByCoupon: '',
    businessType: billKindOf(income),
    coin: income.asset,
    balance: plainText(account.walletBalance(income.asset)),
    cTime: String(income.timeMs),
  }
}
