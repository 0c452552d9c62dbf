import type { Level, Market, MarketMessage } from './market.ts'
import { SpreadNumbers } from './spread-numbers.ts'

const MIDDLE_TICKS = 600_000
const TICKS_PER_UNIT = 10
const BOOK_LEVELS = 1_000
const STEPS = 1_200
const CHANGES_A_SIDE = 34
/** Half of the recorded minute's changes are nearer to the best than about so many ticks. */
const TYPICAL_DISTANCE = 375
const TOPS_A_STEP = 10

/** A market that wanders: the best prices move, levels near them change most, and one in six changes deletes. */
export function makeMarket(): Market {
  const random = new SpreadNumbers()
  // In ticks: the best bid is the one below, the best ask the one above.
  let middle = MIDDLE_TICKS
  const startBids = wholeSide(-1, middle)
  const startAsks = wholeSide(1, middle)
  const messages: MarketMessage[] = []
  for (let step = 0; step < STEPS; step++) {
    const before = middle
    middle += random.below(5) - 2 + Math.sign(MIDDLE_TICKS - middle) * (random.below(20) === 0 ? 1 : 0)
    messages.push({ kind: 'depth', asks: changes(1, before), bids: changes(-1, before) })
    for (let top = 0; top < TOPS_A_STEP; top++) {
      const isBid = random.below(2) === 0
      messages.push({ kind: 'top', isBid, price: priceOf(middle + (isBid ? -1 : 1)), size: aSize() })
    }
    const isBuyTaker = random.below(2) === 0
    messages.push({
      kind: 'trade',
      isBuyTaker,
      price: priceOf(middle + (isBuyTaker ? 1 : -1)),
      size: aSize(),
    })
  }
  return { source: 'a made market', bids: startBids, asks: startAsks, messages }

  /** What the move put on the wrong side goes, what it uncovered comes; then some anywhere. */
  function changes(sign: 1 | -1, before: number): Level[] {
    const changed = new Map<number, number>()
    for (let tick = before + sign; sign * tick <= sign * middle; tick += sign) changed.set(tick, 0)
    for (let tick = middle + sign; sign * tick <= sign * before; tick += sign) changed.set(tick, aSize())
    // The best level is always there: it is what the tops say it is.
    changed.set(middle + sign, aSize())
    while (changed.size < CHANGES_A_SIDE) {
      const tick = middle + sign * (2 + aDistance())
      changed.set(tick, random.below(6) === 0 ? 0 : aSize())
    }
    return [...changed].map(([tick, size]) => [priceOf(tick), size])
  }

  function aSize(): number {
    return (1 + random.below(20_000)) / 1_000
  }

  /** Many near, few far: exponential. */
  function aDistance(): number {
    return Math.floor((-TYPICAL_DISTANCE / Math.LN2) * Math.log((1 + random.below(10_000)) / 10_001))
  }
}

function wholeSide(sign: 1 | -1, middle: number): Level[] {
  return Array.from({ length: BOOK_LEVELS }, (_, i) => [priceOf(middle + sign * (i + 1)), 1 + (i % 7)])
}

function priceOf(tick: number): number {
  return tick / TICKS_PER_UNIT
}
