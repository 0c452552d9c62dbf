import { beforeAll, describe, expect, it } from 'vitest'
import { MarketModel } from '../../../../src/simulator/feed/market-model.ts'
import type { ModelSymbol } from '../../../../src/simulator/feed/market-shape.ts'
import type { Level, MarketEvent } from '../../../../src/simulator/market-event.ts'

const SYMBOLS: readonly ModelSymbol[] = [
  { symbol: 'BTCUSDT', tickSize: '0.10', stepSize: '0.001', price: '61800' },
  { symbol: 'ETHUSDT', tickSize: '0.01', stepSize: '0.001', price: '2680' },
]

interface TimedEvent {
  readonly atMs: number
  readonly event: MarketEvent
}

function play(seed: number, durationMs: number, messagesPerSecond?: number): TimedEvent[] {
  const model = new MarketModel({ symbols: SYMBOLS, seed, messagesPerSecond })
  const played: TimedEvent[] = []
  for (let atMs = model.nextGapMs(); atMs < durationMs; atMs += model.nextGapMs()) {
    for (const event of model.nextEvents(1_700_000_000_000 + atMs)) played.push({ atMs, event })
  }
  return played
}

describe('the market model', () => {
  const durationMs = 120_000
  let played: TimedEvent[]
  beforeAll(() => {
    played = play(7, durationMs)
  })

  it('sends 70 % top of book, 21 % trades and 9 % depth', () => {
    const share = (kind: MarketEvent['kind']): number =>
      played.filter(({ event }) => event.kind === kind).length / played.length
    expect(share('ticker')).toBeCloseTo(0.7, 1)
    expect(Math.abs(share('ticker') - 0.7)).toBeLessThan(0.01)
    expect(Math.abs(share('trade') - 0.21)).toBeLessThan(0.01)
    expect(Math.abs(share('depth') - 0.09)).toBeLessThan(0.01)
  })

  it('sends about 260 messages a second for two symbols', () => {
    expect(played.length / (durationMs / 1_000)).toBeGreaterThan(230)
    expect(played.length / (durationMs / 1_000)).toBeLessThan(290)
  })

  it('follows the rate that is asked for', () => {
    const fast = play(7, 10_000, 5_000)
    expect(fast.length / 10).toBeGreaterThan(4_500)
    expect(fast.length / 10).toBeLessThan(5_500)
  })

  it('bursts to about 300 messages within 100 ms', () => {
    let most = 0
    let start = 0
    played.forEach(({ atMs }, end) => {
      while (atMs - played[start]!.atMs > 100) start++
      most = Math.max(most, end - start + 1)
    })
    expect(most).toBeGreaterThan(270)
    expect(most).toBeLessThan(450)
  })

  it('changes 33 levels with a depth message on average, 16 % of them deletions', () => {
    const levels = played.flatMap(({ event }) =>
      event.kind === 'depth' ? [[...event.bids, ...event.asks]] : [],
    )
    const all = levels.flat()
    expect(Math.abs(all.length / levels.length - 33)).toBeLessThan(2)
    expect(Math.abs(all.filter(([, size]) => size === 0).length / all.length - 0.16)).toBeLessThan(0.01)
  })

  it('gives the same events for the same seed and others for another', () => {
    expect(play(7, 2_000)).toEqual(played.filter(({ atMs }) => atMs < 2_000))
    expect(play(8, 2_000)).not.toEqual(played.filter(({ atMs }) => atMs < 2_000))
  })

  it('prints every price and size as a plain decimal on its grid', () => {
    const onGrid = (value: number, digits: number): boolean =>
      /^\d+(\.\d+)?$/.test(`${value}`) && value === Number(value.toFixed(digits))
    for (const { event } of played.slice(0, 5_000)) {
      const priceDigits = event.symbol === 'BTCUSDT' ? 1 : 2
      const levels: Level[] =
        event.kind === 'depth' || event.kind === 'snapshot'
          ? [...event.bids, ...event.asks]
          : [[event.price, event.size]]
      for (const [price, size] of levels) {
        expect(onGrid(price, priceDigits), `${price}`).toBe(true)
        expect(onGrid(size, 3), `${size}`).toBe(true)
      }
    }
  })
})

describe('a book built from the model', () => {
  it('opens with a thousand levels a side and the top that belongs to them', () => {
    const model = new MarketModel({ symbols: SYMBOLS, seed: 3 })
    const opening = model.openingEvents(1_700_000_000_000)
    expect(opening.map((event) => `${event.symbol} ${event.kind}`)).toEqual([
      'BTCUSDT snapshot',
      'BTCUSDT ticker',
      'BTCUSDT ticker',
      'ETHUSDT snapshot',
      'ETHUSDT ticker',
      'ETHUSDT ticker',
    ])
    for (const event of opening) {
      if (event.kind !== 'snapshot') continue
      expect(event.bids).toHaveLength(1_000)
      expect(event.asks).toHaveLength(1_000)
    }
  })

  it.each([1, 2, 3])(
    'is never crossed, trades at the touch, and agrees with the ticker (seed %i)',
    (seed) => {
      const model = new MarketModel({ symbols: SYMBOLS, seed })
      const books = new Map(SYMBOLS.map(({ symbol }) => [symbol, new Book()]))
      for (const event of model.openingEvents(0)) books.get(event.symbol)!.apply(event)
      for (let step = 0; step < 40_000; step++) {
        for (const event of model.nextEvents(step)) books.get(event.symbol)!.apply(event)
      }
      for (const [symbol, book] of books) {
        expect(book.depths, symbol).toBeGreaterThan(1_000)
        expect(book.bids.size, symbol).toBeGreaterThan(900)
        expect(book.asks.size, symbol).toBeGreaterThan(900)
        expect(book.bids.size, symbol).toBeLessThan(1_200)
      }
    },
  )

  it('stays near its start over a long run', () => {
    const model = new MarketModel({ symbols: SYMBOLS.slice(0, 1), seed: 5 })
    let lowest = Infinity
    let highest = 0
    for (let step = 0; step < 400_000; step++) {
      for (const event of model.nextEvents(step)) {
        if (event.kind !== 'trade') continue
        lowest = Math.min(lowest, event.price)
        highest = Math.max(highest, event.price)
      }
    }
    expect(lowest).toBeGreaterThan(61_700)
    expect(highest).toBeLessThan(61_900)
    expect(highest - lowest).toBeGreaterThan(2)
  })

  it('refuses a price that leaves no room for a book', () => {
    const symbols = [{ symbol: 'XUSDT', tickSize: '1', stepSize: '1', price: '100' }]
    expect(() => new MarketModel({ symbols, seed: 1 })).toThrow(/XUSDT must be at least 5000 ticks, was 100/)
  })

  it.each([0, -1, NaN, Infinity])('refuses a rate of %d messages a second', (messagesPerSecond) => {
    expect(() => new MarketModel({ symbols: SYMBOLS, seed: 1, messagesPerSecond })).toThrow(
      /messagesPerSecond/,
    )
  })
})

/** A naive book: it knows nothing of the model, only what its events say. */
class Book {
  readonly bids = new Map<number, number>()
  readonly asks = new Map<number, number>()
  depths = 0
  #sequence = -1n
  #tradeId = -1n
  #bid: Level = [0, 0]
  #ask: Level = [Infinity, 0]

  apply(event: MarketEvent): void {
    if (event.kind === 'trade') {
      expect(event.tradeId > this.#tradeId).toBe(true)
      this.#tradeId = event.tradeId
      const touch = event.takerSide === 'buy' ? this.#ask : this.#bid
      expect(event.price).toBe(touch[0])
      expect(event.size).toBeLessThanOrEqual(touch[1])
      expect(event.size).toBeGreaterThan(0)
      return
    }
    expect(event.sequence >= this.#sequence).toBe(true)
    this.#sequence = event.sequence
    if (event.kind === 'ticker') {
      if (event.side === 'bid') this.#bid = [event.price, event.size]
      else this.#ask = [event.price, event.size]
      expect(event.size).toBeGreaterThan(0)
      expect(this.#bid[0]).toBeLessThan(this.#ask[0])
      return
    }
    set(this.bids, event.bids)
    set(this.asks, event.asks)
    if (event.kind === 'snapshot') {
      this.#bid = best(this.bids, Math.max)
      this.#ask = best(this.asks, Math.min)
      return
    }
    this.depths++
    expect(best(this.bids, Math.max)).toEqual(this.#bid)
    expect(best(this.asks, Math.min)).toEqual(this.#ask)
  }
}

function set(side: Map<number, number>, levels: readonly Level[]): void {
  for (const [price, size] of levels) {
    if (size === 0) side.delete(price)
    else side.set(price, size)
  }
}

function best(side: Map<number, number>, pick: (...prices: number[]) => number): Level {
  const price = pick(...side.keys())
  return [price, side.get(price)!]
}
