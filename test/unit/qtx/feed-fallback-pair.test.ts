import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../../src/common/log.ts'
import { BookKeeper } from '../../../src/connector/book-keeper.ts'
import type { MarketDataSink } from '../../../src/connector/market-data-source.ts'
import { PairFallback } from '../../../src/qtx/overrides/feed-fallback-pair.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { deliver } from '../../support/market-call.ts'

const AFTER_MS = 1_000
const SETTLE_MS = 100

/** Two sources that number quite differently, and a book that settles. UDP's prices are about 100, the others 200. */
function rig() {
  const clock = new FakeClock()
  const told: string[] = []
  const served = new BookKeeper({
    pair: 'BTC-USDT',
    clock,
    logger: silentLogger,
    sequencesComparable: true,
    options: { settleMs: SETTLE_MS },
    callbacks: { onStateChange: ({ state }) => told.push(state) },
  })
  served.start()
  let websocket: MarketDataSink | undefined
  let opened = 0
  const fallback = new PairFallback({
    pair: 'BTC-USDT',
    served,
    clock,
    afterMs: AFTER_MS,
    udpTraits: { sequencesComparable: true, depthMode: 'diff' },
    openWebsocket: (sink) => {
      opened++
      websocket = sink
      return { sequencesComparable: true, depthMode: 'diff' }
    },
    closeWebsocket: () => (websocket = undefined),
    onChange: ({ source }) => told.push(`by ${source}`),
  })
  fallback.begin()
  let udpSequence = 1_000_000
  let websocketSequence = 1
  const send = (sink: MarketDataSink | undefined, sequence: number, price: number) => {
    if (!sink) return
    const bids = [[price, sequence]] as const
    const asks = [[price + 1, sequence]] as const
    deliver({ kind: 'depth', sequence, bids, asks, eventMs: sequence, receivedMs: sequence }, sink)
  }
  const udp = () => send(fallback.udp, udpSequence++, 100)
  const byWebsocket = () => send(websocket, websocketSequence++, 200)
  /** So long nothing but this arrives, every 50 ms. */
  const run = (ms: number, ...sources: (() => void)[]) => {
    for (let atMs = 0; atMs < ms; atMs += 50) {
      for (const source of sources) source()
      clock.advance(50)
    }
  }
  const isOpen = () => websocket !== undefined
  return { clock, told, served, fallback, udp, byWebsocket, run, isOpen, opened: () => opened }
}

describe('the source of a pair', () => {
  test('stays UDP while that brings the book, however long it takes to become live', () => {
    const { run, udp, fallback, opened } = rig()
    run(10_000, udp)
    expect(fallback.source).toBe('udp')
    expect(opened()).toBe(0)
  })

  test('becomes the websocket when UDP never answers, once that has a live book', () => {
    const { run, byWebsocket, fallback, told, served, isOpen } = rig()
    run(AFTER_MS)
    expect(isOpen()).toBe(true)
    expect(fallback.source, 'nothing is there yet').toBe('udp')
    run(SETTLE_MS + 50, byWebsocket)
    expect(fallback.source).toBe('websocket')
    expect(told).toEqual(['live', 'by websocket'])
    expect(served.view.bestBidPrice).toBe(200)
  })

  test('stays UDP when that comes back before the websocket has a live book', () => {
    const { run, udp, byWebsocket, fallback, isOpen } = rig()
    run(AFTER_MS + 50)
    byWebsocket()
    run(AFTER_MS * 2, udp)
    expect(fallback.source).toBe('udp')
    expect(isOpen(), 'the websocket is not needed').toBe(false)
  })

  test('becomes UDP again only after that was good for as long as it was not', () => {
    const { run, udp, byWebsocket, fallback, served, told, isOpen } = rig()
    run(AFTER_MS)
    run(500, byWebsocket)
    run(AFTER_MS, byWebsocket, udp)
    expect(fallback.source).toBe('websocket')
    expect(served.view.bestBidPrice, 'no level of UDP').toBe(200)
    run(SETTLE_MS + 50, byWebsocket, udp)
    expect(fallback.source).toBe('udp')
    expect([served.view.bestBidPrice, served.view.bidLevelCount], 'no level of the websocket').toEqual([
      100, 1,
    ])
    expect(told, 'it was live all the time').toEqual(['live', 'by websocket', 'by udp'])
    expect(isOpen()).toBe(false)
  })

  test('stays the websocket while UDP comes and goes', () => {
    const { run, udp, byWebsocket, fallback, told } = rig()
    run(AFTER_MS)
    run(500, byWebsocket)
    for (let i = 0; i < 5; i++) {
      run(AFTER_MS / 2, byWebsocket, udp)
      fallback.udp.interrupted('stale', 'silent')
      run(AFTER_MS / 2, byWebsocket)
    }
    expect(told).toEqual(['live', 'by websocket'])
  })

  test('becomes UDP at once when the websocket fails and UDP is there', () => {
    const { run, udp, byWebsocket, fallback, served, told } = rig()
    run(AFTER_MS)
    run(500, byWebsocket)
    run(SETTLE_MS + 50, byWebsocket, udp)
    served.interrupted('stale', 'socket was closed')
    run(50, udp)
    expect(fallback.source, 'the websocket itself must say so').toBe('websocket')
    run(AFTER_MS, udp)
    expect(fallback.source).toBe('udp')
    expect(told.slice(0, 4)).toEqual(['live', 'by websocket', 'stale', 'live'])
  })

  test('falls back again, with a socket of its own each time', () => {
    const { run, udp, byWebsocket, fallback, opened } = rig()
    for (let round = 1; round <= 3; round++) {
      fallback.udp.interrupted('stale', 'silent')
      run(AFTER_MS + 50)
      run(500, byWebsocket)
      expect(fallback.source).toBe('websocket')
      expect(fallback.udpReason).toBe('silent')
      run(AFTER_MS * 2, byWebsocket, udp)
      expect(fallback.source).toBe('udp')
      expect(opened()).toBe(round)
    }
  })

  test('ends with every timer', () => {
    const { run, clock, fallback, served, udp, byWebsocket } = rig()
    run(AFTER_MS)
    run(500, byWebsocket)
    run(SETTLE_MS + 50, byWebsocket, udp)
    fallback.end()
    served.stop()
    expect(clock.pending).toBe(0)
  })
})
