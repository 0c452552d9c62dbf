import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { activeInstruments } from '../account-margin.ts'
import { BinanceError } from './binance-errors.ts'
import {
  type AccountSources,
  INCOME_WORDS,
  accountConfigPayload,
  accountV2Payload,
  accountV3Payload,
  balancePayload,
  incomePayload,
  leverageBracketPayload,
  leveragePayload,
  positionRiskV2Payload,
  positionRiskV3Payload,
  symbolConfigPayload,
} from './account-payloads.ts'
import type { ListenKeys } from './listen-keys.ts'
import type { RequestParameters } from './request-parameters.ts'
import { type Routes, signed, withKey } from './rest-route.ts'

const INCOMES_USUAL = 100
const INCOMES_MOST = 1_000
const DONE = { code: 200, msg: 'success' } as const

/** REST of the account: balances, positions, leverage, modes, incomes and listen keys. */
export function accountRoutes(engine: MatchingEngine, listenKeys: ListenKeys): Routes {
  const sources = (account: Account): AccountSources => ({
    account,
    instruments: engine.instruments,
    markPriceOf: (symbol) => engine.markPrice(symbol),
  })
  const asked = (parameters: RequestParameters) => {
    const symbol = parameters.text('symbol')
    return symbol === undefined ? undefined : [engine.instrument(symbol)]
  }
  return {
    'GET /fapi/v2/account': signed((_, account) => accountV2Payload(sources(account))),
    'GET /fapi/v3/account': signed((_, account) => accountV3Payload(sources(account))),
    'GET /fapi/v2/balance': signed((_, account) => balancePayload(sources(account))),
    'GET /fapi/v3/balance': signed((_, account) => balancePayload(sources(account))),
    'GET /fapi/v1/accountConfig': signed((_, account) => accountConfigPayload(account)),
    'GET /fapi/v1/symbolConfig': signed((parameters, account) =>
      (asked(parameters) ?? engine.instruments).map((each) => symbolConfigPayload(account, each)),
    ),
    'GET /fapi/v2/positionRisk': signed((parameters, account) =>
      (asked(parameters) ?? engine.instruments).map((each) => positionRiskV2Payload(sources(account), each)),
    ),
    'GET /fapi/v3/positionRisk': signed((parameters, account) => {
      const active = activeInstruments(account)
      const wanted = asked(parameters)?.[0]?.symbol
      return active
        .filter((each) => wanted === undefined || each.symbol === wanted)
        .map((each) => positionRiskV3Payload(sources(account), each))
    }),
    'GET /fapi/v1/leverageBracket': signed((parameters) =>
      (asked(parameters) ?? engine.instruments).map(leverageBracketPayload),
    ),
    'POST /fapi/v1/leverage': signed((parameters, account) => {
      const instrument = engine.instrument(parameters.requiredText('symbol'))
      const leverage = parameters.requiredInteger('leverage')
      engine.setLeverage(account, instrument.symbol, leverage)
      return leveragePayload(instrument, leverage)
    }),
    'POST /fapi/v1/marginType': signed((parameters) => {
      engine.instrument(parameters.requiredText('symbol'))
      if (parameters.requiredText('marginType') === 'CROSSED') {
        throw new BinanceError(-4046, 'No need to change margin type.')
      }
      // Positions here are always cross; this is how Binance says that an account can have no other.
      throw new BinanceError(-4168, 'Unable to adjust to isolated-margin mode under the Multi-Assets mode.')
    }),
    'GET /fapi/v1/positionSide/dual': signed((_, account) => ({ dualSidePosition: account.hedgeMode })),
    'POST /fapi/v1/positionSide/dual': signed((parameters, account) => {
      parameters.requiredText('dualSidePosition')
      engine.setHedgeMode(account, parameters.flag('dualSidePosition'))
      return DONE
    }),
    'GET /fapi/v1/multiAssetsMargin': signed(() => ({ multiAssetsMargin: false })),
    'GET /fapi/v1/commissionRate': signed((parameters) => ({
      symbol: engine.instrument(parameters.requiredText('symbol')).symbol,
      makerCommissionRate: engine.fees.maker.toString(),
      takerCommissionRate: engine.fees.taker.toString(),
    })),
    'GET /fapi/v1/income': signed((parameters, account) => {
      const symbol = parameters.text('symbol')
      const type = parameters.text('incomeType')
      const inRange = parameters.timeFilter()
      const incomes = account.records
        .incomes()
        .filter((income) => symbol === undefined || income.symbol === symbol)
        .filter((income) => type === undefined || INCOME_WORDS[income.kind] === type)
        .filter((income) => inRange(income.timeMs))
      const limit = parameters.limit(INCOMES_USUAL, INCOMES_MOST)
      const page =
        parameters.text('startTime') === undefined ? incomes.slice(-limit) : incomes.slice(0, limit)
      return page.map(incomePayload)
    }),
    'POST /fapi/v1/listenKey': withKey((_, account) => ({ listenKey: listenKeys.open(account) })),
    'PUT /fapi/v1/listenKey': withKey((_, account) => ({ listenKey: listenKeys.keepAlive(account) })),
    'DELETE /fapi/v1/listenKey': withKey((_, account) => {
      listenKeys.close(account)
      return {}
    }),
  }
}
