import type { BookState } from '../connector/order-book.ts'
import type { FeedStatistics, PairFeedStatistics } from '../qtx/feed/feed-statistics.ts'
import type { SubscriptionState } from '../qtx/feed/feed-listener.ts'
import {
  counted,
  counter,
  each,
  gauge,
  one,
  whichOf,
  type MetricRow,
  type MetricSample,
  type MetricSource,
} from './metric-rows.ts'
import { isStarted } from './status-view.ts'

const MS_PER_SECOND = 1_000
const BOOK_STATES: readonly BookState[] = ['syncing', 'live', 'stale', 'invalid']
const SUBSCRIPTION_STATES: readonly SubscriptionState[] = ['subscribing', 'active', 'silent', 'refused']
const SOURCES = ['udp', 'websocket']

/** Market data: datagrams, messages, gaps, latency, books. */
export const FEED_METRICS: readonly MetricRow[] = [
  gauge(
    'qtx_feed_open',
    'Whether the feed’s socket is open.',
    [],
    ({ feed }) => feed && one(feed.state === 'open' ? 1 : 0),
  ),
  counter('qtx_feed_datagrams_total', 'Datagrams from the QTX server.', [], ({ feed }) =>
    one(feed?.datagrams),
  ),
  counter(
    'qtx_feed_coalesced_datagrams_total',
    'Those of the datagrams that the kernel handed over several in one piece.',
    [],
    ({ feed }) => one(feed?.coalesced),
  ),
  counter('qtx_feed_bytes_total', 'Bytes of those datagrams.', [], ({ feed }) => one(feed?.bytes)),
  gauge('qtx_feed_messages_per_second', 'Messages a second, over the last seconds.', [], ({ feed }) =>
    one(feed?.messagesPerSecond),
  ),
  counter('qtx_feed_messages_total', 'Messages that were applied.', ['pair', 'kind'], ({ feed }) =>
    perPair(feed, ({ messages, pair }) => each('kind', messages, { pair })),
  ),
  counter('qtx_feed_dropped_datagrams_total', 'Datagrams that were dropped.', ['reason'], ({ feed }) => {
    if (!feed) return undefined
    const { queueFull: _, ...dropped } = feed.dropped
    return each('reason', { ...dropped, receivingRing: feed.ringDrops, kernel: feed.kernelDrops ?? 0 })
  }),
  counter(
    'qtx_feed_queue_dropped_messages_total',
    'Messages that found a reader’s queue full.',
    [],
    ({ feed }) => one(feed?.dropped.queueFull),
  ),
  counter(
    'qtx_feed_gaps_total',
    'Steps of more than one in the numbers; a loss only where the exchange numbers that kind one by one.',
    ['pair', 'kind'],
    ({ feed }) => perPair(feed, ({ sequence, pair }) => each('kind', sequence.gaps, { pair })),
  ),
  counter(
    'qtx_feed_missed_numbers_total',
    'Numbers that those steps left out.',
    ['pair', 'kind'],
    ({ feed }) => perPair(feed, ({ sequence, pair }) => each('kind', sequence.missed, { pair })),
  ),
  counter('qtx_feed_duplicates_total', 'Messages that came again.', ['pair', 'kind'], ({ feed }) =>
    perPair(feed, ({ sequence, pair }) => each('kind', sequence.duplicates, { pair })),
  ),
  counter(
    'qtx_feed_late_total',
    'Messages that came after newer ones, and were not applied.',
    ['pair', 'kind'],
    ({ feed }) => perPair(feed, ({ sequence, pair }) => each('kind', sequence.late, { pair })),
  ),
  gauge(
    'qtx_feed_latency_microseconds',
    'From QTX’s receive time to the strategy’s books, sampled; as far as both clocks agree. Quantile 1 is the maximum.',
    ['quantile'],
    ({ feed }) => feed && quantiles(feed.latencyUs),
  ),
  counter('qtx_feed_latency_samples_total', 'Messages whose latency was recorded.', [], ({ feed }) =>
    one(feed?.latencyUs.samples),
  ),
  gauge(
    'qtx_feed_kernel_latency_microseconds',
    'From the kernel’s receive time to the strategy’s books, with feedKernelTimestamps.',
    ['quantile'],
    ({ feed }) => feed?.kernelLatencyUs && quantiles(feed.kernelLatencyUs),
  ),
  gauge('qtx_feed_message_age_seconds', 'Since a pair’s last message.', ['pair'], ({ feed }) =>
    perPair(feed, ({ pair, ageMs }) =>
      ageMs === undefined ? [] : [{ labels: { pair }, value: ageMs / MS_PER_SECOND }],
    ),
  ),
  gauge(
    'qtx_feed_subscriptions',
    'Subscriptions, by state.',
    ['state'],
    ({ feed }) =>
      feed &&
      counted(
        'state',
        SUBSCRIPTION_STATES,
        feed.pairs.map(({ state }) => state),
      ),
  ),
  gauge(
    'qtx_feed_source',
    'Where a pair’s book comes from: 1 for the source in use.',
    ['pair', 'source'],
    ({ context }) =>
      context &&
      [...context.connector.feedSources].flatMap(([pair, source]) =>
        whichOf('source', SOURCES, source, { pair }),
      ),
  ),
  gauge('qtx_feed_receive_buffer_bytes', 'Receive buffer of the socket.', [], ({ feed }) =>
    one(feed?.receiveBufferBytes),
  ),
  counter('qtx_feed_reopens_total', 'How often the socket was opened again.', [], ({ feed }) =>
    one(feed?.reopens),
  ),
  counter('qtx_feed_server_restarts_total', 'Restarts of the QTX server that were noticed.', [], ({ feed }) =>
    one(feed?.serverRestarts),
  ),
  counter('qtx_feed_socket_errors_total', 'Errors of the socket.', [], ({ feed }) => one(feed?.socketErrors)),
  counter('qtx_feed_stream_ring_laps_total', 'How often a stream ring’s writer came round.', [], ({ feed }) =>
    one(feed?.laps),
  ),
  counter('qtx_feed_listener_errors_total', 'Exceptions that listeners threw.', [], ({ feed }) =>
    one(feed?.listenerErrors),
  ),
  gauge('qtx_books', 'Order books, by state.', ['state'], (source) =>
    counted(
      'state',
      BOOK_STATES,
      books(source).map(({ state }) => state),
    ),
  ),
  gauge('qtx_book_live', 'Whether a pair’s book is live.', ['pair'], (source) =>
    books(source).map(({ pair, state }) => ({ labels: { pair }, value: state === 'live' ? 1 : 0 })),
  ),
  gauge('qtx_book_levels', 'Levels of a pair’s book.', ['pair', 'side'], (source) =>
    books(source).flatMap(({ pair, bidLevelCount, askLevelCount }) =>
      each('side', { bid: bidLevelCount, ask: askLevelCount }, { pair }),
    ),
  ),
]

function perPair(
  feed: FeedStatistics | undefined,
  samples: (pair: PairFeedStatistics) => MetricSample[],
): MetricSample[] {
  return feed?.pairs.flatMap(samples) ?? []
}

function quantiles(of: { p50: number; p90: number; p99: number; max: number }): MetricSample[] {
  return [
    { labels: { quantile: '0.5' }, value: of.p50 },
    { labels: { quantile: '0.9' }, value: of.p90 },
    { labels: { quantile: '0.99' }, value: of.p99 },
    { labels: { quantile: '1' }, value: of.max },
  ]
}

function books({ context, status }: MetricSource) {
  if (!context || !isStarted(status)) return []
  const { connector } = context
  return [...connector.tradingPairs].map((pair) => connector.orderBook(pair))
}
