import type { TradingPair } from '../../common/trading-pair.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import { FeedListeners, type FeedListener, type SubscriptionState } from './feed-listener.ts'
import { KIND, MESSAGE_KINDS, kindOf, perKind, type PerKind } from './message-kind.ts'
import { SEQUENCE, SequenceCheck, isApplied, type SequenceStatistics } from './sequence-check.ts'
import type { SequenceRules } from './sequence-rules.ts'
import { TradeContinuity } from './trade-continuity.ts'

export interface SymbolSubscriptionOptions {
  readonly pair: TradingPair
  readonly symbol: string
  readonly rules: SequenceRules
  /** Data arrived although the subscription was not active. */
  readonly onReturn: (subscription: SymbolSubscription, receivedMs: number) => void
  readonly onListenerError: (error: unknown, method: keyof FeedListener) => void
}

/** One QTX symbol on one socket: its state, its sequence, its listeners. */
export class SymbolSubscription {
  readonly pair: TradingPair
  readonly symbol: string
  readonly listeners: FeedListeners
  readonly sequence = new SequenceCheck()
  /** The instrument index while the server's answer holds; the table sets it. */
  index: number | undefined
  /** When the last message that was applied was received, or the subscription was answered. */
  lastMessageMs = 0
  /** By kind: 1 where the numbers rise by exactly one. */
  readonly #isConsecutive: Uint8Array
  readonly #onReturn: SymbolSubscriptionOptions['onReturn']
  readonly #counts = new Float64Array(MESSAGE_KINDS.length)
  readonly #trades = new TradeContinuity()
  readonly #watchers = new Set<() => void>()
  #state: SubscriptionState = 'subscribing'
  #reason = 'not answered yet'

  constructor(options: SymbolSubscriptionOptions) {
    this.pair = options.pair
    this.symbol = options.symbol
    this.listeners = new FeedListeners(options.onListenerError)
    this.#isConsecutive = Uint8Array.from(MESSAGE_KINDS, (kind) => Number(options.rules[kind]))
    this.#onReturn = options.onReturn
  }

  get state(): SubscriptionState {
    return this.#state
  }

  /** Why it is in this state: the server's words when it was refused. */
  get reason(): string {
    return this.#reason
  }

  /** Messages that were applied. */
  get messages(): PerKind {
    return perKind(this.#counts)
  }

  get sequenceStatistics(): SequenceStatistics {
    return this.sequence.getStatistics()
  }

  /** Checks the sequence and hands the message on. Allocates nothing. */
  accept(message: MarketDataMessage, receivedMs: number): void {
    const kind = kindOf(message.type)
    const result = this.sequence.check(kind, message, receivedMs)
    if (!isApplied(result)) {
      // What it changed is in no later one, unless it is a copy that was held up: a snapshot tells.
      if (result === SEQUENCE.LATE && kind === KIND.DEPTH) {
        this.listeners.doubt('a depth message came too late to be applied')
      }
      return
    }
    if (this.#state !== 'active') this.#onReturn(this, receivedMs)
    this.lastMessageMs = receivedMs
    this.#counts[kind]!++
    if (result === SEQUENCE.RESTARTED) this.listeners.gap(MESSAGE_KINDS[kind], 0)
    else if (result === SEQUENCE.GAP && this.#isConsecutive[kind] === 1) {
      this.listeners.gap(MESSAGE_KINDS[kind], this.sequence.lastMissed)
    } else if (kind === KIND.TRADE && this.#trades.isBrokenBy(result)) {
      this.listeners.doubt(`${this.sequence.lastMissed} trades were lost or overtaken`)
    }
    this.listeners.message(message, receivedMs)
  }

  /** Changes the state, and tells the listeners when it is another one. */
  setState(state: SubscriptionState, reason: string): void {
    const isNew = state !== this.#state
    this.#state = state
    this.#reason = reason
    if (isNew) this.listeners.stateChange(state, reason)
    this.notify()
  }

  /** Tells those who wait that the state or the index may have changed. */
  notify(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** Calls back at every change of state or index; the returned function ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => {
      this.#watchers.delete(watcher)
    }
  }
}
