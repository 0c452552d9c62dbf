import type { BackoffOptions } from '../common/backoff.ts'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { BookCallbacks, BookKeeperOptions } from './book-keeper-options.ts'
import { BookSeeder, snapshotFault } from './book-seeder.ts'
import { BookSettling } from './book-settling.ts'
import { DepthAgreement } from './depth-agreement.ts'
import { bestLevels, countDifferences } from './level-differences.ts'
import type { BookSnapshot, MarketDataSink, ShadowBook, ShadowOptions } from './market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from './market-updates.ts'
import { OrderBook, type BookState, type OrderBookView } from './order-book.ts'
import { NO_AGE } from './shown-side.ts'
import { SnapshotPacer } from './snapshot-pacer.ts'
import { VerificationTimer } from './verification-timer.ts'

export interface BookKeeperParts {
  readonly pair: TradingPair
  readonly clock: Clock
  readonly logger: Logger
  /** As the source says it. */
  readonly sequencesComparable: boolean
  readonly fetchSnapshot?: (signal: AbortSignal) => Promise<BookSnapshot>
  readonly options?: BookKeeperOptions
  readonly callbacks?: BookCallbacks
  /** Shared by all books that ask the same exchange; without it this book has its own. */
  readonly pacer?: SnapshotPacer
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

const DEFAULT_SETTLE_MS = 1_000
const DEFAULT_CROSSED_LIMIT = 3
const DEFAULT_SNAPSHOT_TIMEOUT_MS = 5_000
const DEFAULT_SNAPSHOT_RETRY: BackoffOptions = { initialMs: 1_000, maxMs: 30_000 }

/**
 * One pair's book and whether it can be relied on. It is live once a snapshot seeded it and the stream went on from
 * there; or, where there is no snapshot to be had, once it has been whole and uncrossed for the settling time. After
 * a loss, or a silence in which anything may have been lost, it begins anew, empty. Delivers nothing unless started.
 */
export class BookKeeper implements MarketDataSink {
  readonly #parts: BookKeeperParts
  readonly #callbacks: BookCallbacks
  #options: BookKeeperOptions
  readonly #book: OrderBook
  #seeder: BookSeeder | undefined
  readonly #settling: BookSettling
  readonly #verification: VerificationTimer
  readonly #agreement = new DepthAgreement()
  /** It is kept although levels of it are known to be wrong, until a snapshot replaces them. */
  #isDistrusted = false
  #isStarted = false
  #why = 'not started'
  #snapshotFailure: string | undefined
  #seededAge: number | undefined
  #toleratedCrossings = 0

  constructor(parts: BookKeeperParts) {
    const options = parts.options ?? {}
    this.#parts = parts
    this.#options = options
    this.#callbacks = parts.callbacks ?? {}
    this.#book = new OrderBook(parts.pair, {
      sequencesComparable: parts.sequencesComparable,
      depthMode: options.depthMode ?? 'diff',
    })
    this.#settling = new BookSettling(parts.clock, options.settleMs ?? DEFAULT_SETTLE_MS, () =>
      this.#becomeLive(`whole and uncrossed for ${this.#settling.settleMs} ms`),
    )
    this.#verification = new VerificationTimer({
      clock: parts.clock,
      periodMs: options.verifyMs,
      random: parts.random ?? Math.random,
      onDue: () => this.#seeder?.start(false),
    })
    this.#seeder = this.#createSeeder()
  }

  get isLive(): boolean {
    return this.#book.state === 'live'
  }

  /** The live book, read-only. */
  get view(): OrderBookView {
    return this.#book
  }

  /** Why the book is in its state, or what it waits for: a sentence. */
  get reason(): string {
    switch (this.#book.state) {
      case 'live':
      case 'stale':
        return this.#why
      case 'syncing':
        return this.#progress
      case 'invalid':
        return `${this.#why}; rebuilding: ${this.#progress}`
    }
  }

  /** Begins with an empty book. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#begin('syncing', 'started')
  }

  /** The book becomes stale, silently, and nothing is delivered any more. */
  stop(): void {
    this.#isStarted = false
    this.#rest()
    this.#book.state = 'stale'
    this.#why = 'the market data was stopped'
  }

  depth(update: DepthUpdate): void {
    if (!this.#isAwake()) return
    if (this.#book.isBeforeSnapshot(update)) this.#behindSnapshot()
    this.#book.applyDepth(update)
    const seeder = this.#seeder
    if (seeder?.isCollecting) {
      seeder.keep(update)
      this.#seed()
    } else if (seeder && this.#seededAge === undefined) {
      seeder.start(true)
    }
    this.#updated()
  }

  top(update: TopUpdate): void {
    if (!this.#isAwake()) return
    this.#hearTop(update)
    if (this.#book.applyTop(update)) this.#updated()
  }

  snapshot(snapshot: BookSnapshot): void {
    if (!this.#isAwake()) return
    const fault = snapshotFault(snapshot)
    if (fault !== undefined) {
      this.#begin('invalid', `the stream sent a whole book that is none: ${fault}`)
      return
    }
    this.#begin('syncing', 'the stream sent a whole book')
    const age = this.#book.ageOf(snapshot)
    this.#book.applySnapshot(snapshot, age)
    this.#seededAge = age
    this.#becomeLive('seeded by the whole book that the stream sent')
    this.#updated()
  }

  trade(trade: PublicTrade): void {
    if (!this.#isAwake()) return
    this.#book.applyTrade(trade)
    this.#callbacks.onTrade?.(this.#book.pair, trade)
  }

  interrupted(state: 'stale' | 'invalid', reason: string): void {
    if (!this.#isStarted) return
    if (state === 'invalid') {
      // A stale book begins anew with the next message, whatever was lost.
      if (this.#book.state === 'stale') return
      this.#begin('invalid', reason)
    } else {
      this.#rest()
      this.#enter('stale', reason)
    }
  }

  doubted(reason: string): void {
    if (!this.#isStarted || !this.#seeder || this.#book.state !== 'live') return
    this.#parts.logger.debug({ pair: this.#book.pair, reason }, 'the book is compared with a snapshot')
    this.#verification.hasten()
  }

  restarted(): void {
    if (this.#isStarted) this.#begin('syncing', 'the stream was subscribed anew')
  }

  shadow({ sequencesComparable, depthMode, onLive, onLost }: ShadowOptions): ShadowBook {
    const keeper = new BookKeeper({
      ...this.#parts,
      sequencesComparable,
      options: { ...this.#options, depthMode },
      logger: this.#parts.logger.child({ component: 'shadow-book' }),
      callbacks: {
        onStateChange: ({ state, previous }) => {
          if (state === 'live') onLive()
          else if (previous === 'live') onLost()
        },
      },
    })
    keeper.start()
    return {
      sink: keeper,
      get isLive() {
        return keeper.isLive
      },
      serve: (reason) => this.#adopt(keeper, reason),
      end: () => keeper.stop(),
    }
  }

  /** A message after a silence begins the book anew: what came before cannot be told from what was lost since. */
  #isAwake(): boolean {
    if (this.#isStarted && this.#book.state === 'stale') this.#begin('syncing', 'data arrives again')
    return this.#isStarted
  }

  #begin(state: 'syncing' | 'invalid', why: string): void {
    this.#rest()
    this.#book.clear()
    this.#snapshotFailure = undefined
    this.#seededAge = undefined
    this.#isDistrusted = false
    this.#toleratedCrossings = this.#book.crossedCount
    this.#agreement.reset()
    this.#settling.allow(this.#seeder === undefined)
    this.#enter(state, why)
  }

  #adopt(other: BookKeeper, reason: string): void {
    this.#rest()
    if (this.#options.depthMode !== other.#options.depthMode) {
      this.#options = other.#options
      this.#seeder = this.#createSeeder()
    }
    this.#book.adopt(other.#book)
    other.stop()
    this.#snapshotFailure = undefined
    this.#seededAge = other.#seededAge
    this.#isDistrusted = false
    this.#toleratedCrossings = this.#book.crossedCount
    this.#agreement.reset()
    this.#becomeLive(reason)
    this.#callbacks.onUpdate?.(this.#book)
  }

  /** Undefined where books are not seeded. */
  #createSeeder(): BookSeeder | undefined {
    const { fetchSnapshot, clock, pacer } = this.#parts
    if (!fetchSnapshot || this.#options.depthMode === 'full') return undefined
    return new BookSeeder({
      book: this.#book,
      clock,
      pacer: pacer ?? new SnapshotPacer(clock),
      fetch: fetchSnapshot,
      timeoutMs: this.#options.snapshotTimeoutMs ?? DEFAULT_SNAPSHOT_TIMEOUT_MS,
      retry: this.#options.snapshotRetry ?? DEFAULT_SNAPSHOT_RETRY,
      onArrived: () => {
        if (this.#seed()) this.#updated()
      },
      onFailed: (failure) => this.#snapshotFailed(failure),
    })
  }

  #rest(): void {
    this.#seeder?.stop()
    this.#settling.interrupt()
    this.#verification.stop()
  }

  /** After every message that changed the book. */
  #updated(): void {
    const book = this.#book
    if (book.crossedCount !== this.#toleratedCrossings) this.#crossed()
    if (this.#isStarted && book.state !== 'live') this.#advance()
    if (this.#isStarted) this.#callbacks.onUpdate?.(book)
  }

  #advance(): void {
    const book = this.#book
    const isWhole = book.depthAge !== NO_AGE && book.bidLevelCount > 0 && book.askLevelCount > 0
    if (!isWhole) this.#settling.interrupt()
    else if (this.#options.depthMode === 'full') this.#becomeLive('a whole book was received')
    else if (this.#seededAge !== undefined && book.newestAge > this.#seededAge) {
      this.#becomeLive('seeded by a snapshot, and the stream went on from it')
    } else this.#settling.hold()
  }

  #crossed(): void {
    const book = this.#book
    if (book.state !== 'live') {
      this.#toleratedCrossings = book.crossedCount
      this.#settling.interrupt()
      return
    }
    const count = book.crossedCount - this.#toleratedCrossings
    const limit = this.#options.crossedLimit ?? DEFAULT_CROSSED_LIMIT
    if (count > limit) this.#begin('invalid', `${count} depth messages crossed the book: updates were lost`)
  }

  /** A book that was seeded has all levels: a top that contradicts the depth shows that something was lost. */
  #hearTop(update: TopUpdate): void {
    const book = this.#book
    const verdict = book.hearTop(update)
    if (book.state !== 'live' || this.#seededAge === undefined) return
    const consequence = this.#agreement.weigh(verdict)
    if (consequence === 'nothing') return
    const what = `the best ${update.isBid ? 'bid' : 'ask'} of the depth is not the one that was told`
    if (consequence === 'doubt') this.doubted(what)
    else this.#distrust(`${what}: updates were lost`)
  }

  /** Not live until it was seeded again; meanwhile it is kept, because it may be nearly right. */
  #distrust(why: string): void {
    this.#verification.stop()
    this.#settling.interrupt()
    this.#settling.allow(false)
    this.#agreement.reset()
    this.#seededAge = undefined
    this.#isDistrusted = true
    this.#seeder?.start(true)
    this.#enter('invalid', why)
  }

  /** The stream was not quiet when it was taken to be: its ages and the snapshots' may not agree at all. */
  #behindSnapshot(): void {
    this.#seeder?.mustNotLead()
    this.#begin('invalid', 'a depth message arrived that is older than the snapshot')
  }

  #becomeLive(why: string): void {
    this.#settling.interrupt()
    if (this.#seeder) this.#verification.start()
    this.#enter('live', why)
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
    this.#agreement.reset()
    const differing = before && countDifferences(before, bestLevels(this.#book))
    if (differing)
      this.#why = `seeded anew by a snapshot, from which ${differing} of its best levels differed`
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

  get #progress(): string {
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

  #enter(state: BookState, why: string): void {
    const previous = this.#book.state
    this.#why = why
    this.#book.state = state
    if (previous === state) return
    this.#parts.logger.info({ pair: this.#book.pair, previous, state, reason: why }, `the book is ${state}`)
    this.#callbacks.onStateChange?.({ pair: this.#book.pair, previous, state, reason: why })
  }
}
