import { Decimal } from '../common/decimal.ts'
import type { OrderBookView } from '../connector/order-book-view.ts'
import type { OrderReason } from '../connector/order-types.ts'
import type { TradingRule } from '../connector/trading-rule.ts'
import type { PaperAccount } from './paper-account.ts'
import { toBinding, type PaperOrder, type PaperRequest } from './paper-order.ts'

/** What a request is checked against. */
export interface PaperCircumstances {
  readonly account: PaperAccount
  readonly book: OrderBookView
  readonly rule: TradingRule
  readonly openOrders: readonly PaperOrder[]
}

/** Why a request is not taken; undefined when it is. Amount and price have been checked before it was sent. */
export function refusalOf(
  request: PaperRequest,
  { account, book, rule, openOrders }: PaperCircumstances,
): OrderReason | undefined {
  const { pair, tradeType, amount, price, isPostOnly, isReduceOnly } = request
  if (book.state !== 'live') {
    const message = `${pair} cannot be traded on paper while its book is ${book.state}`
    return { code: 'QTX_BOOK_NOT_LIVE', message }
  }
  const best = tradeType === 'buy' ? book.bestAskPrice : book.bestBidPrice
  const crosses = tradeType === 'buy' ? price.gte(best) : price.lte(best)
  if (isPostOnly && crosses)
    return refused(`a post-only ${tradeType} at ${price.toString()} would trade with ${best}`)
  if (isReduceOnly) {
    const isIdle = account.closable(pair, tradeType).isZero()
    return isIdle ? refused(`there is no position that a ${tradeType} would close`) : undefined
  }
  const expected = crosses ? new Decimal(best) : price
  const open = openOrders.map(toBinding)
  const more = { pair, tradeType, remaining: amount, price: expected, isReduceOnly }
  const needed = account.margin(pair, [...open, more]).minus(account.margin(pair, open))
  const available = account.available(rule.buyOrderCollateralToken, open)
  if (needed.lte(available)) return undefined
  return refused(`margin of ${needed.toFixed(2)} is needed, ${available.toFixed(2)} is available`)
}

export function refused(message: string): OrderReason {
  return { code: 'QTX_ORDER_REJECTED', message }
}
