import type { JournalRecord, OrderStateRecord } from './journal-record.ts'
import type { Frame } from './segment-format.ts'
import type { SqlValue, Sqlite } from './sqlite.ts'

/** No further change is expected of an order in these. */
const DONE: ReadonlySet<OrderStateRecord['state']> = new Set(['canceled', 'filled', 'failed'])

type Run = (...parameters: SqlValue[]) => void

/**
 * Writes records into the tables. A record that is there already, by what makes it unique, changes nothing, but that a
 * fill that was recorded without its fee takes it from a later record.
 */
export class RecordInserts {
  readonly #order: Run
  readonly #change: Run
  readonly #placeAnswer: Run
  readonly #cancelAnswer: Run
  readonly #state: Run
  readonly #fill: Run
  readonly #funding: Run
  readonly #balance: Run
  readonly #position: Run

  constructor(sqlite: Sqlite) {
    this.#order = sqlite.prepare(
      `INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        'pendingCreate', NULL, NULL, NULL, NULL, NULL, ?, 0) ON CONFLICT DO NOTHING`,
    )
    this.#change = sqlite.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#placeAnswer = sqlite.prepare(
      `UPDATE orders SET place_outcome = ?, exchange_order_id = COALESCE(?, exchange_order_id), updated_ms = ?
        WHERE client_order_id = ?`,
    )
    this.#cancelAnswer = sqlite.prepare(
      'UPDATE orders SET cancel_outcome = ?, updated_ms = ? WHERE client_order_id = ?',
    )
    this.#state = sqlite.prepare(
      `UPDATE orders SET state = ?, exchange_order_id = COALESCE(?, exchange_order_id), code = ?, message = ?,
        updated_ms = ?, done = ? WHERE client_order_id = ?`,
    )
    this.#fill = sqlite.prepare(
      `INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
        SET fee_asset = excluded.fee_asset, fee_amount = excluded.fee_amount WHERE fills.fee_amount IS NULL`,
    )
    this.#funding = sqlite.prepare('INSERT INTO funding VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
    this.#balance = sqlite.prepare('INSERT OR REPLACE INTO balances VALUES (?, ?, ?)')
    this.#position = sqlite.prepare('INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)')
  }

  insert({ sequence, record }: Frame): void {
    switch (record.kind) {
      case 'order':
        this.#order(
          record.clientOrderId,
          sequence,
          record.pair,
          record.tradeType,
          record.orderType,
          record.timeInForce,
          record.positionAction,
          record.amount,
          record.price ?? null,
          record.maxSlippage,
          record.leverage,
          record.createdMs,
          record.createdMs,
        )
        return
      case 'answer':
      case 'state':
        this.#insertChange(sequence, record)
        return
      case 'fill':
        this.#fill(
          sequence,
          record.pair,
          record.tradeId,
          record.clientOrderId,
          record.exchangeOrderId ?? null,
          record.tradeType,
          record.positionAction,
          record.price,
          record.amount,
          record.feeAsset ?? null,
          record.feeAmount ?? null,
          record.isMaker ? 1 : 0,
          record.fillMs,
        )
        return
      case 'funding':
        this.#funding(sequence, record.pair, record.paymentId, record.asset, record.amount, record.paidMs)
        return
      case 'balance':
        this.#balance(record.asset, record.total, record.atMs)
        return
      case 'position':
        this.#position(record.pair, record.amount, record.entryPrice, record.atMs)
    }
  }

  #insertChange(sequence: number, record: Extract<JournalRecord, { kind: 'answer' | 'state' }>): void {
    const { clientOrderId, atMs } = record
    const exchangeOrderId = record.exchangeOrderId ?? null
    const code = record.code ?? null
    const message = record.message ?? null
    const isAnswer = record.kind === 'answer'
    this.#change(
      sequence,
      record.kind,
      clientOrderId,
      record.pair,
      isAnswer ? record.request : null,
      isAnswer ? record.outcome : null,
      isAnswer ? null : record.state,
      exchangeOrderId,
      code,
      message,
      atMs,
    )
    if (!isAnswer) {
      const done = DONE.has(record.state) ? 1 : 0
      this.#state(record.state, exchangeOrderId, code, message, atMs, done, clientOrderId)
    } else if (record.request === 'place') {
      this.#placeAnswer(record.outcome, exchangeOrderId, atMs, clientOrderId)
    } else {
      this.#cancelAnswer(record.outcome, atMs, clientOrderId)
    }
  }
}
