import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { MarketDataSink } from '../../../../src/connector/market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from '../../../../src/connector/market-updates.ts'
import { readGateIoMarketFrame } from '../../../../src/exchanges/gate-io/gate-io-market-frames.ts'
import { MarketFeed } from '../../../../src/exchanges/market-feed.ts'

class Notes implements MarketDataSink {
  readonly told: unknown[][] = []
  depth({ sequence, eventMs, levels, asksStart, askCount, bidsStart, bidCount }: DepthUpdate): void {
    const asks = [...levels.subarray(asksStart, asksStart + 2 * askCount)]
    const bids = [...levels.subarray(bidsStart, bidsStart + 2 * bidCount)]
    this.told.push(['depth', sequence, eventMs, bids, asks])
  }
  top({ isBid, price, size, sequence }: TopUpdate): void {
    this.told.push([isBid ? 'bid' : 'ask', price, size, sequence])
  }
  trade({ isBuyTaker, price, size, tradeIdHigh: high, tradeIdLow: low, eventMs }: PublicTrade): void {
    this.told.push(['trade', isBuyTaker, price, size, high * 2 ** 32 + low, eventMs])
  }
  interrupted(state: 'stale' | 'invalid'): void {
    this.told.push([state])
  }
  restarted(): void {
    this.told.push(['restarted'])
  }
}

function open() {
  const notes = new Notes()
  const feed = new MarketFeed('BTC-USDT', 0.0001, notes)
  const read = (frame: unknown) =>
    readGateIoMarketFrame(frame, (symbol) => (symbol === 'BTC_USDT' ? feed : undefined), 9)
  return { notes, read }
}

const update = (channel: string, result: unknown) => ({
  time: 1,
  time_ms: 1_000,
  channel,
  event: 'update',
  result,
})
const change = (first: number, last: number, b: unknown, a: unknown = []) =>
  update('futures.order_book_update', { t: 7, s: 'BTC_USDT', U: first, u: last, b, a })

describe('the public channels', () => {
  test('changes of the book are base units, and a hole in their ids makes the book invalid', () => {
    const { notes, read } = open()
    expect(read(change(5, 6, [{ p: '60000.1', s: 7_000 }], [{ p: '60010', s: 0 }]))).toBe('read')
    expect(read(change(7, 7, []))).toBe('read')
    expect(read(change(9, 9, []))).toBe('read')
    expect(notes.told).toEqual([
      ['restarted'],
      ['depth', 6, 7, [60_000.1, 0.7], [60_010, 0]],
      ['depth', 7, 7, [], []],
      ['invalid'],
      ['depth', 9, 7, [], []],
    ])
  })

  test('the answer to subscribing depth begins the contract’s stream, a refusal ends the connection', () => {
    const { notes, read } = open()
    const ack = { channel: 'futures.order_book_update', event: 'subscribe', result: { status: 'success' } }
    expect(read(ack), 'as it was before answers repeated the payload').toBe('acknowledged')
    expect(read({ ...ack, payload: ['BTC_USDT', '100ms', '100'] })).toBe('read')
    expect(notes.told).toEqual([['restarted']])
    expect(read({ ...ack, channel: 'futures.trades' })).toBe('ignored')
    expect(read({ ...ack, error: { code: 2, message: 'unknown contract' } })).toBe('refused')
  })

  test('best prices and trades are base units; a side that is empty says nothing', () => {
    const { notes, read } = open()
    read(change(5, 6, []))
    const best = { t: 8, u: 11, s: 'BTC_USDT', b: '60000', B: 100, a: '60001', A: 50 }
    expect(read(update('futures.book_ticker', best))).toBe('read')
    expect(read(update('futures.book_ticker', { ...best, u: 12, a: '', A: 0 }))).toBe('read')
    const trade = {
      size: -108,
      id: 27_753_479,
      create_time_ms: 1_545_136_464_123,
      price: '96.4',
      contract: 'BTC_USDT',
    }
    expect(
      read(update('futures.trades', [trade, { ...trade, contract: 'XRP_USDT' }, { ...trade, size: 1 }])),
    ).toBe('read')
    expect(notes.told.slice(2)).toEqual([
      ['bid', 60_000, 0.01, 11],
      ['ask', 60_001, 0.005, 11],
      ['trade', false, 96.4, 0.0108, 27_753_479, 1_545_136_464_123],
      ['trade', true, 96.4, 0.0001, 27_753_479, 1_545_136_464_123],
    ])
  })

  test('a level that cannot be read makes the book invalid and nothing of it is applied', () => {
    const { notes, read } = open()
    expect(
      read(
        change(5, 6, [
          { p: '60000', s: 1 },
          { p: 'x', s: 1 },
        ]),
      ),
    ).toBe('malformed')
    expect(read(change(7, 7, [['60000', 1]]))).toBe('malformed')
    expect(notes.told).toEqual([['restarted'], ['invalid'], ['invalid']])
  })

  test('whatever the frame is, reading it never throws', () => {
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom('BTC_USDT', '', '1e400', -1, 1e300, NaN, null))
    const names = [
      's',
      'U',
      'u',
      't',
      'b',
      'a',
      'B',
      'A',
      'p',
      'id',
      'size',
      'price',
      'contract',
      'create_time_ms',
    ]
    const row = fc.record(Object.fromEntries(names.map((name) => [name, field])), { requiredKeys: [] })
    const frames = fc.oneof(
      fc.jsonValue(),
      fc.record({
        channel: fc.constantFrom('futures.order_book_update', 'futures.book_ticker', 'futures.trades', 'odd'),
        event: fc.constantFrom('update', 'subscribe'),
        payload: field,
        error: fc.option(field),
        result: fc.oneof(row, fc.array(row, { maxLength: 3 }), field),
      }),
    )
    fc.assert(
      fc.property(frames, (frame) => {
        expect(['read', 'ignored', 'malformed', 'acknowledged', 'refused']).toContain(open().read(frame))
      }),
      { numRuns: 500 },
    )
  })
})
