import { Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import {
  type AssetMargin,
  type MarkPriceOf,
  assetMargin,
  liquidationPrice,
  symbolMargin,
} from '../account-margin.ts'
import type { Income } from '../account-records.ts'
import type { Instrument } from '../instrument.ts'
import { averageText, contractsText, decimalText } from '../wire-numbers.ts'
import { incomeBillId } from './order-payloads.ts'

const FIRST_POSITION_ID = 307_173_036_051_017_730n

/** The trading account as `account/balance` and the `account` channel have it. */
export function balancePayload(account: Account, markPriceOf: MarkPriceOf, nowMs: number) {
  const margins = account.assets.map((asset) => assetMargin(account, asset, markPriceOf))
  const total = (of: (margin: AssetMargin) => Decimal) =>
    decimalText(margins.reduce((sum, margin) => sum.plus(of(margin)), ZERO))
  return {
    adjEq: '',
    availEq: '',
    borrowFroz: '',
    details: margins.map(assetPayload),
    imr: '',
    isoEq: '0',
    mgnRatio: '',
    mmr: '',
    notionalUsd: '',
    notionalUsdForBorrow: '',
    notionalUsdForFutures: '',
    notionalUsdForOption: '',
    notionalUsdForSwap: '',
    ordFroz: '',
    totalEq: total((margin) => margin.marginBalance),
    uTime: String(nowMs),
    upl: '',
  }
}

function assetPayload(margin: AssetMargin) {
  const available = decimalText(margin.availableBalance)
  const frozen = decimalText(margin.initialMargin)
  return {
    accAvgPx: '',
    availBal: available,
    availEq: available,
    borrowFroz: '',
    cashBal: decimalText(margin.walletBalance),
    ccy: margin.asset,
    clSpotInUseAmt: '',
    coinUsdPrice: '1',
    colBorrAutoConversion: '0',
    collateralEnabled: false,
    collateralRestrict: false,
    crossLiab: '',
    disEq: decimalText(margin.marginBalance),
    eq: decimalText(margin.marginBalance),
    eqUsd: decimalText(margin.marginBalance),
    fixedBal: '0',
    frozenBal: frozen,
    imr: frozen,
    interest: '',
    isoEq: '0',
    isoLiab: '',
    isoUpl: '0',
    liab: '',
    maxLoan: '',
    maxSpotInUseAmt: '',
    mgnRatio: '',
    mmr: decimalText(margin.maintenanceMargin),
    notionalLever: '0',
    openAvgPx: '',
    ordFrozen: decimalText(margin.openOrderInitialMargin),
    rewardBal: '0',
    smtSyncEq: '0',
    spotBal: '',
    spotCopyTradingEq: '0',
    spotInUseAmt: '',
    spotIsoBal: '0',
    spotUpl: '',
    spotUplRatio: '',
    stgyEq: '0',
    totalPnl: '',
    totalPnlRatio: '',
    twap: '0',
    uTime: String(margin.updatedMs),
    upl: decimalText(margin.unrealizedPnl),
    uplLiab: '',
  }
}

/** What a position payload is made of. */
export interface PositionSources {
  readonly account: Account
  readonly instrument: Instrument
  readonly markPriceOf: MarkPriceOf
  readonly lastPrice: Decimal | undefined
  readonly indexPrice: Decimal
  /** Among all instruments; makes the position's id. */
  readonly index: number
}

/** A position as `account/positions` and the `positions` channel have it; one that is closed has size 0 and no prices. */
export function positionPayload(sources: PositionSources, nowMs: number) {
  const { account, instrument, markPriceOf, index } = sources
  const { size, entryPrice, breakEvenPrice, realizedPnl, updatedMs } = account.position(instrument).state()
  const margin = symbolMargin(account, instrument, markPriceOf)
  const liquidation = liquidationPrice(account, margin, markPriceOf)
  const ofOpen = (text: string) => (size.isZero() ? '' : text)
  const ratio = margin.positionInitialMargin.isZero()
    ? ZERO
    : margin.unrealizedPnl.div(margin.positionInitialMargin)
  return {
    adl: ofOpen('1'),
    availPos: ofOpen(contractsText(instrument, size)),
    avgPx: ofOpen(averageText(entryPrice)),
    baseBal: '',
    baseBorrowed: '',
    baseInterest: '',
    bePx: ofOpen(averageText(breakEvenPrice)),
    bizRefId: '',
    bizRefType: '',
    cTime: String(updatedMs),
    ccy: instrument.quoteAsset,
    clSpotInUseAmt: '',
    closeOrderAlgo: [],
    deltaBS: '',
    deltaPA: '',
    fee: '0',
    fundingFee: '0',
    gammaBS: '',
    gammaPA: '',
    idxPx: decimalText(sources.indexPrice),
    imr: ofOpen(averageText(margin.positionInitialMargin)),
    instId: instrument.symbol,
    instType: 'SWAP',
    interest: '',
    last: decimalText(sources.lastPrice ?? margin.markPrice),
    lever: String(account.leverage(instrument.symbol)),
    liab: '',
    liabCcy: '',
    liqPenalty: '0',
    liqPx: ofOpen(liquidation.isZero() ? '' : averageText(liquidation)),
    margin: '',
    markPx: decimalText(margin.markPrice),
    maxSpotInUseAmt: '',
    mgnMode: 'cross',
    mgnRatio: '',
    mmr: ofOpen(averageText(margin.maintenanceMargin)),
    notionalUsd: ofOpen(averageText(margin.notional.abs())),
    optVal: '',
    pTime: String(nowMs),
    pendingCloseOrdLiabVal: '',
    pnl: decimalText(realizedPnl),
    pos: contractsText(instrument, size),
    posCcy: '',
    posId: String(FIRST_POSITION_ID + BigInt(index)),
    posSide: 'net',
    quoteBal: '',
    quoteBorrowed: '',
    quoteInterest: '',
    realizedPnl: decimalText(realizedPnl),
    spotInUseAmt: '',
    spotInUseCcy: '',
    thetaBS: '',
    thetaPA: '',
    tradeId: String(account.records.fills(instrument.symbol).at(-1)?.tradeId ?? ''),
    uTime: String(updatedMs),
    upl: ofOpen(averageText(margin.unrealizedPnl)),
    uplLastPx: ofOpen(averageText(margin.unrealizedPnl)),
    uplRatio: ofOpen(averageText(ratio)),
    uplRatioLastPx: ofOpen(averageText(ratio)),
    usdPx: '1',
    vegaBS: '',
    vegaPA: '',
  }
}

export function accountConfigPayload(account: Account) {
  return {
    acctLv: '2',
    acctStpMode: 'cancel_maker',
    autoLoan: false,
    ctIsoMode: 'automatic',
    enableSpotBorrow: false,
    greeksType: 'PA',
    ip: '',
    kycLv: '3',
    label: 'simulated',
    level: 'Lv1',
    levelTmp: '',
    liquidationGear: '-1',
    mainUid: '44705892343619584',
    mgnIsoMode: 'automatic',
    opAuth: '0',
    perm: 'read_only,trade',
    posMode: account.hedgeMode ? 'long_short_mode' : 'net_mode',
    roleType: '0',
    spotOffsetType: '',
    spotRoleType: '0',
    spotTraderInsts: [],
    traderInsts: [],
    type: '0',
    uid: '44705892343619584',
  }
}

export function leveragePayload(instrument: Instrument, leverage: number) {
  return {
    ccy: '',
    instId: instrument.symbol,
    lever: String(leverage),
    mgnMode: 'cross',
    posSide: 'net',
  }
}

/** OKX's bill types and subtypes. */
function billTypes(income: Income): readonly [type: string, subType: string] {
  switch (income.kind) {
    case 'funding':
      return ['8', income.amount.isNegative() ? '173' : '174']
    case 'deposit':
      return ['1', '11']
    case 'fee':
    case 'realized-pnl':
      return ['2', '1']
  }
}

export function billTypeOf(income: Income): string {
  return billTypes(income)[0]
}

export function billPayload(income: Income, account: Account, contracts: string) {
  const [type, subType] = billTypes(income)
  const amount = decimalText(income.amount)
  return {
    bal: decimalText(account.walletBalance(income.asset)),
    balChg: amount,
    billId: String(incomeBillId(income)),
    ccy: income.asset,
    clOrdId: '',
    earnAmt: '',
    earnApr: '',
    execType: '',
    fee: income.kind === 'fee' ? amount : '0',
    fillFwdPx: '',
    fillIdxPx: '',
    fillMarkPx: '',
    fillMarkVol: '',
    fillPxUsd: '',
    fillPxVol: '',
    fillTime: '',
    from: '',
    instId: income.symbol,
    instType: income.symbol === '' ? '' : 'SWAP',
    interest: '0',
    mgnMode: income.symbol === '' ? '' : 'cross',
    notes: '',
    ordId: '',
    pnl: income.kind === 'fee' || income.kind === 'deposit' ? '0' : amount,
    posBal: '0',
    posBalChg: '0',
    px: '',
    subType,
    sz: contracts,
    tag: '',
    to: '',
    tradeId: income.tradeId === undefined ? '' : String(income.tradeId),
    ts: String(income.timeMs),
    type,
  }
}
