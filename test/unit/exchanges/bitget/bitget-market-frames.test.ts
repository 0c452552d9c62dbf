import { existsSync, readFileSync } from 'node:fs'
import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { BookSnapshot, MarketDataSink } from '../../../../src/connector/market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from '../../../../src/connector/market-updates.ts'
import { createBitgetMarketReader } from '../../../../src/exchanges/bitget/bitget-market-frames.ts'
import { MarketFeed } from '../../../../src/exchanges/market-feed.ts'

const FIXTURES = new URL('../../../../../shared/exchange-fixtures/bitget/', import.meta.url)
const NOW_MS = 1_760_461_517_300

class Notes implements MarketDataSink {
  readonly told: string[] = []
  depth({ sequence, eventMs, levels, asksStart, askCount, bidsStart, bidCount }: DepthUpdate): void {
    const asks = levels.subarray(asksStart, asksStart + 2 * askCount).join(' ')
    const bids = levels.subarray(bidsStart, bidsStart + 2 * bidCount).join(' ')
    this.told.push(`depth ${sequence} at ${eventMs} bids ${bids} asks ${asks}`)
  }
  top({ isBid, price, size }: TopUpdate): void {
    this.told.push(`${isBid ? 'bid' : 'ask'} ${price} ${size}`)
  }
  snapshot({ sequence, eventMs, bids, asks }: BookSnapshot): void {
    this.told.push(`snapshot ${sequence} at ${eventMs} bids ${bids.join(' ')} asks ${asks.join(' ')}`)
  }
  trade({ isBuyTaker, price, size, tradeIdHigh: high, tradeIdLow: low }: PublicTrade): void {
    this.told.push(
      `${isBuyTaker ? 'buy' : 'sell'} ${price} ${size} id ${(BigInt(high) << 32n) + BigInt(low)}`,
    )
  }
  interrupted(state: string): void {
    this.told.push(state)
  }
  restarted(): void {
    this.told.push('restarted')
  }
}

/** One source's reader, and what the pair's sink is told. */
function source() {
  const read = createBitgetMarketReader()
  const notes = new Notes()
  const feed = new MarketFeed('BTC-USDT', 1, notes)
  const feedOf = (symbol: string) => (symbol === 'BTCUSDT' ? feed : undefined)
  return { notes, feed, read: (frame: unknown) => read(frame, feedOf, NOW_MS) }
}

function push(channel: string, action: string, ...data: unknown[]) {
  return { action, arg: { instType: 'USDT-FUTURES', channel, instId: 'BTCUSDT' }, data, ts: NOW_MS }
}

const SNAPSHOT = {
  asks: [['27000.5', '8.760']],
  bids: [
    ['27000.0', '0.50'],
    ['26999.5', '1.00'],
  ],
  checksum: 0,
  seq: 100,
  pseq: 0,
  ts: '1760461517100',
}
/** The checksums were computed elsewhere, over `27000.0:2.71:27000.5:8.760:…` and what the second makes of it. */
const UPDATES = [
  {
    asks: [['27001.0', '0.010']],
    bids: [['27000.0', '2.71']],
    checksum: -123100942,
    seq: 104,
    pseq: 100,
    ts: '1760461517200',
  },
  { asks: [], bids: [['27000.0', '0']], checksum: 309879801, seq: 105, pseq: 104, ts: '1760461517200' },
]

describe('books', () => {
  test('a stream begins with the whole book and goes on with changes, each once', () => {
    const { read, notes } = source()
    expect(read(push('books', 'snapshot', SNAPSHOT))).toBe('read')
    expect(UPDATES.map((update) => read(push('books', 'update', update)))).toEqual(['read', 'read'])
    expect(notes.told).toEqual([
      'restarted',
      'snapshot 1760461517100000 at 1760461517100 bids 27000 0.5 26999.5 1 asks 27000.5 8.76',
      'depth 1760461517200000 at 1760461517200 bids 27000 2.71 asks 27001 0.01',
      'depth 1760461517200001 at 1760461517200 bids 27000 0 asks ',
    ])
  })

  test('a checksum that does not agree puts the book out of step, and the change is not taken', () => {
    const { read, notes } = source()
    read(push('books', 'snapshot', SNAPSHOT))
    const before = notes.told.length
    expect(read(push('books', 'update', { ...UPDATES[0], bids: [['27000.0', '2.710']] }))).toBe('out-of-step')
    expect(read(push('books', 'update', UPDATES[1])), 'until there is a snapshot').toBe('out-of-step')
    expect(notes.told.length).toBe(before)
    expect(read(push('books', 'snapshot', SNAPSHOT))).toBe('read')
    expect(read(push('books', 'update', UPDATES[0]))).toBe('read')
  })

  test('a gap in the numbers puts the book out of step where the exchange says the last one', () => {
    const { read } = source()
    read(push('books', 'snapshot', SNAPSHOT))
    expect(read(push('books', 'update', { ...UPDATES[0], pseq: 103 }))).toBe('out-of-step')
  })

  test('without numbers the checksum alone finds what was lost', () => {
    const { read } = source()
    const bare = ({ seq: _, pseq: __, ...row }: Record<string, unknown>) => row
    read(push('books', 'snapshot', bare(SNAPSHOT)))
    expect(read(push('books', 'update', bare(UPDATES[1]!))), 'the first was lost').toBe('out-of-step')
  })

  test('numbers beyond what a double holds come as text, and are compared as such', () => {
    const { read } = source()
    read(push('books', 'snapshot', { ...SNAPSHOT, seq: '1343064377779269632' }))
    const update = { ...UPDATES[0], seq: '1343064377779269640', pseq: '1343064377779269632' }
    expect(read(push('books', 'update', update))).toBe('read')
    expect(read(push('books', 'update', { ...UPDATES[1], pseq: '1343064377779269641' }))).toBe('out-of-step')
  })

  test('a change before any snapshot, and levels that are none, are out of step', () => {
    expect(source().read(push('books', 'update', UPDATES[0]))).toBe('out-of-step')
    const { read } = source()
    expect(read(push('books', 'snapshot', { ...SNAPSHOT, bids: [['x', '1']] }))).toBe('out-of-step')
  })
})

describe('ticker and trade', () => {
  test('best prices are told when they change', () => {
    const { read, notes, feed } = source()
    feed.begin()
    const row = { bidPr: '27000', bidSz: '2.71', askPr: '27000.5', askSz: '8.76', ts: '1760461517100' }
    read(push('ticker', 'snapshot', row))
    read(push('ticker', 'snapshot', { ...row, askSz: '8.7', ts: '1760461517200' }))
    expect(read(push('ticker', 'snapshot', { ...row, bidPr: '', bidSz: '' })), 'an empty side').toBe('read')
    expect(notes.told).toEqual(['restarted', 'bid 27000 2.71', 'ask 27000.5 8.76', 'ask 27000.5 8.7'])
  })

  test('trades are told oldest first, with all 19 digits of their ids; those before the start are not', () => {
    const { read, notes, feed } = source()
    feed.begin()
    const row = {
      ts: '1760461517100',
      price: '0.168385',
      size: '447',
      side: 'buy',
      tradeId: '1235671063871070209',
    }
    read(push('trade', 'snapshot', row))
    read(push('trade', 'update', { ...row, side: 'sell', tradeId: '1235671063871070210' }, row))
    expect(notes.told.slice(1)).toEqual([
      'buy 0.168385 447 id 1235671063871070209',
      'sell 0.168385 447 id 1235671063871070210',
    ])
  })

  test('ids of every length keep their digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9_999_999_999_999_999_999n }), (tradeId) => {
        const { read, notes, feed } = source()
        feed.begin()
        const row = { ts: '1', price: '1', size: '1', side: 'buy', tradeId: String(tradeId) }
        read(push('trade', 'update', row))
        expect(notes.told[1]).toBe(`buy 1 1 id ${tradeId}`)
      }),
      { seed: 3, numRuns: 500 },
    )
  })
})

test('refusals are refusals; acknowledgements, pongs and other channels are of no interest', () => {
  const { read } = source()
  expect(read({ event: 'error', code: 30001, msg: 'doesn’t exist' })).toBe('refused')
  for (const frame of [
    'pong',
    { event: 'subscribe', arg: { channel: 'books' } },
    push('candle1m', 'update', []),
  ]) {
    expect(read(frame)).toBe('ignored')
  }
  expect(read({ ...push('books', 'update'), arg: { channel: 'books', instId: 'ETHUSDT' } })).toBe('read')
})

test('no JSON makes it throw', () => {
  const { read } = source()
  const channel = fc.constantFrom('books', 'ticker', 'trade')
  const action = fc.constantFrom('snapshot', 'update')
  fc.assert(
    fc.property(fc.jsonValue(), channel, action, (value, name, kind) => {
      for (const frame of [value, push(name, kind, value), { ...push(name, kind), data: value }]) read(frame)
      read(push(name, kind, Object.assign({ ...SNAPSHOT }, value)))
      read(push(name, kind, { ...SNAPSHOT, bids: value, asks: [value] }))
    }),
    { seed: 23, numRuns: 400 },
  )
})

test.skipIf(!existsSync(FIXTURES))('recorded frames are read (skipped where there are no fixtures)', () => {
  const frames = JSON.parse(readFileSync(new URL('tn_ws_1.json', FIXTURES), 'utf8')) as {
    arg: { channel: string; instId: string }
    action?: string
  }[]
  const seen = new Set<string>()
  for (const frame of frames) {
    const { channel, instId } = frame.arg
    if (frame.action === undefined || !['books', 'ticker', 'trade'].includes(channel)) continue
    const notes = new Notes()
    const feed = new MarketFeed('X-USDT', 1, notes)
    feed.begin()
    const verdict = createBitgetMarketReader()(
      frame,
      (symbol) => (symbol === instId ? feed : undefined),
      NOW_MS,
    )
    seen.add(`${channel} ${frame.action}`)
    // A recording of one update has no snapshot before it.
    expect(verdict).toBe(channel === 'books' && frame.action === 'update' ? 'out-of-step' : 'read')
    if (verdict === 'read') expect(notes.told.length).toBeGreaterThan(1)
  }
  expect([...seen].sort()).toEqual(['books snapshot', 'books update', 'ticker snapshot', 'trade update'])
})
