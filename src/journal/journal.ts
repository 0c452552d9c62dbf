import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { QtxError, messageOf } from '../errors.ts'
import { FileLock } from '../posix/file-lock.ts'
import { HistoryReader } from './history-reader.ts'
import type {
  ExportQuery,
  HistoryKind,
  HistoryPage,
  HistoryQuery,
  HistoryRows,
  ProfitAndLoss,
  ProfitAndLossQuery,
} from './history.ts'
import { JournalDatabase } from './journal-database.ts'
import { JournalDrain } from './journal-drain.ts'
import type { JournalRecord, NewOrder } from './journal-record.ts'
import { countProfitAndLoss } from './profit-and-loss.ts'
import { RecentKeys } from './recent-keys.ts'
import { Recovery, type RecoveredSegments } from './recovery.ts'
import type { RecoveredState } from './recovered-state.ts'
import { readRecoveredState } from './recovered-reader.ts'
import { MAX_ACCOUNT_BYTES } from './segment-format.ts'
import { SegmentWriter } from './segment-writer.ts'
import { WalCheckpoint } from './wal-checkpoint.ts'

const DEFAULT_SEGMENT_BYTES = 16 * 1_048_576
const SEGMENT_UNIT_BYTES = 65_536
const MAX_SEGMENT_BYTES = 1_073_741_824
/** Fills, and funding payments, whose ids are in memory: at least so many of the newest, at most twice that. */
const RECENT_KEYS = 5_000
const DATABASE_NAME = 'history.db'
const LOCK_NAME = 'lock'

/** Where a journal is kept, and how it is written. */
export interface JournalOptions {
  /** Made with mode 0700 when it is missing. One connector's own. */
  readonly folder: string
  /** Which connector and account this is; no secret. A folder of another account is refused. */
  readonly account: string
  /** Waits for the disk at each record: it then survives power loss too. False when absent. */
  readonly syncToDisk?: boolean | undefined
  /** Size of one file, a multiple of 64 KiB up to 1 GiB; 16 MiB when absent. */
  readonly segmentBytes?: number | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** What a journal has counted so far. */
export interface JournalStatistics {
  /** Records appended since the journal was opened. */
  readonly appended: number
  /** Of those, how many are in the database. */
  readonly drained: number
  readonly pendingRecords: number
  /** Number of the file that is being written. */
  readonly segment: number
  /** Files that hold records, a drained one that is kept included. */
  readonly segments: number
  /** How long the longest turn of the drain held the event loop, milliseconds. */
  readonly longestTurnMs: number
  /** Why the database did not take records at the last attempt; undefined when it did. */
  readonly lastDrainError: string | undefined
}

interface JournalParts {
  readonly lock: FileLock
  readonly database: JournalDatabase
  readonly checkpoint: WalCheckpoint
  readonly writer: SegmentWriter
  readonly drain: JournalDrain
  readonly recovered: RecoveredState
  readonly logger: Logger
}

/**
 * The record of all orders of one account: appended to a mapped file before they are acted on, kept in a database for
 * questions. What is appended survives the death of the process at once, and power loss with `syncToDisk`.
 */
export class Journal {
  /** What earlier processes left, as of the opening. */
  readonly recovered: RecoveredState
  readonly #parts: JournalParts
  readonly #writer: SegmentWriter
  readonly #drain: JournalDrain
  readonly #history: HistoryReader
  readonly #fills: RecentKeys
  readonly #funding: RecentKeys
  #closing: Promise<void> | undefined

  private constructor(parts: JournalParts) {
    this.#parts = parts
    this.recovered = parts.recovered
    this.#writer = parts.writer
    this.#drain = parts.drain
    this.#history = new HistoryReader(parts.database.sqlite)
    this.#fills = recentKeys(parts.database, 'fills', 'trade_id')
    this.#funding = recentKeys(parts.database, 'funding', 'payment_id')
  }

  /**
   * Opens the folder's journal, or makes one, and reads what is in it into the database first.
   * @throws QtxError `QTX_JOURNAL_BUSY`: somebody has it open; `QTX_JOURNAL_FAILED`: disk or files;
   * `QTX_CONFIG_INVALID`: another account's, or a bad option; `QTX_PLATFORM_UNSUPPORTED` elsewhere than on Linux.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const segmentBytes = assertSegmentBytes(options.segmentBytes ?? DEFAULT_SEGMENT_BYTES)
    assertAccountName(options.account)
    const lock = takeLock(options.folder)
    let database: JournalDatabase | undefined
    let checkpoint: WalCheckpoint | undefined
    try {
      const nowMs = options.clock.nowMs()
      const recovery = await Recovery.look({ ...options, nowMs })
      const path = join(options.folder, DATABASE_NAME)
      database = await JournalDatabase.open(path, options.account, nowMs)
      if (database.keptAs !== undefined) {
        const fields = { keptAs: database.keptAs }
        options.logger.error(
          fields,
          'the journal’s database was unreadable; it is made again from the files left',
        )
      }
      const found = await recovery.drainInto(database)
      database.skipTo(found.lastSequence)
      const lastSequence = database.lastSequence
      checkpoint = new WalCheckpoint(path, database.sqlite)
      const syncToDisk = options.syncToDisk ?? false
      await removeDrained(options.folder, found, syncToDisk ? checkpoint : undefined)
      const recovered = readRecoveredState(database, found.corruptTails, lastSequence)
      const writer = await SegmentWriter.start(
        { ...options, segmentBytes, syncToDisk },
        recovery.nextNumber,
        lastSequence + 1,
      )
      const { clock, logger } = options
      const kept = found.kept === undefined ? undefined : join(options.folder, found.kept)
      const drain = new JournalDrain({ writer, database, checkpoint, syncToDisk, kept, clock, logger })
      return new Journal({ lock, database, checkpoint, writer, drain, recovered, logger })
    } catch (error) {
      await checkpoint?.close()
      database?.close()
      lock.release()
      throw asJournalError(options.folder, error)
    }
  }

  /**
   * Puts a record on record: when this returns, it survives the death of the process. About a microsecond without
   * `syncToDisk`.
   * @throws QtxError `QTX_JOURNAL_FAILED`: it is not on record, and must not be acted on; `QTX_STATE_INVALID` after
   * `close()`.
   */
  append(record: JournalRecord): void {
    if (this.#closing) throw closed()
    this.#writer.append(record)
    if (record.kind === 'fill') this.#fills.add(record.pair, record.tradeId, this.#writer.lastSequence)
    else if (record.kind === 'funding') {
      this.#funding.add(record.pair, record.paymentId, this.#writer.lastSequence)
    }
    this.#drain.wake()
  }

  /** As `append`, of an order that is about to be sent. */
  appendOrder(order: NewOrder): void {
    if (this.#closing) throw closed()
    this.#writer.appendOrder(order)
    this.#drain.wake()
  }

  /** True when this fill is on record, of this process or an earlier one. */
  hasFill(pair: string, tradeId: string): boolean {
    return this.#fills.has(pair, tradeId)
  }

  /** True when this funding payment is on record, of this process or an earlier one. */
  hasFunding(pair: string, paymentId: string): boolean {
    return this.#funding.has(pair, paymentId)
  }

  /** Resolves when everything appended before is in the database. @throws QtxError `QTX_JOURNAL_FAILED`. */
  async flush(): Promise<void> {
    this.#assertOpen()
    await this.#drain.flush()
  }

  /**
   * One page of what is on record, everything appended before included.
   * @throws QtxError `QTX_CONFIG_INVALID` for a query that cannot be asked, `QTX_JOURNAL_FAILED`.
   */
  async history<Kind extends HistoryKind>(
    query: HistoryQuery<Kind>,
  ): Promise<HistoryPage<HistoryRows[Kind]>> {
    await this.flush()
    this.#assertOpen()
    return this.#history.page(query)
  }

  /** By pair, in alphabetical order; a pair with neither a fill or payment in the range nor a position is left out. */
  async profitAndLoss(query: ProfitAndLossQuery = {}): Promise<readonly ProfitAndLoss[]> {
    await this.flush()
    return countProfitAndLoss(this.#history, query)
  }

  /** Lines of a file, each with its line feed; the first of CSV names the columns. */
  async *export(query: ExportQuery): AsyncIterable<string> {
    await this.flush()
    yield* this.#history.lines(query)
  }

  statistics(): JournalStatistics {
    const { database } = this.#parts
    const before = this.recovered.lastSequence
    return {
      appended: this.#writer.lastSequence - before,
      drained: Math.max(0, database.lastSequence - before),
      pendingRecords: this.#writer.lastSequence - database.lastSequence,
      segment: this.#writer.number,
      segments: this.#writer.segments.length + this.#drain.keptFiles,
      longestTurnMs: this.#drain.longestTurnMs,
      lastDrainError: this.#drain.lastError,
    }
  }

  /** Drains, waits for the disk, and gives the folder back. What could not be drained is, at the next opening. */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async #close(): Promise<void> {
    const { lock, database, checkpoint, logger } = this.#parts
    const attempt = async (step: () => Promise<void>) => {
      try {
        await step()
      } catch (error) {
        logger.error(
          { error: messageOf(error) },
          'the journal was not closed cleanly; its files have everything',
        )
      }
    }
    await attempt(() => this.#drain.flush())
    await attempt(() => this.#drain.close())
    await attempt(() => checkpoint.close())
    this.#history.close()
    database.close()
    await attempt(() => this.#writer.close())
    lock.release()
  }

  #assertOpen(): void {
    if (this.#closing) throw closed()
  }
}

function recentKeys(database: JournalDatabase, table: 'fills' | 'funding', id: string): RecentKeys {
  const known = database.sqlite.query(`SELECT 1 FROM ${table} WHERE pair = ? AND ${id} = ?`)
  const keys = new RecentKeys(
    RECENT_KEYS,
    (pair, key) => known.get(pair, key) !== undefined,
    () => database.lastSequence,
  )
  const newest = database.sqlite
    .query(`SELECT pair, ${id}, sequence FROM ${table} ORDER BY rowid DESC LIMIT ?`)
    .all(2 * RECENT_KEYS + 1)
  for (const [pair, key, sequence] of newest.toReversed()) {
    keys.add(String(pair), String(key), Number(sequence))
  }
  return keys
}

async function removeDrained(
  folder: string,
  { removable }: RecoveredSegments,
  checkpoint: WalCheckpoint | undefined,
): Promise<void> {
  if (removable.length === 0 || (checkpoint && !(await checkpoint.run()))) return
  for (const name of removable) await rm(join(folder, name), { force: true })
}

function takeLock(folder: string): FileLock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw asJournalError(folder, error)
  }
  const lock = FileLock.take(join(folder, LOCK_NAME))
  if (lock instanceof FileLock) return lock
  const holder = lock.holderPid === 0 ? 'another process' : `process ${lock.holderPid}`
  throw new QtxError('QTX_JOURNAL_BUSY', `the journal in ${folder} is held by ${holder}`, {
    details: { folder, holderPid: lock.holderPid },
  })
}

function assertSegmentBytes(segmentBytes: number): number {
  const isUnit = Number.isInteger(segmentBytes) && segmentBytes % SEGMENT_UNIT_BYTES === 0
  if (isUnit && segmentBytes > 0 && segmentBytes <= MAX_SEGMENT_BYTES) return segmentBytes
  throw new QtxError(
    'QTX_CONFIG_INVALID',
    `segmentBytes ${segmentBytes} is no multiple of ${SEGMENT_UNIT_BYTES} up to ${MAX_SEGMENT_BYTES}`,
    { details: { segmentBytes } },
  )
}

function assertAccountName(account: string): void {
  const lengthBytes = Buffer.byteLength(account)
  if (lengthBytes > 0 && lengthBytes <= MAX_ACCOUNT_BYTES) return
  throw new QtxError(
    'QTX_CONFIG_INVALID',
    `the account’s name takes ${lengthBytes} bytes, not 1 to ${MAX_ACCOUNT_BYTES}`,
  )
}

function asJournalError(folder: string, error: unknown): QtxError {
  if (error instanceof QtxError) return error
  return new QtxError(
    'QTX_JOURNAL_FAILED',
    `the journal in ${basename(folder)} could not be opened (${messageOf(error)})`,
    { cause: error },
  )
}

function closed(): QtxError {
  return new QtxError('QTX_STATE_INVALID', 'the journal is closed', { remedy: 'open it again' })
}
