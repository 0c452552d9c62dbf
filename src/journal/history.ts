import type { Decimal } from '../common/decimal.ts'
import type {
  AnswerRecord,
  FillRecord,
  FundingRecord,
  OrderRecord,
  OrderStateRecord,
} from './journal-record.ts'

/** What is asked for: orders with what became of them, fills, funding payments, or every answer and state change. */
export type HistoryKind = 'orders' | 'fills' | 'funding' | 'changes'

/** An order and what became of it, as far as it is on record. */
export interface OrderHistory extends Omit<OrderRecord, 'kind'> {
  readonly kind: 'order'
  readonly state: OrderStateRecord['state']
  readonly exchangeOrderId: string | undefined
  /** Code of the reason why it failed, was canceled, or is unknown. */
  readonly code: string | undefined
  readonly message: string | undefined
  /** What the answer to placing it said; undefined while none is on record. */
  readonly placeOutcome: AnswerRecord['outcome'] | undefined
  /** What the answer to the last request to cancel it said; undefined while none is on record. */
  readonly cancelOutcome: AnswerRecord['outcome'] | undefined
  /** Time of the newest change on record, milliseconds since 1970. */
  readonly updatedMs: number
}

/** The row that each kind of history answers with. */
export interface HistoryRows {
  readonly orders: OrderHistory
  readonly fills: FillRecord
  readonly funding: FundingRecord
  readonly changes: AnswerRecord | OrderStateRecord
}

/** Which rows, in which order. Times are `createdMs`, `fillMs`, `paidMs` and `atMs` of the rows. */
export interface HistoryQuery<Kind extends HistoryKind = HistoryKind> {
  readonly kind: Kind
  readonly pair?: string | undefined
  /** From this time on, inclusive, milliseconds since 1970. */
  readonly fromMs?: number | undefined
  /** Before this time, exclusive, milliseconds since 1970. */
  readonly toMs?: number | undefined
  /** Not for funding. */
  readonly clientOrderId?: string | undefined
  /** Orders only: in this state now. */
  readonly state?: OrderStateRecord['state'] | undefined
  /** Rows of one page, 1 to 1,000; 100 when absent. */
  readonly limit?: number | undefined
  /** Newest first when absent. */
  readonly order?: 'newest' | 'oldest' | undefined
  /** `next` of the page before; the rest of the query must be the same. */
  readonly cursor?: string | undefined
}

/** One page of history. */
export interface HistoryPage<Row> {
  readonly rows: readonly Row[]
  /** Asks for the page after this one; undefined at the end. */
  readonly next: string | undefined
}

/** What is counted. Positions are built from all fills on record, whatever the range. */
export interface ProfitAndLossQuery {
  /** All pairs when absent. */
  readonly pair?: string | undefined
  /** From this time on, inclusive, milliseconds since 1970. */
  readonly fromMs?: number | undefined
  /** Before this time, exclusive, milliseconds since 1970. */
  readonly toMs?: number | undefined
}

/** Profit and loss of one pair, within the range asked for unless it says otherwise. */
export interface ProfitAndLoss {
  readonly pair: string
  readonly fills: number
  /** Base units. */
  readonly boughtAmount: Decimal
  /** Base units. */
  readonly soldAmount: Decimal
  /** Undefined when nothing was bought. */
  readonly averageBuyPrice: Decimal | undefined
  /** Undefined when nothing was sold. */
  readonly averageSellPrice: Decimal | undefined
  /** Quote units, bought and sold together. */
  readonly volumeQuote: Decimal
  /** Quote units, against the average entry price of the net position; before fees and funding. */
  readonly realizedPnl: Decimal
  /** By asset; positive was paid, negative was received. */
  readonly fees: ReadonlyMap<string, Decimal>
  /** By asset; positive was received, negative was paid. */
  readonly funding: ReadonlyMap<string, Decimal>
  /** By asset: realised profit minus fees plus funding. */
  readonly netPnl: ReadonlyMap<string, Decimal>
  /** Net base units at the end of the range, of all fills on record up to there; negative when short. */
  readonly position: Decimal
  /** Average entry price of that position; undefined when flat. */
  readonly entryPrice: Decimal | undefined
}

/** What is exported, and how. */
export interface ExportQuery extends Omit<HistoryQuery, 'limit' | 'cursor'> {
  readonly format: 'csv' | 'jsonl'
}
