import { activeInstruments } from '../account-margin.ts'
import type { Income } from '../account-records.ts'
import type { KnownAccount } from '../credential-store.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { OrderRefusal } from '../order-refusal.ts'
import { accountBookPayload, accountPayload, INCOME_TYPES, positionPayload } from './account-payloads.ts'
import { GateIoError, parameterInvalid, parameterMissing } from './gate-io-errors.ts'
import { userIdOf } from './gate-io-user.ts'
import type { MarginModes } from './margin-modes.ts'
import { type Routes, signed } from './rest-route.ts'

const SETTLE = 'USDT'

/** REST of the account: balances, positions, leverage, modes and the account's book. */
export function accountRoutes(engine: MatchingEngine, marginModes: MarginModes): Routes {
  const markPriceOf = (symbol: string) => engine.markPrice(symbol)
  const position = (known: KnownAccount, symbol: string) =>
    positionPayload(
      known,
      engine.instrument(symbol),
      marginModes.isIsolated(known.account, symbol),
      markPriceOf,
    )
  return {
    'GET /account/detail': signed((_, known) => ({
      user_id: Number(userIdOf(known.keys)),
      ip_whitelist: [],
      currency_pairs: [],
      key: { mode: 1 },
      tier: 0,
    })),
    'GET /futures/usdt/accounts': signed((_, known) => accountPayload(known, SETTLE, markPriceOf)),
    'GET /futures/usdt/positions': signed(({ fields }, known) => {
      const isHeldOnly = fields.flag('holding')
      const { account } = known
      const touched = new Set([
        ...activeInstruments(account).map((each) => each.symbol),
        ...account.positions.map((each) => each.instrument.symbol),
      ])
      return fields
        .listed([...touched])
        .map((symbol) => position(known, symbol))
        .filter((row) => !isHeldOnly || row.size !== 0)
    }),
    'GET /futures/usdt/positions/*': signed(({ name }, known) => {
      if (known.account.hedgeMode) {
        throw new GateIoError('POSITION_DUAL_MODE', 'position is in dual mode')
      }
      return position(known, name)
    }),
    'POST /futures/usdt/positions/*/leverage': signed(({ fields, name }, known) => {
      const leverage = fields.integer('leverage')
      if (leverage === undefined) throw parameterMissing('leverage')
      const isIsolated = leverage > 0
      const wanted = isIsolated ? leverage : fields.integer('cross_leverage_limit')
      if (wanted === undefined) throw parameterInvalid('cross_leverage_limit')
      try {
        engine.setLeverage(known.account, name, wanted)
      } catch (error) {
        if (!(error instanceof OrderRefusal) || error.reason !== 'leverage-out-of-range') throw error
        const label = wanted < 1 ? 'LEVERAGE_TOO_LOW' : 'LEVERAGE_TOO_HIGH'
        throw new GateIoError(label, `leverage ${wanted} is out of range`)
      }
      marginModes.set(known.account, name, isIsolated)
      return position(known, name)
    }),
    'POST /futures/usdt/dual_mode': signed(({ fields }, known) => {
      const dualMode = fields.optionalFlag('dual_mode')
      if (dualMode === undefined) throw parameterMissing('dual_mode')
      engine.setHedgeMode(known.account, dualMode)
      return accountPayload(known, SETTLE, markPriceOf)
    }),
    'GET /futures/usdt/account_book': signed(({ fields }, { account }) => {
      const type = fields.text('type')
      const contract = fields.text('contract')
      const inRange = fields.timeFilter()
      // Going back from the present balance, each row's balance is the one before its successor.
      let balance = account.walletBalance(SETTLE)
      const rows: ReturnType<typeof accountBookPayload>[] = []
      for (const income of account.records.incomes().toReversed()) {
        if (income.asset !== SETTLE) continue
        if (isAsked(income, type, contract) && inRange(income.timeMs)) {
          rows.push(accountBookPayload(income, balance))
        }
        balance = balance.minus(income.amount)
      }
      return fields.listed(rows)
    }),
  }
}

function isAsked(income: Income, type: string | undefined, contract: string | undefined): boolean {
  const isOfType = type === undefined || INCOME_TYPES[income.kind] === type
  return isOfType && (contract === undefined || income.symbol === contract)
}
