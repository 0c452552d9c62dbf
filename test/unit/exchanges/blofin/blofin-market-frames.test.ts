import fc from '../../../support/seeded-fast-check.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import type { BookSnapshot, MarketDataSink } from '../../../../src/connector/market-data-source.ts'
import { readBlofinMarketFrame } from '../../../../src/exchanges/blofin/blofin-market-frames.ts'
import { MarketFeed } from '../../../../src/exchanges/market-feed.ts'
import messages from '../../../fixtures/blofin/websocket.json' with { type: 'json' }

let told: unknown[]
let feed: MarketFeed

beforeEach(() => {
  told = []
  const sink: MarketDataSink = {
    depth: ({ sequence, levels, asksStart, askCount, bidsStart, bidCount }) =>
      told.push([
        'depth',
        sequence,
        [...levels.slice(asksStart, asksStart + 2 * askCount)],
        [...levels.slice(bidsStart, bidsStart + 2 * bidCount)],
      ]),
    snapshot: ({ sequence, asks, bids }: BookSnapshot) =>
      told.push(['snapshot', sequence, [...asks], [...bids]]),
    top: () => told.push(['top']),
    trade: ({ isBuyTaker, price, size, tradeIdHigh: high, tradeIdLow: low }) =>
      told.push(['trade', isBuyTaker, price, size, high, low]),
    interrupted: (state) => told.push(['interrupted', state]),
    restarted: () => told.push(['restarted']),
  }
  feed = new MarketFeed('BTC-USDT', 0.001, sink)
})

const read = (frame: unknown) =>
  readBlofinMarketFrame(frame, (symbol) => (symbol === 'BTC-USDT' ? feed : undefined), 1)

const snapshot = messages['books snapshot']
const update = messages['books update']

describe('books', () => {
  test('begin with the whole book and go on with changes that name the one before, in base units', () => {
    expect([read(snapshot), read(update)]).toEqual(['read', 'read'])
    expect(told).toEqual([
      ['restarted'],
      ['snapshot', 500, [61_000.6, 0.012], [61_000.5, 0.007]],
      ['depth', 503, [61_000.7, 0], [61_000.4, 0.009]],
    ])
  })

  test('a change that does not go on from the last makes the book invalid', () => {
    read(snapshot)
    read({ ...update, data: { ...update.data, prevSeqId: '501' } })
    expect(told).toContainEqual(['interrupted', 'invalid'])
  })

  test.each([
    ['without a sequence', { ...snapshot, data: { ...snapshot.data, seqId: '' } }],
    ['of no known action', { ...snapshot, action: 'replace' }],
    ['with a level that is none', { ...snapshot, data: { ...snapshot.data, bids: [['x', 1]] } }],
    ['as a list', { ...snapshot, data: [snapshot.data] }],
  ])('a frame %s is malformed', (_, frame) => {
    expect(read(frame)).toBe('malformed')
  })
})

describe('trades', () => {
  test('have the taker’s side and base units', () => {
    read(snapshot)
    expect(read(messages.trades)).toBe('read')
    expect(told.at(-1)).toEqual(['trade', false, 61_000.5, 0.003, 0, 900_002])
  })

  test('without a price or an id are malformed', () => {
    for (const fields of [{ price: '' }, { tradeId: '-1' }, { side: 'both' }]) {
      expect(read({ ...messages.trades, data: [{ ...messages.trades.data[0], ...fields }] })).toBe(
        'malformed',
      )
    }
  })
})

describe('other frames', () => {
  test('answers to subscribing are acknowledged, what is not tracked is read past, the rest is left to ccxt', () => {
    expect(read(messages.subscribe)).toBe('acknowledged')
    expect(read({ ...snapshot, arg: { channel: 'books', instId: 'XYZ-USDT' } })).toBe('read')
    for (const frame of [messages.tickers, { event: 'error', code: '60012' }, 'pong', 7]) {
      expect(read(frame)).toBe('ignored')
    }
  })

  test('whatever JSON it is, reading it never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom('books', 'trades'), fc.jsonValue(), (channel, data) => {
        const arg = { channel, instId: 'BTC-USDT' }
        read({ arg, action: 'snapshot', data })
        read({ arg, action: 'update', data: { seqId: '9', prevSeqId: '8', bids: data, asks: data } })
        read(data)
      }),
    )
  })
})
