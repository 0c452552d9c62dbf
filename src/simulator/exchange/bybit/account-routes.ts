import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { positionPayloads, walletRow } from './account-payloads.ts'
import { BybitError, parameterMissing, parameterWrong } from './bybit-errors.ts'
import type { RequestFields } from './request-fields.ts'
import { type Routes, signed } from './rest-route.ts'

const POSITIONS = { usual: 20, most: 200 }
const ONE_WAY = '0'
const HEDGE = '3'

/** REST of the account: wallet, positions, leverage and position mode. */
export function accountRoutes(engine: MatchingEngine, clock: Clock): Routes {
  return {
    'GET /v5/account/wallet-balance': signed((fields, account) => {
      if (fields.requiredText('accountType') !== 'UNIFIED') throw parameterWrong('accountType')
      const row = walletRow(engine, account)
      const wanted = fields.text('coin')?.split(',')
      return { list: [{ ...row, coin: row.coin.filter(({ coin }) => wanted?.includes(coin) ?? true) }] }
    }),
    'GET /v5/account/info': signed(() => ({
      marginMode: 'REGULAR_MARGIN',
      updatedTime: String(clock.nowMs()),
      unifiedMarginStatus: 6,
      dcpStatus: 'OFF',
      timeWindow: 10,
      smpGroup: 0,
      isMasterTrader: false,
      spotHedgingStatus: 'OFF',
    })),
    'GET /v5/user/query-api': signed((_, account) => ({
      id: '13770661',
      note: 'simulated',
      apiKey: account.apiKey,
      readOnly: 0,
      secret: '',
      permissions: { ContractTrade: ['Order', 'Position'], Wallet: [], Spot: [], Options: [] },
      ips: ['*'],
      type: 1,
      unified: 0,
      uta: 1,
      userID: 24600000,
      inviterID: 0,
      isMaster: true,
    })),
    'GET /v5/account/fee-rate': signed((fields) => {
      fields.requireLinear()
      const { maker, taker } = engine.fees
      const symbol = fields.text('symbol')
      const asked = symbol === undefined ? engine.instruments : [engine.instrument(symbol)]
      return {
        list: asked.map((each) => ({
          symbol: each.symbol,
          makerFeeRate: maker.toFixed(),
          takerFeeRate: taker.toFixed(),
        })),
      }
    }),
    'GET /v5/position/list': signed((fields, account) => {
      fields.requireLinear()
      const asked = askedPositions(engine, fields, account).flatMap((each) =>
        positionPayloads(engine, account, each),
      )
      const { list, nextPageCursor } = fields.listed(
        asked,
        ({ symbol, positionIdx }) => `${symbol},${positionIdx}`,
        POSITIONS,
        false,
      )
      return { category: 'linear', list, nextPageCursor }
    }),
    'POST /v5/position/set-leverage': signed((fields, account) => {
      fields.requireLinear()
      const { symbol } = engine.instrument(fields.requiredText('symbol'))
      const leverage = fields.requiredDecimal('buyLeverage')
      // Cross positions have one leverage for both sides.
      if (!leverage.eq(fields.requiredDecimal('sellLeverage'))) {
        throw new BybitError(10001, 'buy leverage invalid')
      }
      if (leverage.eq(account.leverage(symbol))) throw new BybitError(110043, 'Set leverage not modified')
      engine.setLeverage(account, symbol, leverage.toNumber())
      return {}
    }),
    'POST /v5/position/switch-mode': signed((fields, account) => {
      fields.requireLinear()
      const symbol = fields.text('symbol')
      if (symbol !== undefined) engine.instrument(symbol)
      else if (fields.text('coin') === undefined) throw parameterMissing('symbol or coin')
      const mode = fields.requiredText('mode')
      if (mode !== ONE_WAY && mode !== HEDGE) throw parameterWrong('mode')
      // The simulated account has one mode for all symbols.
      engine.setHedgeMode(account, mode === HEDGE)
      return {}
    }),
  }
}

/** The symbol that is named, position or none; else every symbol of the coin that has a position. */
function askedPositions(
  engine: MatchingEngine,
  fields: RequestFields,
  account: Account,
): readonly Instrument[] {
  const symbol = fields.text('symbol')
  if (symbol !== undefined) return [engine.instrument(symbol)]
  const settleCoin = fields.text('settleCoin')
  if (settleCoin === undefined) throw parameterMissing('symbol or settleCoin')
  return account.positions
    .filter((position) => !position.size.isZero() && position.instrument.quoteAsset === settleCoin)
    .map((position) => position.instrument)
}
