import type { OrderHistory } from './history.ts'
import type { BalanceRecord, FillRecord, PositionRecord } from './journal-record.ts'

/** An order that the process before left, not done or not known in full. */
export interface RecoveredOrder extends OrderHistory {
  /** True when an answer to placing it is on record, whatever it said; `placeOutcome` has it. */
  readonly wasAnswered: boolean
  /** All on record, oldest first. */
  readonly fills: readonly FillRecord[]
}

/** The end of a segment that could not be read. It is kept under another name and never read again. */
export interface CorruptTail {
  /** The segment's file name. */
  readonly file: string
  /** Name of the file, in the same folder, that keeps the bytes. */
  readonly keptAs: string
  /** `cut`: a record was being written when the process ended, as at a kill. `corrupt`: the bytes were changed. */
  readonly kind: 'cut' | 'corrupt'
  readonly reason: string
  readonly bytes: number
}

/** What an earlier process left. */
export interface RecoveredState {
  /** Every order that is not done, oldest first. */
  readonly orders: readonly RecoveredOrder[]
  /** Orders that are done, with a fill within the last day on record whose fee is not on record. */
  readonly ordersWithoutFees: readonly RecoveredOrder[]
  /** Undefined when no order is on record. */
  readonly highestClientOrderId: string | undefined
  /** The newest time on record, milliseconds since 1970; undefined for a new journal. */
  readonly lastMs: number | undefined
  /** Sequence number of the last record; 0 for a new journal. */
  readonly lastSequence: number
  /** As last recorded, by asset. */
  readonly balances: ReadonlyMap<string, BalanceRecord>
  /** As last recorded, by pair; closed ones are left out. */
  readonly positions: ReadonlyMap<string, PositionRecord>
  readonly corruptTails: readonly CorruptTail[]
  /** Where a database that could not be read is kept; it was built anew from the segments that remain. */
  readonly databaseKeptAs: string | undefined
}
