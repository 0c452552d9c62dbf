import type { AccountAge } from '../connector/account-types.ts'
import type { ConnectorStatus } from '../connector/status.ts'
import type { QtxConnector } from '../qtx/connector-protocol.ts'
import type { FeedStatistics } from '../qtx/feed/feed-statistics.ts'
import type { SharedMemoryStatistics } from '../qtx/orders/shared-memory-options.ts'
import type { OrderOutcomeCounts } from './order-outcomes.ts'
import type { ServiceContext } from './service-context.ts'

export interface PairStatusView {
  readonly pair: string
  readonly bookState: string
  readonly bestBid: number | null
  readonly bestAsk: number | null
  /** Of the QTX subscription. */
  readonly feedState: string
  readonly source: string
  /** Messages that were applied. */
  readonly messages: number
  /** Steps of more than one in the numbers of any kind. */
  readonly gaps: number
  /** Since the last message, milliseconds. */
  readonly ageMs: number | null
}

/** How a service is doing. */
export interface StatusView {
  readonly name: string
  readonly exchange: string
  readonly configFile: string
  readonly processId: number
  readonly startedMs: number
  readonly httpUrl: string | null
  readonly ready: boolean
  readonly networkStatus: string
  /** Each check: whether it holds, why, and what to do. */
  readonly checks: ConnectorStatus
  readonly pairs: readonly PairStatusView[]
  readonly feed: {
    readonly endpoint: string
    readonly state: string
    readonly receiver: string | null
    readonly messages: number
    readonly messagesPerSecond: number
    /** Datagrams, by reason. */
    readonly dropped: FeedStatistics['dropped']
    readonly latencyMicroseconds: { readonly p50: number; readonly p99: number }
  } | null
  readonly orderRing: {
    readonly state: string
    readonly inFlight: number
    readonly timeouts: number
    readonly answerMilliseconds: { readonly p50: number; readonly p99: number }
  } | null
  readonly orderRoute: string
  readonly openOrders: number
  readonly openPositions: number
  readonly orders: OrderOutcomeCounts
  readonly circuits: Readonly<Record<string, string>>
  readonly account: AccountAge
  readonly clockSkewMs: number | null
}

/** What a connector tells of itself at one moment; each reading of it costs something. */
export interface ConnectorReading {
  readonly status: ConnectorStatus
  readonly feed: FeedStatistics | undefined
  readonly ring: SharedMemoryStatistics | undefined
}

export function readConnector(connector: QtxConnector): ConnectorReading {
  const { status, feedStatistics: feed, orderRingStatistics: ring } = connector
  return { status, feed, ring }
}

export function statusView(
  context: ServiceContext,
  { status, feed, ring }: ConnectorReading = readConnector(context.connector),
): StatusView {
  const { connector, outcomes } = context
  return {
    name: connector.name,
    exchange: context.exchange,
    configFile: context.configFile,
    processId: process.pid,
    startedMs: context.startedMs,
    httpUrl: context.httpUrl ?? null,
    ready: Object.values(status).every((check) => check.ok),
    networkStatus: connector.networkStatus,
    checks: status,
    pairs: isStarted(status) ? pairViews(context, feed) : [],
    feed: feed ? feedView(feed) : null,
    orderRing: ring
      ? {
          state: ring.state,
          inFlight: ring.inFlight,
          timeouts: ring.timeouts,
          answerMilliseconds: { p50: ring.latency.p50Ms, p99: ring.latency.p99Ms },
        }
      : null,
    orderRoute: connector.orderRoute,
    openOrders: connector.inFlightOrders.size,
    openPositions: connector.positions.size,
    orders: { ...outcomes.counts },
    circuits: Object.fromEntries(outcomes.breakers),
    account: connector.accountAge,
    clockSkewMs: connector.clockSkewMs ?? null,
  }
}

/** Whether there are books to look at. */
export function isStarted(status: ConnectorStatus): boolean {
  return !('started' in status)
}

/** What is told of a feed wherever it is shown. */
export function feedHead({ endpoint, state, receiver, messages, messagesPerSecond }: FeedStatistics) {
  return {
    endpoint,
    state,
    receiver: receiver ?? null,
    messages,
    messagesPerSecond: Math.round(messagesPerSecond),
  }
}

function feedView(feed: FeedStatistics): StatusView['feed'] {
  return {
    ...feedHead(feed),
    dropped: feed.dropped,
    latencyMicroseconds: { p50: feed.latencyUs.p50, p99: feed.latencyUs.p99 },
  }
}

function pairViews({ connector }: ServiceContext, feed: FeedStatistics | undefined): PairStatusView[] {
  const fed = new Map(feed?.pairs.map((each) => [each.pair, each]))
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  return [...connector.tradingPairs].map((pair) => {
    const book = connector.orderBook(pair)
    const of = fed.get(pair)
    return {
      pair,
      bookState: book.state,
      bestBid: finite(book.bestBidPrice),
      bestAsk: finite(book.bestAskPrice),
      feedState: of?.state ?? 'none',
      source: connector.feedSources.get(pair) ?? 'none',
      messages: of ? sum(of.messages) : 0,
      gaps: of ? sum(of.sequence.gaps) : 0,
      ageMs: of?.ageMs ?? null,
    }
  })
}

function sum(counts: object): number {
  return Object.values(counts).reduce((total: number, count) => total + Number(count), 0)
}
