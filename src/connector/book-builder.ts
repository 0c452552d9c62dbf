import type { BackoffOptions } from '../common/backoff.ts'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { BookKeeperOptions } from './book-keeper-options.ts'
import { BookSeeder } from './book-seeder.ts'
import { BookSettling } from './book-settling.ts'
import { bestLevels, countDifferences } from './level-differences.ts'
import type { BookSnapshot } from './market-data-source.ts'
import type { DepthUpdate } from './market-updates.ts'
import type { OrderBook } from './order-book.ts'
import { NO_AGE } from './shown-side.ts'
import { SnapshotPacer } from './snapshot-pacer.ts'

export interface BookBuilderParts {
  readonly book: OrderBook
  readonly clock: Clock
  readonly logger: Logger
  /** Undefined: this book has its own. */
  readonly pacer: SnapshotPacer | undefined
  /** Undefined where there is no snapshot to be had. */
  readonly fetchSnapshot: ((signal: AbortSignal) => Promise<BookSnapshot>) | undefined
  readonly options: BookKeeperOptions
  /**
   * A snapshot was fetched and applied, in a depth message or between two.
   * @param differing how many of the best levels of a live book it changed; undefined when the book was not live.
   */
  readonly onSeeded: (differing: number | undefined) => void
  /** The book changed between two messages. */
  readonly onChanged: () => void
  /** It can be relied on; why is a sentence. */
  readonly onBuilt: (why: string) => void
}

const DEFAULT_SETTLE_MS = 1_000
const DEFAULT_SNAPSHOT_TIMEOUT_MS = 5_000
const DEFAULT_SNAPSHOT_RETRY: BackoffOptions = { initialMs: 1_000, maxMs: 30_000 }

/**
 * Builds a book from nothing until it can be relied on: once a snapshot seeded it and the stream went on from there;
 * or, where there is no snapshot to be had, once it has been whole and uncrossed for the settling time.
 */
export class BookBuilder {
  readonly #parts: BookBuilderParts
  readonly #book: OrderBook
  readonly #settling: BookSettling
  #options: BookKeeperOptions
  #seeder: BookSeeder | undefined
  #seededAge: number | undefined
  #snapshotFailure: string | undefined
  /** The book is kept although levels of it are known to be wrong, until a snapshot replaces them. */
  #isDistrusted = false

  constructor(parts: BookBuilderParts) {
    this.#parts = parts
    this.#book = parts.book
    this.#options = parts.options
    this.#settling = new BookSettling(parts.clock, parts.options.settleMs ?? DEFAULT_SETTLE_MS, () =>
      this.#finish(`whole and uncrossed for ${this.#settling.settleMs} ms`),
    )
    this.#seeder = this.#createSeeder()
  }

  /** Whether snapshots can be fetched for the book. */
  get canSeed(): boolean {
    return this.#seeder !== undefined
  }

  /** The depth goes back to a snapshot, and so has all levels. */
  get isSeeded(): boolean {
    return this.#seededAge !== undefined
  }

  /** What a book that is not live waits for. */
  get progress(): string {
    const book = this.#book
    if (book.newestAge === NO_AGE) return 'waiting for the first message'
    if (book.depthAge === NO_AGE) return 'waiting for the first depth message'
    const arrivedAge = this.#seeder?.arrivedAge
    if (arrivedAge !== undefined)
      return `waiting for the stream, at ${book.depthAge}, to reach the snapshot, at ${arrivedAge}`
    if (this.#seededAge === undefined && this.#seeder?.isCollecting && this.#snapshotFailure === undefined)
      return 'waiting for the snapshot'
    const { elapsedMs, settleMs } = this.#settling
    const failure = this.#snapshotFailure === undefined ? '' : `, no snapshot: ${this.#snapshotFailure}`
    return `settling, ${Math.floor(elapsedMs)} of ${settleMs} ms, bids ${book.bidLevelCount}, asks ${book.askLevelCount}${failure}`
  }

  /** Empties the book; its next depth message begins the seeding. */
  begin(): void {
    this.stop()
    this.#book.clear()
    this.#snapshotFailure = undefined
    this.#seededAge = undefined
    this.#isDistrusted = false
    this.#settling.allow(this.#seeder === undefined)
  }

  /** Gives up what is under way; the book stays as it is. */
  stop(): void {
    this.#seeder?.stop()
    this.#settling.interrupt()
  }

  /** A depth message was applied to the book. */
  depthApplied(update: DepthUpdate): void {
    const seeder = this.#seeder
    if (seeder?.isCollecting) {
      seeder.keep(update)
      this.#seed()
    } else if (seeder && this.#seededAge === undefined) {
      seeder.start(true)
    }
  }

  /** The book, which is not live, has changed. */
  advance(): void {
    const book = this.#book
    const isWhole = book.depthAge !== NO_AGE && book.bidLevelCount > 0 && book.askLevelCount > 0
    if (!isWhole) this.#settling.interrupt()
    else if (this.#options.depthMode === 'full') this.#finish('a whole book was received')
    else if (this.#seededAge !== undefined && book.newestAge > this.#seededAge) {
      this.#finish('seeded by a snapshot, and the stream went on from it')
    } else this.#settling.hold()
  }

  /** The book was crossed: it has yet to settle. */
  unsettle(): void {
    this.#settling.interrupt()
  }

  /** Seeds the book with a snapshot that the stream brought; nobody is told. */
  seedWith(snapshot: BookSnapshot): void {
    const age = this.#book.ageOf(snapshot)
    this.#book.applySnapshot(snapshot, age)
    this.#seededAge = age
  }

  /** Seeds a live book anew, without haste. */
  compare(): void {
    this.#seeder?.start(false)
  }

  /** The book is to be seeded again; meanwhile it is kept, because it may be nearly right. */
  distrust(): void {
    this.#settling.interrupt()
    this.#settling.allow(false)
    this.#seededAge = undefined
    this.#isDistrusted = true
    this.#seeder?.start(true)
  }

  /** From now on a snapshot waits for the stream, however quiet it is. */
  mustNotLead(): void {
    this.#seeder?.mustNotLead()
  }

  /** The book becomes what another builder's is, and goes back to the same snapshot. */
  adopt(other: BookBuilder): void {
    this.stop()
    if (this.#options.depthMode !== other.#options.depthMode) {
      this.#options = other.#options
      this.#seeder = this.#createSeeder()
    }
    this.#book.adopt(other.#book)
    this.#snapshotFailure = undefined
    this.#seededAge = other.#seededAge
    this.#isDistrusted = false
  }

  #finish(why: string): void {
    this.#settling.interrupt()
    this.#parts.onBuilt(why)
  }

  /** Undefined where books are not seeded. */
  #createSeeder(): BookSeeder | undefined {
    const { fetchSnapshot, clock, pacer, onChanged } = this.#parts
    if (!fetchSnapshot || this.#options.depthMode === 'full') return undefined
    return new BookSeeder({
      book: this.#book,
      clock,
      pacer: pacer ?? new SnapshotPacer(clock),
      fetch: fetchSnapshot,
      timeoutMs: this.#options.snapshotTimeoutMs ?? DEFAULT_SNAPSHOT_TIMEOUT_MS,
      retry: this.#options.snapshotRetry ?? DEFAULT_SNAPSHOT_RETRY,
      onArrived: () => {
        if (this.#seed()) onChanged()
      },
      onFailed: (failure) => this.#snapshotFailed(failure),
    })
  }

  #seed(): boolean {
    const seeder = this.#seeder
    if (seeder?.arrivedAge === undefined) return false
    const before = this.#book.state === 'live' ? bestLevels(this.#book) : undefined
    const age = seeder.seed()
    if (age === undefined) return false
    this.#seededAge = age
    this.#isDistrusted = false
    this.#snapshotFailure = undefined
    this.#settling.allow(true)
    const differing = before && countDifferences(before, bestLevels(this.#book))
    this.#parts.onSeeded(differing)
    this.#parts.logger[differing ? 'warn' : 'info'](
      { pair: this.#book.pair, differing },
      differing === undefined
        ? 'the book was seeded'
        : `the book was seeded anew: ${differing} of its best levels differed`,
    )
    return true
  }

  #snapshotFailed(reason: string): void {
    this.#snapshotFailure = reason
    this.#parts.logger.warn({ pair: this.#book.pair, reason }, 'no snapshot; trying again')
    if (this.#isDistrusted) {
      // It settles from the stream now, where a level that is wrong would stay for ever.
      this.#isDistrusted = false
      this.#book.clear()
    }
    this.#settling.allow(true)
  }
}
