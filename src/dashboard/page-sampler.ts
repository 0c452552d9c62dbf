import { LATENCY_BUCKET_COUNT } from '../common/latency-buckets.ts'
import type { Clock } from '../common/clock.ts'
import type { OrderFilled } from '../connector/events.ts'
import type { FeedStatistics } from '../qtx/feed/feed-statistics.ts'
import type { SharedMemoryStatistics } from '../qtx/orders/shared-memory-options.ts'
import type { QtxConnector } from '../qtx/connector-protocol.ts'
import { NewestItems } from '../service/log-tail.ts'
import { isStarted, readConnector } from '../service/status-view.ts'
import { LatencyWindow } from './latency-window.ts'
import { NumberRing } from './number-ring.ts'
import {
  HISTORY_LENGTH,
  HISTORY_STEP_MS,
  type LatencySpan,
  type LatencySpanName,
  type PageFill,
  type PageHistory,
  type PageProfit,
  type PageTrade,
} from './page-frames.ts'
import { ProfitLedger } from './profit-ledger.ts'
import { TradeRing } from './trade-ring.ts'

const KEPT_FILLS = 200
/** Lately, of messages: ten seconds. Of orders, which are rare: five minutes. */
const MESSAGE_MARKS = [10, 1] as const
const ORDER_MARKS = [60, 5] as const
const SPAN_NAMES = ['feedToBook', 'bookToStrategy', 'orderToAnswer'] as const
const NOTHING_COUNTED = new Float64Array(LATENCY_BUCKET_COUNT)

type PerSpan<T> = Readonly<Record<LatencySpanName, T>>

/**
 * What the page shows of the past: a point a second of rates, prices and latencies, own fills, profit, and, while
 * somebody looks, public trades. It lives as long as the connector; nothing of it is on the way of a message, except
 * keeping a public trade.
 */
export class PageSampler implements Disposable {
  /** Own fills, newest last. */
  readonly fills = new NewestItems<PageFill>(KEPT_FILLS)
  readonly #connector: QtxConnector
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #profit = new ProfitLedger()
  readonly #trades: ReadonlyMap<string, TradeRing>
  readonly #times = new NumberRing(HISTORY_LENGTH)
  readonly #rates = new NumberRing(HISTORY_LENGTH)
  readonly #midPrices: ReadonlyMap<string, NumberRing>
  readonly #windows: PerSpan<LatencyWindow>
  readonly #percentiles: PerSpan<Readonly<Record<'p50' | 'p90' | 'p99', NumberRing>>>
  readonly #offs: (() => void)[]
  #cancelStep: () => void
  #offTrades: (() => void) | undefined
  #last: { readonly messages: number; readonly atMs: number } | undefined

  /** @param onError takes what a step throws. */
  constructor(connector: QtxConnector, clock: Clock, onError: (error: unknown) => void) {
    this.#connector = connector
    this.#clock = clock
    this.#onError = onError
    const pairs = [...connector.tradingPairs]
    this.#trades = new Map(pairs.map((pair) => [pair, new TradeRing()]))
    this.#midPrices = new Map(pairs.map((pair) => [pair, new NumberRing(HISTORY_LENGTH)]))
    this.#windows = {
      feedToBook: new LatencyWindow(...MESSAGE_MARKS),
      bookToStrategy: new LatencyWindow(...MESSAGE_MARKS),
      orderToAnswer: new LatencyWindow(...ORDER_MARKS),
    }
    const ring = (): NumberRing => new NumberRing(HISTORY_LENGTH)
    this.#percentiles = perSpan(() => ({ p50: ring(), p90: ring(), p99: ring() }))
    this.#offs = [
      connector.on('orderFilled', (fill) => {
        this.#profit.addFill(fill)
        this.fills.push(pageFill(fill))
      }),
      connector.on('fundingPaymentCompleted', (payment) => this.#profit.addFunding(payment)),
      // Until then no order is sent, and positions are as the exchange has them.
      connector.on('reconciled', () => this.#profit.begin(connector.positions.values())),
    ]
    if (!connector.accountAge.isStale) this.#profit.begin(connector.positions.values())
    this.#cancelStep = this.#schedule()
  }

  /** Public trades are listened to only while somebody looks: each one that is told costs something. */
  listenToTrades(isListening: boolean): void {
    if (isListening) {
      this.#offTrades ??= this.#connector.on('publicTrade', (trade) =>
        this.#trades.get(trade.pair)?.push(trade),
      )
    } else {
      this.#offTrades?.()
      this.#offTrades = undefined
    }
  }

  /** Newest first. */
  trades(pair: string): PageTrade[] {
    return this.#trades.get(pair)?.toList() ?? []
  }

  profit(): PageProfit[] {
    return this.#profit.rows(this.#connector.positions)
  }

  latencies(
    feed: FeedStatistics | undefined,
    ring: SharedMemoryStatistics | undefined,
  ): PerSpan<LatencySpan> {
    const counts = countsOf(feed, ring)
    return perSpan((name) => this.#windows[name].span(counts[name]))
  }

  history(): PageHistory {
    return {
      // The ring holds times only, which are never null.
      timesMs: this.#times.toList().map(Number),
      messagesPerSecond: this.#rates.toList(),
      midPrices: Object.fromEntries([...this.#midPrices].map(([pair, ring]) => [pair, ring.toList()])),
      latencies: perSpan((name) => {
        const { p50, p90, p99 } = this.#percentiles[name]
        return { p50: p50.toList(), p90: p90.toList(), p99: p99.toList() }
      }),
    }
  }

  [Symbol.dispose](): void {
    this.#cancelStep()
    this.listenToTrades(false)
    for (const off of this.#offs.splice(0)) off()
  }

  #schedule(): () => void {
    return this.#clock.schedule(HISTORY_STEP_MS, () => {
      this.#cancelStep = this.#schedule()
      try {
        this.#step()
      } catch (error) {
        this.#onError(error)
      }
    })
  }

  #step(): void {
    const connector = this.#connector
    const { status, feed, ring } = readConnector(connector)
    this.#times.push(this.#clock.nowMs())
    this.#rates.push(this.#messagesPerSecond(feed))
    const hasBooks = isStarted(status)
    for (const [pair, prices] of this.#midPrices) prices.push(hasBooks ? midPrice(connector, pair) : NaN)
    const counts = countsOf(feed, ring)
    for (const name of SPAN_NAMES) {
      const window = this.#windows[name]
      window.step(counts[name])
      const { p50, p90, p99 } = this.#percentiles[name]
      p50.push(window.lastStep.p50 ?? NaN)
      p90.push(window.lastStep.p90 ?? NaN)
      p99.push(window.lastStep.p99 ?? NaN)
    }
  }

  /** Between the last step and now; NaN where there is no feed, or it was made anew meanwhile. */
  #messagesPerSecond(feed: FeedStatistics | undefined): number {
    const last = this.#last
    const atMs = this.#clock.monotonicMs()
    this.#last = feed && { messages: feed.messages, atMs }
    if (!feed || !last || atMs <= last.atMs || feed.messages < last.messages) return NaN
    return Math.round(((feed.messages - last.messages) * 1_000) / (atMs - last.atMs))
  }
}

function countsOf(
  feed: FeedStatistics | undefined,
  ring: SharedMemoryStatistics | undefined,
): PerSpan<Float64Array> {
  return {
    feedToBook: feed?.latencyCounts.feedToBook ?? NOTHING_COUNTED,
    bookToStrategy: feed?.latencyCounts.queueWait ?? NOTHING_COUNTED,
    orderToAnswer: ring?.latencyCounts ?? NOTHING_COUNTED,
  }
}

function perSpan<T>(make: (name: LatencySpanName) => T): PerSpan<T> {
  return {
    feedToBook: make('feedToBook'),
    bookToStrategy: make('bookToStrategy'),
    orderToAnswer: make('orderToAnswer'),
  }
}

/** NaN where the book is not to be relied on. */
function midPrice(connector: QtxConnector, pair: string): number {
  const { state, bestBidPrice, bestAskPrice } = connector.orderBook(pair)
  // The digits of a sum of two prices, not those of its binary form.
  return state === 'live' ? Number(((bestBidPrice + bestAskPrice) / 2).toPrecision(12)) : NaN
}

function pageFill({ fillMs, pair, tradeType, price, amount, fee, clientOrderId }: OrderFilled): PageFill {
  return {
    timeMs: fillMs,
    pair,
    side: tradeType,
    price: price.toString(),
    amount: amount.toString(),
    fee: fee ? `${fee.amount.toString()} ${fee.asset}` : '',
    clientOrderId,
  }
}
