import type { DemoPicture } from '../../../../src/cli/demo/demo-picture.ts'
import type { StepResult } from '../../../../src/cli/demo/step-list.ts'

export function stepResult(change: Partial<StepResult> = {}): StepResult {
  return {
    name: 'placeLimit',
    title: 'limit order',
    state: 'ok',
    reason: 'seen',
    tookMs: 4,
    times: {},
    ...change,
  }
}

/** A demo in the middle of its script, except for what is said. */
export function demoPicture(change: Partial<DemoPicture> = {}): DemoPicture {
  const book = { state: 'live', bids: [[100, 3]], asks: [[101, 1]], lastTradePrice: 101 } as const
  return {
    elapsedMs: 7_400,
    durationMs: undefined,
    feedEndpoint: '127.0.0.1:4000',
    pageUrl: 'http://127.0.0.1:9464/',
    ringName: '/qtx_sim_1',
    books: [
      { pair: 'BTC-USDT', ...book },
      { pair: 'ETH-USDT', ...book },
    ],
    checks: {
      udpFeed: { ok: true, reason: '581 messages', remedy: '' },
      orderRing: { ok: false, reason: 'connecting', remedy: 'wait' },
    },
    steps: [
      stepResult({ times: { orderToAnswerMs: 2 } }),
      stepResult({
        name: 'marketOrder',
        title: 'buy at market',
        times: { orderToAnswerMs: 4, orderToFillMs: 5 },
      }),
      stepResult({ name: 'positionZero', title: 'verify', state: 'running', tookMs: undefined }),
    ],
    lines: [{ atMs: 2_865, kind: 'filled', text: 'buy 0.016 BTC-USDT at 61800.1' }],
    feed: {
      messagesPerSecond: 228,
      messages: 1_600,
      counts: { ticker: 1_124, depth: 140, trade: 313 },
      latencyUs: { samples: 90, p50: 170, p90: 200, p99: 399, max: 800 },
      duplicates: 0,
      late: 0,
      drops: { short: 0 },
    },
    account: {
      asset: 'USDT',
      balance: '9999.51',
      available: '9950.07',
      pair: 'BTC-USDT',
      position: '0.016',
      entryPrice: '61800.10',
      unrealizedPnl: '-0.05',
    },
    ...change,
  }
}
