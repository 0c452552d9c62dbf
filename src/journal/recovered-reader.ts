import {
  FILL_COLUMNS,
  ORDER_COLUMNS,
  readBalance,
  readFill,
  readOrder,
  readPosition,
} from './history-rows.ts'
import type { JournalDatabase } from './journal-database.ts'
import type { CorruptTail, RecoveredOrder, RecoveredState } from './recovered-state.ts'
import type { SqlValue } from './sqlite.ts'

/** A fee that is older than this is not looked for any more. */
const FEE_LOOK_BACK_MS = 24 * 3_600_000
const ZERO_TEXT = /^-?0*\.?0*$/

/** What is left in a database into which all segments were drained. */
export function readRecoveredState(
  database: JournalDatabase,
  corruptTails: readonly CorruptTail[],
  lastSequence: number,
): RecoveredState {
  const { sqlite } = database
  const fillsOf = sqlite.query(
    `SELECT ${FILL_COLUMNS} FROM fills WHERE client_order_id = ? ORDER BY fill_ms, sequence`,
  )
  const readOrders = (condition: string, ...parameters: SqlValue[]): RecoveredOrder[] =>
    sqlite
      .query(`SELECT ${ORDER_COLUMNS} FROM orders WHERE ${condition} ORDER BY sequence`)
      .all(...parameters)
      .map(readOrder)
      .map((order) => ({
        ...order,
        wasAnswered: order.placeOutcome !== undefined,
        fills: fillsOf
          .all(order.clientOrderId)
          .map(readFill)
          // Another pair's order may have the same id, when the exchange gave it.
          .filter(({ pair }) => pair === order.pair),
      }))
  const balances = sqlite.query('SELECT asset, total, at_ms FROM balances').all().map(readBalance)
  const positions = sqlite
    .query('SELECT pair, amount, entry_price, at_ms FROM positions')
    .all()
    .map(readPosition)
    .filter(({ amount }) => !ZERO_TEXT.test(amount))
  return {
    orders: readOrders('done = 0'),
    ordersWithoutFees: readOrders(
      'done = 1 AND client_order_id IN (SELECT client_order_id FROM fills WHERE fee_amount IS NULL AND fill_ms > ?)',
      (database.lastMs ?? 0) - FEE_LOOK_BACK_MS,
    ),
    highestClientOrderId: database.highestClientOrderId,
    lastMs: database.lastMs,
    lastSequence,
    balances: new Map(balances.map((balance) => [balance.asset, balance])),
    positions: new Map(positions.map((position) => [position.pair, position])),
    corruptTails,
    databaseKeptAs: database.keptAs,
  }
}
