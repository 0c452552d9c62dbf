import type { Decimal } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import type { Income } from '../account-records.ts'
import type { MatchingEngine } from '../matching-engine.ts'

/** One settlement of one position, which Bybit keeps among the executions. */
export interface FundingExecution {
  readonly income: Income
  /** Base units, negative when short. */
  readonly size: Decimal
  readonly markPrice: Decimal
  readonly fundingRate: Decimal
}

const KEPT = 10_000

/** What was settled of whom, with the position and the price that it was settled at. */
export class FundingLedger {
  readonly #engine: MatchingEngine
  readonly #executions = new WeakMap<Account, FundingExecution[]>()

  constructor(engine: MatchingEngine) {
    this.#engine = engine
  }

  /** To be called when an account's funding was paid; returns what the ledger has of it. */
  note(account: Account): FundingExecution | undefined {
    const income = account.records.incomes().findLast(({ kind }) => kind === 'funding')
    if (!income) return undefined
    const { symbol } = income
    const { markPrice, fundingRate } = this.#engine.funding(symbol)
    const { size } = account.position(this.#engine.instrument(symbol))
    const execution = { income, size, markPrice, fundingRate }
    const executions = this.#executions.get(account) ?? []
    executions.push(execution)
    if (executions.length > KEPT) executions.shift()
    this.#executions.set(account, executions)
    return execution
  }

  /** Oldest first. */
  of(account: Account): readonly FundingExecution[] {
    return this.#executions.get(account) ?? []
  }
}
