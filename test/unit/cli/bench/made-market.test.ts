import { describe, expect, it } from 'vitest'
import { planBench } from '../../../../src/cli/bench/bench-plan.ts'
import { DatagramSequence, makeDatagrams, wholeSide } from '../../../../src/cli/bench/made-market.ts'
import { medianOf, percentilesOf } from '../../../../src/cli/bench/percentiles.ts'
import { OrderBook } from '../../../../src/connector/order-book.ts'
import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
} from '../../../../src/wire/market-data-codec.ts'

function decode(bytes: Uint8Array<ArrayBuffer>): MarketDataMessage {
  const message = new MarketDataMessage()
  const result = decodeMarketData(new DatagramMemory(bytes.buffer), 0, bytes.length, message)
  expect(result).toBe(DECODE.OK)
  return message
}

describe('the made market', () => {
  it('has tickers of 56 bytes and depth of 20 + 20 levels, the same every time', () => {
    expect(new Set(makeDatagrams('ticker').map(({ length }) => length))).toEqual(new Set([56]))
    for (const bytes of makeDatagrams('depth')) {
      expect(decode(bytes)).toMatchObject({ type: 2, askCount: 20, bidCount: 20 })
    }
    expect(makeDatagrams('depth')).toEqual(makeDatagrams('depth'))
  })

  it('begins with a book whose sides do not meet, best first', () => {
    const book = new OrderBook('BTC-USDT', { sequencesComparable: true })
    book.applySnapshot({ sequence: 1, eventMs: 1, bids: wholeSide(true), asks: wholeSide(false) }, 1)
    expect([book.bestBidPrice, book.bestAskPrice]).toEqual([60_000, 60_000.1])
    expect(book.bidLevelCount).toBe(1_000)
  })

  it('numbers and stamps its datagrams exactly, also beyond 32 bits', () => {
    const market = new DatagramSequence()
    const stampNs = 9_007_199_254_740_990
    market.next('ticker', 1_748_231_160_123, stampNs)
    const message = decode(market.next('depth', 1_748_231_160_124, stampNs))
    expect(message.sequence).toBe(2n)
    expect(message.localNs).toBe(9_007_199_254_740_990n)
    expect([message.txMs, message.eventMs]).toEqual([1_748_231_160_124, 1_748_231_160_124])
  })

  it('repeats in its depth the best sizes that its tickers told, so that nothing looks lost', () => {
    const market = new DatagramSequence()
    const bid = decode(market.next('ticker', 1, 1))
    const ask = decode(market.next('ticker', 1, 1))
    const depth = decode(market.next('depth', 1, 1))
    expect([bid.type, ask.type]).toEqual([1, -1])
    expect(depth.levels[depth.bidsStart]).toBe(bid.price)
    expect(depth.levels[depth.bidsStart + 1]).toBe(bid.size)
    expect(depth.levels[depth.asksStart]).toBe(ask.price)
    expect(depth.levels[depth.asksStart + 1]).toBe(ask.size)
  })
})

describe('what is made of samples', () => {
  it('is percentiles of the sorted values', () => {
    const values = Float64Array.from({ length: 101 }, (_, i) => 100 - i)
    expect(percentilesOf(values)).toEqual({ p50: 50, p90: 90, p99: 99 })
    expect(percentilesOf(new Float64Array(0)).p50).toBeNaN()
  })

  it('is the middle, or the mean of the two in the middle', () => {
    expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([2, 2.5])
    expect(medianOf([])).toBeNaN()
  })
})

describe('the plan', () => {
  it('gives all parts together the time that was asked for', () => {
    const total = Object.values(planBench(10)).reduce((sum, ms) => sum + ms, 0)
    expect(total).toBeCloseTo(10_000, 6)
  })
})
