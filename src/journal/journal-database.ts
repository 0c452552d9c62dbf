import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { QtxError, messageOf } from '../errors.ts'
import { RecordInserts } from './record-inserts.ts'
import { FROM_VERSION_1, SCHEMA, SCHEMA_VERSION } from './schema.ts'
import type { Frame } from './segment-format.ts'
import { isDamageError, openSqlite, type SqlValue, type Sqlite } from './sqlite.ts'

/** A larger database is not read through when it is opened: that would take long. */
const CHECKED_BYTES = 64 * 1_048_576
const DAMAGED_SUFFIX = '.damaged'
const MAX_ID = '18446744073709551615'

/** The database of a journal: what was drained from the segments, and up to which record. */
export class JournalDatabase {
  readonly sqlite: Sqlite
  /** Where an unreadable database was moved to when this one was opened. */
  readonly keptAs: string | undefined
  readonly #path: string
  readonly #inserts: RecordInserts
  readonly #remember: (...parameters: SqlValue[]) => void
  #lastSequence: number
  #lastMs: number | undefined
  #highestClientOrderId: string | undefined
  #isClosed = false

  private constructor(path: string, sqlite: Sqlite, keptAs: string | undefined) {
    this.#path = path
    this.sqlite = sqlite
    this.keptAs = keptAs
    this.#inserts = new RecordInserts(sqlite)
    this.#remember = sqlite.prepare(
      'UPDATE journal SET last_sequence = ?, last_ms = ?, highest_client_order_id = ?',
    )
    const [sequence, lastMs, highest] = sqlite
      .query('SELECT last_sequence, last_ms, highest_client_order_id FROM journal')
      .get() ?? [0, null, null]
    this.#lastSequence = Number(sequence)
    this.#lastMs = lastMs === null ? undefined : Number(lastMs)
    this.#highestClientOrderId = highest === null ? undefined : String(highest)
  }

  /**
   * Opens or makes the database. One that cannot be read is moved aside, under a name with `nowMs`, and made anew.
   * @throws QtxError `QTX_JOURNAL_FAILED`, `QTX_CONFIG_INVALID` for another account's.
   */
  static async open(path: string, account: string, nowMs: number): Promise<JournalDatabase> {
    let keptAs = existsSync(path + DAMAGED_SUFFIX) ? moveAside(path, nowMs) : undefined
    for (;;) {
      let sqlite: Sqlite | undefined
      try {
        makeForOwner(path)
        sqlite = await openSqlite(path)
        prepareTables(sqlite, account, statSync(path).size <= CHECKED_BYTES)
        assertAccount(sqlite, path, account)
        return new JournalDatabase(path, sqlite, keptAs)
      } catch (error) {
        sqlite?.close()
        if (error instanceof QtxError) throw error
        if (keptAs !== undefined || !isDamageError(error)) throw failure(path, error)
        keptAs = moveAside(path, nowMs)
      }
    }
  }

  /** Sequence number of the last record that is in the database. */
  get lastSequence(): number {
    return this.#lastSequence
  }

  /** The newest time at which a record was made, milliseconds since 1970. */
  get lastMs(): number | undefined {
    return this.#lastMs
  }

  get highestClientOrderId(): string | undefined {
    return this.#highestClientOrderId
  }

  /** Counts records up to this one as taken: the files that held them were lost, and their numbers stay used. */
  skipTo(sequence: number): void {
    this.#lastSequence = Math.max(this.#lastSequence, sequence)
  }

  /**
   * Takes records, all or none, and remembers up to which: one that is there already is passed over. Returns how many
   * of them were looked at: `isTimeUp` is asked after each.
   * @throws what the database throws; nothing was changed then.
   */
  write(frames: readonly Frame[], isTimeUp: () => boolean): number {
    let lastSequence = this.#lastSequence
    let lastMs = this.#lastMs
    let highest = this.#highestClientOrderId
    let count = 0
    this.sqlite.exec('BEGIN')
    try {
      for (const frame of frames) {
        count++
        if (frame.sequence <= lastSequence) continue
        this.#inserts.insert(frame)
        lastSequence = frame.sequence
        if (lastMs === undefined || frame.recordedMs > lastMs) lastMs = frame.recordedMs
        if (frame.record.kind === 'order') highest = higherId(highest, frame.record.clientOrderId)
        if (isTimeUp()) break
      }
      this.#remember(lastSequence, lastMs ?? null, highest ?? null)
      this.sqlite.exec('COMMIT')
    } catch (error) {
      this.#undo()
      if (isDamageError(error)) writeFileSync(this.#path + DAMAGED_SUFFIX, messageOf(error))
      throw error
    }
    this.#lastSequence = lastSequence
    this.#lastMs = lastMs
    this.#highestClientOrderId = highest
    return count
  }

  /** Moves everything into the database's main file, and closes it. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.sqlite.close()
  }

  #undo(): void {
    try {
      this.sqlite.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
  }
}

function prepareTables(sqlite: Sqlite, account: string, isChecked: boolean): void {
  sqlite.query('PRAGMA journal_mode = WAL').get()
  sqlite.exec('PRAGMA synchronous = NORMAL')
  // Copying the log back waits for the disk: it is done beside the event loop.
  sqlite.query('PRAGMA wal_autocheckpoint = 0').get()
  const version = Number(sqlite.query('PRAGMA user_version').get()?.[0])
  if (version > SCHEMA_VERSION) {
    throw new QtxError('QTX_JOURNAL_FAILED', `the journal’s database has version ${version}`, {
      remedy: `use the version of this package that made it; this one reads up to ${SCHEMA_VERSION}`,
    })
  }
  if (isChecked && sqlite.query('PRAGMA quick_check(1)').get()?.[0] !== 'ok') throw new DamagedDatabase()
  sqlite.exec('BEGIN IMMEDIATE')
  if (version === 1) sqlite.exec(FROM_VERSION_1.before)
  sqlite.exec(SCHEMA)
  if (version === 1) sqlite.exec(FROM_VERSION_1.after)
  sqlite.prepare('INSERT INTO journal VALUES (1, ?, 0, NULL, NULL) ON CONFLICT DO NOTHING')(account)
  sqlite.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
  sqlite.exec('COMMIT')
}

class DamagedDatabase extends Error {
  readonly code = 'SQLITE_CORRUPT'
  override readonly message = 'the database does not pass its check'
}

function assertAccount(sqlite: Sqlite, path: string, account: string): void {
  const found = sqlite.query('SELECT account FROM journal').get()?.[0]
  if (found !== account) throw otherAccount(path, String(found), account)
}

/** What is said when a folder belongs to another account. */
export function otherAccount(path: string, found: string, account: string): QtxError {
  return new QtxError('QTX_CONFIG_INVALID', `${path} is the journal of ${found}, not of ${account}`, {
    details: { found, account },
    remedy: 'give each account a folder of its own',
  })
}

function makeForOwner(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

/** The log belongs to its database: one without the other would be misread. */
function moveAside(path: string, nowMs: number): string {
  const keptAs = `${path}.corrupt-${nowMs}`
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(path + part)) renameSync(path + part, keptAs + part)
  }
  rmSync(path + DAMAGED_SUFFIX, { force: true })
  return keptAs
}

function failure(path: string, cause: unknown): QtxError {
  return new QtxError('QTX_JOURNAL_FAILED', `${path} could not be opened (${messageOf(cause)})`, { cause })
}

/** Ids are unsigned 64-bit numbers without leading zeros; others, of adopted orders, do not count. */
function higherId(highest: string | undefined, id: string): string | undefined {
  if (!/^[1-9]\d{0,19}$/.test(id) || (id.length === MAX_ID.length && id > MAX_ID)) return highest
  if (highest === undefined || id.length > highest.length) return id
  return id.length === highest.length && id > highest ? id : highest
}
