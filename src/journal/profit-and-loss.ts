import type { HistoryKind, HistoryRows, ProfitAndLoss, ProfitAndLossQuery } from './history.ts'
import type { HistoryReader } from './history-reader.ts'
import { PairLedger } from './pair-ledger.ts'
import { setImmediate as turn } from 'node:timers/promises'

/** Rows that are counted at a turn of the event loop. */
const TURN_ROWS = 50

/** Profit and loss of every pair on record, or of one, in alphabetical order. */
export async function countProfitAndLoss(
  history: HistoryReader,
  query: ProfitAndLossQuery,
): Promise<readonly ProfitAndLoss[]> {
  const { pair, fromMs, toMs } = query
  const ledgers = new Map<string, PairLedger>()
  const ledgerOf = (name: string) => {
    const ledger = ledgers.get(name) ?? new PairLedger(name)
    ledgers.set(name, ledger)
    return ledger
  }
  // Positions begin before the range: fills are read from the first.
  for await (const fill of oldestFirst(history, 'fills', { pair, toMs })) {
    ledgerOf(fill.pair).addFill(fill, fromMs === undefined || fill.fillMs >= fromMs)
  }
  for await (const payment of oldestFirst(history, 'funding', { pair, fromMs, toMs })) {
    ledgerOf(payment.pair).addFunding(payment)
  }
  return [...ledgers]
    .filter(([, ledger]) => ledger.isWorthTelling)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, ledger]) => ledger.summary())
}

async function* oldestFirst<Kind extends HistoryKind>(
  history: HistoryReader,
  kind: Kind,
  range: ProfitAndLossQuery,
): AsyncIterable<HistoryRows[Kind]> {
  let cursor: string | undefined
  do {
    const page = history.page<Kind>({ ...range, kind, order: 'oldest', limit: TURN_ROWS, cursor })
    yield* page.rows
    cursor = page.next
    await turn()
  } while (cursor !== undefined)
}
