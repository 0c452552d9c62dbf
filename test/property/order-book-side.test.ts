import fc from '../support/seeded-fast-check.ts'
import { describe, expect, it } from 'vitest'
import { NO_LEVEL, OrderBookSide } from '../../src/connector/order-book-side.ts'
import { flat, type Level } from '../support/market-call.ts'

type Operation =
  | { kind: 'apply' | 'replace'; levels: Level[] }
  | { kind: 'removeThrough'; price: number }
  | { kind: 'clear' | 'copy' }

const size = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9_999 }).map((lots) => lots / 1_000) },
)

/** Prices on `steps` steps of a decimal tick from `centre` on. */
function onGrid(centre: number, decimals: number, steps: number): fc.Arbitrary<number> {
  return fc
    .integer({ min: 0, max: steps })
    .map((step) => Number((centre + step / 10 ** decimals).toFixed(decimals)))
}

const anyPrice = fc.oneof(
  fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
  fc.double({ min: 99, max: 101, noNaN: true }),
  fc.constantFrom(5e-324, 1e-8, 2 ** 50, 2 ** 53, 1e15 + 0.125, 1e22, 1.7e308, Infinity),
)

/** What a market's messages look like for a while: where it is, how fine its tick is, how wide its levels lie. */
const market = fc.constantFrom(
  onGrid(61_800, 1, 40),
  onGrid(61_790, 1, 300),
  onGrid(61_000, 1, 20_000),
  onGrid(5_000, 1, 900_000),
  onGrid(61_800, 2, 400),
  onGrid(60_000, 0, 3_000),
  onGrid(0, 8, 50),
  onGrid(0, 12, 500),
  onGrid(1e9, 4, 500),
  anyPrice,
)

const operations = market.chain((main) => {
  const price = fc.oneof(
    { weight: 30, arbitrary: main },
    { weight: 1, arbitrary: anyPrice },
    { weight: 1, arbitrary: fc.constantFrom(0, -1, NaN) },
  )
  const levels = fc.array(fc.tuple(price, size), { maxLength: 40 })
  return fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.record({ kind: fc.constant('apply' as const), levels }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), levels }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('removeThrough' as const), price }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('clear' as const, 'copy' as const) }) },
    ),
    { minLength: 1, maxLength: 12 },
  )
})

/** One phase after another, in one side: the market moves, its tick changes. */
const history = fc
  .array(operations, { minLength: 1, maxLength: 4, size: 'max' })
  .map((phases) => phases.flat())

/** A map, sorted at every look. */
class NaiveSide {
  readonly isBid: boolean
  readonly sizes = new Map<number, number>()

  constructor(isBid: boolean) {
    this.isBid = isBid
  }

  set([price, size]: Level): void {
    if (!(price > 0)) return
    if (size === 0) this.sizes.delete(price)
    else this.sizes.set(price, size)
  }

  isWorse(a: number, b: number): boolean {
    return this.isBid ? a < b : a > b
  }

  levels(): Level[] {
    return [...this.sizes].sort(([a], [b]) => (a === b ? 0 : this.isWorse(a, b) ? 1 : -1))
  }
}

function run(side: OrderBookSide, naive: NaiveSide, operation: Operation): OrderBookSide {
  switch (operation.kind) {
    case 'apply':
      side.apply(flat(operation.levels), 0, operation.levels.length)
      for (const level of operation.levels) naive.set(level)
      return side
    case 'replace': {
      const levels = [...new Map(operation.levels)]
      side.replace(flat([[7, 7]], levels), 2, levels.length)
      naive.sizes.clear()
      for (const level of levels) naive.set(level)
      return side
    }
    case 'removeThrough':
      // No caller has another price.
      if (!(operation.price > 0)) return side
      side.removeThrough(operation.price)
      for (const [price] of naive.levels())
        if (!naive.isWorse(price, operation.price)) naive.sizes.delete(price)
      return side
    case 'clear':
      side.clear()
      naive.sizes.clear()
      return side
    case 'copy': {
      const copy = new OrderBookSide(side.isBid)
      copy.apply(flat([[123.456, 1]]), 0, 1)
      copy.copyFrom(side)
      side.apply(flat([[123.456, 1]]), 0, 1)
      return copy
    }
  }
}

function levelsOf(side: OrderBookSide): Level[] {
  const levels: Level[] = []
  for (let cursor = side.best; cursor !== NO_LEVEL; cursor = side.next(cursor)) {
    levels.push([side.priceAt(cursor), side.sizeAt(cursor)])
  }
  return levels
}

function expectSame(side: OrderBookSide, naive: NaiveSide, probes: readonly number[]): void {
  const expected = naive.levels()
  expect(levelsOf(side)).toEqual(expected)
  for (const price of [...probes, ...expected.slice(0, 5).map(([price]) => price)]) {
    expect(side.sizeOf(price)).toBe(naive.sizes.get(price) ?? 0)
    const worse = expected.filter(([other]) => naive.isWorse(other, price))
    const cursor = side.firstWorseThan({ price })
    expect(cursor === NO_LEVEL ? undefined : side.priceAt(cursor)).toBe(worse[0]?.[0])
    expect(side.countFrom(cursor)).toBe(worse.length)
  }
}

describe('a side of a book under random levels', () => {
  it('has what a map has, wherever the market goes and whatever its prices are', () => {
    fc.assert(
      fc.property(history, fc.boolean(), fc.array(anyPrice, { maxLength: 4 }), (list, isBid, probes) => {
        let side = new OrderBookSide(isBid)
        const naive = new NaiveSide(isBid)
        for (const operation of list) {
          side = run(side, naive, operation)
          expectSame(side, naive, [0, Infinity, 61_800.05, ...probes])
        }
      }),
      { seed: 6, numRuns: 300 },
    )
  })

  it('keeps up with a market that runs away in both directions, from one tick to the next', () => {
    const walk = fc.record({
      seed: fc.integer({ min: 1, max: 2 ** 31 }),
      decimals: fc.integer({ min: 0, max: 8 }),
      stride: fc.integer({ min: 1, max: 60_000 }),
    })
    fc.assert(
      fc.property(walk, fc.boolean(), ({ seed, decimals, stride }, isBid) => {
        const side = new OrderBookSide(isBid)
        const naive = new NaiveSide(isBid)
        let state = seed
        const random = (below: number) => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
          return Math.floor((state / 2 ** 32) * below)
        }
        let centre = 5_000_000
        for (let message = 0; message < 120; message++) {
          centre = Math.max(2_000, centre + random(2 * stride + 1) - stride)
          const extra = message > 60 ? 1 : 0
          const levels = Array.from({ length: 20 }, (): Level => {
            const step = centre + random(700) - 350
            return [
              Number(`${step * 10 ** extra + random(1 + 9 * extra)}e-${decimals + extra}`),
              random(3) / 8,
            ]
          })
          const gone = naive
            .levels()
            .slice(0, random(12))
            .map(([price]): Level => [price, 0])
          run(side, naive, { kind: 'apply', levels: [...gone, ...levels] })
          if (message % 10 === 9) expectSame(side, naive, [centre / 10 ** decimals])
          expect(side.best === NO_LEVEL ? undefined : side.priceAt(side.best)).toBe(naive.levels()[0]?.[0])
        }
      }),
      { seed: 7, numRuns: 40 },
    )
  })
})
