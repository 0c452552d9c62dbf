import type { Clock } from '../../../common/clock.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { OrderRefusal } from '../order-refusal.ts'
import type { RequestValues } from '../request-values.ts'
import { balancePayload, leveragePayload, positionPayload } from './account-payloads.ts'
import { BlofinError, parameterWrong } from './blofin-errors.ts'
import { fundingFeeId, fundingFeePayload } from './order-payloads.ts'
import { type Routes, signed } from './rest-route.ts'

const MOST_ROWS = 100
const MOST_LEVERAGES = 20
const POSITION_MODES = ['net_mode', 'long_short_mode'] as const

/** REST of the account: balances, positions, leverage, position mode and funding fees. */
export function accountRoutes(engine: MatchingEngine, clock: Clock): Routes {
  const markPriceOf = (symbol: string) => engine.markPrice(symbol)
  const checkMarginMode = (fields: RequestValues) => {
    if (fields.requiredText('marginMode') !== 'cross') throw parameterWrong('marginMode')
  }
  return {
    'GET /api/v1/account/balance': signed((_, account) =>
      balancePayload(account, markPriceOf, clock.nowMs()),
    ),
    'GET /api/v1/account/positions': signed((fields, account) => {
      const instId = fields.text('instId')
      if (instId !== undefined) engine.instrument(instId)
      return account.positions
        .filter(({ size }) => !size.isZero())
        .filter(({ instrument }) => instId === undefined || instrument.symbol === instId)
        .map(({ instrument }) =>
          positionPayload(account, instrument, markPriceOf, engine.instruments.indexOf(instrument)),
        )
    }),
    'GET /api/v1/account/margin-mode': signed(() => ({ marginMode: 'cross' })),
    'GET /api/v1/account/position-mode': signed((_, account) => ({
      positionMode: account.hedgeMode ? 'long_short_mode' : 'net_mode',
    })),
    'POST /api/v1/account/set-position-mode': signed((fields, account) => {
      const positionMode = fields.requiredChoice('positionMode', POSITION_MODES)
      try {
        engine.setHedgeMode(account, positionMode === 'long_short_mode')
      } catch (error) {
        // Assumed: the mode that there is already may be set again.
        if (!(error instanceof OrderRefusal) || error.reason !== 'position-mode-unchanged') throw error
      }
      return { positionMode }
    }),
    'GET /api/v1/account/batch-leverage-info': signed((fields, account) => {
      checkMarginMode(fields)
      const symbols = fields.requiredText('instId').split(',')
      if (symbols.length > MOST_LEVERAGES) {
        throw new BlofinError('152015', 'Number of instId values exceeds the maximum limit of 20')
      }
      return symbols.map((symbol) => leveragePayload(engine.instrument(symbol), account.leverage(symbol)))
    }),
    'POST /api/v1/account/set-leverage': signed((fields, account) => {
      checkMarginMode(fields)
      const instrument = engine.instrument(fields.requiredText('instId'))
      const leverage = fields.requiredDecimal('leverage').toNumber()
      engine.setLeverage(account, instrument.symbol, leverage)
      return leveragePayload(instrument, leverage)
    }),
    'GET /api/v1/account/funding-fees': signed((fields, account) => {
      const instId = fields.text('instId')
      const paid = account.records
        .incomes()
        .filter(({ kind, symbol }) => kind === 'funding' && (instId === undefined || symbol === instId))
      return fields
        .page(paid, fundingFeeId, ({ timeMs }) => timeMs, fields.limit(MOST_ROWS, MOST_ROWS))
        .map(fundingFeePayload)
    }),
  }
}
