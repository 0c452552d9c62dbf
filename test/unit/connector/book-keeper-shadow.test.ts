import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../../src/common/log.ts'
import type { BookKeeperOptions } from '../../../src/connector/book-keeper-options.ts'
import { BookKeeper } from '../../../src/connector/book-keeper.ts'
import type { BookSnapshot, MarketDataSink } from '../../../src/connector/market-data-source.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { deliver, flat, type Level } from '../../support/market-call.ts'

/** A live book that settles after 100 ms, at sequences about a million. */
function makeServed(options: BookKeeperOptions = {}, fetchSnapshot?: () => Promise<BookSnapshot>) {
  const clock = new FakeClock()
  const told: string[] = []
  const served = new BookKeeper({
    pair: 'BTC-USDT',
    clock,
    logger: silentLogger,
    sequencesComparable: true,
    options: { settleMs: 100, ...options },
    ...(fetchSnapshot && { fetchSnapshot }),
    callbacks: {
      onUpdate: (book) => told.push(`${book.state} ${book.bestBidPrice} ${book.bestAskPrice}`),
      onTrade: () => told.push('trade'),
      onStateChange: ({ previous, state }) => told.push(`${previous} → ${state}`),
    },
  })
  served.start()
  const depth = (
    sink: MarketDataSink,
    sequence: number,
    bids: readonly Level[],
    asks: readonly Level[],
    eventMs = sequence,
  ) => deliver({ kind: 'depth', sequence, bids, asks, eventMs, receivedMs: eventMs }, sink)
  depth(served, 1_000_000, [[100, 1]], [[101, 1]])
  clock.advance(100)
  expect(served.isLive).toBe(true)
  told.length = 0
  return { clock, served, told, depth }
}

const UNHEARD = { onLive: () => undefined, onLost: () => undefined }
const OTHER = { sequencesComparable: true, depthMode: 'diff', ...UNHEARD } as const

describe('a second book beside the one that is served', () => {
  test('takes its place in one step: the same view, live all the time, and one update', () => {
    const { clock, served, told, depth } = makeServed()
    const { view } = served
    const shadow = served.shadow(OTHER)
    depth(shadow.sink, 7, [[200, 2]], [[201, 2]])
    shadow.sink.trade({
      isBuyTaker: true,
      price: 200.5,
      size: 1,
      tradeIdHigh: 0,
      tradeIdLow: 1,
      eventMs: 7,
      receivedMs: 7,
    })
    clock.advance(100)
    expect(shadow.isLive).toBe(true)
    expect(told, 'it is shown to nobody').toEqual([])
    shadow.serve('fed by the other source')
    expect(told).toEqual(['live 200 201'])
    expect(served.view).toBe(view)
    expect(served.reason).toBe('fed by the other source')
    expect(view.lastTradePrice).toBe(200.5)
    expect([view.bidLevelCount, view.askLevelCount], 'nothing of the first source is left').toEqual([1, 1])
  })

  test('brings its own numbers: what follows is compared with them only', () => {
    const { clock, served, told, depth } = makeServed()
    const shadow = served.shadow(OTHER)
    depth(shadow.sink, 7, [[200, 2]], [[201, 2]])
    clock.advance(100)
    shadow.serve('fed by the other source')
    depth(
      served,
      8,
      [
        [200, 0],
        [199, 1],
      ],
      [],
    )
    deliver(
      { kind: 'top', isBid: true, price: 199.5, size: 1, sequence: 9, eventMs: 9, receivedMs: 9 },
      served,
    )
    expect(told).toEqual(['live 200 201', 'live 199 201', 'live 199.5 201'])
    expect(served.view.sequence).toBe(9)
  })

  test('may number otherwise: by event time where ids cannot be compared', () => {
    const { clock, served, told, depth } = makeServed()
    const shadow = served.shadow({ ...OTHER, sequencesComparable: false })
    depth(shadow.sink, 500, [[200, 2]], [[201, 2]], 1_000)
    clock.advance(100)
    shadow.serve('fed by the other source')
    const top = { kind: 'top', isBid: true, size: 1, receivedMs: 0 } as const
    deliver({ ...top, price: 200.5, sequence: 3, eventMs: 1_001 }, served)
    deliver({ ...top, price: 200.7, sequence: 900, eventMs: 999 }, served)
    expect(told).toEqual(['live 200 201', 'live 200.5 201'])
  })

  test('makes a stale book live at once', () => {
    const { clock, served, told, depth } = makeServed()
    served.interrupted('stale', 'no message for a while')
    const shadow = served.shadow({ ...OTHER, onLive: () => shadow.serve('fed by the other source') })
    depth(shadow.sink, 7, [[200, 2]], [[201, 2]])
    expect(told).toEqual(['live → stale'])
    clock.advance(100)
    expect(told).toEqual(['live → stale', 'stale → live', 'live 200 201'])
  })

  test('may take its place in the middle of the message that made it live', () => {
    const { served, told, depth } = makeServed()
    const shadow = served.shadow({ ...OTHER, depthMode: 'full', onLive: () => shadow.serve('whole books') })
    depth(shadow.sink, 7, [[200, 2]], [[201, 2]])
    depth(served, 8, [[300, 1]], [[301, 1]])
    expect(told, 'each message is a whole book now').toEqual(['live 200 201', 'live 300 301'])
    expect(served.view.bidLevelCount).toBe(1)
  })

  test('is seeded by a snapshot of its own, and what it replaces is seeded anew after its own losses', async () => {
    let snapshots = 0
    let sequence = 6
    const snapshot = (): Promise<BookSnapshot> => {
      snapshots++
      return Promise.resolve({
        sequence,
        eventMs: sequence,
        bids: flat([
          [200, 1],
          [150, 5],
        ]),
        asks: flat([[201, 1]]),
      })
    }
    const { clock, served, depth } = makeServed({ depthMode: 'full' }, snapshot)
    const shadow = served.shadow(OTHER)
    depth(shadow.sink, 6, [[200, 1]], [])
    await setImmediate()
    depth(shadow.sink, 7, [[200, 2]], [[201, 2]])
    expect(shadow.isLive, 'no settling is waited for').toBe(true)
    shadow.serve('fed by the other source')
    expect(served.view.bidLevelCount).toBe(2)
    served.interrupted('invalid', 'something was lost')
    sequence = 9
    depth(served, 9, [[200, 3]], [])
    clock.advance(2_000)
    await setImmediate()
    depth(served, 10, [[200, 4]], [])
    expect(served.isLive).toBe(true)
    expect(snapshots).toBe(2)
  })

  test('says when it is not live any more', () => {
    const { clock, served, depth } = makeServed()
    const heard: string[] = []
    const shadow = served.shadow({
      ...OTHER,
      onLive: () => heard.push('live'),
      onLost: () => heard.push('lost'),
    })
    depth(shadow.sink, 7, [[200, 2]], [[201, 2]])
    clock.advance(100)
    shadow.sink.interrupted('stale', 'silence')
    expect(heard).toEqual(['live', 'lost'])
  })

  test('that is not wanted any more leaves no timer and changes nothing', () => {
    const { clock, served, told, depth } = makeServed()
    const timers = clock.pending
    const shadow = served.shadow(OTHER)
    depth(shadow.sink, 7, [[200, 2]], [[201, 2]])
    shadow.end()
    expect(clock.pending).toBe(timers)
    depth(shadow.sink, 8, [[200, 2]], [[201, 2]])
    expect(told).toEqual([])
    expect(served.view.bestBidPrice).toBe(100)
  })
})
