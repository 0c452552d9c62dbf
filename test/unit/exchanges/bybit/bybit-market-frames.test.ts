import { existsSync, readFileSync } from 'node:fs'
import fc from '../../../support/seeded-fast-check.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import type { BookSnapshot, MarketDataSink } from '../../../../src/connector/market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from '../../../../src/connector/market-updates.ts'
import { createBybitMarketFrameReader } from '../../../../src/exchanges/bybit/bybit-market-frames.ts'
import type { MarketFrameReader } from '../../../../src/exchanges/ccxt-profile.ts'
import { MarketFeed } from '../../../../src/exchanges/market-feed.ts'

const FIXTURES = new URL('../../../../../shared/exchange-fixtures/bybit/', import.meta.url)
const RECEIVED_MS = 1_760_461_517_999

class Notes implements MarketDataSink {
  readonly told: string[] = []
  readonly times: number[] = []
  readonly trades: [isBuyTaker: boolean, price: number, size: number, id: string][] = []

  snapshot({ sequence, eventMs, bids, asks }: BookSnapshot): void {
    this.told.push(`snapshot ${sequence}: ${bids.join(' ')} | ${asks.join(' ')}`)
    this.times.push(eventMs)
  }
  depth({ sequence, eventMs, levels, asksStart, askCount, bidsStart, bidCount }: DepthUpdate): void {
    const side = (start: number, count: number) => levels.slice(start, start + 2 * count).join(' ')
    this.told.push(`depth ${sequence}: ${side(bidsStart, bidCount)} | ${side(asksStart, askCount)}`)
    this.times.push(eventMs)
  }
  top({ isBid, price, size }: TopUpdate): void {
    this.told.push(`${isBid ? 'bid' : 'ask'} ${size} at ${price}`)
  }
  trade({ isBuyTaker, price, size, tradeIdHigh: high, tradeIdLow: low }: PublicTrade): void {
    this.trades.push([isBuyTaker, price, size, `${high.toString(16)}-${low.toString(16)}`])
  }
  interrupted(state: 'stale' | 'invalid', reason: string): void {
    this.told.push(`${state}: ${reason}`)
  }
  restarted(): void {
    this.told.push('restarted')
  }
}

let notes: Notes
let readFrame: MarketFrameReader
let feed: MarketFeed

beforeEach(() => {
  notes = new Notes()
  readFrame = createBybitMarketFrameReader()
  feed = new MarketFeed('BTC-USDT', 1, notes)
})

const read = (frame: unknown) =>
  readFrame(frame, (symbol) => (symbol === 'BTCUSDT' ? feed : undefined), RECEIVED_MS)

function book(type: 'snapshot' | 'delta', u: number, b: unknown, a: unknown, levels = 200, fields = {}) {
  return {
    topic: `orderbook.${levels}.BTCUSDT`,
    type,
    ts: 1_760_461_517_100 + u,
    data: { s: 'BTCUSDT', b, a, u, seq: 7_961_638_724 + u },
    cts: 1_760_461_517_000 + u,
    ...fields,
  }
}

const trade = (fields: object = {}) => ({
  topic: 'publicTrade.BTCUSDT',
  type: 'snapshot',
  ts: 1_760_461_517_100,
  data: [
    {
      T: 1_760_461_517_000,
      s: 'BTCUSDT',
      S: 'Buy',
      v: '0.010',
      p: '60000.10',
      L: 'PlusTick',
      i: '20f43950-d8dd-5b31-9112-a178eb6023af',
      BT: false,
      ...fields,
    },
  ],
})

describe('books', () => {
  test('the whole book comes first, then changes that go on from it; times are the matching engine’s', () => {
    expect(read(book('snapshot', 20, [['60000.0', '1.5']], [['60000.1', '2']]))).toBe('read')
    expect(read(book('delta', 21, [['60000.0', '0']], [['60000.1', '1.5'], ['60000.2', '3']]))).toBe('read') // prettier-ignore
    expect(notes.told).toEqual([
      'restarted',
      'snapshot 20: 60000 1.5 | 60000.1 2',
      'depth 21: 60000 0 | 60000.1 1.5 60000.2 3',
    ])
    expect(notes.times).toEqual([1_760_461_517_020, 1_760_461_517_021])
  })

  test('a step of more than one in the update ids makes the book invalid', () => {
    read(book('snapshot', 20, [['1', '1']], [['2', '1']]))
    read(book('delta', 22, [], [['2', '3']]))
    expect(notes.told.at(-2)).toMatch(/^invalid: depth went from 20/)
  })

  test('update id 1 is the whole book after a restart of the service, and changes go on from it', () => {
    read(book('snapshot', 977, [['1', '1']], [['2', '1']]))
    read(book('snapshot', 1, [['3', '1']], [['4', '1']]))
    read(book('delta', 2, [['3', '2']], []))
    expect(notes.told.slice(2)).toEqual(['snapshot 1: 3 1 | 4 1', 'depth 2: 3 2 | '])
    read(book('delta', 1, [['5', '1']], [['6', '1']]))
    expect(notes.told.at(-1), 'even if it is called a change').toBe('snapshot 1: 5 1 | 6 1')
  })

  test('a change that comes twice is applied once', () => {
    read(book('snapshot', 20, [['1', '1']], [['2', '1']]))
    read(book('delta', 21, [['1', '2']], []))
    read(book('delta', 21, [['1', '9']], []))
    expect(notes.told).toHaveLength(3)
  })

  test('a level that cannot be read spoils the change: nothing of it is applied', () => {
    read(book('snapshot', 20, [['1', '1']], [['2', '1']]))
    expect(read(book('delta', 21, [['1', '2'], ['x', '1']], []))).toBe('malformed') // prettier-ignore
    expect(notes.told.at(-1)).toMatch(/^invalid/)
  })

  test('where there is no matching time the time of sending counts', () => {
    read(book('snapshot', 20, [['1', '1']], [['2', '1']], 200, { cts: undefined }))
    expect(notes.times).toEqual([1_760_461_517_120])
  })
})

describe('best prices', () => {
  beforeEach(() => {
    read(book('snapshot', 20, [['60000', '1']], [['60001', '1']]))
    notes.told.length = 0
  })

  test('are told whole first; a change tells the side that changed, the level before with size 0', () => {
    read(book('snapshot', 5, [['60000', '1']], [['60001', '2']], 1))
    read(book('delta', 6, [['60000.5', '3'], ['60000', '0']], [], 1)) // prettier-ignore
    read(book('delta', 7, [], [['60001', '0.5']], 1))
    expect(notes.told).toEqual(['bid 1 at 60000', 'ask 2 at 60001', 'bid 3 at 60000.5', 'ask 0.5 at 60001'])
  })

  test('a side that is empty now is told so', () => {
    read(book('snapshot', 5, [['60000', '1']], [['60001', '2']], 1))
    read(book('delta', 6, [], [['60001', '0']], 1))
    expect(notes.told.at(-1)).toBe('ask 0 at 0')
  })

  test('the same again after three quiet seconds tells nothing new', () => {
    read(book('snapshot', 5, [['60000', '1']], [['60001', '2']], 1))
    read(book('snapshot', 5, [['60000', '1']], [['60001', '2']], 1))
    expect(notes.told).toHaveLength(2)
  })

  test('after a restart of the service, which counts anew, they go on by the matching engine’s number', () => {
    read(book('snapshot', 900, [['60000', '1']], [['60001', '2']], 1))
    const data = { s: 'BTCUSDT', b: [['60002', '1']], a: [['60003', '1']], u: 1, seq: 7_961_639_999 }
    read(book('snapshot', 1, [], [], 1, { data }))
    expect(notes.told.slice(2)).toEqual(['bid 1 at 60002', 'ask 1 at 60003'])
  })

  test('a change of what was never told says nothing', () => {
    expect(read(book('delta', 6, [['60000.5', '3']], [], 1))).toBe('read')
    expect(notes.told).toEqual([])
  })

  test('a level that cannot be read is not taken', () => {
    expect(read(book('snapshot', 5, [['-1', '1']], [['60001', '2']], 1))).toBe('malformed')
    expect(notes.told).toEqual([])
  })
})

describe('public trades', () => {
  beforeEach(() => feed.begin())

  test('have the taker’s side, and the first half of their UUID as id', () => {
    expect(read(trade())).toBe('read')
    expect(read(trade({ S: 'Sell', p: '59999.90', v: '1' }))).toBe('read')
    expect(notes.trades).toEqual([
      [true, 60_000.1, 0.01, '20f43950-d8dd5b31'],
      [false, 59_999.9, 1, '20f43950-d8dd5b31'],
    ])
  })

  test('several in one frame are told in order', () => {
    const frame = trade()
    read({ ...frame, data: [...frame.data, { ...frame.data[0], p: '60000.20' }] })
    expect(notes.trades.map(([, price]) => price)).toEqual([60_000.1, 60_000.2])
  })

  test.each([
    ['no id', { i: '' }],
    ['an id that is no UUID', { i: '12345' }],
    ['a side that is none', { S: 'Both' }],
    ['a price of zero', { p: '0' }],
    ['no size', { v: undefined }],
    ['no time', { T: null }],
  ])('one with %s is not taken', (_what, fields) => {
    expect(read(trade(fields))).toBe('malformed')
    expect(notes.trades).toEqual([])
  })
})

test('answers to subscribing are acknowledged or refused; pongs and other topics are left to ccxt', () => {
  expect(read({ success: true, ret_msg: 'subscribe', conn_id: 'c', req_id: '1', op: 'subscribe' })).toBe(
    'acknowledged',
  )
  expect(read({ success: false, ret_msg: 'error:handler not found', op: 'subscribe' })).toBe('refused')
  expect(read({ success: true, ret_msg: 'pong', op: 'ping' })).toBe('ignored')
  expect(read({ topic: 'tickers.BTCUSDT', data: {} })).toBe('ignored')
})

test('nothing throws, whatever the frame is', () => {
  const kind = fc.constantFrom('snapshot', 'delta')
  const topic = fc.constantFrom('orderbook.1.BTCUSDT', 'orderbook.200.BTCUSDT', 'publicTrade.BTCUSDT')
  const field = fc.constantFrom('s', 'b', 'a', 'u', 'seq')
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), kind, topic, field, (json, value, type, name, key) => {
      read(json)
      read({ topic: name, type, ts: 1, cts: value, data: json })
      read({ topic: name, type, ts: 1, data: [json, value] })
      const { data, ...frame } = book(type, 5, [['1', '1']], [['2', '1']])
      read({ ...frame, topic: name, data: { ...data, [key]: value } })
    }),
    { seed: 13, numRuns: 300 },
  )
})

describe.skipIf(!existsSync(FIXTURES))('recorded frames (skipped where there are none)', () => {
  const fixture = (name: string) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')) as object

  test('a book and the change after it are read as best prices and as depth', () => {
    const snapshot = fixture('nt_ws_orderbook_snapshot.json')
    const delta = fixture('nt_ws_orderbook_delta.json')
    const topic = 'orderbook.50.BTCUSDT'
    expect([read({ ...snapshot, topic }), read({ ...delta, topic })]).toEqual(['read', 'read'])
    expect(notes.told.slice(1)).toEqual([
      'snapshot 123456789: 27450 0.5 27449.5 1 | 27451 0.75 27451.5 0.9',
      'depth 123456790: 27450 0.4 | 27451 0',
    ])
  })

  test('a public trade is read', () => {
    feed.begin()
    expect(read({ ...fixture('nt_ws_public_trade.json'), topic: 'publicTrade.BTCUSDT' })).toBe('read')
    expect(notes.trades[0]?.slice(0, 3)).toEqual([true, 27_451, 0.01])
  })
})
