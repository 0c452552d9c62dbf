import type { Account } from '../account.ts'
import type { Clock } from '../../../common/clock.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { OrderRefusal } from '../order-refusal.ts'
import { fundingPayload, overviewPayload, positionPayload } from './account-payloads.ts'
import { KucoinError, parameterInvalid } from './kucoin-errors.ts'
import { assetOf } from './kucoin-words.ts'
import { type Routes, signed } from './rest-route.ts'

const FUNDINGS_USUAL = 10
const FUNDINGS_MOST = 1_000

/** REST of the account: balances, positions, leverage, modes and funding. */
export function accountRoutes(engine: MatchingEngine, clock: Clock): Routes {
  const markPriceOf = (symbol: string) => engine.markPrice(symbol)
  const openPositions = (account: Account) => account.positions.filter((each) => !each.size.isZero())
  return {
    // The accounts here are classic ones; the spot side of the exchange is empty.
    'GET /api/ua/v1/account/mode': signed(() => ({ selfAccountMode: 'CLASSIC', subAccountMode: [] })),
    'GET /api/v3/margin/symbols': signed(() => ({ timestamp: clock.nowMs(), items: [] })),
    'GET /api/v1/isolated/symbols': signed(() => []),
    'GET /api/v1/hf/accounts/opened': signed(() => false),
    'GET /api/v1/account-overview': signed((parameters, account) =>
      overviewPayload(account, assetOf(parameters.text('currency') ?? 'XBT'), markPriceOf),
    ),
    'GET /api/v1/positions': signed((_, account) =>
      openPositions(account).map((each) =>
        positionPayload(account, each.instrument, markPriceOf, clock.nowMs()),
      ),
    ),
    'GET /api/v1/position': signed((parameters, account) => {
      const instrument = engine.instrument(parameters.requiredText('symbol'))
      return positionPayload(account, instrument, markPriceOf, clock.nowMs())
    }),
    'GET /api/v2/position/getPositionMode': signed((_, account) => ({
      positionMode: account.hedgeMode ? 1 : 0,
    })),
    'POST /api/v2/position/switchPositionMode': signed((parameters, account) => {
      const hedged = parameters.entry('positionMode', { '0': false, '1': true })
      if (hedged === undefined) throw parameterInvalid('positionMode')
      try {
        engine.setHedgeMode(account, hedged)
      } catch (error) {
        // Assumed: the mode that is set already is no error.
        if (!(error instanceof OrderRefusal && error.reason === 'position-mode-unchanged')) throw error
      }
      return { positionMode: hedged ? 1 : 0 }
    }),
    'GET /api/v2/position/getMarginMode': signed((parameters) => ({
      symbol: engine.instrument(parameters.requiredText('symbol')).symbol,
      marginMode: 'CROSS',
    })),
    'POST /api/v2/position/changeMarginMode': signed((parameters) => {
      const { symbol } = engine.instrument(parameters.requiredText('symbol'))
      // Positions here are always cross.
      if (parameters.requiredText('marginMode') !== 'CROSS') {
        throw new KucoinError('330003', 'The margin mode cannot be switched to isolated.')
      }
      return { symbol, marginMode: 'CROSS' }
    }),
    'GET /api/v2/getCrossUserLeverage': signed((parameters, account) => {
      const { symbol } = engine.instrument(parameters.requiredText('symbol'))
      return { symbol, leverage: String(account.leverage(symbol)) }
    }),
    'POST /api/v2/changeCrossUserLeverage': signed((parameters, account) => {
      const { symbol } = engine.instrument(parameters.requiredText('symbol'))
      engine.setLeverage(account, symbol, parameters.requiredDecimal('leverage').toNumber())
      return true
    }),
    'GET /api/v1/trade-fees': signed((parameters) => ({
      symbol: engine.instrument(parameters.requiredText('symbol')).symbol,
      takerFeeRate: engine.fees.taker.toString(),
      makerFeeRate: engine.fees.maker.toString(),
    })),
    'GET /api/v1/funding-history': signed((parameters, account) => {
      const instrument = engine.instrument(parameters.requiredText('symbol'))
      const inRange = parameters.timeFilter()
      const most = Math.min(parameters.integer('maxCount') ?? FUNDINGS_USUAL, FUNDINGS_MOST)
      const payments = account.records
        .incomes()
        .filter((income) => income.kind === 'funding' && income.symbol === instrument.symbol)
        .filter((income) => inRange(income.timeMs))
        .toReversed()
      const dataList = payments
        .slice(0, most)
        .map((income) => fundingPayload(income, instrument, engine.funding(instrument.symbol)))
      return { dataList, hasMore: payments.length > most }
    }),
  }
}
