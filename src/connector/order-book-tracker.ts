import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'
import type { BookCallbacks, BookKeeperOptions } from './book-keeper-options.ts'
import { BookKeeper } from './book-keeper.ts'
import type { MarketDataSource } from './market-data-source.ts'
import type { BookState, OrderBookView } from './order-book.ts'
import { SnapshotPacer } from './snapshot-pacer.ts'
import { passed, waiting, type StatusCheck } from './status.ts'

export interface OrderBookTrackerParts {
  readonly pairs: Iterable<TradingPair>
  readonly source: MarketDataSource
  readonly clock: Clock
  readonly logger: Logger
  readonly options?: BookKeeperOptions
  readonly callbacks?: BookCallbacks
  /** Uniform in [0, 1); for jitter. */
  readonly random?: () => number
}

interface TrackerRun {
  readonly started: Promise<void>
  isSubscribed: boolean
}

const REMEDIES: Record<Exclude<BookState, 'live'>, string> = {
  syncing: 'wait; if it lasts, check that the feed sends both sides of the depth of this pair',
  stale: 'check the connection to the feed, and that it sends this pair',
  invalid: 'wait until it is rebuilt; if it comes back, look for lost datagrams in the feed’s statistics',
}

/** The books of all pairs, fed by one source. Pairs become live independently of each other. */
export class OrderBookTracker {
  readonly #parts: OrderBookTrackerParts
  readonly #keepers = new Map<TradingPair, BookKeeper>()
  readonly #pacer: SnapshotPacer
  /** This start, until its stop. */
  #run: TrackerRun | undefined
  #stopped: Promise<void> = Promise.resolve()

  constructor(parts: OrderBookTrackerParts) {
    this.#parts = parts
    this.#pacer = new SnapshotPacer(parts.clock)
    for (const pair of parts.pairs) this.#keepers.set(pair, this.#keeperOf(pair))
  }

  /** A copy. */
  get pairs(): ReadonlySet<TradingPair> {
    return new Set(this.#keepers.keys())
  }

  /** Every book is live. */
  get ready(): boolean {
    for (const keeper of this.#keepers.values()) if (keeper.view.state !== 'live') return false
    return true
  }

  /**
   * Starts the source and subscribes all pairs. Books are empty at first, also after a stop; the views stay the same.
   * Does nothing when it is started. Rejects with what the source's start rejects with.
   */
  start(): Promise<void> {
    this.#run ??= this.#begin()
    return this.#run.started
  }

  /** Nothing is delivered from now on, and every book is stale. Resolves when the source has ended. */
  stop(): Promise<void> {
    if (this.#run) {
      this.#run = undefined
      for (const keeper of this.#keepers.values()) keeper.stop()
      this.#stopped = this.#parts.source.stop()
    }
    return this.#stopped
  }

  /** The pair's live book, whatever its state. @throws QtxError `QTX_PAIR_UNKNOWN`. */
  book(pair: TradingPair): OrderBookView {
    return this.#keeper(pair).view
  }

  /** Whether the pair's book is live, and if not, why and what to do. @throws QtxError `QTX_PAIR_UNKNOWN`. */
  readiness(pair: TradingPair): StatusCheck {
    const keeper = this.#keeper(pair)
    const { state } = keeper.view
    return state === 'live'
      ? passed(keeper.reason)
      : waiting(`${pair} is ${state}: ${keeper.reason}`, REMEDIES[state])
  }

  /** Tracks one more pair; does nothing when it is tracked. */
  addPair(pair: TradingPair): void {
    if (this.#keepers.has(pair)) return
    const keeper = this.#keeperOf(pair)
    this.#keepers.set(pair, keeper)
    if (this.#run?.isSubscribed) this.#subscribe(pair, keeper)
  }

  /** Unsubscribes and forgets the pair; its view stays stale. @throws QtxError `QTX_PAIR_UNKNOWN`. */
  removePair(pair: TradingPair): void {
    const keeper = this.#keeper(pair)
    this.#keepers.delete(pair)
    keeper.stop()
    if (this.#run?.isSubscribed) this.#parts.source.unsubscribe(pair)
  }

  #begin(): TrackerRun {
    const run: TrackerRun = {
      started: this.#stopped.catch(() => undefined).then(() => this.#start(run)),
      isSubscribed: false,
    }
    return run
  }

  async #start(run: TrackerRun): Promise<void> {
    if (this.#run !== run) return
    try {
      await this.#parts.source.start()
    } catch (error) {
      if (this.#run === run) this.#run = undefined
      throw error
    }
    if (this.#run !== run) return
    run.isSubscribed = true
    for (const [pair, keeper] of this.#keepers) this.#subscribe(pair, keeper)
  }

  #subscribe(pair: TradingPair, keeper: BookKeeper): void {
    keeper.start()
    this.#parts.source.subscribe(pair, keeper)
  }

  #keeper(pair: TradingPair): BookKeeper {
    const keeper = this.#keepers.get(pair)
    if (!keeper) {
      throw new QtxError('QTX_PAIR_UNKNOWN', `no book is kept for ${JSON.stringify(pair)}`, {
        details: { pair, tracked: [...this.#keepers.keys()] },
      })
    }
    return keeper
  }

  #keeperOf(pair: TradingPair): BookKeeper {
    const { source, clock, logger, options, callbacks, random } = this.#parts
    return new BookKeeper({
      pair,
      clock,
      logger,
      pacer: this.#pacer,
      sequencesComparable: source.sequencesComparable,
      ...(source.snapshot && { fetchSnapshot: (signal: AbortSignal) => source.snapshot!(pair, signal) }),
      ...(options && { options }),
      ...(callbacks && { callbacks }),
      ...(random && { random }),
    })
  }
}
