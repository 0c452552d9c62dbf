import { setImmediate as turn } from 'node:timers/promises'
import { QtxError } from '../errors.ts'
import { exportHeader, exportLine } from './export-lines.ts'
import { HISTORY_TABLES, type HistoryTable } from './history-rows.ts'
import type { ExportQuery, HistoryKind, HistoryPage, HistoryQuery, HistoryRows } from './history.ts'
import type { SqlValue, Sqlite } from './sqlite.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000
/** Rows that an export reads at a turn of the event loop. */
const EXPORT_ROWS = 50

/** Answers questions about what is in the database. */
export class HistoryReader {
  readonly #sqlite: Sqlite
  #isClosed = false

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
  }

  /** From here on questions are refused: the database is going. */
  close(): void {
    this.#isClosed = true
  }

  /** @throws QtxError `QTX_CONFIG_INVALID` for a query that cannot be asked, `QTX_STATE_INVALID` after `close()`. */
  page<Kind extends HistoryKind>(query: HistoryQuery<Kind>): HistoryPage<HistoryRows[Kind]> {
    if (this.#isClosed) {
      throw new QtxError('QTX_STATE_INVALID', 'the journal is closed', { remedy: 'open it again' })
    }
    const table: HistoryTable<Kind> = tableOf(query.kind)
    const limit = assertLimit(query.limit ?? DEFAULT_LIMIT)
    const isOldestFirst = query.order === 'oldest'
    const { conditions, parameters } = conditionsOf(query, table, isOldestFirst)
    const direction = isOldestFirst ? 'ASC' : 'DESC'
    const rows = this.#sqlite
      .query(
        `SELECT ${table.columns} FROM ${table.table} WHERE ${conditions}
          ORDER BY ${table.time} ${direction}, sequence ${direction} LIMIT ?`,
      )
      .all(...parameters, limit + 1)
    const shown = rows.slice(0, limit)
    const last = shown.at(-1)
    return {
      rows: shown.map((row) => table.read(row)),
      next: rows.length > limit && last ? cursorOf(last) : undefined,
    }
  }

  /** One line a row, a few rows at each turn of the event loop. @throws QtxError `QTX_CONFIG_INVALID`. */
  async *lines({ format, ...query }: ExportQuery): AsyncIterable<string> {
    let cursor: string | undefined
    const header = exportHeader(query.kind, format)
    if (header !== undefined) yield header
    do {
      const { rows, next } = this.page({ ...query, limit: EXPORT_ROWS, cursor })
      for (const row of rows) yield exportLine(query.kind, format, row)
      cursor = next
      await turn()
    } while (cursor !== undefined)
  }
}

function tableOf<Kind extends HistoryKind>(kind: Kind): HistoryTable<Kind> {
  if (Object.hasOwn(HISTORY_TABLES, kind)) return HISTORY_TABLES[kind]
  throw invalid(
    `history of ${JSON.stringify(kind)} was asked for`,
    'ask for orders, fills, funding or changes',
  )
}

function conditionsOf(
  query: HistoryQuery,
  { time }: HistoryTable<HistoryKind>,
  isOldestFirst: boolean,
): { readonly conditions: string; readonly parameters: SqlValue[] } {
  const conditions = ['1']
  const parameters: SqlValue[] = []
  const add = (condition: string, ...values: SqlValue[]) => {
    conditions.push(condition)
    parameters.push(...values)
  }
  if (query.pair !== undefined) add('pair = ?', query.pair)
  if (query.fromMs !== undefined) add(`${time} >= ?`, assertTime('fromMs', query.fromMs))
  if (query.toMs !== undefined) add(`${time} < ?`, assertTime('toMs', query.toMs))
  if (query.clientOrderId !== undefined) {
    if (query.kind === 'funding') throw invalid('funding of an order was asked for', 'ask by pair and time')
    add('client_order_id = ?', query.clientOrderId)
  }
  if (query.state !== undefined) {
    if (query.kind !== 'orders') throw invalid(`${query.kind} by state were asked for`, 'ask for orders')
    add('state = ?', query.state)
  }
  if (query.cursor !== undefined) {
    add(`(${time}, sequence) ${isOldestFirst ? '>' : '<'} (?, ?)`, ...readCursor(query.cursor))
  }
  return { conditions: conditions.join(' AND '), parameters }
}

/** Time and sequence number of the last row of a page. */
function cursorOf(row: readonly SqlValue[]): string {
  return `${String(row.at(-2))}.${String(row.at(-1))}`
}

function readCursor(cursor: string): [number, number] {
  const match = /^(\d{1,16})\.(\d{1,16})$/.exec(cursor)
  if (!match) throw invalid(`${JSON.stringify(cursor)} is no cursor`, 'use next of the page before')
  return [Number(match[1]), Number(match[2])]
}

function assertLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit
  throw invalid(`limit ${limit} is not 1 to ${MAX_LIMIT}`, 'ask for less, and go on with the cursor')
}

function assertTime(name: string, timeMs: number): number {
  if (Number.isFinite(timeMs)) return timeMs
  throw invalid(`${name} ${timeMs} is no time`, 'use milliseconds since 1970')
}

function invalid(what: string, remedy: string): QtxError {
  return new QtxError('QTX_CONFIG_INVALID', what, { remedy })
}
