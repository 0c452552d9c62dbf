import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { BookSnapshot, MarketDataSink } from '../../../../src/connector/market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from '../../../../src/connector/market-updates.ts'
import { MarketFeed } from '../../../../src/exchanges/market-feed.ts'
import { readOkxMarketFrame } from '../../../../src/exchanges/okx/okx-market-frames.ts'

class Notes implements MarketDataSink {
  readonly told: string[] = []
  depth({ sequence, levels, asksStart, askCount, bidsStart, bidCount }: DepthUpdate): void {
    const asks = [...levels.subarray(asksStart, asksStart + 2 * askCount)]
    const bids = [...levels.subarray(bidsStart, bidsStart + 2 * bidCount)]
    this.told.push(`depth ${sequence} asks ${asks.join(' ')} bids ${bids.join(' ')}`)
  }
  snapshot({ sequence, eventMs, asks, bids }: BookSnapshot): void {
    this.told.push(`snapshot ${sequence} at ${eventMs} asks ${asks.join(' ')} bids ${bids.join(' ')}`)
  }
  top({ isBid, price, size }: TopUpdate): void {
    this.told.push(`${isBid ? 'bid' : 'ask'} ${price} ${size}`)
  }
  trade({ isBuyTaker, price, size, tradeIdHigh: high, tradeIdLow: low }: PublicTrade): void {
    this.told.push(`${isBuyTaker ? 'buy' : 'sell'} ${price} ${size} id ${high * 2 ** 32 + low}`)
  }
  interrupted(state: 'stale' | 'invalid'): void {
    this.told.push(state)
  }
  restarted(): void {
    this.told.push('restarted')
  }
}

/** Contracts of half a bitcoin: their sizes are exact in doubles. */
function reader() {
  const notes = new Notes()
  const feed = new MarketFeed('BTC-USDT', 0.5, notes)
  const read = (frame: unknown) =>
    readOkxMarketFrame(frame, (symbol) => (symbol === 'BTC-USDT-SWAP' ? feed : undefined), 5)
  return { told: notes.told, read }
}

const frame = (channel: string, row: unknown, action?: string, instId = 'BTC-USDT-SWAP') => ({
  arg: { channel, instId },
  ...(action !== undefined && { action }),
  data: [row],
})
const level = (price: string, size: string) => [price, size, '0', '1']
const book = (fields: object) => ({
  asks: [level('8477', '8')],
  bids: [level('8476.5', '6')],
  ts: '1597026383085',
  checksum: -855_196_043,
  ...fields,
})
const SNAPSHOT = frame('books', book({ prevSeqId: -1, seqId: 100 }), 'snapshot')
const update = (prevSeqId: number, seqId: number, fields: object = {}) =>
  frame('books', book({ prevSeqId, seqId, asks: [], bids: [], ...fields }), 'update')

describe('books', () => {
  test('the stream begins with its own snapshot, in base units, and goes on from it', () => {
    const { read, told } = reader()
    expect(read(SNAPSHOT)).toBe('read')
    expect(read(update(100, 103, { asks: [level('8478', '0')], bids: [level('8476', '2')] }))).toBe('read')
    expect(told).toEqual([
      'restarted',
      'snapshot 100 at 1597026383085 asks 8477 4 bids 8476.5 3',
      'depth 103 asks 8478 0 bids 8476 1',
    ])
  })

  test('a gap makes the book invalid; what is late or twice is dropped', () => {
    const { read, told } = reader()
    read(SNAPSHOT)
    read(update(100, 101))
    read(update(100, 101))
    read(update(99, 100))
    read(update(102, 103))
    expect(told.slice(2)).toEqual(['depth 101 asks  bids ', 'invalid', 'depth 103 asks  bids '])
  })

  test('a quiet book is told again with the same id, which is no gap', () => {
    const { read, told } = reader()
    read(SNAPSHOT)
    read(update(100, 100))
    read(update(100, 104))
    expect(told).not.toContain('invalid')
    expect(told.at(-1)).toBe('depth 104 asks  bids ')
  })

  test('after maintenance the count begins anew, lower, and what names the last id goes on from it', () => {
    const { read, told } = reader()
    read(SNAPSHOT)
    read(update(100, 3, { bids: [level('8400', '2')] }))
    read(update(3, 5, { bids: [level('8400', '4')] }))
    expect(told).not.toContain('invalid')
    expect(told.slice(2)).toEqual(['depth 3 asks  bids 8400 1', 'depth 5 asks  bids 8400 2'])
  })

  test('a second snapshot replaces the book', () => {
    const { read, told } = reader()
    read(SNAPSHOT)
    read(frame('books', book({ prevSeqId: -1, seqId: 7 }), 'snapshot'))
    read(update(7, 8))
    expect(told.slice(2)).toEqual([
      'snapshot 7 at 1597026383085 asks 8477 4 bids 8476.5 3',
      'depth 8 asks  bids ',
    ])
  })

  test.each([
    ['without an id', update(100, 101, { seqId: undefined })],
    ['without the id before', update(100, 101, { prevSeqId: undefined })],
    ['with a size that is none', update(100, 101, { bids: [level('8400', 'x')] })],
    ['with a price that is none', update(100, 101, { asks: [level('-1', '1')] })],
    ['with another action', { ...update(100, 101), action: 'amend' }],
    ['without rows', { ...update(100, 101), data: {} }],
  ])('%s it is malformed, and nothing of it is applied', (_, malformed) => {
    const { read, told } = reader()
    read(SNAPSHOT)
    expect(read(malformed)).toBe('malformed')
    expect(told.filter((each) => each.startsWith('depth'))).toEqual([])
  })
})

describe('best prices and trades', () => {
  const top = (fields: object = {}) => frame('bbo-tbt', book({ seqId: 9, ...fields }))

  test('best prices come by time, whatever the channel’s own ids do', () => {
    const { read, told } = reader()
    read(SNAPSHOT)
    expect(read(top())).toBe('read')
    read(top({ seqId: 1, ts: '1597026383086', bids: [level('8476.5', '10')] }))
    read(top({ ts: '1597026383000', bids: [level('8000', '1')] }))
    expect(told.slice(2)).toEqual(['bid 8476.5 3', 'ask 8477 4', 'bid 8476.5 5'])
  })

  test('an empty side is no best price, and no error', () => {
    const { read, told } = reader()
    read(SNAPSHOT)
    expect(read(top({ asks: [] }))).toBe('read')
    expect(told).toHaveLength(2)
    expect(read(top({ asks: [level('0', '1')] }))).toBe('malformed')
  })

  test('a trade has the taker’s side, its size in base units and its id', () => {
    const { read, told } = reader()
    read(SNAPSHOT)
    const trade = {
      instId: 'BTC-USDT-SWAP',
      tradeId: '130639474',
      px: '42219.9',
      sz: '4',
      side: 'sell',
      ts: '1',
      count: '3',
    }
    expect(read(frame('trades', trade))).toBe('read')
    expect(told.at(-1)).toBe('sell 42219.9 2 id 130639474')
    for (const wrong of [{ side: '' }, { px: '0' }, { sz: '-1' }, { tradeId: 'x' }]) {
      expect(read(frame('trades', { ...trade, ...wrong }))).toBe('malformed')
    }
  })
})

describe('everything else', () => {
  test('the answer to subscribing is one; errors, notices and pongs are ccxt’s', () => {
    const { read } = reader()
    expect(read({ event: 'subscribe', arg: { channel: 'books', instId: 'BTC-USDT-SWAP' } })).toBe(
      'acknowledged',
    )
    for (const other of [
      'pong',
      { event: 'error', code: '60018' },
      { event: 'unsubscribe', arg: { channel: 'books' } },
      frame('tickers', {}),
    ]) {
      expect(read(other)).toBe('ignored')
    }
    expect(read(frame('books', {}, 'update', 'ETH-USDT-SWAP')), 'a pair that is not tracked').toBe('read')
  })

  test('whatever a frame is, reading it never throws, and tells only numbers', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('', '-1', 'NaN', '1e400', null, Number.MAX_VALUE))
    const levels = fc.oneof(
      fc.array(fc.oneof(fc.array(value, { maxLength: 4 }), fc.constant(level('1', '1'))), { maxLength: 3 }),
      value,
    )
    const row = fc.record(
      {
        asks: levels,
        bids: levels,
        ts: value,
        seqId: fc.oneof(fc.nat(5), value),
        prevSeqId: fc.oneof(fc.integer({ min: -1, max: 5 }), value),
        tradeId: value,
        px: value,
        sz: value,
        side: fc.constantFrom('buy', 'sell', 'x'),
      },
      { requiredKeys: [] },
    )
    const any = fc.oneof(
      fc.jsonValue(),
      fc.record({
        arg: fc.oneof(
          fc.record({
            channel: fc.constantFrom('books', 'bbo-tbt', 'trades'),
            instId: fc.constantFrom('BTC-USDT-SWAP', 'x'),
          }),
          value,
        ),
        action: fc.constantFrom('snapshot', 'update', undefined),
        data: fc.oneof(fc.array(row, { maxLength: 2 }), value),
      }),
    )
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), (frames) => {
        const { read, told } = reader()
        for (const each of frames) {
          expect(['read', 'ignored', 'malformed', 'acknowledged']).toContain(read(each))
        }
        expect(told.join(' ')).not.toMatch(/NaN|Infinity|undefined/)
      }),
      { seed: 22, numRuns: 1_000 },
    )
  })
})
