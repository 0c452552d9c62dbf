import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { MarketDataSink } from '../../../../src/connector/market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from '../../../../src/connector/market-updates.ts'
import { readKucoinMarketFrame } from '../../../../src/exchanges/kucoin/kucoin-market-frames.ts'
import { MarketFeed } from '../../../../src/exchanges/market-feed.ts'

const NOW_MS = 1_705_708_800_500

/** Writes down what a feed says, in words. */
class Said implements MarketDataSink {
  readonly words: string[] = []

  depth({ sequence, eventMs, levels, asksStart, askCount, bidsStart, bidCount }: DepthUpdate): void {
    const asks = [...levels.slice(asksStart, asksStart + 2 * askCount)]
    const bids = [...levels.slice(bidsStart, bidsStart + 2 * bidCount)]
    this.words.push(`depth ${sequence} ${eventMs} asks ${asks.join('@')} bids ${bids.join('@')}`)
  }
  top({ isBid, price, size, sequence, eventMs }: TopUpdate): void {
    this.words.push(`top ${isBid ? 'bid' : 'ask'} ${price} ${size} ${sequence} ${eventMs}`)
  }
  trade({ isBuyTaker, price, size, tradeIdHigh: high, tradeIdLow: low, eventMs }: PublicTrade): void {
    this.words.push(
      `trade ${isBuyTaker ? 'buy' : 'sell'} ${price} ${size} ${high * 2 ** 32 + low} ${eventMs}`,
    )
  }
  interrupted(state: string): void {
    this.words.push(`interrupted ${state}`)
  }
  restarted(): void {
    this.words.push('restarted')
  }
}

function reader() {
  const said = new Said()
  const feed = new MarketFeed('BTC-USDT', 0.01, said)
  const read = (frame: unknown) =>
    readKucoinMarketFrame(frame, (symbol) => (symbol === 'ETHUSDTM' ? feed : undefined), NOW_MS)
  return { said, feed, read }
}

const message = (subject: string, topic: string, data: object) => ({
  type: 'message',
  subject,
  topic: `${topic}:ETHUSDTM`,
  data,
})
const level = (sequence: number, change: string) =>
  message('level2', '/contractMarket/level2', { sequence, change, timestamp: 1_705_708_800_010 })

describe('public frames', () => {
  test('a changed level is one side, in base units; size 0 deletes', () => {
    const { said, read } = reader()
    expect(read(level(7, '2500.05,sell,300'))).toBe('read')
    expect(read(level(8, '2499.95,buy,0'))).toBe('read')
    expect(said.words).toEqual([
      'restarted',
      'depth 7 1705708800010 asks 2500.05@3 bids ',
      'depth 8 1705708800010 asks  bids 2499.95@0',
    ])
  })

  test('numbers without a gap: one that is missing is told, one that is repeated is dropped', () => {
    const { said, read } = reader()
    read(level(7, '2500,sell,1'))
    read(level(9, '2501,sell,1'))
    read(level(9, '2502,sell,1'))
    expect(said.words.filter((word) => !word.startsWith('depth'))).toEqual([
      'restarted',
      'interrupted invalid',
    ])
    expect(said.words.filter((word) => word.startsWith('depth'))).toHaveLength(2)
  })

  test('best prices and trades have their times in nanoseconds', () => {
    const { said, feed, read } = reader()
    feed.begin()
    read(
      message('tickerV2', '/contractMarket/tickerV2', {
        symbol: 'ETHUSDTM',
        sequence: 1_702_237_470_700,
        bestBidSize: 260,
        bestBidPrice: '2499.9',
        bestAskPrice: '2500.1',
        bestAskSize: 250,
        ts: 1705708800078000000,
      }),
    )
    read(
      message('match', '/contractMarket/execution', {
        symbol: 'ETHUSDTM',
        sequence: 1_701_197_946_092,
        side: 'sell',
        size: 10,
        price: '2500',
        tradeId: '1701197946092',
        ts: 1705708799998000000,
      }),
    )
    expect(said.words).toEqual([
      'restarted',
      'top bid 2499.9 2.6 1702237470700 1705708800078',
      'top ask 2500.1 2.5 1702237470700 1705708800078',
      'trade sell 2500 0.1 1701197946092 1705708799998',
    ])
  })

  test('what is said of the connection, and what is of no interest', () => {
    const { read } = reader()
    expect(read({ id: '1', type: 'ack' })).toBe('acknowledged')
    expect(read({ id: '1', type: 'error', code: 404, data: 'topic is not found' })).toBe('refused')
    expect(read({ id: '1', type: 'pong' })).toBe('ignored')
    expect(read(message('candle.stick', '/contractMarket/limitCandle', {}))).toBe('ignored')
    expect(read({ ...level(1, '1,buy,1'), topic: '/contractMarket/level2:XBTUSDTM' })).toBe('read')
  })

  test.each(['', '1,buy', '1,sideways,2', '1,buy,2,3', 'x,buy,1', '-1,buy,1', '1,buy,-1'])(
    'a change %j is malformed',
    (change) => {
      const { read } = reader()
      expect(read(level(1, change))).toBe('malformed')
    },
  )

  test('whatever a frame is, reading it never throws', () => {
    const { read } = reader()
    const value = fc.oneof(fc.constantFrom('1,buy,1', 'buy', '1', -1, 1e300, null, {}, []), fc.jsonValue())
    const names = ['sequence', 'change', 'timestamp', 'ts', 'side', 'size', 'price', 'tradeId']
    const data = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] })
    const frame = fc.record({
      type: fc.constant('message'),
      subject: fc.constantFrom('level2', 'tickerV2', 'match'),
      topic: fc.constantFrom('x:ETHUSDTM', 'ETHUSDTM', ''),
      data: fc.oneof(data, value),
    })
    fc.assert(
      fc.property(fc.oneof(frame, fc.jsonValue()), (json) => {
        expect(() => read(json)).not.toThrow()
      }),
    )
  })
})
