import type { MatchingEngine } from '../matching-engine.ts'
import { OrderRefusal } from '../order-refusal.ts'
import { contractsText } from '../wire-numbers.ts'
import type { AccountReader } from './account-reader.ts'
import { accountConfigPayload, billPayload, billTypeOf, leveragePayload } from './account-payloads.ts'
import { parameterWrong } from './okx-errors.ts'
import { incomeBillId } from './order-payloads.ts'
import { type Routes, signed } from './rest-route.ts'

/** REST of the account: balances, positions, leverage, modes and bills. */
export function accountRoutes(engine: MatchingEngine, reader: AccountReader): Routes {
  const bills = signed((fields, account) => {
    const type = fields.text('type')
    const instId = fields.text('instId')
    const ccy = fields.text('ccy')
    const wanted = account.records
      .incomes()
      .filter((income) => type === undefined || billTypeOf(income) === type)
      .filter((income) => instId === undefined || income.symbol === instId)
      .filter((income) => ccy === undefined || income.asset === ccy)
    return fields
      .listed(wanted, incomeBillId, ({ timeMs }) => timeMs)
      .map((income) => {
        const instrument = engine.instruments.find(({ symbol }) => symbol === income.symbol)
        const size = instrument && contractsText(instrument, account.position(instrument).size.abs())
        return billPayload(income, account, size ?? '0')
      })
  })
  return {
    'GET /api/v5/account/balance': signed((_, account) => [reader.balance(account)]),
    'GET /api/v5/account/positions': signed((fields, account) => {
      fields.choice('instType', ['SWAP'])
      const symbols = fields.text('instId')?.split(',')
      for (const symbol of symbols ?? []) engine.instrument(symbol)
      return reader.positions(account, symbols)
    }),
    'GET /api/v5/account/config': signed((_, account) => [accountConfigPayload(account)]),
    'GET /api/v5/account/leverage-info': signed((fields, account) => {
      if (fields.requiredText('mgnMode') !== 'cross') throw parameterWrong('mgnMode')
      return fields
        .requiredText('instId')
        .split(',')
        .map((symbol) => leveragePayload(engine.instrument(symbol), account.leverage(symbol)))
    }),
    'POST /api/v5/account/set-leverage': signed((fields, account) => {
      const instrument = engine.instrument(fields.requiredText('instId'))
      if (fields.requiredText('mgnMode') !== 'cross') throw parameterWrong('mgnMode')
      const leverage = fields.requiredDecimal('lever').toNumber()
      engine.setLeverage(account, instrument.symbol, leverage)
      return [leveragePayload(instrument, leverage)]
    }),
    'POST /api/v5/account/set-position-mode': signed((fields, account) => {
      const posMode = fields.requiredText('posMode')
      if (posMode !== 'net_mode' && posMode !== 'long_short_mode') throw parameterWrong('posMode')
      try {
        engine.setHedgeMode(account, posMode === 'long_short_mode')
      } catch (error) {
        // The mode that there is already may be set again.
        if (!(error instanceof OrderRefusal) || error.reason !== 'position-mode-unchanged') throw error
      }
      return [{ posMode }]
    }),
    'GET /api/v5/account/bills': bills,
    'GET /api/v5/account/bills-archive': bills,
  }
}
