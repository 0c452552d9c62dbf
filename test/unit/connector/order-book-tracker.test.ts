import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/common/log.ts'
import type { BookStateChange } from '../../../src/connector/events.ts'
import { OrderBookTracker } from '../../../src/connector/order-book-tracker.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { MarketCall } from '../../support/market-call.ts'
import { ReplaySource, snapshotOf } from '../../support/replay-source.ts'

type DepthCall = Extract<MarketCall, { kind: 'depth' | 'snapshot' }>

function wholeBook(sequence: number, price = 100): DepthCall {
  return {
    kind: 'depth',
    sequence,
    bids: [[price, 1]],
    asks: [[price + 1, 1]],
    eventMs: sequence,
    receivedMs: sequence,
  }
}

function trackerOf(pairs: string[], hasSnapshots = false) {
  const source = new ReplaySource({ hasSnapshots })
  const clock = new FakeClock()
  const changes: BookStateChange[] = []
  const updated: string[] = []
  const tracker = new OrderBookTracker({
    pairs,
    source,
    clock,
    logger: silentLogger,
    callbacks: {
      onUpdate: (view) => updated.push(view.pair),
      onStateChange: (change) => changes.push(change),
    },
  })
  return { tracker, source, clock, changes, updated }
}

describe('an order book tracker', () => {
  it('starts the source, subscribes every pair, and is ready when every book is live', async () => {
    const { tracker, source, clock, updated } = trackerOf(['BTC-USDT', 'ETH-USDT'])
    expect(tracker.ready).toBe(false)
    await tracker.start()
    await tracker.start()
    expect(source.log).toEqual(['start', 'subscribe BTC-USDT', 'subscribe ETH-USDT'])
    source.deliver('BTC-USDT', wholeBook(1))
    clock.advance(1_000)
    expect(tracker.book('BTC-USDT').state).toBe('live')
    expect(tracker.ready).toBe(false)
    source.deliver('ETH-USDT', wholeBook(1))
    clock.advance(1_000)
    expect(tracker.ready).toBe(true)
    expect(updated).toEqual(['BTC-USDT', 'ETH-USDT'])
  })

  it('Q38: fetches all snapshots side by side, each book live as soon as its own is there', async () => {
    const pairs = Array.from({ length: 20 }, (_, i) => `COIN${i}-USDT`)
    const { tracker, source, clock } = trackerOf(pairs, true)
    await tracker.start()
    for (const pair of pairs) source.deliver(pair, wholeBook(1))
    expect(source.requests.map((request) => request.pair)).toEqual(pairs)
    for (const request of source.requests.toReversed()) {
      request.resolve(snapshotOf(wholeBook(1)))
      await setImmediate()
      source.deliver(request.pair, wholeBook(2))
      expect(tracker.book(request.pair).state).toBe('live')
    }
    expect(tracker.ready).toBe(true)
    expect(clock.monotonicMs()).toBe(0)
  })

  it('says of each pair whether it is live, why not, and what to do', async () => {
    const { tracker, source, clock } = trackerOf(['BTC-USDT'])
    await tracker.start()
    source.deliver('BTC-USDT', { ...wholeBook(1), asks: [] })
    expect(tracker.readiness('BTC-USDT')).toEqual({
      ok: false,
      reason: 'BTC-USDT is syncing: settling, 0 of 1000 ms, bids 1, asks 0',
      remedy: 'wait; if it lasts, check that the feed sends both sides of the depth of this pair',
    })
    source.deliver('BTC-USDT', wholeBook(2))
    clock.advance(1_000)
    expect(tracker.readiness('BTC-USDT')).toEqual({
      ok: true,
      reason: 'whole and uncrossed for 1000 ms',
      remedy: '',
    })
    source.sinks.get('BTC-USDT')!.interrupted('stale', 'nothing arrived for 5 s')
    expect(tracker.readiness('BTC-USDT').reason).toBe('BTC-USDT is stale: nothing arrived for 5 s')
    expect(tracker.ready).toBe(false)
  })

  it('refuses pairs that it does not track, by code', () => {
    const { tracker } = trackerOf(['BTC-USDT'])
    for (const ask of [
      () => tracker.book('DOGE-USDT'),
      () => tracker.readiness('DOGE-USDT'),
      () => tracker.removePair('DOGE-USDT'),
    ]) {
      expect(ask).toThrow(expect.objectContaining({ code: 'QTX_PAIR_UNKNOWN' }))
    }
  })

  it('delivers nothing once it is stopped, and its books are stale', async () => {
    const { tracker, source, clock, changes, updated } = trackerOf(['BTC-USDT'])
    await tracker.start()
    source.deliver('BTC-USDT', wholeBook(1))
    clock.advance(1_000)
    await tracker.stop()
    await tracker.stop()
    expect(source.log.filter((entry) => entry === 'stop').length).toBe(1)
    source.deliver('BTC-USDT', wholeBook(2))
    expect([updated.length, changes.length, tracker.book('BTC-USDT').state, clock.pending]).toEqual([
      1,
      1,
      'stale',
      0,
    ])
    expect(tracker.readiness('BTC-USDT').reason).toContain('was stopped')
  })

  it('can be started again; books begin anew behind the same views', async () => {
    const { tracker, source, clock, changes } = trackerOf(['BTC-USDT'])
    const view = tracker.book('BTC-USDT')
    await tracker.start()
    source.deliver('BTC-USDT', wholeBook(1_000))
    clock.advance(1_000)
    const stopping = tracker.stop()
    await tracker.start()
    await stopping
    expect(source.log).toEqual(['start', 'subscribe BTC-USDT', 'stop', 'start', 'subscribe BTC-USDT'])
    expect([view.state, view.bidLevelCount]).toEqual(['syncing', 0])
    source.deliver('BTC-USDT', wholeBook(1, 200))
    clock.advance(1_000)
    expect([view.state, view.bestBidPrice]).toEqual(['live', 200])
    expect(changes.map((change) => change.state)).toEqual(['live', 'syncing', 'live'])
  })

  it('subscribes nothing when it was stopped while it started', async () => {
    const { tracker, source } = trackerOf(['BTC-USDT'])
    const started = tracker.start()
    await tracker.stop()
    await started
    expect(source.log).not.toContain('subscribe BTC-USDT')
  })

  it('passes on why the source did not start, and can then be started again', async () => {
    const { tracker, source } = trackerOf(['BTC-USDT'])
    source.startFailure = new Error('no such host')
    await expect(tracker.start()).rejects.toThrow('no such host')
    source.startFailure = undefined
    await tracker.start()
    expect(source.log).toEqual(['start', 'start', 'subscribe BTC-USDT'])
  })

  it('takes and gives up pairs while it runs', async () => {
    const { tracker, source, clock } = trackerOf(['BTC-USDT'])
    await tracker.start()
    tracker.addPair('ETH-USDT')
    tracker.addPair('ETH-USDT')
    source.deliver('ETH-USDT', wholeBook(1))
    clock.advance(1_000)
    const view = tracker.book('ETH-USDT')
    expect(view.state).toBe('live')
    tracker.removePair('ETH-USDT')
    expect(source.log.slice(2)).toEqual(['subscribe ETH-USDT', 'unsubscribe ETH-USDT'])
    source.deliver('ETH-USDT', wholeBook(2))
    expect([view.state, view.sequence]).toEqual(['stale', 1])
    expect([...tracker.pairs]).toEqual(['BTC-USDT'])
  })

  it('subscribes pairs that were added before it was started', async () => {
    const { tracker, source } = trackerOf([])
    tracker.addPair('ETH-USDT')
    expect(source.log).toEqual([])
    await tracker.start()
    expect(source.log).toEqual(['start', 'subscribe ETH-USDT'])
  })
})
