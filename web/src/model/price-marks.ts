import type { PageFill } from '../../../src/dashboard/page-frames.ts'
import type { OrderView } from '../../../src/service/service-views.ts'
import type { Numbered } from './tail.ts'

/** A fill on the price chart. */
export interface FillMark {
  /** Seconds since 1970. */
  readonly second: number
  readonly price: number
  readonly side: 'buy' | 'sell'
}

/** An open order on the price chart. */
export interface OrderMark {
  readonly price: number
  readonly side: 'buy' | 'sell'
  readonly amount: string
}

export interface Marks {
  /** Oldest first. */
  readonly fills: readonly FillMark[]
  readonly orders: readonly OrderMark[]
}

/** The pair's fills within that time, oldest first. */
export function fillMarks(
  fills: readonly Numbered<PageFill>[],
  pair: string,
  fromSecond: number,
  toSecond: number,
): FillMark[] {
  return fills
    .filter(({ item }) => item.pair === pair)
    .map(({ item: { timeMs, price, side } }) => ({ second: timeMs / 1_000, price: Number(price), side }))
    .filter(({ second }) => second >= fromSecond && second <= toSecond)
}

/** The pair's open orders that have a price. */
export function orderMarks(orders: readonly OrderView[], pair: string): OrderMark[] {
  return orders.flatMap(({ pair: of, price, side, amount }) =>
    of === pair && price !== null ? [{ price: Number(price), side, amount }] : [],
  )
}

/**
 * The prices that the chart reaches from and to: all that was traded at, and those orders that are not so far away that
 * the market would be a straight line.
 */
export function priceRange(
  min: number | null,
  max: number | null,
  { fills, orders }: Marks,
): [number, number] {
  const traded = fills.map(({ price }) => price)
  const lowest = Math.min(min ?? Infinity, ...traded)
  const highest = Math.max(max ?? -Infinity, ...traded)
  if (!(lowest <= highest)) return [0, 1]
  const span = Math.max(highest - lowest, highest * SMALLEST_SPAN)
  const near = orders
    .map(({ price }) => price)
    .filter((price) => price >= lowest - NEAR_SPANS * span && price <= highest + NEAR_SPANS * span)
  const from = Math.min(lowest, ...near)
  const to = Math.max(highest, ...near)
  const margin = Math.max((to - from) * 0.08, highest * SMALLEST_SPAN)
  return [from - margin, to + margin]
}

/** Orders within so many times what the price moved are shown where they are. */
const NEAR_SPANS = 1.5
/** A price that stands still is drawn with so much around it, as part of the price. */
const SMALLEST_SPAN = 1e-5
