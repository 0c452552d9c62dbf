import { Decimal, floorToStep } from '../common/decimal.ts'
import type { OrderBookView } from '../connector/order-book-view.ts'
import type { PaperOrder } from './paper-order.ts'

/** The levels that a taker looks at first; few need more. */
const FIRST_LEVELS = 20
/** Differences of doubles may fall this part of a step short of the difference of the decimals that they stand for. */
const STEP_TOLERANCE = '1e-6'

/** Calls `visit` for the other side's levels within the order's limit, best first, until it returns false. */
export function walkLevels(
  order: PaperOrder,
  book: OrderBookView,
  visit: (price: number, size: number) => boolean,
): void {
  const levels = (count?: number) => (order.tradeType === 'buy' ? book.asks(count) : book.bids(count))
  let seen = 0
  for (let few = levels(FIRST_LEVELS), isAll = false; ; few = levels(), isAll = true) {
    for (const [price, size] of few.slice(seen)) {
      const isWithin = order.tradeType === 'buy' ? price <= order.bookPrice : price >= order.bookPrice
      if (!isWithin || !visit(price, size)) return
    }
    if (isAll || few.length < FIRST_LEVELS) return
    seen = few.length
  }
}

/** What is shown at the order's price, on its own side. */
export function sizeAt(order: PaperOrder, book: OrderBookView): number {
  return order.tradeType === 'buy' ? book.bidSizeAt(order.bookPrice) : book.askSizeAt(order.bookPrice)
}

/** Whether the other side has come to the order's price. */
export function isCrossed(order: PaperOrder, book: OrderBookView): boolean {
  return order.tradeType === 'buy'
    ? book.bestAskPrice <= order.bookPrice
    : book.bestBidPrice >= order.bookPrice
}

export function wholeSteps(size: number, step: Decimal): Decimal {
  return floorToStep(new Decimal(size).plus(step.mul(STEP_TOLERANCE)), step)
}
