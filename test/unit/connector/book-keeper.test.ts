import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { silentLogger, type Logger } from '../../../src/common/log.ts'
import type { BookKeeperOptions } from '../../../src/connector/book-keeper-options.ts'
import { BookKeeper } from '../../../src/connector/book-keeper.ts'
import { QUIET_STREAM_MS } from '../../../src/connector/book-seeder.ts'
import type { BookStateChange } from '../../../src/connector/events.ts'
import type { BookSnapshot } from '../../../src/connector/market-data-source.ts'
import { MIN_VERIFICATION_INTERVAL_MS } from '../../../src/connector/verification-timer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { deliver, flat, type Level } from '../../support/market-call.ts'

interface Request {
  readonly signal: AbortSignal
  readonly resolve: (snapshot: BookSnapshot) => void
  readonly reject: (error: Error) => void
}

const RETRY = { initialMs: 1_000, maxMs: 8_000, jitter: 0 }
const TRADE = {
  isBuyTaker: true,
  price: 100.5,
  size: 2,
  tradeIdHigh: 1,
  tradeIdLow: 7,
  eventMs: 11,
  receivedMs: 12,
}

/** A started keeper whose snapshots, where it has any, the test answers. */
function keeperOf(
  setup: { hasSnapshots?: boolean; options?: BookKeeperOptions; logger?: Logger; comparable?: boolean } = {},
) {
  const clock = new FakeClock()
  const changes: BookStateChange[] = []
  const requests: Request[] = []
  const trades: unknown[][] = []
  let updates = 0
  const keeper = new BookKeeper({
    pair: 'BTC-USDT',
    clock,
    logger: setup.logger ?? silentLogger,
    sequencesComparable: setup.comparable ?? true,
    ...(setup.hasSnapshots && {
      fetchSnapshot: (signal: AbortSignal) =>
        new Promise<BookSnapshot>((resolve, reject) => requests.push({ signal, resolve, reject })),
    }),
    options: { snapshotRetry: RETRY, ...setup.options },
    random: () => 0,
    callbacks: {
      onUpdate: () => updates++,
      onTrade: (...trade) => trades.push(trade),
      onStateChange: (change) => changes.push(change),
    },
  })
  keeper.start()
  const depth = (sequence: number, bids: readonly Level[], asks: readonly Level[]) =>
    deliver({ kind: 'depth', sequence, bids, asks, eventMs: sequence, receivedMs: sequence }, keeper)
  const top = (sequence: number, isBid: boolean, price: number, size: number) =>
    deliver({ kind: 'top', sequence, isBid, price, size, eventMs: sequence, receivedMs: sequence }, keeper)
  const answer = async (
    sequence: number,
    bids: readonly Level[],
    asks: readonly Level[],
    eventMs = sequence,
  ) => {
    requests.at(-1)!.resolve({ sequence, eventMs, bids: flat(bids), asks: flat(asks) })
    await setImmediate()
  }
  const fail = async (message: string) => {
    requests.at(-1)!.reject(new Error(message))
    await setImmediate()
  }
  return {
    keeper,
    view: keeper.view,
    clock,
    changes,
    requests,
    trades,
    depth,
    top,
    answer,
    fail,
    updateCount: () => updates,
  }
}

const BID: Level[] = [[100, 1]]
const ASK: Level[] = [[101, 1]]

describe('a book without a snapshot', () => {
  it('Q36: is live once it was whole and uncrossed for the settling time, and says what it waits for', () => {
    const { keeper, view, clock, depth, top, changes } = keeperOf()
    expect(keeper.reason).toBe('waiting for the first message')
    top(1, true, 100, 1)
    expect(keeper.reason).toBe('waiting for the first depth message')
    depth(2, BID, [])
    clock.advance(5_000)
    expect([view.state, keeper.reason]).toEqual(['syncing', 'settling, 0 of 1000 ms, bids 1, asks 0'])
    depth(3, [[99, 1]], ASK)
    clock.advance(400)
    expect([view.state, keeper.reason]).toEqual(['syncing', 'settling, 400 of 1000 ms, bids 2, asks 1'])
    clock.advance(600)
    expect(view.state).toBe('live')
    expect(changes).toEqual([
      {
        pair: 'BTC-USDT',
        previous: 'syncing',
        state: 'live',
        reason: 'whole and uncrossed for 1000 ms',
      },
    ])
  })

  it('settles anew when a side was empty or the depth was crossed meanwhile', () => {
    const { view, clock, depth } = keeperOf({ options: { settleMs: 500 } })
    depth(1, BID, ASK)
    clock.advance(400)
    depth(2, [], [[101, 0]])
    depth(3, [], ASK)
    clock.advance(400)
    expect(view.state).toBe('syncing')
    depth(4, [[101, 2]], [[102, 1]])
    clock.advance(499)
    expect(view.state).toBe('syncing')
    clock.advance(1)
    expect(view.state).toBe('live')
  })

  it('Q38: in full mode is live with the first whole message, and asks for no snapshot', () => {
    const { view, depth, requests } = keeperOf({ hasSnapshots: true, options: { depthMode: 'full' } })
    depth(1, BID, [])
    expect(view.state).toBe('syncing')
    depth(2, BID, ASK)
    expect(view.state).toBe('live')
    expect(requests.length).toBe(0)
  })
})

describe('a book with a snapshot', () => {
  it('Q36, Q37: is seeded by it, with the newer updates on top in their order, and live at once', async () => {
    const { keeper, view, depth, answer, requests, clock } = keeperOf({ hasSnapshots: true })
    expect(requests.length).toBe(0)
    depth(10, [[90, 1]], [[110, 1]])
    expect(requests.length).toBe(1)
    depth(11, [[98, 5]], [])
    depth(13, [[99, 7]], [[102, 0]])
    clock.advance(4_000)
    expect([view.state, keeper.reason]).toEqual(['syncing', 'waiting for the snapshot'])
    await answer(12, [...BID, [98, 6]], [...ASK, [102, 4]])
    expect(view.state).toBe('live')
    expect(view.bids()).toEqual([
      [100, 1],
      [99, 7],
      [98, 6],
    ])
    expect(view.asks()).toEqual(ASK)
    expect(view.sequence).toBe(13)
  })

  it('waits for the stream to reach a snapshot that is ahead of it', async () => {
    const { keeper, view, depth, answer } = keeperOf({ hasSnapshots: true })
    depth(10, [[90, 1]], [[110, 1]])
    await answer(15, BID, ASK)
    depth(12, [[95, 1]], [])
    expect(view.state).toBe('syncing')
    expect(keeper.reason).toBe('waiting for the stream, at 12, to reach the snapshot, at 15')
    depth(16, [[99, 3]], [])
    expect(view.state).toBe('live')
    expect(view.bids()).toEqual([
      [100, 1],
      [99, 3],
    ])
  })

  it('is seeded by a snapshot that is ahead of a quiet stream: there is nothing to wait for', async () => {
    const { view, clock, depth, answer } = keeperOf({ hasSnapshots: true })
    depth(10, [[90, 1]], [[110, 1]])
    await answer(15, BID, ASK)
    clock.advance(QUIET_STREAM_MS - 1)
    expect(view.bids()).toEqual([[90, 1]])
    clock.advance(1)
    expect([view.state, view.bids(), view.asks()]).toEqual(['syncing', BID, ASK])
    clock.advance(1_000)
    expect(view.state).toBe('live')
    depth(17, [[99, 3]], [])
    expect(view.bids()).toEqual([...BID, [99, 3]])
  })

  it('is not seeded ahead of a stream that is only slow', async () => {
    const { keeper, view, clock, depth, answer } = keeperOf({ hasSnapshots: true })
    depth(10, [[90, 1]], [[110, 1]])
    await answer(50, BID, ASK)
    for (let sequence = 11; sequence < 40; sequence++) {
      clock.advance(QUIET_STREAM_MS / 4)
      depth(sequence, [], [])
    }
    expect([view.state, view.bids()]).toEqual(['syncing', [[90, 1]]])
    expect(keeper.reason).toBe('waiting for the stream, at 39, to reach the snapshot, at 50')
  })

  it('begins anew, and waits from then on, when the stream shows to be behind a snapshot that led it', async () => {
    const { view, clock, depth, answer, requests, changes } = keeperOf({ hasSnapshots: true })
    depth(10, [[90, 1]], [[110, 1]])
    await answer(1_000_000, BID, ASK)
    clock.advance(QUIET_STREAM_MS + 1_000)
    expect(view.state).toBe('live')
    depth(11, [[91, 1]], [[109, 1]])
    expect([view.state, view.bids()]).toEqual(['invalid', [[91, 1]]])
    expect(changes.at(-1)!.reason).toContain('older than the snapshot')
    expect(requests.length).toBe(2)
    await answer(1_000_001, BID, ASK)
    clock.advance(QUIET_STREAM_MS * 2)
    expect([view.state, view.bids()]).toEqual(['invalid', [[91, 1]]])
  })

  it('is seeded but not live while no message is newer than the snapshot; then also a top will do', async () => {
    const { view, depth, top, answer } = keeperOf({ hasSnapshots: true })
    depth(10, [[90, 1]], [[110, 1]])
    await answer(10, BID, ASK)
    expect([view.state, view.bestBidPrice]).toEqual(['syncing', 100])
    top(11, true, 100.5, 1)
    expect([view.state, view.bestBidPrice]).toEqual(['live', 100.5])
  })

  it('refuses a snapshot that is older than the updates that it has, and asks again', async () => {
    const { keeper, view, depth, answer, requests, clock } = keeperOf({ hasSnapshots: true })
    depth(10, [[90, 1]], [[110, 1]])
    depth(11, [], [])
    await answer(9, BID, ASK)
    expect([view.state, view.bestBidPrice]).toEqual(['syncing', 90])
    expect(keeper.reason).toContain(
      'the snapshot, at 9, is older than the updates that were kept, from 10 on',
    )
    clock.advance(1_000)
    expect(requests.length).toBe(2)
    depth(14, [], [])
    await answer(13, BID, ASK)
    expect(view.state).toBe('live')
  })

  it('applies all updates since the request where the snapshot does not say how old it is', async () => {
    const { view, depth, answer } = keeperOf({ hasSnapshots: true, comparable: false })
    depth(10, [[90, 1]], [[110, 1]])
    depth(11, [[100, 4]], [])
    await answer(0, BID, ASK, 0)
    expect(view.state).toBe('live')
    expect(view.bids()).toEqual([[100, 4]])
  })

  it('Q39: is never good because a snapshot failed: it settles from the stream and tries again, ever more slowly', async () => {
    const { keeper, view, depth, fail, requests, clock, changes } = keeperOf({ hasSnapshots: true })
    depth(1, BID, [])
    await fail('HTTP 503')
    clock.advance(1_000)
    expect(requests.length).toBe(2)
    await fail('HTTP 503')
    clock.advance(1_999)
    expect(requests.length).toBe(2)
    clock.advance(1)
    expect(requests.length).toBe(3)
    expect(changes).toEqual([])
    expect(keeper.reason).toBe('settling, 0 of 1000 ms, bids 1, asks 0, no snapshot: HTTP 503')
    depth(2, [], ASK)
    clock.advance(1_000)
    expect(view.state).toBe('live')
  })

  it.each<[string, Level[], Level[]]>([
    ['an empty side', BID, []],
    ['crossed', [[101, 1]], ASK],
    ['a bid of -1', [[100, -1]], ASK],
    ['an ask of 1 at NaN', BID, [[NaN, 1]]],
  ])('Q39: refuses a snapshot that is no book: %s', async (words, bids, asks) => {
    const { keeper, view, depth, answer } = keeperOf({ hasSnapshots: true })
    depth(1, [[90, 1]], [[110, 1]])
    await answer(1, bids, asks)
    depth(2, [], [])
    expect([view.state, view.bestBidPrice]).toEqual(['syncing', 90])
    expect(keeper.reason).toContain(words)
  })

  it('gives a snapshot up that takes too long, and then settles from the stream', async () => {
    const { keeper, view, depth, requests, clock, answer } = keeperOf({ hasSnapshots: true })
    depth(1, BID, ASK)
    clock.advance(4_999)
    expect([view.state, keeper.reason]).toEqual(['syncing', 'waiting for the snapshot'])
    clock.advance(1)
    expect(requests[0]!.signal.aborted).toBe(true)
    expect(view.state).toBe('live')
    await answer(1, [[90, 1]], ASK)
    expect(view.bestBidPrice).toBe(100)
  })

  it('is not seeded by a snapshot whose updates were more than the memory for them holds', async () => {
    const { keeper, view, depth, answer } = keeperOf({ hasSnapshots: true })
    depth(1, [[90, 1]], [[110, 1]])
    const many = Array.from({ length: 4_000 }, (_, i): Level => [110 + i, 1])
    for (let sequence = 2; sequence < 200; sequence++) depth(sequence, [], many)
    await answer(5, BID, ASK)
    expect([view.state, view.bestBidPrice]).toEqual(['syncing', 90])
    expect(keeper.reason).toContain('is older than the updates that were kept')
  })

  it('Q42: is seeded anew every so often when asked to, which heals what was lost unseen', async () => {
    const messages: string[] = []
    const logger: Logger = {
      ...silentLogger,
      warn: (_fields, message) => {
        messages.push(message)
      },
    }
    const { view, depth, answer, requests, clock, changes } = keeperOf({
      hasSnapshots: true,
      options: { verifyMs: 60_000 },
      logger,
    })
    depth(1, BID, ASK)
    await answer(1, [...BID, [99, 9]], ASK)
    depth(2, [], [])
    clock.advance(60_000)
    expect(requests.length).toBe(2)
    depth(4, [[98, 1]], [])
    await answer(3, BID, ASK)
    expect(view.bids()).toEqual([
      [100, 1],
      [98, 1],
    ])
    expect(changes.map((change) => change.state)).toEqual(['live'])
    expect(messages.at(-1)).toBe('the book was seeded anew: 1 of its best levels differed')
    clock.advance(60_000)
    expect(requests.length).toBe(3)
  })
})

describe('a seeded book whose tops say what the depth must be', () => {
  /** Live, and twenty times in agreement with its tops; the next update has number 100. */
  async function agreeing() {
    const setup = keeperOf({ hasSnapshots: true })
    const { depth, top, answer } = setup
    depth(1, BID, ASK)
    await answer(1, BID, ASK)
    for (let i = 1; i <= 21; i++) {
      top(4 * i, true, 100, i)
      depth(4 * i + 1, [[100, i]], [])
    }
    setup.clock.advance(10_000)
    return setup
  }

  it('Q42: is compared with a snapshot after one contradiction, staying live, because a top may have been lost', async () => {
    const { view, clock, depth, top, answer, requests } = await agreeing()
    depth(100, [[99, 1]], [])
    top(101, true, 100, 30)
    expect(requests.length).toBe(1)
    depth(102, [[99, 2]], [])
    top(103, true, 100, 31)
    clock.advance(0)
    expect([view.state, requests.length]).toEqual(['live', 2])
    await answer(
      102,
      [
        [100, 30],
        [99, 2],
      ],
      ASK,
    )
    expect([view.state, view.bids(1)]).toEqual(['live', [[100, 31]]])
  })

  it('Q42: is invalid after two in a row, keeps its levels, and is live again once it was seeded', async () => {
    const { keeper, view, clock, depth, top, answer, requests, changes } = await agreeing()
    for (const sequence of [100, 110, 120]) {
      depth(sequence, [[99, sequence]], [])
      top(sequence + 1, true, 100, sequence)
    }
    clock.advance(0)
    expect([view.state, view.bidLevelCount, requests.length]).toEqual(['invalid', 2, 2])
    expect(keeper.reason).toContain('the best bid of the depth is not the one that was told')
    await answer(
      120,
      [
        [100, 110],
        [99, 120],
      ],
      ASK,
    )
    depth(130, [], [])
    expect(view.state).toBe('live')
    expect(changes.map(({ state }) => state)).toEqual(['live', 'invalid', 'live'])
  })

  it('keeps no wrong level when there is no snapshot to put it right', async () => {
    const { view, clock, depth, top, fail } = await agreeing()
    for (const sequence of [100, 110, 120]) {
      depth(sequence, [[99, sequence]], [])
      top(sequence + 1, true, 100, sequence)
    }
    clock.advance(0)
    await fail('HTTP 503')
    expect([view.state, view.bidLevelCount]).toEqual(['invalid', 0])
  })

  it('pays no attention where tops and depth have never agreed: it is the assumption that is wrong', async () => {
    const { view, depth, top, answer, requests } = keeperOf({ hasSnapshots: true })
    depth(1, BID, ASK)
    await answer(1, BID, ASK)
    for (let i = 1; i <= 50; i++) {
      top(4 * i, true, 100, i)
      depth(4 * i + 1, [[99, i]], [])
    }
    expect([view.state, requests.length]).toEqual(['live', 1])
  })
})

describe('a book that is doubted', () => {
  it('is compared with a snapshot soon, but not more often than every five seconds', async () => {
    const { keeper, view, depth, answer, requests, clock } = keeperOf({ hasSnapshots: true })
    keeper.doubted('it is not live yet')
    depth(1, BID, ASK)
    await answer(1, BID, ASK)
    depth(2, [], [])
    clock.advance(10_000)
    expect(requests.length).toBe(1)
    for (let i = 0; i < 10; i++) {
      keeper.doubted('3 trades were lost or overtaken')
      clock.advance(0)
    }
    expect(requests.length).toBe(2)
    await answer(2, BID, ASK)
    clock.advance(MIN_VERIFICATION_INTERVAL_MS - 1)
    expect(requests.length).toBe(2)
    clock.advance(1)
    expect([view.state, requests.length]).toEqual(['live', 3])
  })
})

describe('a book whose data was interrupted', () => {
  it('Q33: is invalid and empty after a loss, says why, and is rebuilt from a new snapshot', async () => {
    const { keeper, view, depth, answer, requests, changes, clock } = keeperOf({ hasSnapshots: true })
    depth(1, BID, ASK)
    await answer(1, BID, ASK)
    depth(2, [], [])
    clock.advance(10_000)
    keeper.interrupted('invalid', 'depth 3 to 5 were lost')
    expect([view.state, view.bidLevelCount]).toEqual(['invalid', 0])
    expect(keeper.reason).toBe('depth 3 to 5 were lost; rebuilding: waiting for the first message')
    depth(6, [[90, 1]], [[110, 1]])
    expect(view.state).toBe('invalid')
    expect(requests.length).toBe(2)
    depth(8, [], [])
    await answer(7, BID, ASK)
    expect([view.state, view.bestBidPrice]).toEqual(['live', 100])
    expect(changes.map((change) => change.state)).toEqual(['live', 'invalid', 'live'])
  })

  it('Q33: settles anew after a loss where there is no snapshot', () => {
    const { keeper, view, depth, clock } = keeperOf()
    depth(1, BID, ASK)
    clock.advance(1_000)
    keeper.interrupted('invalid', 'a datagram was lost')
    depth(2, BID, ASK)
    clock.advance(999)
    expect(view.state).toBe('invalid')
    clock.advance(1)
    expect(view.state).toBe('live')
  })

  it('asks for snapshots at least a second apart, however often data is lost', async () => {
    const { keeper, depth, requests, clock } = keeperOf({ hasSnapshots: true })
    for (let sequence = 1; sequence <= 50; sequence++) {
      depth(sequence, BID, ASK)
      keeper.interrupted('invalid', 'lost')
    }
    depth(51, BID, ASK)
    expect(requests.length).toBe(1)
    expect(requests[0]!.signal.aborted).toBe(true)
    clock.advance(1_000)
    expect(requests.length).toBe(2)
    await setImmediate()
  })

  it('is stale when nothing arrives, with its levels; the next message begins it anew', () => {
    const { keeper, view, depth, clock, changes } = keeperOf()
    depth(1, BID, ASK)
    clock.advance(1_000)
    keeper.interrupted('stale', 'nothing arrived for 5 s')
    expect([view.state, keeper.reason, view.bestBidPrice]).toEqual(['stale', 'nothing arrived for 5 s', 100])
    clock.advance(60_000)
    expect(view.state).toBe('stale')
    depth(2, [[99, 1]], [[103, 1]])
    expect(view.state).toBe('syncing')
    expect(view.bids()).toEqual([[99, 1]])
    clock.advance(1_000)
    expect(changes.map((change) => change.state)).toEqual(['live', 'stale', 'syncing', 'live'])
  })

  it('U3: begins anew, with sequences anew, after a restart, and a snapshot from before it is not used', async () => {
    const { keeper, view, depth, requests, clock } = keeperOf({ hasSnapshots: true })
    depth(1_000, BID, ASK)
    keeper.restarted()
    expect([view.state, view.bidLevelCount, view.sequence]).toEqual(['syncing', 0, 0])
    requests[0]!.resolve({ sequence: 1_000, eventMs: 1, bids: flat([[50, 1]]), asks: flat([[60, 1]]) })
    await setImmediate()
    clock.advance(1_000)
    depth(5, BID, ASK)
    depth(7, [[99, 1]], [])
    requests[1]!.resolve({ sequence: 6, eventMs: 6, bids: flat(BID), asks: flat(ASK) })
    await setImmediate()
    expect([view.state, view.sequence]).toEqual(['live', 7])
    expect(view.bids()).toEqual([
      [100, 1],
      [99, 1],
    ])
  })

  it('is invalid after more depth messages crossed it than are tolerated', () => {
    const { view, depth, clock, changes } = keeperOf({ options: { crossedLimit: 1 } })
    depth(1, BID, ASK)
    clock.advance(1_000)
    depth(2, [[101, 1]], [[102, 1]])
    expect([view.state, view.bestBidPrice]).toEqual(['live', 101])
    depth(3, [[102, 1]], [])
    expect([view.state, view.bidLevelCount]).toEqual(['invalid', 0])
    expect(changes.at(-1)!.reason).toBe('2 depth messages crossed the book: updates were lost')
  })
})

describe('what a keeper delivers', () => {
  it('tells each change of the book once, and no message that changes nothing', () => {
    const { depth, top, updateCount } = keeperOf()
    depth(5, BID, ASK)
    top(4, true, 99, 1)
    top(6, true, 99, 1)
    expect(updateCount()).toBe(2)
  })

  it('passes trades on as they came, and keeps the last price', () => {
    const { keeper, view, trades } = keeperOf()
    keeper.trade(TRADE)
    expect(view.lastTradePrice).toBe(100.5)
    expect(trades).toEqual([['BTC-USDT', TRADE]])
  })

  it('delivers nothing once it is stopped, has no timers left, and its book is stale', async () => {
    const { keeper, view, depth, top, answer, requests, clock, changes, updateCount, trades } = keeperOf({
      hasSnapshots: true,
      options: { verifyMs: 1_000 },
    })
    depth(1, BID, ASK)
    await answer(1, BID, ASK)
    depth(2, [], [])
    clock.advance(1_000)
    const [updatesBefore, changesBefore] = [updateCount(), changes.length]
    keeper.stop()
    expect([view.state, clock.pending, requests.at(-1)!.signal.aborted]).toEqual(['stale', 0, true])
    depth(3, [[99, 1]], [])
    top(4, true, 99, 1)
    keeper.trade(TRADE)
    keeper.interrupted('invalid', 'lost')
    keeper.restarted()
    await answer(4, BID, ASK)
    expect([updateCount(), changes.length, trades.length]).toEqual([updatesBefore, changesBefore, 0])
    expect([view.state, clock.pending]).toEqual(['stale', 0])
  })

  it('may be stopped by whoever it tells of a change', () => {
    const clock = new FakeClock()
    let updates = 0
    const keeper: BookKeeper = new BookKeeper({
      pair: 'BTC-USDT',
      clock,
      logger: silentLogger,
      sequencesComparable: true,
      options: { depthMode: 'full' },
      callbacks: { onStateChange: () => keeper.stop(), onUpdate: () => updates++ },
    })
    keeper.start()
    deliver({ kind: 'depth', sequence: 1, bids: BID, asks: ASK, eventMs: 1, receivedMs: 1 }, keeper)
    expect([keeper.view.state, updates, clock.pending]).toEqual(['stale', 0, 0])
  })
})
