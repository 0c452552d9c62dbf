import type { TradingPair } from '../../common/trading-pair.ts'
import type { BookLevel, BookState } from '../../connector/order-book.ts'
import { QtxError } from '../../errors.ts'
import type { SubscriptionState } from '../../qtx/feed/feed-listener.ts'
import type { PerKind } from '../../qtx/feed/message-kind.ts'
import type { LatencyStatistics } from '../../qtx/feed/feed-latency.ts'

/** One pair, as `qtx watch --json` prints it. */
export interface PairReport {
  /** Of the book. */
  readonly state: BookState
  /** Why the book is in its state. */
  readonly reason: string
  /** Of the subscription. */
  readonly feedState: SubscriptionState
  /** Why the subscription is in its state; the server's words when it refused the symbol. */
  readonly feedReason: string
  readonly symbol: string | undefined
  /** Best level first. */
  readonly book: { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[] }
  readonly best: { readonly bid: BookLevel | null; readonly ask: BookLevel | null }
  readonly lastTradePrice: number | null
  /** Messages that were applied. */
  readonly counts: { readonly ticker: number; readonly depth: number; readonly trade: number }
  /** Steps of more than one in the numbers of any kind. */
  readonly gaps: number
  readonly gapsByKind: PerKind
  readonly duplicates: number
  readonly late: number
  /** Microseconds. */
  readonly latency: LatencyStatistics
}

/** What `qtx watch --json` prints. */
export interface WatchReport {
  readonly pairs: Readonly<Record<TradingPair, PairReport>>
  /** Datagrams that were dropped, by reason. */
  readonly drops: Readonly<Record<string, number>>
  readonly feed: {
    readonly endpoint: string
    readonly receiver: string | undefined
    readonly state: string
    readonly reason: string
    readonly datagrams: number
    readonly messages: number
    readonly messagesPerSecond: number
  }
}

/** Messages of a pair that were applied. */
export function messageCount({ counts }: PairReport): number {
  return counts.ticker + counts.depth + counts.trade
}

/** Whether waiting longer is of no use: the server refused every symbol. */
export function isHopeless(report: WatchReport): boolean {
  return Object.values(report.pairs).every(({ feedState }) => feedState === 'refused')
}

/** What is wrong when a pair sent nothing; undefined when every pair sent data. */
export function missingData(report: WatchReport, watchedMs: number): QtxError | undefined {
  const silent = Object.entries(report.pairs).filter(([, pair]) => messageCount(pair) === 0)
  if (silent.length === 0) return undefined
  const { endpoint, reason, state } = report.feed
  const refused = silent.find(([, pair]) => pair.feedState === 'refused')
  if (refused) {
    const [pair, { symbol, feedReason }] = refused
    return new QtxError(
      'QTX_SYMBOL_REFUSED',
      `${endpoint} refused ${symbol ?? pair}, saying ${JSON.stringify(feedReason)}`,
      { remedy: 'check the pair and --backend, or give the QTX symbol with --symbol' },
    )
  }
  const seconds = (watchedMs / 1_000).toFixed(1)
  const names = silent.map(([pair]) => pair).join(', ')
  const why = state === 'open' ? '' : ` (${reason})`
  return new QtxError('QTX_FEED_SILENT', `${endpoint} sent no data of ${names} in ${seconds} s${why}`, {
    remedy: 'check --host and --port, that the QTX server runs, and that UDP is let through',
  })
}
