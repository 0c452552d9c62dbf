import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { SystemClock } from '../../../../src/common/clock.ts'
import { RecordingSource, type RecordingOptions } from '../../../../src/simulator/feed/recording.ts'
import type { MarketEvent } from '../../../../src/simulator/market-event.ts'

const LINES = [
  '1000000000 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1001,"T":1000,"s":"BTCUSDT","U":5,"u":9,"pu":4,"b":[["100.10","0.014"],["100.00","0.000"]],"a":[["100.20","3"]]}}',
  '1001000000 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":10,"s":"BTCUSDT","b":"100.10","B":"1.5","a":"100.20","A":"2.5","T":1002,"E":1003}}',
  '1002000000 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":11,"s":"BTCUSDT","b":"100.10","B":"1.4","a":"100.20","A":"2.5","T":1004,"E":1005}}',
  '1003000000 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":12,"s":"BTCUSDT","b":"100.10","B":"1.4","a":"100.20","A":"2.5","T":1004,"E":1005}}',
  '1004000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1006,"T":1006,"s":"BTCUSDT","t":77,"p":"100.20","q":"0.5","X":"MARKET","m":false}}',
  '1005000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1007,"T":1007,"s":"BTCUSDT","t":78,"p":"100.10","q":"0.25","X":"MARKET","m":true}}',
  '1006000000 {"stream":"btcusdt@depthSnapshot","data":{"e":"depthSnapshot","s":"BTCUSDT","lastUpdateId":20,"E":1008,"T":1008,"bids":[["100.10","1"]],"asks":[["100.20","2"]]}}',
]

const EVENTS: readonly MarketEvent[] = [
  {
    kind: 'depth',
    symbol: 'BTCUSDT',
    txMs: 1000,
    eventMs: 1001,
    sequence: 9n,
    bids: [
      [100.1, 0.014],
      [100, 0],
    ],
    asks: [[100.2, 3]],
  },
  {
    kind: 'ticker',
    symbol: 'BTCUSDT',
    txMs: 1002,
    eventMs: 1003,
    sequence: 10n,
    side: 'bid',
    price: 100.1,
    size: 1.5,
  },
  {
    kind: 'ticker',
    symbol: 'BTCUSDT',
    txMs: 1002,
    eventMs: 1003,
    sequence: 10n,
    side: 'ask',
    price: 100.2,
    size: 2.5,
  },
  {
    kind: 'ticker',
    symbol: 'BTCUSDT',
    txMs: 1004,
    eventMs: 1005,
    sequence: 11n,
    side: 'bid',
    price: 100.1,
    size: 1.4,
  },
  {
    kind: 'trade',
    symbol: 'BTCUSDT',
    txMs: 1006,
    eventMs: 1006,
    tradeId: 77n,
    takerSide: 'buy',
    price: 100.2,
    size: 0.5,
  },
  {
    kind: 'trade',
    symbol: 'BTCUSDT',
    txMs: 1007,
    eventMs: 1007,
    tradeId: 78n,
    takerSide: 'sell',
    price: 100.1,
    size: 0.25,
  },
  {
    kind: 'snapshot',
    symbol: 'BTCUSDT',
    txMs: 1008,
    eventMs: 1008,
    sequence: 20n,
    bids: [[100.1, 1]],
    asks: [[100.2, 2]],
  },
]

const FULL_RECORDING = '../shared/market-data/binance-usdm-60s.jsonl.gz'
const EXPECTED = '../shared/market-data/binance-usdm-60s.expected.json'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-recording-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function write(content: string | Uint8Array): string {
  const file = join(folder, 'recording')
  writeFileSync(file, content)
  return file
}

async function playAll(
  file: string,
  options: Partial<RecordingOptions> = {},
): Promise<{ events: MarketEvent[]; source: RecordingSource }> {
  const source = new RecordingSource({ file, speed: 'max', clock: new SystemClock(), ...options })
  const events: MarketEvent[] = []
  await source.start((event) => events.push(event))
  return { events, source }
}

describe('a recording', () => {
  it('becomes market events: sides of the top only where they changed, a buyer as taker where the maker sold', async () => {
    const { events, source } = await playAll(write(LINES.join('\n')))
    expect(events).toEqual(EVENTS)
    expect(source.statistics).toEqual({ lines: 7, malformedLines: 0, events: 7 })
  })

  it('reads gzipped files by their content, whatever their name', async () => {
    const { events } = await playAll(write(gzipSync(LINES.join('\r\n'))))
    expect(events).toEqual(EVENTS)
  })

  it('counts malformed lines and plays the others', async () => {
    const malformed = [
      'nonsense',
      '12 {"stream":"btcusdt@trade"',
      '12 {"stream":"btcusdt@trade","data":null}',
      '12 {"stream":"btcusdt@trade","data":{"E":1,"T":1,"s":"BTCUSDT","t":1,"p":"NaN","q":"1","m":true}}',
      '12 {"stream":"btcusdt@trade","data":{"E":1,"T":-1,"s":"BTCUSDT","t":1,"p":"1","q":"1","m":true}}',
      '12 {"stream":"btcusdt@trade","data":{"E":1,"T":1,"s":"BTCUSDT","t":1,"p":"1","q":"1"}}',
      '12 {"stream":"btcusdt@markPrice","data":{"E":1,"T":1,"s":"BTCUSDT"}}',
      '12 {"stream":"btcusdt@depth","data":{"E":1,"T":1,"s":"BTCUSDT","u":1,"b":[1],"a":[]}}',
    ]
    const { events, source } = await playAll(write([...malformed, ...LINES].join('\n')))
    expect(events).toEqual(EVENTS)
    expect(source.statistics.malformedLines).toBe(malformed.length)
  })

  it('refuses a file without a readable line and names the first', async () => {
    await expect(playAll(write('hello\nworld\n'))).rejects.toThrow(
      /has no readable line \(line 1 was "hello"\)/,
    )
    await expect(playAll(write(''))).rejects.toThrow(/it is empty/)
  })

  it('refuses a file that is not there and one that breaks off', async () => {
    await expect(playAll(join(folder, 'missing'))).rejects.toMatchObject({ code: 'QTX_CONFIG_INVALID' })
    const lines = Array.from({ length: 20_000 }, (_, i) =>
      LINES[i % LINES.length]!.replace('100.10', `${i + 1}.1`),
    )
    const zipped = gzipSync(lines.join('\n'))
    await expect(playAll(write(zipped.subarray(0, zipped.length / 2)))).rejects.toThrow(
      /breaks off after line [1-9]/,
    )
  })

  it.each([0, -1, NaN, Infinity])('refuses a speed of %d', (speed) => {
    expect(() => new RecordingSource({ file: 'x', speed, clock: new SystemClock() })).toThrow(/speed/)
  })

  it('moves all times by one constant when they are to be of now', async () => {
    const beforeMs = Date.now()
    const { events } = await playAll(write(LINES.join('\n')), { times: 'now' })
    const shiftMs = events[0]!.eventMs - EVENTS[0]!.eventMs
    expect(shiftMs).toBeGreaterThanOrEqual(beforeMs - 1_001)
    expect(events.map((event) => event.txMs - shiftMs)).toEqual(EVENTS.map((event) => event.txMs))
  })

  it('ends where its listener stops it, and starts again from the beginning', async () => {
    const source = new RecordingSource({
      file: write(LINES.join('\n')),
      speed: 'max',
      clock: new SystemClock(),
    })
    const first: MarketEvent[] = []
    await source.start((event) => {
      first.push(event)
      if (first.length === 2) source.stop()
    })
    expect(first).toEqual(EVENTS.slice(0, 2))
    const second: MarketEvent[] = []
    await source.start((event) => second.push(event))
    expect(second).toEqual(EVENTS)
  })

  it('waits for its consumer between batches', async () => {
    const lines = Array.from({ length: 1_000 }, () => LINES[4]!)
    let waits = 0
    await playAll(write(lines.join('\n')), {
      consumed: () => {
        waits++
        return Promise.resolve()
      },
    })
    expect(waits).toBe(62)
  })

  it('fails when the listener fails', async () => {
    const source = new RecordingSource({
      file: write(LINES.join('\n')),
      speed: 'max',
      clock: new SystemClock(),
    })
    const start = source.start(() => {
      throw new Error('listener broke')
    })
    await expect(start).rejects.toThrow('listener broke')
  })
})

interface ExpectedStatistics {
  readonly depth: number
  readonly trade: number
  readonly levels: number
  readonly deletions: number
  readonly buy_volume: number
  readonly sell_volume: number
  readonly last_price: string
  readonly last_trade_id: number
}

interface ExpectedSymbol {
  readonly stats: ExpectedStatistics
  readonly best: { readonly u: number; readonly bid: [string, string]; readonly ask: [string, string] }
}

test.skipIf(!existsSync(FULL_RECORDING) || !existsSync(EXPECTED))(
  'the recorded minute gives what an independent reader found (not run where ../shared/market-data is absent)',
  async () => {
    const { symbols } = JSON.parse(readFileSync(EXPECTED, 'utf8')) as {
      symbols: Record<string, ExpectedSymbol>
    }
    const { events, source } = await playAll(FULL_RECORDING)
    expect(source.statistics.malformedLines).toBe(0)
    expect(Object.keys(symbols).sort()).toEqual(['BTCUSDT', 'ETHUSDT'])
    for (const [symbol, expected] of Object.entries(symbols)) {
      const own = events.filter((event) => event.symbol === symbol)
      const depths = own.filter((event) => event.kind === 'depth')
      const trades = own.filter((event) => event.kind === 'trade')
      const tickers = own.filter((event) => event.kind === 'ticker')
      const levels = depths.flatMap((event) => [...event.bids, ...event.asks])
      const volume = (side: 'buy' | 'sell'): number =>
        trades.filter((trade) => trade.takerSide === side).reduce((sum, trade) => sum + trade.size, 0)
      expect(depths).toHaveLength(expected.stats.depth)
      expect(trades).toHaveLength(expected.stats.trade)
      expect(levels).toHaveLength(expected.stats.levels)
      expect(levels.filter(([, size]) => size === 0)).toHaveLength(expected.stats.deletions)
      expect(volume('buy')).toBeCloseTo(expected.stats.buy_volume, 6)
      expect(volume('sell')).toBeCloseTo(expected.stats.sell_volume, 6)
      expect(trades.at(-1)).toMatchObject({
        tradeId: BigInt(expected.stats.last_trade_id),
        price: Number(expected.stats.last_price),
      })
      for (const side of ['bid', 'ask'] as const) {
        const [price, size] = expected.best[side]
        expect(tickers.filter((ticker) => ticker.side === side).at(-1)).toMatchObject({
          price: Number(price),
          size: Number(size),
        })
      }
      expect(own.filter((event) => event.kind === 'snapshot')).toHaveLength(1)
    }
  },
)
