import { ZERO, minDecimal, type Decimal } from '../common/decimal.ts'
import { QtxError } from '../errors.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { PositionAction, TradeType } from './order-types.ts'
import type { TradingPair } from '../common/trading-pair.ts'

/** What a new order means for the position, and how much of it may be sent. */
export interface SizedOrder {
  readonly positionAction: PositionAction
  readonly amount: Decimal
}

/**
 * Decides whether an order opens or closes, and keeps a close within the position: in one-way mode nothing else stops
 * it from opening the other side. Amounts that other close orders are already after do not count.
 * @throws QtxError `QTX_NOTHING_TO_CLOSE`.
 */
export function sizeForPosition(
  pair: TradingPair,
  tradeType: TradeType,
  amount: Decimal,
  wanted: PositionAction | undefined,
  positionAmount: Decimal,
  orders: Iterable<InFlightOrder>,
): SizedOrder {
  const closable = closableAmount(pair, tradeType, positionAmount, orders)
  if (wanted === 'open') return { positionAction: 'open', amount }
  if (wanted === 'close') {
    if (closable.lte(0)) {
      throw new QtxError(
        'QTX_NOTHING_TO_CLOSE',
        `${pair} position is ${positionAmount.toString()}, nothing is left for a ${tradeType} to close`,
        {
          details: { pair, tradeType, position: positionAmount.toString() },
        },
      )
    }
    return { positionAction: 'close', amount: minDecimal(amount, closable) }
  }
  const isClose = closable.isPositive() && !closable.isZero() && amount.lte(closable)
  return { positionAction: isClose ? 'close' : 'open', amount }
}

function closableAmount(
  pair: TradingPair,
  tradeType: TradeType,
  positionAmount: Decimal,
  orders: Iterable<InFlightOrder>,
): Decimal {
  const reduces = !positionAmount.isZero() && positionAmount.isNegative() === (tradeType === 'buy')
  if (!reduces) return ZERO
  let closable = positionAmount.abs()
  for (const order of orders) {
    if (order.pair === pair && order.tradeType === tradeType && order.positionAction === 'close') {
      closable = closable.minus(order.remainingAmount)
    }
  }
  return closable
}
