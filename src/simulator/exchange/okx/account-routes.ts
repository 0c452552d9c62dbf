import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { OrderRefusal } from '../order-refusal.ts'
import {
  accountConfigPayload,
  balancePayload,
  billPayload,
  billTypeOf,
  leveragePayload,
  positionPayload,
} from './account-payloads.ts'
import { parameterWrong } from './okx-errors.ts'
import { contractsText } from './okx-values.ts'
import { incomeBillId } from './order-payloads.ts'
import { type Routes, signed } from './rest-route.ts'

/** Reads an account as OKX shows it. */
export class AccountReader {
  readonly #engine: MatchingEngine
  readonly #clock: Clock

  constructor(engine: MatchingEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  balance(account: Account) {
    return balancePayload(account, (symbol) => this.#engine.markPrice(symbol), this.#clock.nowMs())
  }

  position(account: Account, symbol: string) {
    const instrument = this.#engine.instrument(symbol)
    return positionPayload(
      {
        account,
        instrument,
        markPriceOf: (each) => this.#engine.markPrice(each),
        lastPrice: this.#engine.lastTradePrice(symbol),
        indexPrice: this.#engine.funding(symbol).indexPrice,
        index: this.#engine.instruments.indexOf(instrument),
      },
      this.#clock.nowMs(),
    )
  }

  /** Open positions; those that were open too, where they are asked for by name. */
  positions(account: Account, symbols?: readonly string[]) {
    return account.positions
      .filter(({ instrument, size }) =>
        symbols
          ? symbols.includes(instrument.symbol) && account.records.fills(instrument.symbol).length > 0
          : !size.isZero(),
      )
      .map(({ instrument }) => this.position(account, instrument.symbol))
  }
}

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
      .page(wanted, incomeBillId, ({ timeMs }) => timeMs)
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
