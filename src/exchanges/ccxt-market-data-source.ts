import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { BookSnapshot, MarketDataSink, MarketDataSource } from '../connector/market-data-source.ts'
import { messageOf } from '../errors.ts'
import type { CcxtClient } from './ccxt-client.ts'
import type { CcxtExchange, CcxtSocket } from './ccxt-exchange.ts'
import type { CcxtMarkets, PairMarket } from './ccxt-markets.ts'
import type { CcxtProfile, MarketFrameReader } from './ccxt-profile.ts'
import { CcxtSession } from './ccxt-session.ts'
import { MarketFeed } from './market-feed.ts'

export interface CcxtMarketDataSourceOptions {
  readonly profile: CcxtProfile
  /** Makes a client whose markets are loaded. */
  readonly createClient: () => Promise<CcxtClient>
  readonly loadMarkets: () => Promise<CcxtMarkets>
  readonly fetchSnapshot: (pair: TradingPair, signal: AbortSignal) => Promise<BookSnapshot>
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
}

/**
 * Books, best prices and trades from the exchange's public websockets. ccxt addresses and subscribes; the frames are
 * read as they came, and ccxt's own book is not kept.
 */
export class CcxtMarketDataSource implements MarketDataSource {
  readonly sequencesComparable: boolean
  readonly #options: CcxtMarketDataSourceOptions
  readonly #readFrame: MarketFrameReader
  readonly #session: CcxtSession
  readonly #sinks = new Map<TradingPair, MarketDataSink>()
  readonly #feeds = new Map<string, { readonly market: PairMarket; readonly feed: MarketFeed }>()
  #markets: CcxtMarkets | undefined
  #isStarted = false
  /** Of the present connection. */
  readonly #watched = new Set<string>()
  #isJoining = false
  #unreadFrames = 0

  constructor(options: CcxtMarketDataSourceOptions) {
    this.#options = options
    const { profile } = options
    this.#readFrame = profile.createMarketFrameReader?.() ?? profile.readMarketFrame
    this.sequencesComparable = options.profile.sequencesComparable
    this.#session = new CcxtSession({
      what: 'public stream',
      createClient: async () => {
        this.#markets = await options.loadMarkets()
        for (const [pair, sink] of this.#sinks) this.#feed(pair, sink, this.#markets)
        return options.createClient()
      },
      clock: options.clock,
      logger: options.logger,
      random: options.random,
      plan: {
        begin: (exchange) => this.#watchNew(exchange),
        opened: () => undefined,
        frame: (frame, socket) => this.#read(frame, socket),
        down: (reason) => this.#endFeeds(reason),
      },
    })
  }

  start(): Promise<void> {
    this.#isStarted = true
    if (this.#sinks.size > 0) this.#session.start()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#sinks.clear()
    this.#feeds.clear()
    await this.#session.stop()
  }

  subscribe(pair: TradingPair, sink: MarketDataSink): void {
    this.#sinks.set(pair, sink)
    if (this.#markets) this.#feed(pair, sink, this.#markets)
    if (!this.#isStarted || this.#isJoining) return
    this.#isJoining = true
    // Pairs that are subscribed together share sockets.
    queueMicrotask(() => {
      this.#isJoining = false
      this.#session.start()
      this.#session.extend((exchange) => this.#watchNew(exchange))
    })
  }

  unsubscribe(pair: TradingPair): void {
    this.#sinks.delete(pair)
    for (const [exchangeSymbol, { feed }] of this.#feeds) {
      if (feed.pair === pair) this.#feeds.delete(exchangeSymbol)
    }
  }

  snapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot> {
    return this.#options.fetchSnapshot(pair, signal)
  }

  #feed(pair: TradingPair, sink: MarketDataSink, markets: CcxtMarkets): void {
    try {
      const market = markets.ofPair(pair)
      const feed = new MarketFeed(pair, market.contractSize.toNumber(), sink)
      this.#feeds.set(market.rule.exchangeSymbol, { market, feed })
    } catch (error) {
      sink.interrupted('stale', messageOf(error))
    }
  }

  #watchNew(exchange: CcxtExchange): readonly Promise<unknown>[] {
    const symbols = [...this.#feeds.values()]
      .map(({ market }) => market.ccxtSymbol)
      .filter((symbol) => !this.#watched.has(symbol))
    if (symbols.length === 0) return []
    for (const symbol of symbols) this.#watched.add(symbol)
    return (
      this.#options.profile.watchPublic?.(exchange, symbols) ?? [
        exchange.watchOrderBookForSymbols(symbols),
        exchange.watchBidsAsks(symbols),
        exchange.watchTradesForSymbols(symbols),
      ]
    )
  }

  #read(frame: unknown, socket: CcxtSocket): boolean {
    try {
      const verdict = this.#readFrame(
        frame,
        (exchangeSymbol) => this.#feeds.get(exchangeSymbol)?.feed,
        this.#options.clock.nowMs(),
      )
      if (verdict === 'malformed') this.#countUnread('it has another shape than expected')
      if (verdict === 'acknowledged') this.#acknowledged(socket)
      if (verdict === 'refused') this.#session.restart('the exchange refused a subscription')
      if (verdict === 'out-of-step') this.#session.restart('a book is out of step with the exchange')
      if (verdict === 'read') this.#session.markUp()
      // What is of no interest here may be so to ccxt: errors, and the answers to its pings.
      return verdict !== 'ignored'
    } catch (error) {
      this.#countUnread(messageOf(error))
      return true
    }
  }

  /** The answer to subscribing depth begins the pairs' streams, quiet ones included. */
  #acknowledged(socket: CcxtSocket): void {
    const subscribed = Object.keys(socket.subscriptions)
    for (const { market, feed } of this.#feeds.values()) {
      const wanted = this.#options.profile.bookSubscription?.(market.rule.exchangeSymbol)
      const isDepth = (key: string) => key.startsWith('orderbook') && key.endsWith(`:${market.ccxtSymbol}`)
      if (!subscribed.some((key) => (wanted === undefined ? isDepth(key) : key === wanted))) continue
      this.#session.markUp()
      feed.begin()
    }
  }

  #endFeeds(reason: string): void {
    this.#watched.clear()
    for (const { feed } of this.#feeds.values()) feed.end(reason)
  }

  /** Says it at the 1st, 10th, 100th … time. */
  #countUnread(reason: string): void {
    this.#unreadFrames++
    if (!/^10*$/.test(String(this.#unreadFrames))) return
    this.#options.logger.warn({ unreadFrames: this.#unreadFrames }, `a public frame was not read: ${reason}`)
  }
}
