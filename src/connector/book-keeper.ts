import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { BookBuilder } from './book-builder.ts'
import type { BookCallbacks, BookKeeperOptions } from './book-keeper-options.ts'
import { snapshotFault } from './book-seeder.ts'
import { DepthAgreement } from './depth-agreement.ts'
import type { BookSnapshot, MarketDataSink, ShadowBook, ShadowOptions } from './market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from './market-updates.ts'
import { OrderBook, type BookState, type OrderBookView } from './order-book.ts'
import type { SnapshotPacer } from './snapshot-pacer.ts'
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

const DEFAULT_CROSSED_LIMIT = 3

/**
 * One pair's book and whether it can be relied on: live once it is built, until something shows that data was lost.
 * After a loss, or a silence in which anything may have been lost, it begins anew, empty. Delivers nothing unless
 * started.
 */
export class BookKeeper implements MarketDataSink {
  readonly #parts: BookKeeperParts
  readonly #callbacks: BookCallbacks
  readonly #options: BookKeeperOptions
  readonly #book: OrderBook
  readonly #builder: BookBuilder
  readonly #verification: VerificationTimer
  readonly #agreement = new DepthAgreement()
  #isStarted = false
  #why = 'not started'
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
    this.#builder = new BookBuilder({
      book: this.#book,
      clock: parts.clock,
      logger: parts.logger,
      pacer: parts.pacer,
      fetchSnapshot: parts.fetchSnapshot,
      options,
      onSeeded: (differing) => this.#seeded(differing),
      onChanged: () => this.#updated(),
      onBuilt: (why) => this.#becomeLive(why),
    })
    this.#verification = new VerificationTimer({
      clock: parts.clock,
      periodMs: options.verifyMs,
      random: parts.random ?? Math.random,
      onDue: () => this.#builder.compare(),
    })
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
        return this.#builder.progress
      case 'invalid':
        return `${this.#why}; rebuilding: ${this.#builder.progress}`
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
    this.#builder.depthApplied(update)
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
    this.#builder.seedWith(snapshot)
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
    if (!this.#isStarted || !this.#builder.canSeed || this.#book.state !== 'live') return
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
    this.#verification.stop()
    this.#builder.begin()
    this.#toleratedCrossings = this.#book.crossedCount
    this.#agreement.reset()
    this.#enter(state, why)
  }

  #adopt(other: BookKeeper, reason: string): void {
    this.#verification.stop()
    this.#builder.adopt(other.#builder)
    other.stop()
    this.#toleratedCrossings = this.#book.crossedCount
    this.#agreement.reset()
    this.#becomeLive(reason)
    this.#callbacks.onUpdate?.(this.#book)
  }

  #rest(): void {
    this.#builder.stop()
    this.#verification.stop()
  }

  /** After every message that changed the book. */
  #updated(): void {
    const book = this.#book
    if (book.crossedCount !== this.#toleratedCrossings) this.#crossed()
    if (this.#isStarted && book.state !== 'live') this.#builder.advance()
    if (this.#isStarted) this.#callbacks.onUpdate?.(book)
  }

  #crossed(): void {
    const book = this.#book
    if (book.state !== 'live') {
      this.#toleratedCrossings = book.crossedCount
      this.#builder.unsettle()
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
    if (book.state !== 'live' || !this.#builder.isSeeded) return
    const consequence = this.#agreement.weigh(verdict)
    if (consequence === 'nothing') return
    const what = `the best ${update.isBid ? 'bid' : 'ask'} of the depth is not the one that was told`
    if (consequence === 'doubt') this.doubted(what)
    else this.#distrust(`${what}: updates were lost`)
  }

  /** Not live until it was seeded again; meanwhile it is kept, because it may be nearly right. */
  #distrust(why: string): void {
    this.#verification.stop()
    this.#agreement.reset()
    this.#builder.distrust()
    this.#enter('invalid', why)
  }

  /** The stream was not quiet when it was taken to be: its ages and the snapshots' may not agree at all. */
  #behindSnapshot(): void {
    this.#builder.mustNotLead()
    this.#begin('invalid', 'a depth message arrived that is older than the snapshot')
  }

  #becomeLive(why: string): void {
    if (this.#builder.canSeed) this.#verification.start()
    this.#enter('live', why)
  }

  #seeded(differing: number | undefined): void {
    this.#agreement.reset()
    if (differing)
      this.#why = `seeded anew by a snapshot, from which ${differing} of its best levels differed`
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
