import { BoundedQueue } from '../../common/bounded-queue.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import type { FeedListener, SubscriptionState } from './feed-listener.ts'
import { MessageCopier, type DiffCopy, type TradeCopy } from './market-data-copy.ts'
import { KIND, kindOf, type MessageKind } from './message-kind.ts'

/** Why the diffs in a queue no longer follow one another. */
export type BreakReason = 'queue-full' | 'gap' | 'state-change'

/** What became of the messages of one pair that were put into queues. */
export interface PairQueuesStatistics {
  /** Messages that wait. */
  readonly diffs: number
  readonly trades: number
  /** How many of each kind can wait. */
  readonly capacity: number
  readonly droppedDiffs: number
  readonly droppedTrades: number
  readonly isBroken: boolean
}

/**
 * One subscriber's own bounded queues of copied messages: others who subscribed to the pair have theirs. A trade that
 * finds its queue full is dropped and counted. After a diff that was dropped, or lost on the way, whatever is built
 * from the diffs is not whole: `isBroken` says so until `resume()`.
 */
export class PairQueues implements FeedListener {
  readonly pair: TradingPair
  readonly diff: BoundedQueue<DiffCopy>
  readonly trade: BoundedQueue<TradeCopy>
  /** What one of the two queues holds at most. */
  readonly capacity: number
  readonly #copier: MessageCopier
  readonly #onClose: (queues: PairQueues) => void
  readonly #brokenListeners = new Set<(reason: BreakReason) => void>()
  #isBroken = false
  #hasDropped = false
  #breaks = 0
  #closed = false

  /** @param onTaken called with each message when its reader takes it. */
  constructor(
    pair: TradingPair,
    capacity: number,
    onClose: (queues: PairQueues) => void,
    onTaken?: (message: DiffCopy | TradeCopy) => void,
  ) {
    this.pair = pair
    this.capacity = capacity
    this.#copier = new MessageCopier(pair)
    this.diff = new BoundedQueue<DiffCopy>(capacity, 'drop-newest', onTaken)
    this.trade = new BoundedQueue<TradeCopy>(capacity, 'drop-newest', onTaken)
    this.#onClose = onClose
  }

  /** The diffs do not follow one another; start again from a snapshot, and call `resume()`. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** How often it broke. */
  get breaks(): number {
    return this.#breaks
  }

  /** Calls back when it breaks; the returned function ends it. */
  onBroken(listener: (reason: BreakReason) => void): () => void {
    this.#brokenListeners.add(listener)
    return () => {
      this.#brokenListeners.delete(listener)
    }
  }

  /** Forgets the diffs that wait and starts anew. */
  resume(): void {
    this.diff.clear()
    this.#isBroken = false
    this.#hasDropped = false
  }

  /** Ends both queues and unsubscribes this subscriber; idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.diff.close()
    this.trade.close()
    this.#onClose(this)
  }

  getStatistics(): PairQueuesStatistics {
    return {
      diffs: this.diff.size,
      trades: this.trade.size,
      capacity: this.capacity,
      droppedDiffs: this.diff.dropped,
      droppedTrades: this.trade.dropped,
      isBroken: this.#isBroken,
    }
  }

  onMessage(message: MarketDataMessage, receivedMs: number): void {
    if (kindOf(message.type) === KIND.TRADE) {
      this.trade.push(this.#copier.trade(message, receivedMs))
      return
    }
    if (this.diff.push(this.#copier.diff(message, receivedMs, this.#hasDropped))) {
      this.#hasDropped = false
      return
    }
    this.#hasDropped = true
    this.#break('queue-full')
  }

  onGap(kind: MessageKind): void {
    if (kind === 'depth') this.#break('gap')
  }

  onLoss(): void {
    this.#break('gap')
  }

  onStateChange(state: SubscriptionState): void {
    if (state === 'removed') this.close()
    else if (state !== 'active') this.#break('state-change')
  }

  #break(reason: BreakReason): void {
    if (this.#isBroken) return
    this.#isBroken = true
    this.#breaks++
    for (const listener of this.#brokenListeners) listener(reason)
  }
}
