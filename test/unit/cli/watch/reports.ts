import type { PairReport, WatchReport } from '../../../../src/cli/watch/watch-report.ts'

/** A pair that sent a few messages, except for what is said. */
export function pairReport(change: Partial<PairReport> = {}): PairReport {
  return {
    state: 'live',
    reason: 'whole and uncrossed for 1000 ms',
    feedState: 'active',
    feedReason: 'answered with index 9',
    symbol: 'binance-futures:btcusdt',
    book: { bids: [[100, 3]], asks: [[101, 1]] },
    best: { bid: [100, 3], ask: [101, 1] },
    lastTradePrice: 101,
    counts: { ticker: 3, depth: 2, trade: 1 },
    gaps: 0,
    gapsByKind: { bid: 0, ask: 0, depth: 0, trade: 0 },
    duplicates: 0,
    late: 0,
    latency: { samples: 6, negative: 0, p50: 82, p90: 120, p99: 310, max: 400 },
    ...change,
  }
}

export function watchReport(pairs: Readonly<Record<string, Partial<PairReport>>>): WatchReport {
  return {
    pairs: Object.fromEntries(Object.entries(pairs).map(([pair, change]) => [pair, pairReport(change)])),
    drops: { short: 0, text: 0 },
    feed: {
      endpoint: '127.0.0.1:8080',
      receiver: 'recvmmsg',
      state: 'open',
      reason: '',
      datagrams: 6,
      messages: 6,
      messagesPerSecond: 250,
    },
  }
}
