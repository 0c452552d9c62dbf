import { Backoff } from '../../common/backoff.ts'
import { sleep, type Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { FeedSource, FeedSourceChange } from '../../connector/events.ts'
import type { BookSnapshot, MarketDataSink, MarketDataSource } from '../../connector/market-data-source.ts'
import { QtxError, messageOf } from '../../errors.ts'
import { PairFallback, type ReplaceableSink, type SourceTraits } from './feed-fallback-pair.ts'
import type { QtxMarketDataSource } from './qtx-market-data-source.ts'

export interface FallbackMarketDataSourceOptions {
  readonly udp: QtxMarketDataSource
  readonly udpDepthMode: 'diff' | 'full'
  /** The parent's own source; made when it is needed first. */
  readonly createWebsocket: () => MarketDataSource
  /** How long UDP may bring nothing, milliseconds. */
  readonly afterMs: number
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly onChange: (change: FeedSourceChange) => void
}

const START_RETRY = { initialMs: 500, maxMs: 30_000 }

/** QTX's datagrams, and for each pair that they do not bring, the parent's websocket, for as long as that lasts. */
export class FallbackMarketDataSource implements MarketDataSource {
  readonly #options: FallbackMarketDataSourceOptions
  readonly #pairs = new Map<TradingPair, PairFallback>()
  readonly #abort = new AbortController()
  #isUdpStarted = false
  #starting: Promise<void> = Promise.resolve()
  #websocket: OpenWebsocket | undefined
  #closing: Promise<void> = Promise.resolve()

  constructor(options: FallbackMarketDataSourceOptions) {
    this.#options = options
  }

  get sequencesComparable(): boolean {
    return this.#options.udp.sequencesComparable
  }

  /**
   * Opens UDP; where its host cannot be reached that is tried on in the background.
   * @throws QtxError what does not pass by itself.
   */
  async start(): Promise<void> {
    try {
      await this.#options.udp.start()
      this.#udpStarted()
    } catch (error) {
      if (!(error instanceof QtxError) || error.code !== 'QTX_FEED_UNREACHABLE') throw error
      this.#starting = this.#keepStarting(messageOf(error))
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    for (const fallback of this.#pairs.values()) fallback.end()
    this.#pairs.clear()
    await this.#starting
    await this.#options.udp.stop()
    this.#closeWebsocket()
    await this.#closing
  }

  subscribe(pair: TradingPair, sink: MarketDataSink): void {
    const { udp, udpDepthMode, clock, afterMs } = this.#options
    if (!isReplaceable(sink)) {
      udp.subscribe(pair, sink)
      return
    }
    const fallback = new PairFallback({
      pair,
      served: sink,
      clock,
      afterMs,
      udpTraits: { sequencesComparable: udp.sequencesComparable, depthMode: udpDepthMode },
      openWebsocket: (websocketSink) => this.#openWebsocket(pair, websocketSink),
      closeWebsocket: () => this.#leaveWebsocket(pair),
      onChange: (change) => this.#changed(change),
    })
    this.#pairs.set(pair, fallback)
    if (this.#isUdpStarted) udp.subscribe(pair, fallback.udp)
    fallback.begin()
  }

  unsubscribe(pair: TradingPair): void {
    this.#pairs.get(pair)?.end()
    this.#pairs.delete(pair)
    this.#options.udp.unsubscribe(pair)
    this.#leaveWebsocket(pair)
  }

  snapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot> {
    return this.#options.udp.snapshot(pair, signal)
  }

  /** `udp` for a pair that is not subscribed. */
  sourceOf(pair: TradingPair): FeedSource {
    return this.#pairs.get(pair)?.source ?? 'udp'
  }

  /** Why UDP last brought nothing for the pair. */
  udpReasonOf(pair: TradingPair): string {
    return this.#pairs.get(pair)?.udpReason ?? 'not subscribed'
  }

  #udpStarted(): void {
    this.#isUdpStarted = true
    for (const [pair, fallback] of this.#pairs) this.#options.udp.subscribe(pair, fallback.udp)
  }

  async #keepStarting(firstReason: string): Promise<void> {
    const { udp, clock, random, logger } = this.#options
    const { signal } = this.#abort
    const backoff = new Backoff({ ...START_RETRY, random })
    let reason = firstReason
    for (;;) {
      for (const fallback of this.#pairs.values()) fallback.unreachable(reason)
      const delayMs = backoff.nextMs()
      logger.warn(
        { reason, delayMs: Math.round(delayMs) },
        `the UDP feed could not be opened, trying on: ${reason}`,
      )
      await sleep(clock, delayMs, signal)
      if (signal.aborted) return
      try {
        await udp.start()
        this.#udpStarted()
        return
      } catch (error) {
        reason = messageOf(error)
      }
    }
  }

  #openWebsocket(pair: TradingPair, sink: MarketDataSink): SourceTraits {
    this.#websocket ??= new OpenWebsocket(this.#options)
    this.#websocket.subscribe(pair, sink)
    return { sequencesComparable: this.#websocket.sequencesComparable, depthMode: 'diff' }
  }

  /** The last pair closes it, so that nothing is sent for nobody. */
  #leaveWebsocket(pair: TradingPair): void {
    this.#websocket?.unsubscribe(pair)
    if (this.#websocket?.isIdle) this.#closeWebsocket()
  }

  #closeWebsocket(): void {
    const websocket = this.#websocket
    this.#websocket = undefined
    if (!websocket) return
    this.#closing = Promise.all([this.#closing, websocket.stop()]).then(
      () => undefined,
      (error: unknown) =>
        this.#options.logger.error({}, `the websocket could not be closed: ${messageOf(error)}`),
    )
  }

  #changed(change: FeedSourceChange): void {
    const { pair, source, reason } = change
    this.#options.logger[source === 'udp' ? 'info' : 'warn'](
      { pair, source, reason },
      `the book of ${pair} is fed by ${source === 'udp' ? 'UDP again' : 'the websocket'}: ${reason}`,
    )
    this.#options.onChange(change)
  }
}

/** The parent's source from its first pair to its last. */
class OpenWebsocket {
  readonly #source: MarketDataSource
  readonly #sinks = new Map<TradingPair, MarketDataSink>()
  readonly #abort = new AbortController()
  readonly #started: Promise<void>
  #isStarted = false

  constructor(options: FallbackMarketDataSourceOptions) {
    this.#source = options.createWebsocket()
    this.#started = this.#start(options)
  }

  get sequencesComparable(): boolean {
    return this.#source.sequencesComparable
  }

  get isIdle(): boolean {
    return this.#sinks.size === 0
  }

  subscribe(pair: TradingPair, sink: MarketDataSink): void {
    this.#sinks.set(pair, sink)
    if (this.#isStarted) this.#source.subscribe(pair, sink)
  }

  unsubscribe(pair: TradingPair): void {
    if (this.#sinks.delete(pair) && this.#isStarted) this.#source.unsubscribe(pair)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#sinks.clear()
    await this.#started
    await this.#source.stop()
  }

  async #start({ clock, random, logger }: FallbackMarketDataSourceOptions): Promise<void> {
    const { signal } = this.#abort
    const backoff = new Backoff({ ...START_RETRY, random })
    while (!signal.aborted) {
      try {
        await this.#source.start()
        this.#isStarted = true
        for (const [pair, sink] of this.#sinks) this.#source.subscribe(pair, sink)
        return
      } catch (error) {
        logger.warn({}, `the websocket could not be started, trying on: ${messageOf(error)}`)
        await sleep(clock, backoff.nextMs(), signal)
      }
    }
  }
}

function isReplaceable(sink: MarketDataSink): sink is ReplaceableSink {
  return sink.shadow !== undefined && sink.isLive !== undefined
}
