import type { OrderBookView } from './order-book.ts'

const COMPARED_LEVELS = 100

/** The best levels of both sides, each as a text, to be compared with `countDifferences`. */
export function bestLevels(book: OrderBookView): ReadonlySet<string> {
  return new Set([
    ...book.bids(COMPARED_LEVELS).map(([price, size]) => `bid ${price} ${size}`),
    ...book.asks(COMPARED_LEVELS).map(([price, size]) => `ask ${price} ${size}`),
  ])
}

/** Levels that are in one of them only. */
export function countDifferences(before: ReadonlySet<string>, after: ReadonlySet<string>): number {
  const isMissingIn = (other: ReadonlySet<string>) => (level: string) => !other.has(level)
  return [...before].filter(isMissingIn(after)).length + [...after].filter(isMissingIn(before)).length
}
