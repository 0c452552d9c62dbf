import { Backoff, type BackoffOptions } from '../common/backoff.ts'
import type { Clock } from '../common/clock.ts'
import { messageOf } from '../errors.ts'
import { DepthBuffer } from './depth-buffer.ts'
import type { BookSnapshot } from './market-data-source.ts'
import type { DepthUpdate } from './market-updates.ts'
import type { OrderBook } from './order-book.ts'
import { NO_AGE } from './shown-side.ts'
import type { SnapshotPacer } from './snapshot-pacer.ts'

/** Two fetches for one book are at least this far apart, whatever asks for them. */
export const MIN_SNAPSHOT_INTERVAL_MS = 1_000
/** A stream that brings no depth for so long after a snapshot is quiet, and not behind it. */
export const QUIET_STREAM_MS = 500

export interface BookSeederParts {
  readonly book: OrderBook
  readonly clock: Clock
  readonly pacer: SnapshotPacer
  readonly fetch: (signal: AbortSignal) => Promise<BookSnapshot>
  /** How long a fetch may take until the stream has reached its snapshot. */
  readonly timeoutMs: number
  readonly retry: BackoffOptions
  /** A snapshot arrived that may be applied now or soon. */
  readonly onArrived: () => void
  /** An attempt failed; another follows. */
  readonly onFailed: (reason: string) => void
}

/**
 * Seeds a book with a snapshot: fetches it, keeps the depth messages meanwhile, waits until the stream has reached
 * it, replaces the depth and applies what is newer. Where the stream is quiet there is nothing to wait for. Tries again
 * until it succeeds or is stopped. The book itself goes on from the stream all the time, so a failed snapshot harms
 * nothing.
 */
export class BookSeeder {
  readonly #parts: BookSeederParts
  readonly #backoff: Backoff
  readonly #buffer = new DepthBuffer()
  #abort: AbortController | undefined
  #arrived: BookSnapshot | undefined
  #cancelTimer: () => void = () => undefined
  #cancelQuiet: () => void = () => undefined
  #isQuiet = false
  #mayLead = true
  #isUrgent = true
  /** Others had precedence. */
  #isPaced = false
  #nextAttemptMs = -Infinity
  #attemptAge = NO_AGE
  #isRunning = false

  constructor(parts: BookSeederParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.retry)
  }

  /** A fetch is under way: every depth message must be given to `keep`. */
  get isCollecting(): boolean {
    return this.#abort !== undefined
  }

  /** The age of the snapshot that waits for the stream to reach it. */
  get arrivedAge(): number | undefined {
    return this.#arrived && this.#ageOf(this.#arrived)
  }

  /** From now on a snapshot waits for the stream, however quiet it is: their ages turned out not to agree. */
  mustNotLead(): void {
    this.#mayLead = false
  }

  /**
   * Begins, unless it has begun.
   * @param isUrgent whether the book waits for it; others have precedence if not.
   */
  start(isUrgent: boolean): void {
    if (this.#isRunning) {
      if (isUrgent && !this.#isUrgent) this.#hurry()
      return
    }
    this.#isRunning = true
    this.#isUrgent = isUrgent
    const waitMs = this.#nextAttemptMs - this.#parts.clock.monotonicMs()
    if (waitMs > 0) this.#cancelTimer = this.#parts.clock.schedule(waitMs, () => this.#attempt())
    else this.#attempt()
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#isRunning = false
    this.#endAttempt()
  }

  /** Keeps a depth message, after it was applied to the book. */
  keep(update: DepthUpdate): void {
    if (this.#arrived) this.#awaitQuiet()
    this.#buffer.push(this.#parts.book.ageOf(update), update)
  }

  /** Applies the snapshot that arrived, once the stream has reached it; its age when it did so. */
  seed(): number | undefined {
    const snapshot = this.#arrived
    const { book } = this.#parts
    if (!snapshot || book.depthAge === NO_AGE) return undefined
    const age = this.#ageOf(snapshot)
    if (age > book.depthAge && !this.#isQuiet) return undefined
    const { completeFrom } = this.#buffer
    if ((age === NO_AGE ? this.#attemptAge : age) < completeFrom) {
      this.#fail(`the snapshot, at ${age}, is older than the updates that were kept, from ${completeFrom} on`)
      return undefined
    }
    book.applySnapshot(snapshot, age === NO_AGE ? book.depthAge : age)
    this.#buffer.replay(book, age)
    this.#backoff.reset()
    this.stop()
    return age
  }

  #hurry(): void {
    this.#isUrgent = true
    if (!this.#isPaced) return
    this.#cancelTimer()
    this.#attempt()
  }

  #attempt(): void {
    const { book, clock, pacer, timeoutMs } = this.#parts
    const waitMs = pacer.take(this.#isUrgent)
    this.#isPaced = waitMs > 0
    if (waitMs > 0) {
      this.#cancelTimer = clock.schedule(waitMs, () => this.#attempt())
      return
    }
    const abort = new AbortController()
    this.#abort = abort
    this.#nextAttemptMs = clock.monotonicMs() + MIN_SNAPSHOT_INTERVAL_MS
    this.#attemptAge = book.depthAge
    this.#buffer.begin(book.depthAge)
    this.#cancelTimer = clock.schedule(timeoutMs, () => this.#fail(this.#lateness()))
    void this.#fetch(abort.signal)
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    let refusal: string | undefined
    try {
      const snapshot = await this.#parts.fetch(signal)
      refusal = snapshotFault(snapshot)
      if (signal.aborted) return
      if (refusal === undefined) this.#arrived = snapshot
    } catch (error) {
      if (signal.aborted) return
      refusal = messageOf(error)
    }
    if (refusal === undefined) {
      this.#awaitQuiet()
      this.#parts.onArrived()
    } else this.#fail(refusal)
  }

  #awaitQuiet(): void {
    this.#cancelQuiet()
    if (!this.#mayLead) return
    this.#cancelQuiet = this.#parts.clock.schedule(QUIET_STREAM_MS, () => {
      this.#isQuiet = true
      this.#parts.onArrived()
    })
  }

  #fail(reason: string): void {
    this.#endAttempt()
    this.#cancelTimer = this.#parts.clock.schedule(this.#backoff.nextMs(), () => this.#attempt())
    this.#parts.onFailed(reason)
  }

  #endAttempt(): void {
    this.#isPaced = false
    this.#cancelTimer()
    this.#cancelQuiet()
    this.#isQuiet = false
    this.#abort?.abort()
    this.#abort = undefined
    this.#arrived = undefined
    this.#buffer.begin(NO_AGE)
  }

  #lateness(): string {
    const { book, timeoutMs } = this.#parts
    const age = this.arrivedAge
    return age === undefined
      ? `no snapshot within ${timeoutMs} ms`
      : `the stream, at ${book.depthAge}, did not reach the snapshot, at ${age}, within ${timeoutMs} ms`
  }

  /** `NO_AGE` where the snapshot does not say it: then all that was kept is applied. */
  #ageOf(snapshot: BookSnapshot): number {
    const age = this.#parts.book.ageOf(snapshot)
    return age > 0 ? age : NO_AGE
  }
}

/** Why a snapshot cannot be a book; undefined when it can. */
export function snapshotFault(snapshot: BookSnapshot): string | undefined {
  const { bids, asks, sequence, eventMs } = snapshot
  if (!Number.isFinite(sequence) || !Number.isFinite(eventMs)) {
    return `the snapshot has no readable update id (${sequence}) or time (${eventMs})`
  }
  if (bids.length % 2 !== 0 || asks.length % 2 !== 0) return 'the snapshot has a price without a size'
  let bestBid = 0
  let bestAsk = Infinity
  for (let i = 0; i < bids.length; i += 2) {
    if (!isLevel(bids[i]!, bids[i + 1]!)) return `the snapshot has a bid of ${bids[i + 1]!} at ${bids[i]!}`
    if (bids[i + 1]! > 0) bestBid = Math.max(bestBid, bids[i]!)
  }
  for (let i = 0; i < asks.length; i += 2) {
    if (!isLevel(asks[i]!, asks[i + 1]!)) return `the snapshot has an ask of ${asks[i + 1]!} at ${asks[i]!}`
    if (asks[i + 1]! > 0) bestAsk = Math.min(bestAsk, asks[i]!)
  }
  if (bestBid === 0 || bestAsk === Infinity) {
    return `the snapshot has an empty side: bids ${bids.length / 2}, asks ${asks.length / 2}`
  }
  if (bestBid >= bestAsk) return `the snapshot is crossed: bid ${bestBid}, ask ${bestAsk}`
  return undefined
}

function isLevel(price: number, size: number): boolean {
  return price > 0 && price < Infinity && size >= 0 && size < Infinity
}
