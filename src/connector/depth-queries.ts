import { NO_LEVEL } from './order-book-side.ts'
import type { ShownSide } from './shown-side.ts'

/** `[price, size]`. */
export type BookLevel = readonly [price: number, size: number]

/** The result of walking a book. `price` is undefined when the depth does not suffice. */
export interface DepthQuery {
  readonly price: number | undefined
  /** Base units (quote units where the query is about quote volume) that were found, at most what was asked. */
  readonly volume: number
}

const NOTHING: DepthQuery = { price: undefined, volume: 0 }

/** Sums of doubles may fall this part short of the sum of the decimals that they stand for. */
const SUM_TOLERANCE = 1e-12

/** Calls `visit` for the shown levels, best first, until it returns false. */
function walk(side: ShownSide, visit: (price: number, size: number) => boolean): void {
  if (side.topSize > 0 && !visit(side.topPrice, side.topSize)) return
  const depth = side.depth
  for (let cursor = side.first; cursor !== NO_LEVEL; cursor = depth.next(cursor)) {
    if (!visit(depth.priceAt(cursor), depth.sizeAt(cursor))) return
  }
}

/** The best `count` levels that are shown, best first. A copy. */
export function shownLevels(side: ShownSide, count: number): BookLevel[] {
  const levels: BookLevel[] = []
  if (!(count >= 1)) return levels
  walk(side, (price, size) => levels.push([price, size]) < count)
  return levels
}

/** Volume-weighted price of `baseVolume`; without a price, and with the volume there is, where that is less. */
export function vwapForVolume(side: ShownSide, baseVolume: number): DepthQuery {
  if (!(baseVolume > 0)) return NOTHING
  let base = 0
  let quote = 0
  let vwap: number | undefined
  walk(side, (price, size) => {
    if (reaches(base + size, baseVolume)) {
      vwap = base === 0 ? price : (quote + (baseVolume - base) * price) / baseVolume
      return false
    }
    base += size
    quote += size * price
    return true
  })
  return vwap === undefined ? { price: undefined, volume: base } : { price: vwap, volume: baseVolume }
}

/** The worst price touched to fill `baseVolume`. */
export function priceForVolume(side: ShownSide, baseVolume: number): DepthQuery {
  return worstPrice(side, baseVolume, (_price, size) => size)
}

/** The worst price touched to fill `quoteVolume`; the volume is quote units. */
export function priceForQuoteVolume(side: ShownSide, quoteVolume: number): DepthQuery {
  return worstPrice(side, quoteVolume, (price, size) => price * size)
}

/** Base volume at `limitPrice` and better; the result's price is the last level included. */
export function volumeForPrice(side: ShownSide, limitPrice: number): DepthQuery {
  return sumThrough(side, limitPrice, (_price, size) => size)
}

/** Quote volume at `limitPrice` and better; the result's price is the last level included. */
export function quoteVolumeForPrice(side: ShownSide, limitPrice: number): DepthQuery {
  return sumThrough(side, limitPrice, (price, size) => price * size)
}

function reaches(sum: number, wanted: number): boolean {
  return sum >= wanted - wanted * SUM_TOLERANCE
}

function worstPrice(
  side: ShownSide,
  wanted: number,
  amountOf: (price: number, size: number) => number,
): DepthQuery {
  if (!(wanted > 0)) return NOTHING
  let found = 0
  let worst: number | undefined
  walk(side, (price, size) => {
    found += amountOf(price, size)
    if (!reaches(found, wanted)) return true
    worst = price
    return false
  })
  return worst === undefined ? { price: undefined, volume: found } : { price: worst, volume: wanted }
}

function sumThrough(
  side: ShownSide,
  limitPrice: number,
  amountOf: (price: number, size: number) => number,
): DepthQuery {
  let volume = 0
  let last: number | undefined
  walk(side, (price, size) => {
    const isIncluded = side.depth.isBid ? price >= limitPrice : price <= limitPrice
    if (!isIncluded) return false
    volume += amountOf(price, size)
    last = price
    return true
  })
  return { price: last, volume }
}
