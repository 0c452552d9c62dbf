import type { BackoffOptions } from '../common/backoff.ts'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { BookCallbacks, BookKeeperOptions } from './book-keeper-options.ts'
import { BookSeeder } from './book-seeder.ts'
import { BookSettling } from './book-settling.ts'
import type { BookSnapshot, MarketDataSink } from './market-data-source.ts'
import { OrderBook, type BookState, type OrderBookView } from './order-book.ts'
import { NO_AGE } from './shown-side.ts'

export interface BookKeeperParts {
  readonly pair: TradingPair
  readonly clock: Clock
  readonly logger: Logger
  /** As the source says it. */
  readonly sequencesComparable: boolean
  readonly fetchSnapshot?: (signal: AbortSignal) => Promise<BookSnapshot>
  readonly options?: BookKeeperOptions
  readonly callbacks?: BookCallbacks
}

const DEFAULT_SETTLE_MS = 1_000
const DEFAULT_CROSSED_LIMIT = 3
const DEFAULT_SNAPSHOT_TIMEOUT_MS = 5_000
const DEFAULT_SNAPSHOT_RETRY: BackoffOptions = { initialMs: 1_000, maxMs: 30_000 }
const COMPARED_LEVELS = 100

/**
 * One pair's book and whether it can be relied on. It is live once a snapshot seeded it and the stream went on from
 * there; or, where there is no snapshot to be had, once it has been whole and uncrossed for the settling time. After
 * a loss, or a silence in which anything may have been lost, it begins anew, empty. Delivers nothing unless started.
 */
export class BookKeeper implements MarketDataSink {
  readonly #parts: BookKeeperParts
  readonly #callbacks: BookCallbacks
  readonly #options: BookKeeperOptions
  readonly #book: OrderBook
  readonly #seeder: BookSeeder | undefined
  readonly #settling: BookSettling
  #isStarted = false
  #why = 'not started'
  #snapshotFailure: string | undefined
  #seededAge: number | undefined
  #toleratedCrossings = 0
  #cancelReseed: () => void = () => undefined

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
    if (parts.fetchSnapshot && options.depthMode !== 'full') {
      this.#seeder = new BookSeeder({
        book: this.#book,
        clock: parts.clock,
        fetch: parts.fetchSnapshot,
        timeoutMs: options.snapshotTimeoutMs ?? DEFAULT_SNAPSHOT_TIMEOUT_MS,
        retry: options.snapshotRetry ?? DEFAULT_SNAPSHOT_RETRY,
        onArrived: () => {
          if (this.#seed()) this.#updated()
        },
        onFailed: (reason) => this.#snapshotFailed(reason),
      })
    }
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

  depth(
    sequence: number,
    eventMs: number,
    levels: Float64Array,
    asksStart: number,
    askCount: number,
    bidsStart: number,
    bidCount: number,
    receivedMs: number,
  ): void {
    if (!this.#isAwake()) return
    this.#book.applyDepth(sequence, eventMs, levels, asksStart, askCount, bidsStart, bidCount, receivedMs)
    const seeder = this.#seeder
    if (seeder?.isCollecting) {
      seeder.keep(sequence, eventMs, levels, asksStart, askCount, bidsStart, bidCount, receivedMs)
      this.#seed()
    } else if (seeder && this.#seededAge === undefined) {
      seeder.start()
    }
    this.#updated()
  }

  top(
    isBid: boolean,
    price: number,
    size: number,
    sequence: number,
    eventMs: number,
    receivedMs: number,
  ): void {
    if (!this.#isAwake()) return
    if (this.#book.applyTop(isBid, price, size, sequence, eventMs, receivedMs)) this.#updated()
  }

  trade(
    isBuyTaker: boolean,
    price: number,
    size: number,
    tradeIdHigh: number,
    tradeIdLow: number,
    eventMs: number,
    receivedMs: number,
  ): void {
    if (!this.#isAwake()) return
    this.#book.applyTrade(price)
    const { pair } = this.#book
    this.#callbacks.onTrade?.(pair, isBuyTaker, price, size, tradeIdHigh, tradeIdLow, eventMs, receivedMs)
  }

  interrupted(state: 'stale' | 'invalid', reason: string): void {
    if (!this.#isStarted) return
    if (state === 'invalid') {
      this.#begin('invalid', reason)
    } else {
      this.#rest()
      this.#enter('stale', reason)
    }
  }

  restarted(): void {
    if (this.#isStarted) this.#begin('syncing', 'the stream was subscribed anew')
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
    this.#toleratedCrossings = this.#book.crossedCount
    this.#settling.allow(this.#seeder === undefined)
    this.#enter(state, why)
  }

  #rest(): void {
    this.#seeder?.stop()
    this.#settling.interrupt()
    this.#cancelReseed()
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

  #becomeLive(why: string): void {
    this.#settling.interrupt()
    const { reseedMs } = this.#options
    if (reseedMs !== undefined && this.#seeder) this.#armReseed(this.#seeder, reseedMs)
    this.#enter('live', why)
  }

  #armReseed(seeder: BookSeeder, reseedMs: number): void {
    this.#cancelReseed = this.#parts.clock.schedule(reseedMs, () => {
      seeder.start()
      this.#armReseed(seeder, reseedMs)
    })
  }

  #seed(): boolean {
    const seeder = this.#seeder
    if (seeder?.arrivedAge === undefined) return false
    const before = this.#book.state === 'live' ? this.#bestLevels() : undefined
    const age = seeder.seed()
    if (age === undefined) return false
    this.#seededAge = age
    this.#snapshotFailure = undefined
    this.#settling.allow(true)
    const differing = before && countDifferences(before, this.#bestLevels())
    this.#parts.logger.info(
      { pair: this.#book.pair, differing },
      before
        ? `the book was seeded anew: ${String(differing)} of its best levels differed`
        : 'the book was seeded',
    )
    return true
  }

  #bestLevels(): Set<string> {
    return new Set([
      ...this.#book.bids(COMPARED_LEVELS).map(([price, size]) => `bid ${price} ${size}`),
      ...this.#book.asks(COMPARED_LEVELS).map(([price, size]) => `ask ${price} ${size}`),
    ])
  }

  #snapshotFailed(reason: string): void {
    this.#snapshotFailure = reason
    this.#parts.logger.warn({ pair: this.#book.pair, reason }, 'no snapshot; trying again')
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

function countDifferences(before: ReadonlySet<string>, after: ReadonlySet<string>): number {
  return (
    [...before].filter((level) => !after.has(level)).length +
    [...after].filter((level) => !before.has(level)).length
  )
}
