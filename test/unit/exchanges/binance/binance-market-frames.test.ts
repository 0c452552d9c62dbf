import { existsSync, readFileSync } from 'node:fs'
import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { MarketDataSink } from '../../../../src/connector/market-data-source.ts'
import { readBinanceMarketFrame } from '../../../../src/exchanges/binance/binance-market-frames.ts'
import { MarketFeed } from '../../../../src/exchanges/market-feed.ts'

const RECORDED = new URL(
  '../../../../../shared/exchange-fixtures/binance/cf_ws_depth_bookTicker_2021.json',
  import.meta.url,
)

function feedWithNotes(contractSize = 1) {
  const told: string[] = []
  const sink: MarketDataSink = {
    depth: ({ sequence, eventMs, levels, asksStart, askCount, bidsStart, bidCount }) => {
      const asks = [...levels.subarray(asksStart, asksStart + 2 * askCount)].join(' ')
      const bids = [...levels.subarray(bidsStart, bidsStart + 2 * bidCount)].join(' ')
      told.push(`depth ${sequence} at ${eventMs} asks ${asks} bids ${bids}`)
    },
    top: ({ isBid, price, size, sequence }) =>
      told.push(`${isBid ? 'bid' : 'ask'} ${price} ${size} ${sequence}`),
    trade: ({ isBuyTaker, price, size, tradeIdHigh: high, tradeIdLow: low }) =>
      told.push(`${isBuyTaker ? 'buy' : 'sell'} ${price} ${size} ${high * 2 ** 32 + low}`),
    interrupted: (state, reason) => told.push(`${state}: ${reason}`),
    restarted: () => told.push('restarted'),
  }
  const feed = new MarketFeed('BTC-USDT', contractSize, sink)
  const read = (frame: unknown) =>
    readBinanceMarketFrame(frame, (symbol) => (symbol === 'BTCUSDT' ? feed : undefined), 5)
  return { told, feed, read }
}

const depth = (u: number, pu: number, fields: object = {}) => ({
  e: 'depthUpdate',
  E: 123456789,
  T: 123456788,
  s: 'BTCUSDT',
  U: pu + 1,
  u,
  pu,
  b: [['0.0024', '10']],
  a: [['0.0026', '100']],
  ...fields,
})

describe('public frames of Binance', () => {
  test('the first depth begins the stream; sizes are base units', () => {
    const { told, read } = feedWithNotes(0.01)
    expect(read(depth(160, 149))).toBe('read')
    expect(told).toEqual(['restarted', 'depth 160 at 123456788 asks 0.0026 1 bids 0.0024 0.1'])
  })

  test('late and duplicate depth is dropped, and a gap makes the book invalid', () => {
    const { told, read } = feedWithNotes()
    read(depth(160, 149))
    read(depth(160, 149))
    read(depth(155, 149))
    read(depth(170, 160))
    expect(told.filter((line) => line.startsWith('depth'))).toHaveLength(2)
    read(depth(190, 180))
    expect(told.at(-2)).toBe('invalid: depth went from 170 to after 180')
    expect(told.at(-1)).toContain('depth 190')
  })

  test('a best price is told when it changed, a late one is not', () => {
    const { told, read, feed } = feedWithNotes()
    feed.begin()
    const top = (u: number, b: string, a: string) => ({
      e: 'bookTicker',
      s: 'BTCUSDT',
      u,
      b,
      B: '3',
      a,
      A: '4',
      T: 9,
      E: 9,
    })
    read(top(10, '100', '101'))
    read(top(11, '100', '101.5'))
    read(top(9, '99', '102'))
    expect(told.slice(1)).toEqual(['bid 100 3 10', 'ask 101 4 10', 'ask 101.5 4 11'])
  })

  test('a trade’s taker is the other side of its maker, and what is no trade is not told', () => {
    const { told, read, feed } = feedWithNotes()
    feed.begin()
    const trade = {
      e: 'trade',
      E: 7,
      T: 6,
      s: 'BTCUSDT',
      t: 5_933_014_000_000,
      p: '0.001',
      q: '100',
      m: true,
    }
    expect(read(trade)).toBe('read')
    expect(read({ ...trade, m: false })).toBe('read')
    expect(read({ ...trade, p: '0', q: '0', X: 'NA' })).toBe('read')
    expect(told.slice(1)).toEqual(['sell 0.001 100 5933014000000', 'buy 0.001 100 5933014000000'])
  })

  test('answers to subscribing are told from data', () => {
    const { read } = feedWithNotes()
    expect(read({ result: null, id: 1 })).toBe('acknowledged')
    expect(read({ error: { code: 2, msg: 'Invalid request' }, id: 1 })).toBe('refused')
  })

  test('depth that cannot be read makes the book invalid', () => {
    const { told, read } = feedWithNotes()
    expect(read(depth(160, 149, { b: [['x', '1']] }))).toBe('malformed')
    expect(told.at(-1)).toMatch(/^invalid/)
    expect(read({ ...depth(160, 149), u: 'x' })).toBe('malformed')
  })

  test('a stream that ended is stale, and begins anew with its next depth', () => {
    const { told, read, feed } = feedWithNotes()
    read(depth(160, 149))
    feed.end('gone')
    read({ e: 'trade', E: 7, T: 6, s: 'BTCUSDT', t: 1, p: '1', q: '1', m: true })
    read(depth(20, 10))
    expect(told.slice(2)).toEqual(['stale: gone', 'restarted', expect.stringContaining('depth 20') as string])
  })

  test('I19: whatever arrives, nothing is thrown and nothing absurd is told', () => {
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom('1', '-1', '0', 'NaN', '1e999', 5, -5))
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.record({
        e: fc.constantFrom('depthUpdate', 'bookTicker', 'trade'),
        s: fc.constant('BTCUSDT'),
        u: field,
        pu: field,
        b: fc.oneof(field, fc.array(fc.tuple(field, field))),
        a: fc.oneof(field, fc.array(fc.tuple(field, field))),
        B: field,
        A: field,
        t: field,
        p: field,
        q: field,
        T: field,
      }),
    )
    const { told, read } = feedWithNotes()
    fc.assert(
      fc.property(hostile, (frame) => {
        read(frame)
      }),
      { numRuns: 500 },
    )
    expect(told.join('\n')).not.toMatch(/NaN|Infinity/)
  })

  test.skipIf(!existsSync(RECORDED))(
    'a recorded minute has no gap and no frame that is not read (runs where the recordings are)',
    () => {
      const frames = JSON.parse(
        readFileSync(RECORDED, 'utf8').replaceAll('SUSHIUSDT', 'BTCUSDT'),
      ) as unknown[]
      const { told, read } = feedWithNotes()
      for (const frame of frames) expect(read(frame)).toBe('read')
      expect(told.filter((line) => line.startsWith('invalid'))).toEqual([])
      expect(told.filter((line) => line.startsWith('depth')).length).toBeGreaterThan(5)
    },
  )
})
