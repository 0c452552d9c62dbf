import fc from '../support/seeded-fast-check.ts'
import { test } from 'vitest'
import { silentLogger } from '../../src/common/log.ts'
import { BookKeeper } from '../../src/connector/book-keeper.ts'
import type { OrderBookView } from '../../src/connector/order-book.ts'
import type { MarketDataSink } from '../../src/connector/market-data-source.ts'
import { PairFallback } from '../../src/qtx/overrides/feed-fallback-pair.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { deliver } from '../support/market-call.ts'

const step = fc.constantFrom(
  'udp',
  'udp',
  'udp',
  'websocket',
  'websocket',
  'udp stale',
  'websocket stale',
  'time',
  'udp invalid',
)

test('whatever two sources do, a live book is whole, uncrossed, and of the one source that is told', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 300 }), (steps) => {
      const clock = new FakeClock()
      let told = 'udp'
      const check = (book: OrderBookView) => {
        if (book.state !== 'live') return
        const levels = [...book.bids(), ...book.asks()]
        const isOf = (least: number) => levels.every(([price]) => price >= least && price < least + 100)
        if (book.bids().length === 0 || book.asks().length === 0) throw new Error('one-sided')
        if (book.bestBidPrice >= book.bestAskPrice) throw new Error('crossed')
        if (!isOf(100) && !isOf(200)) throw new Error('of two sources')
      }
      const served = new BookKeeper({
        pair: 'BTC-USDT',
        clock,
        logger: silentLogger,
        sequencesComparable: true,
        options: { settleMs: 100 },
        callbacks: { onUpdate: check },
      })
      served.start()
      let websocket: MarketDataSink | undefined
      const fallback = new PairFallback({
        pair: 'BTC-USDT',
        served,
        clock,
        afterMs: 200,
        udpTraits: { sequencesComparable: true, depthMode: 'diff' },
        openWebsocket: (sink) => {
          websocket = sink
          return { sequencesComparable: false, depthMode: 'diff' }
        },
        closeWebsocket: () => (websocket = undefined),
        onChange: ({ source }) => {
          if (source === told) throw new Error(`${source} was told twice`)
          told = source
        },
      })
      fallback.begin()
      const send = (sink: MarketDataSink | undefined, base: number, sequence: number) => {
        if (!sink) return
        const price = base + 10 + (sequence % 7)
        deliver(
          {
            kind: 'depth',
            sequence,
            eventMs: sequence,
            receivedMs: sequence,
            bids: [
              [price, 1],
              [price - 8, 0],
            ],
            asks: [
              [price + 20, 1],
              [price + 28, 0],
            ],
          },
          sink,
        )
      }
      for (const [at, what] of steps.entries()) {
        if (what === 'udp') send(fallback.udp, 100, 1_000_000 + at)
        else if (what === 'websocket') send(websocket, 200, 1 + at)
        else if (what === 'udp stale') fallback.udp.interrupted('stale', 'silent')
        else if (what === 'udp invalid') fallback.udp.interrupted('invalid', 'lost')
        else if (what === 'websocket stale') websocket?.interrupted('stale', 'closed')
        clock.advance(what === 'time' ? 250 : 20)
        check(served.view)
        if (fallback.source !== told) throw new Error('the source was not told')
        const { bestBidPrice } = served.view
        if (served.isLive && bestBidPrice < 200 !== (told === 'udp'))
          throw new Error(`${bestBidPrice} by ${told}`)
      }
      fallback.end()
      served.stop()
      if (clock.pending > 0) throw new Error(`${clock.pending} timers are left`)
    }),
    { numRuns: 300 },
  )
})
