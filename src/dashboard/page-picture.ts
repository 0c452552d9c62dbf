import type { QtxConnector } from '../qtx/connector-protocol.ts'
import type { SharedMemoryStatistics } from '../qtx/orders/shared-memory-options.ts'
import type { FeedStatistics } from '../qtx/feed/feed-statistics.ts'
import type { ServiceContext } from '../service/service-context.ts'
import { orderView, positionView } from '../service/service-views.ts'
import { feedHead, readConnector, statusView } from '../service/status-view.ts'
import { finite } from './number-ring.ts'
import type { PageFeed, PageFrame, PagePair, PagePairState, PageRing, PageSelected } from './page-frames.ts'
import type { PageSampler } from './page-sampler.ts'

/** The part of a frame that is the same for every page. */
export type SharedPicture = Omit<PageFrame, 'everyMs' | 'selected' | 'fills' | 'log'>

const SHOWN_LEVELS = 100

/** How the service does at this moment. */
export function takeSharedPicture(
  context: ServiceContext,
  sampler: PageSampler,
  nowMs: number,
): SharedPicture {
  const { connector } = context
  const reading = readConnector(connector)
  const { feed, ring } = reading
  const { ready, networkStatus, checks, pairs, orderRoute, circuits } = statusView(context, reading)
  return {
    kind: 'frame',
    nowMs,
    ready,
    networkStatus,
    checks,
    pairs: pairs.map((status): PagePairState => {
      const { bestBidSize, bestAskSize, lastTradePrice } = connector.orderBook(status.pair)
      return {
        ...status,
        bestBidSize: finite(bestBidSize),
        bestAskSize: finite(bestAskSize),
        lastTradePrice: finite(lastTradePrice),
      }
    }),
    orders: [...connector.inFlightOrders.values()].map(orderView),
    positions: [...connector.positions.values()].map((each) =>
      positionView(each, connector.leverage(each.pair)),
    ),
    balances: connector.balanceAssets.map((asset) => ({
      asset,
      total: connector.balance(asset).toString(),
      available: connector.availableBalance(asset).toString(),
    })),
    profit: sampler.profit(),
    feed: feed ? feedPicture(feed) : null,
    ring: ring ? ringPicture(ring) : null,
    latencies: sampler.latencies(feed, ring),
    circuits,
    orderRoute,
  }
}

/** A book of a started connector, and its public trades. */
export function takeSelectedPicture(
  connector: QtxConnector,
  sampler: PageSampler,
  pair: string,
): PageSelected {
  const book = connector.orderBook(pair)
  return { pair, bids: book.bids(SHOWN_LEVELS), asks: book.asks(SHOWN_LEVELS), trades: sampler.trades(pair) }
}

/** The pairs with their digits, as far as the exchange's rules are read. */
export function pagePairs(connector: QtxConnector): PagePair[] {
  return [...connector.tradingPairs].map((pair) => {
    try {
      const { minPriceIncrement, minBaseAmountIncrement } = connector.tradingRule(pair)
      return {
        pair,
        priceDecimals: minPriceIncrement.decimalPlaces(),
        amountDecimals: minBaseAmountIncrement.decimalPlaces(),
      }
    } catch {
      // Not started, or not read yet: the connector has no other way of saying so.
      return { pair, priceDecimals: null, amountDecimals: null }
    }
  })
}

function feedPicture(feed: FeedStatistics): PageFeed {
  return {
    ...feedHead(feed),
    dropped: { ...feed.dropped, kernel: feed.kernelDrops ?? 0, threadRing: feed.ringDrops },
    receiveBufferBytes: feed.receiveBufferBytes,
    queues: feed.pairs.flatMap(({ pair, queues }) =>
      queues.map((queue) => ({
        pair,
        waiting: queue.diffs + queue.trades,
        capacity: 2 * queue.capacity,
        dropped: queue.droppedDiffs + queue.droppedTrades,
      })),
    ),
  }
}

function ringPicture(ring: SharedMemoryStatistics): PageRing {
  return {
    state: ring.state,
    inFlight: ring.inFlight,
    slots: ring.ring?.capacity ?? 0,
    timeouts: ring.timeouts,
    answered: ring.latency.count,
  }
}
