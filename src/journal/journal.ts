import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type {
  ExportQuery,
  HistoryKind,
  HistoryPage,
  HistoryQuery,
  HistoryRows,
  ProfitAndLoss,
  ProfitAndLossQuery,
} from './history.ts'
import type { JournalRecord } from './journal-record.ts'
import type { RecoveredState } from './recovered-state.ts'

export interface JournalOptions {
  /** Made with mode 0700 when it is missing. One connector's own. */
  readonly folder: string
  /** Which connector and account this is; no secret. A folder of another account is refused. */
  readonly account: string
  /** Waits for the disk at each record: it then survives power loss too. False when absent. */
  readonly syncToDisk?: boolean | undefined
  /** Size of one file, a multiple of 64 KiB; 16 MiB when absent. */
  readonly segmentBytes?: number | undefined
  readonly clock: Clock
  readonly logger: Logger
}

export interface JournalStatistics {
  /** Records appended since the journal was opened. */
  readonly appended: number
  /** Of those, how many are in the database. */
  readonly drained: number
  readonly pendingRecords: number
  /** Number of the file that is being written. */
  readonly segment: number
  /** Files that hold records, drained ones that are kept included. */
  readonly segments: number
  /** How long the longest turn of the drain held the event loop, milliseconds. */
  readonly longestTurnMs: number
  /** Why the database did not take records at the last attempt; undefined when it did. */
  readonly lastDrainError: string | undefined
}

export declare class Journal {
  readonly recovered: RecoveredState
  static open(options: JournalOptions): Promise<Journal>
  append(record: JournalRecord): void
  hasFill(pair: string, tradeId: string): boolean
  hasFunding(pair: string, paymentId: string): boolean
  flush(): Promise<void>
  history<Kind extends HistoryKind>(query: HistoryQuery<Kind>): Promise<HistoryPage<HistoryRows[Kind]>>
  profitAndLoss(query?: ProfitAndLossQuery): Promise<readonly ProfitAndLoss[]>
  export(query: ExportQuery): AsyncIterable<string>
  statistics(): JournalStatistics
  close(): Promise<void>
}
