import { unlink } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { QtxError, messageOf } from '../errors.ts'
import type { JournalDatabase } from './journal-database.ts'
import type { Frame } from './segment-format.ts'
import type { SegmentWriter } from './segment-writer.ts'
import type { WalCheckpoint } from './wal-checkpoint.ts'

/** How long records gather before they are written together. */
const GATHER_MS = 20
const MAX_TURN_RECORDS = 8
/** A turn takes no further record after this; committing comes on top. */
const TURN_MS = 0.2
const CHECKPOINT_RECORDS = 2_000
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 30_000

export interface JournalDrainOptions {
  readonly writer: SegmentWriter
  readonly database: JournalDatabase
  readonly checkpoint: WalCheckpoint
  /** Files are removed only once the disk has the database that took their records. */
  readonly syncToDisk: boolean
  /** Path of the file of an earlier process that is kept until the next one is full. */
  readonly kept: string | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Brings records from the segments into the database, a few at each turn of the event loop. While the database refuses
 * them they stay in the segments, and it is tried again. Of the segments that are drained the newest is kept: the
 * database could be made again from it.
 */
export class JournalDrain {
  readonly #options: JournalDrainOptions
  readonly #clock: Clock
  readonly #writer: SegmentWriter
  readonly #database: JournalDatabase
  /** Read, and not in the database yet. */
  #batch: Frame[] = []
  #kept: string | undefined
  #isBusy = false
  #cancelTimer: (() => void) | undefined
  #removing: Promise<void> = Promise.resolve()
  #sinceCheckpoint = 0
  #retryMs = FIRST_RETRY_MS
  #longestTurnMs = 0
  #lastError: string | undefined
  #isClosed = false

  constructor(options: JournalDrainOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#writer = options.writer
    this.#database = options.database
    this.#kept = options.kept
  }

  get lastError(): string | undefined {
    return this.#lastError
  }

  get longestTurnMs(): number {
    return this.#longestTurnMs
  }

  /** Drained files that are kept. */
  get keptFiles(): number {
    return this.#kept === undefined ? 0 : 1
  }

  /** Says that there is a record: it is drained before long. */
  wake(): void {
    if (this.#isBusy || this.#isClosed) return
    this.#isBusy = true
    this.#wait(GATHER_MS)
  }

  /**
   * Drains everything that is on record now.
   * @throws QtxError `QTX_JOURNAL_FAILED` when the database refuses it.
   */
  async flush(): Promise<void> {
    const target = this.#writer.lastSequence
    while (this.#database.lastSequence < target && !this.#isClosed) {
      try {
        this.#takeTurn()
      } catch (error) {
        this.#noteFailure(error)
        throw new QtxError(
          'QTX_JOURNAL_FAILED',
          `the journal’s database refused records (${messageOf(error)})`,
          {
            cause: error,
          },
        )
      }
      await turn()
    }
  }

  /** Stops; what is not drained stays in the segments. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer?.()
    await this.#removing
  }

  #wait(delayMs: number): void {
    this.#cancelTimer = this.#clock.schedule(delayMs, () => {
      this.#cancelTimer = undefined
      void this.#run()
    })
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed && this.#database.lastSequence < this.#writer.lastSequence) {
        this.#takeTurn()
        await turn()
      }
      this.#isBusy = false
    } catch (error) {
      this.#noteFailure(error)
      if (this.#isClosed) return
      this.#wait(this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
    }
  }

  /** A few records, in one transaction. */
  #takeTurn(): void {
    const startMs = this.#clock.monotonicMs()
    if (this.#batch.length === 0) this.#batch = this.#readBatch()
    if (this.#batch.length > 0) {
      const isTimeUp = () => this.#clock.monotonicMs() - startMs > TURN_MS
      const count = this.#database.write(this.#batch, isTimeUp)
      this.#batch.splice(0, count)
      this.#noteSuccess(count)
    } else if (this.#database.lastSequence < this.#writer.lastSequence) {
      throw new Error('records are missing from the journal’s files')
    }
    this.#longestTurnMs = Math.max(this.#longestTurnMs, this.#clock.monotonicMs() - startMs)
  }

  #readBatch(): Frame[] {
    const frames: Frame[] = []
    while (frames.length < MAX_TURN_RECORDS) {
      const [segment, successor] = this.#writer.segments
      const frame = segment?.reader.next()
      if (frame) {
        frames.push(frame)
      } else if (segment?.reader.damage) {
        throw new Error(`record ${segment.reader.nextSequence} cannot be read back from its file`)
      } else if (successor && frames.length === 0) {
        this.#retire()
      } else {
        break
      }
    }
    return frames
  }

  /** The oldest file is in the database, all of it. */
  #retire(): void {
    const previous = this.#kept
    this.#kept = this.#writer.release().file.path
    if (previous === undefined) return
    this.#removing = this.#removing.then(() => this.#remove(previous))
  }

  async #remove(path: string): Promise<void> {
    const { syncToDisk, checkpoint, logger } = this.#options
    // What stays behind is passed over when the journal is opened again, and removed then.
    if (syncToDisk && !(await checkpoint.run())) return
    try {
      await unlink(path)
    } catch (error) {
      logger.warn({ path, error: messageOf(error) }, 'a drained journal file could not be removed')
    }
  }

  #noteSuccess(count: number): void {
    if (this.#lastError !== undefined)
      this.#options.logger.info({}, 'the journal’s database takes records again')
    this.#lastError = undefined
    this.#retryMs = FIRST_RETRY_MS
    this.#sinceCheckpoint += count
    if (this.#sinceCheckpoint < CHECKPOINT_RECORDS) return
    this.#sinceCheckpoint = 0
    void this.#options.checkpoint.run()
  }

  #noteFailure(error: unknown): void {
    const message = messageOf(error)
    if (message !== this.#lastError) {
      this.#options.logger.error(
        { error: message, pendingRecords: this.#writer.lastSequence - this.#database.lastSequence },
        'the journal’s database refuses records; they stay in the journal’s files and it is tried again',
      )
    }
    this.#lastError = message
  }
}
