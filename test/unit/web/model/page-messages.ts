import type { PageFrame, PageHello } from '../../../../src/dashboard/page-frames.ts'

const NO_LINES = { p50: [], p90: [], p99: [] }
const NO_SPAN = { samples: 0, p50: null, p90: null, p99: null, max: null, buckets: [] }

/** A greeting of a service with two pairs and no past. */
export function helloOf(changes: Partial<PageHello> = {}): PageHello {
  return {
    kind: 'hello',
    name: 'qtx_binance_perpetual',
    exchange: 'binance',
    version: '1.0.0',
    startedMs: 1_000_000,
    canControl: false,
    pairs: [
      { pair: 'BTC-USDT', priceDecimals: 1, amountDecimals: 3 },
      { pair: 'ETH-USDT', priceDecimals: 2, amountDecimals: 3 },
    ],
    fills: [],
    log: [],
    history: {
      timesMs: [],
      messagesPerSecond: [],
      midPrices: {},
      latencies: { feedToBook: NO_LINES, bookToStrategy: NO_LINES, orderToAnswer: NO_LINES },
    },
    ...changes,
  }
}

/** A frame in which nothing happens. */
export function frameOf(changes: Partial<PageFrame> = {}): PageFrame {
  return {
    kind: 'frame',
    nowMs: 2_000_000,
    everyMs: 250,
    ready: true,
    networkStatus: 'connected',
    checks: {},
    pairs: [],
    selected: null,
    orders: [],
    positions: [],
    balances: [],
    profit: [],
    feed: null,
    ring: null,
    latencies: { feedToBook: NO_SPAN, bookToStrategy: NO_SPAN, orderToAnswer: NO_SPAN },
    circuits: {},
    orderRoute: 'ring',
    fills: [],
    log: [],
    ...changes,
  }
}

/** A pair's state with these best prices. */
export function pairStateOf(
  pair: string,
  bestBid: number | null,
  bestAsk: number | null,
): PageFrame['pairs'][number] {
  return {
    pair,
    bookState: 'live',
    source: 'udp',
    feedState: 'active',
    bestBid,
    bestBidSize: 1,
    bestAsk,
    bestAskSize: 1,
    lastTradePrice: null,
    messages: 1,
    gaps: 0,
    ageMs: 1,
  }
}
