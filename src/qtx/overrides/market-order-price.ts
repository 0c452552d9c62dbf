import type { Clock } from '../../common/clock.ts'
import { Decimal, ceilToStep, floorToStep } from '../../common/decimal.ts'
import type { FundingInfo } from '../../connector/account-types.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { OrderBookView } from '../../connector/order-book.ts'
import type { TimeInForce } from '../../connector/order-types.ts'
import type { TradingRule } from '../../connector/trading-rule.ts'
import { QtxError } from '../../errors.ts'

/** A book further than this from the exchange's mark price is not believed. */
const MAX_MARK_DEVIATION = new Decimal('0.1')
/** A mark price older than this cannot judge a book. */
const MARK_FRESH_MS = 5 * 60_000

export interface RingPrice {
  readonly price: Decimal
  readonly timeInForce: TimeInForce | undefined
}

/** A limit order as it is. */
export function asLimit(order: InFlightOrder, price: Decimal): RingPrice {
  return { price, timeInForce: order.orderType === 'limitMaker' ? undefined : order.timeInForce }
}

/**
 * The ring knows no market orders: one becomes an immediate-or-cancel order at the best price, plus or minus the
 * slippage it may suffer, on the grid and never beyond it. Limit orders stay as they are.
 * @throws QtxError `QTX_BOOK_NOT_LIVE` where the best price cannot be relied on.
 */
export function pricedForRing(
  order: InFlightOrder,
  rule: TradingRule,
  book: OrderBookView,
  funding: FundingInfo | undefined,
  clock: Clock,
): RingPrice {
  if (order.price) return asLimit(order, order.price)
  const isBuy = order.tradeType === 'buy'
  const best = isBuy ? book.bestAskPrice : book.bestBidPrice
  if (book.state !== 'live' || !(best > 0)) {
    throw new QtxError(
      'QTX_BOOK_NOT_LIVE',
      `market order on ${order.pair}: the book is ${book.state === 'live' ? 'empty on that side' : book.state}`,
      {
        details: { pair: order.pair, state: book.state },
      },
    )
  }
  assertNearMark(order, best, funding, clock)
  const limit = new Decimal(best).mul(
    isBuy ? order.maxSlippage.plus(1) : new Decimal(1).minus(order.maxSlippage),
  )
  const tick = rule.minPriceIncrement
  return { price: isBuy ? floorToStep(limit, tick) : ceilToStep(limit, tick), timeInForce: 'ioc' }
}

function assertNearMark(
  order: InFlightOrder,
  best: number,
  funding: FundingInfo | undefined,
  clock: Clock,
): void {
  if (!funding || funding.markPrice.lte(0) || clock.nowMs() - funding.receivedMs > MARK_FRESH_MS) return
  const deviation = new Decimal(best).minus(funding.markPrice).abs().div(funding.markPrice)
  if (deviation.lte(MAX_MARK_DEVIATION)) return
  throw new QtxError(
    'QTX_BOOK_NOT_LIVE',
    `market order on ${order.pair}: the best price ${best} is ${deviation.mul(100).toFixed(1)} % from the mark price ${funding.markPrice.toString()}`,
    {
      details: { pair: order.pair, best, markPrice: funding.markPrice.toString() },
      remedy: 'check the feed, or send a limit order',
    },
  )
}
