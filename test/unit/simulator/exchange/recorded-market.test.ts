import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Level, MarketEvent } from '../../../../src/simulator/market-event.ts'
import { TradingFloor } from './trading-floor.ts'

const RECORDING = new URL('../../../../../shared/market-data/binance-usdm-60s.jsonl.gz', import.meta.url)
const EXPECTED = new URL('binance-usdm-60s.expected.json', RECORDING)

interface RecordedData {
  readonly e: string
  readonly s: string
  readonly E: number
  readonly T: number
  readonly u?: number
  readonly lastUpdateId?: number
  readonly t: number
  readonly m: boolean
  readonly p: string
  readonly q: string
  readonly [side: string]: unknown
}

const levels = (texts: unknown): Level[] =>
  (texts as [string, string][]).map(([price, size]) => [Number(price), Number(size)])

function eventsOf(line: string): MarketEvent[] {
  const { data } = JSON.parse(line.slice(line.indexOf(' ') + 1)) as { data: RecordedData }
  const head = { symbol: data.s, txMs: data.T, eventMs: data.E }
  const sequence = BigInt(data.u ?? data.lastUpdateId ?? 0)
  if (data.e === 'depthUpdate') {
    return [{ kind: 'depth', ...head, sequence, bids: levels(data['b']), asks: levels(data['a']) }]
  }
  if (data.e === 'depthSnapshot') {
    return [{ kind: 'snapshot', ...head, sequence, bids: levels(data['bids']), asks: levels(data['asks']) }]
  }
  if (data.e === 'bookTicker') {
    const ticker = (side: 'bid' | 'ask', price: string, size: string) =>
      ({
        kind: 'ticker',
        ...head,
        sequence,
        side,
        price: Number(data[price]),
        size: Number(data[size]),
      }) as const
    return [ticker('bid', 'b', 'B'), ticker('ask', 'a', 'A')]
  }
  const takerSide = data.m ? 'sell' : 'buy'
  const [price, size] = [Number(data.p), Number(data.q)]
  return [{ kind: 'trade', ...head, tradeId: BigInt(data.t), takerSide, price, size }]
}

describe.skipIf(!existsSync(RECORDING))('a recorded minute (skipped where there is no recording)', () => {
  const events = () =>
    gunzipSync(readFileSync(RECORDING)).toString('utf8').trim().split('\n').flatMap(eventsOf)

  it('comes out exactly as it went in, and leaves the book that an independent reader ends with', () => {
    const floor = new TradingFloor()
    const sent = events()
    for (const event of sent) floor.engine.applyMarketEvent(event)
    expect(floor.told.length).toBe(sent.length)
    expect(floor.told.every((event, at) => event === sent[at])).toBe(true)

    const { symbols } = JSON.parse(readFileSync(EXPECTED, 'utf8')) as {
      symbols: Record<
        string,
        {
          best: { bid: [string, string]; ask: [string, string] }
          seeded: { bids_top: Level[]; asks_top: Level[] }
        }
      >
    }
    for (const [symbol, { best, seeded }] of Object.entries(symbols)) {
      const book = floor.engine.book(symbol)
      expect([book.top('bid'), book.top('ask')]).toEqual([best.bid.map(Number), best.ask.map(Number)])
      const [bidPrice, askPrice] = [Number(best.bid[0]), Number(best.ask[0])]
      // Best prices are newer than the last depth: behind them the book is the one that depth alone gives.
      const behindBids = seeded.bids_top.filter(([price]) => price < bidPrice).slice(0, 10)
      const behindAsks = seeded.asks_top.filter(([price]) => price > askPrice).slice(0, 10)
      expect(book.levels('bid', 11).slice(1)).toEqual(behindBids)
      expect(book.levels('ask', 11).slice(1)).toEqual(behindAsks)
    }
  })

  it('with orders in it fills no more than was offered, and keeps every number rising from then on', () => {
    const floor = new TradingFloor()
    const sent = events()
    const last = new Map<string, bigint>()
    for (const [at, event] of sent.entries()) {
      floor.engine.applyMarketEvent(event)
      const book = floor.engine.book('BTCUSDT')
      const [bid, ask] = [book.top('bid'), book.top('ask')]
      if (bid && ask) expect(bid[0]).toBeLessThan(ask[0])
      if (at % 500 !== 499 || !bid || !ask) continue
      floor.engine.cancelAll(floor.alice, 'BTCUSDT')
      const timeInForce = 'post-only'
      floor.refusalOrNothing(() => floor.order(floor.alice, { size: '0.01', price: bid[0], timeInForce }))
      floor.refusalOrNothing(() =>
        floor.order(floor.alice, { side: 'sell', size: '0.01', price: ask[0], timeInForce }),
      )
    }
    const depths = floor.told.filter((event) => event.kind === 'depth' && event.symbol === 'BTCUSDT')
    for (const event of depths) {
      if (event.kind !== 'depth') continue
      expect(event.sequence > (last.get(event.symbol) ?? 0n)).toBe(true)
      last.set(event.symbol, event.sequence)
    }
    const fills = floor.orderUpdates.flatMap(({ fill }) => (fill ? [fill] : []))
    expect(fills.length).toBeGreaterThan(10)
    expect(fills.every((fill) => fill.maker)).toBe(true)
    expect(floor.orderUpdates.every(({ order }) => order.filledSize.lte(order.size))).toBe(true)
  })
})
