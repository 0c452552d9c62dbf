import type { Clock } from '../../common/clock.ts'
import { silentLogger, type Logger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import { QtxError, messageOf } from '../../errors.ts'
import { createRealtimeClock } from '../../posix/realtime-clock.ts'
import { toQtxSymbol } from '../../wire/symbol-names.ts'
import { DatagramRouter } from './datagram-router.ts'
import { TappedHandler } from './datagram-tap.ts'
import { FeedConnection } from './feed-connection.ts'
import { FeedCounters } from './feed-counters.ts'
import type { FeedListener, SubscriptionState } from './feed-listener.ts'
import { FeedSession } from './feed-session.ts'
import { collectFeedStatistics, droppedBy, type FeedStatistics } from './feed-statistics.ts'
import { FirstOfKindLog } from './first-of-kind-log.ts'
import { PairQueues } from './pair-queues.ts'
import type { DatagramHandler } from './receiver.ts'
import { sequenceRulesOf } from './sequence-rules.ts'
import { SubscriptionTable } from './subscription-table.ts'
import { SymbolSubscription } from './subscription.ts'
import { untilAnswered } from './until-answered.ts'
import { assertFeedOptions, type QtxUdpManagerOptions } from './udp-manager-options.ts'

const DEFAULT_RECEIVE_BUFFER_BYTES = 16 * 1_024 * 1_024
const DEFAULT_SILENCE_MS = 5_000
const DEFAULT_SUBSCRIBE_TIMEOUT_MS = 5_000
const DEFAULT_QUEUE_CAPACITY = 1_000
/** Silence is looked for so many times within `silenceMs`. */
const CHECKS_PER_SILENCE = 10
const CLOCK_READINGS = 3
/** While data arrives, an ICMP error concerns something else than the feed. */
const FRESH_MS = 1_000

/** How a subscription is waited for. */
export interface SubscribeOptions {
  /** Return at once and keep trying for as long as it takes; the listener is told of every change. */
  readonly keepTrying?: boolean
}

/** One listener's hold on a pair. */
export interface Subscription {
  readonly pair: TradingPair
  readonly symbol: string
  readonly state: SubscriptionState
  /** Why it is in this state; the server's words when it was refused. */
  readonly reason: string
  /** Ends this listener's hold; the last one unsubscribes. */
  unsubscribe(): void
}

/**
 * QTX's market data over UDP, or from shared memory on QTX's own host: one socket to one server, many pairs, any number of listeners a pair. Subscriptions
 * survive lost datagrams, silence, and restarts of the server.
 */
export class QtxUdpManager implements AsyncDisposable {
  readonly #options: QtxUdpManagerOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #faults: FirstOfKindLog
  #wallOffsetMs = 0
  readonly #table = new SubscriptionTable()
  readonly #counters = new FeedCounters()
  readonly #session: FeedSession
  readonly #router: DatagramRouter
  readonly #connection: FeedConnection
  readonly #queues = new Set<PairQueues>()
  #pastQueueDrops = 0
  #listenerErrors = 0
  #cancelTick: (() => void) | undefined
  #stopping: Promise<void> | undefined

  /** @throws QtxError `QTX_CONFIG_INVALID`, `QTX_PAIR_INVALID` for options that cannot be. */
  constructor(options: QtxUdpManagerOptions) {
    assertFeedOptions(options)
    this.#options = options
    this.#clock = options.clock ?? createRealtimeClock()
    this.#log = (options.logger ?? silentLogger).child({ component: 'feed' })
    this.#faults = new FirstOfKindLog(this.#log)
    this.#followWallClock()
    const shared = {
      clock: this.#clock,
      random: options.random ?? Math.random,
      log: this.#log,
      nowMs: () => this.#nowMs(),
    }
    this.#session = new FeedSession(this.#table, {
      ...shared,
      silenceMs: this.#silenceMs,
      send: (text) => this.#connection.send(text),
    })
    this.#router = new DatagramRouter({
      ...shared,
      table: this.#table,
      counters: this.#counters,
      faults: this.#faults,
      onText: (text) => this.#onText(text),
      onKernelDrops: (count) => this.#onLoss(`${count} datagrams were dropped for want of buffer`),
      onLapped: (count) =>
        this.#onLoss(`at least ${count} messages of the stream ring were overwritten unread`),
      onSocketError: (reason) => this.#onSocketError(reason),
    })
    this.#connection = new FeedConnection({
      ...shared,
      socket: {
        ...options,
        receiveBufferBytes: options.receiveBufferBytes ?? DEFAULT_RECEIVE_BUFFER_BYTES,
      },
      source: options.source,
      handler: this.#tapped(),
      events: {
        onOpen: () => this.#session.open(),
        onClosed: (reason) => this.#session.close(reason),
      },
    })
  }

  /** `host:port`, or the name of what is played. */
  get endpoint(): string {
    return this.#options.source?.name ?? `${this.#options.host}:${this.#options.port}`
  }

  /**
   * Opens the socket; says nothing about the server, which is heard of only when it answers a subscription. Idempotent.
   * @throws QtxError `QTX_FEED_UNREACHABLE` when the host has no address or no route; `QTX_STATE_INVALID` after `stop()`.
   */
  async start(): Promise<void> {
    this.#assertNotStopped()
    await this.#connection.start()
    if (!this.#stopping) this.#cancelTick ??= this.#scheduleTick()
  }

  /** Unsubscribes everything, ends all queues, and closes the socket. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /**
   * Adds a listener to a pair, and asks the server for the pair unless it is subscribed already. Resolves when the
   * server has answered; with `keepTrying` at once.
   * @throws QtxError `QTX_SYMBOL_REFUSED` with the server's words; `QTX_FEED_SILENT` when it did not answer in time;
   * `QTX_FEED_FULL`, `QTX_PAIR_INVALID`, `QTX_STATE_INVALID`. The listener is then not subscribed.
   */
  async subscribe(
    pair: TradingPair,
    listener: FeedListener,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    this.#assertStarted()
    const subscription = this.#find(pair) ?? this.#add(pair)
    subscription.listeners.add(listener)
    const end = (): void => this.#removeListener(subscription, listener)
    if (options.keepTrying !== true) {
      try {
        await untilAnswered(subscription, {
          clock: this.#clock,
          timeoutMs: this.#options.subscribeTimeoutMs ?? DEFAULT_SUBSCRIBE_TIMEOUT_MS,
          endpoint: this.endpoint,
          whyClosed: () => (this.#connection.state === 'open' ? undefined : this.#connection.reason),
        })
      } catch (error) {
        end()
        throw error
      }
    }
    return {
      pair,
      symbol: subscription.symbol,
      get state() {
        return subscription.state
      },
      get reason() {
        return subscription.reason
      },
      unsubscribe: end,
    }
  }

  /** Ends one listener's hold on a pair, or without a listener everybody's. The last one unsubscribes. Never fails. */
  unsubscribe(pair: TradingPair, listener?: FeedListener): void {
    const subscription = this.#find(pair)
    if (!subscription) return
    if (listener) this.#removeListener(subscription, listener)
    else this.#session.remove(subscription, 'unsubscribed')
  }

  /**
   * Subscribes to a pair and returns queues of copied messages that are this caller's own; `close()` ends them.
   * @throws QtxError as `subscribe` does.
   */
  async subscribeAndGetQueues(pair: TradingPair, options: SubscribeOptions = {}): Promise<PairQueues> {
    const capacity = this.#options.queueCapacity ?? DEFAULT_QUEUE_CAPACITY
    const queues = new PairQueues(
      pair,
      capacity,
      () => this.#closeQueues(queues),
      (message) => {
        if (this.#counters.isWaitDue()) this.#counters.countWait(this.#nowMs() - message.receivedMs)
      },
    )
    this.#queues.add(queues)
    try {
      await this.subscribe(pair, queues, options)
    } catch (error) {
      queues.close()
      throw error
    }
    return queues
  }

  getStatistics(): FeedStatistics {
    return collectFeedStatistics({
      endpoint: this.endpoint,
      connection: this.#connection,
      counters: this.#counters,
      session: this.#session,
      subscriptions: this.#table.all(),
      queues: [...this.#queues],
      pastQueueDrops: this.#pastQueueDrops,
      listenerErrors: this.#listenerErrors,
      nowMs: this.#nowMs(),
    })
  }

  get #silenceMs(): number {
    return this.#options.silenceMs ?? DEFAULT_SILENCE_MS
  }

  /**
   * Messages are timed by the monotonic clock, which costs little; how far the wall clock is from it is read anew now
   * and then, because the wall clock is steered. The quickest of a few readings is the truest.
   */
  #followWallClock(): void {
    let quickestMs = Infinity
    for (let reading = 0; reading < CLOCK_READINGS; reading++) {
      const beforeMs = this.#clock.monotonicMs()
      const wallMs = Number(this.#clock.nowNs()) / 1e6
      const afterMs = this.#clock.monotonicMs()
      if (afterMs - beforeMs >= quickestMs) continue
      quickestMs = afterMs - beforeMs
      this.#wallOffsetMs = wallMs - (beforeMs + afterMs) / 2
    }
  }

  #nowMs(): number {
    const { source } = this.#options
    if (source) return source.nowMs()
    return this.#wallOffsetMs + this.#clock.monotonicMs()
  }

  #tapped(): DatagramHandler {
    const { tap } = this.#options
    if (!tap) return this.#router
    tap.attach(() => this.#table.bound())
    return new TappedHandler(tap, this.#router, () => this.#nowMs())
  }

  #symbolOf(pair: TradingPair): string {
    return this.#options.qtxSymbols?.[pair] ?? toQtxSymbol(pair, this.#options.exchangeBackend)
  }

  #find(pair: TradingPair): SymbolSubscription | undefined {
    return this.#table.all().find((subscription) => subscription.pair === pair)
  }

  #add(pair: TradingPair): SymbolSubscription {
    const symbol = this.#symbolOf(pair)
    const other = this.#table.bySymbol(symbol)
    if (other) {
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `QTX symbol ${symbol} stands for ${other.pair} and for ${pair}`,
        {
          details: { symbol, pairs: [other.pair, pair] },
          remedy: 'give each pair of qtxSymbols a symbol of its own',
        },
      )
    }
    const subscription = new SymbolSubscription({
      pair,
      symbol,
      rules: sequenceRulesOf(this.#options.exchangeBackend),
      onReturn: (returned) => this.#session.onReturn(returned),
      onListenerError: (error, method) => this.#onListenerError(error, method),
    })
    this.#session.add(subscription)
    return subscription
  }

  #removeListener(subscription: SymbolSubscription, listener: FeedListener): void {
    subscription.listeners.delete(listener)
    if (subscription.listeners.count === 0) this.#session.remove(subscription, 'unsubscribed')
  }

  #closeQueues(queues: PairQueues): void {
    if (this.#queues.delete(queues)) this.#pastQueueDrops += droppedBy(queues)
    this.unsubscribe(queues.pair, queues)
  }

  #onText(text: string): void {
    this.#connection.confirm()
    this.#session.onText(text)
  }

  #onLoss(reason: string): void {
    for (const { listeners } of this.#table.all()) listeners.loss(reason)
  }

  #onSocketError(reason: string): void {
    const isFresh = this.#nowMs() - this.#router.lastReceivedMs < FRESH_MS
    if (isFresh) return
    this.#connection.reopen(`the socket towards ${this.endpoint} reported ${reason}`)
  }

  #onListenerError(error: unknown, method: keyof FeedListener): void {
    this.#listenerErrors++
    this.#faults.warn(
      `listener ${method}`,
      { error: messageOf(error) },
      `a market data listener threw from ${method}: ${messageOf(error)}`,
    )
  }

  #scheduleTick(): () => void {
    return this.#clock.schedule(Math.min(1_000, this.#silenceMs / CHECKS_PER_SILENCE), () => {
      this.#followWallClock()
      const nowMs = this.#nowMs()
      this.#counters.sampleRate(nowMs)
      if (nowMs - this.#router.lastReceivedMs < FRESH_MS) this.#connection.confirm()
      this.#connection.noticeDrops()
      this.#session.checkSilence(nowMs, this.#router.lastReceivedMs)
      this.#cancelTick = this.#scheduleTick()
    })
  }

  async #stop(): Promise<void> {
    this.#cancelTick?.()
    for (const subscription of this.#table.all()) this.#session.remove(subscription, 'the feed was stopped')
    for (const queues of this.#queues) queues.close()
    const closed = this.#connection.stop()
    this.#session.close('stopped')
    await closed
  }

  #assertNotStopped(): void {
    if (!this.#stopping) return
    throw new QtxError('QTX_STATE_INVALID', `the feed of ${this.endpoint} was stopped`, {
      remedy: 'create another manager, or acquire it from the pool again',
    })
  }

  #assertStarted(): void {
    this.#assertNotStopped()
    if (this.#connection.state !== 'idle') return
    throw new QtxError('QTX_STATE_INVALID', `the feed of ${this.endpoint} was not started`, {
      remedy: 'await start() before subscribing',
    })
  }
}
