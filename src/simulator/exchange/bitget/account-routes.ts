import type { Account } from '../account.ts'
import { OrderRefusal } from '../order-refusal.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import {
  type AccountSources,
  MARGIN_COIN,
  accountPayload,
  billKindOf,
  billPayload,
  openPositions,
  positionPayload,
  singleAccountPayload,
} from './account-payloads.ts'
import { BitgetError, parameterWrong } from './bitget-errors.ts'
import { billIdText, positionModeWord } from './bitget-words.ts'
import { checkProduct } from './order-requests.ts'
import type { RequestFields } from './request-fields.ts'
import { type Routes, signed } from './rest-route.ts'

const POSITION_MODES = { one_way_mode: false, hedge_mode: true } as const

/** REST of the account: balances, positions, leverage, modes and bills. */
export function accountRoutes(engine: MatchingEngine): Routes {
  const sources = (account: Account): AccountSources => ({
    account,
    instruments: engine.instruments,
    markPriceOf: (symbol) => engine.markPrice(symbol),
  })
  const positions = (account: Account, symbol?: string) =>
    openPositions(account)
      .filter((state) => symbol === undefined || state.instrument.symbol === symbol)
      .map((state) => positionPayload(sources(account), state))
  return {
    'GET /api/v2/mix/account/accounts': signed((fields, account) => {
      checkProduct(fields)
      return [accountPayload(sources(account))]
    }),
    'GET /api/v2/mix/account/account': signed((fields, account) => {
      checkProduct(fields)
      checkCoin(fields)
      return singleAccountPayload(sources(account), engine.instrument(fields.requiredText('symbol')))
    }),
    'POST /api/v2/mix/account/set-leverage': signed((fields, account) => {
      checkProduct(fields)
      checkCoin(fields)
      const { symbol } = engine.instrument(fields.requiredText('symbol'))
      const leverage = fields.integer('leverage') ?? NaN
      engine.setLeverage(account, symbol, leverage)
      const text = String(leverage)
      return {
        symbol,
        marginCoin: MARGIN_COIN,
        longLeverage: text,
        shortLeverage: text,
        crossMarginLeverage: text,
        marginMode: 'crossed',
      }
    }),
    'POST /api/v2/mix/account/set-margin-mode': signed((fields, account) => {
      checkProduct(fields)
      checkCoin(fields)
      const { symbol } = engine.instrument(fields.requiredText('symbol'))
      // Positions here are always crossed.
      if (fields.requiredText('marginMode') !== 'crossed') throw parameterWrong('marginMode')
      const text = String(account.leverage(symbol))
      return {
        symbol,
        marginCoin: MARGIN_COIN,
        longLeverage: text,
        shortLeverage: text,
        marginMode: 'crossed',
      }
    }),
    'POST /api/v2/mix/account/set-position-mode': signed((fields, account) => {
      checkProduct(fields)
      const isHedged = fields.requiredEntry('posMode', POSITION_MODES)
      setPositionMode(engine, account, isHedged)
      return { posMode: positionModeWord(account.hedgeMode) }
    }),
    'GET /api/v2/mix/account/bill': signed((fields, account) => {
      checkProduct(fields)
      const kind = fields.text('businessType')
      const symbol = fields.text('symbol')
      const inRange = fields.timeFilter()
      const incomes = account.records
        .incomes()
        .filter((income) => kind === undefined || billKindOf(income) === kind)
        .filter((income) => symbol === undefined || income.symbol === symbol)
        .filter((income) => inRange(income.timeMs))
      const { page, endId } = fields.listed(incomes, (income) => billIdText(income.incomeId))
      return { bills: page.map((income) => billPayload(account, income)), endId }
    }),
    'GET /api/v2/mix/position/all-position': signed((fields, account) => {
      checkProduct(fields)
      return positions(account)
    }),
    'GET /api/v2/mix/position/single-position': signed((fields, account) => {
      checkProduct(fields)
      return positions(account, engine.instrument(fields.requiredText('symbol')).symbol)
    }),
    // What a classic account is told that asks for the unified one's settings.
    'GET /api/v3/account/settings': signed(() => {
      throw new BitgetError(
        '40084',
        'You are in Classic Account mode, and the Unified Account API is not supported',
      )
    }),
  }
}

/** The mode that there is already is set again without complaint. */
function setPositionMode(engine: MatchingEngine, account: Account, isHedged: boolean): void {
  try {
    engine.setHedgeMode(account, isHedged)
  } catch (error) {
    if (!(error instanceof OrderRefusal) || error.reason !== 'position-mode-unchanged') throw error
  }
}

function checkCoin(fields: RequestFields): void {
  if (fields.requiredText('marginCoin').toUpperCase() !== MARGIN_COIN) throw parameterWrong('marginCoin')
}
