import { Decimal, ceilToStep } from '../common/decimal.ts'
import { sizeForPosition } from '../connector/position-sizing.ts'
import type { OrderType, PositionAction, TimeInForce, TradeType } from '../connector/order-types.ts'
import { assertOrderAllowed, quantizeAmount, quantizePrice } from '../connector/trading-rule.ts'
import { QtxError } from '../errors.ts'
import type { QtxConnector } from '../qtx/connector-protocol.ts'

/** An order that somebody asks for; amounts and prices are decimal text. */
export interface OrderRequest {
  readonly pair: string
  readonly side: TradeType
  readonly amount: string
  readonly type: OrderType
  readonly price?: string | undefined
  readonly timeInForce?: TimeInForce | undefined
  readonly positionAction?: PositionAction | undefined
}

/** An order as it would be sent now. */
export interface OrderPreview {
  readonly pair: string
  readonly side: TradeType
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly positionAction: PositionAction
  /** Base units, on the exchange's grid. */
  readonly amount: string
  /** Null for market orders. */
  readonly price: string | null
  /** Quote units; of a market order at the best price now. */
  readonly notional: string
  readonly leverage: number
  readonly bestBid: string | null
  readonly bestAsk: string | null
}

/**
 * What would be sent, quantised and sized as the connector does it. Sends nothing.
 * @throws QtxError `QTX_ORDER_INVALID`, `QTX_PAIR_UNKNOWN`, `QTX_NOTHING_TO_CLOSE`, `QTX_BOOK_NOT_LIVE`.
 */
export function previewOrder(connector: QtxConnector, request: OrderRequest): OrderPreview {
  const { pair, side, type } = request
  const rule = connector.tradingRule(pair)
  const wanted = readAmount('amount', request.amount)
  const limit = type === 'market' ? undefined : readPrice(request)
  const price =
    limit && (side === 'buy' ? quantizePrice(rule, limit) : ceilToStep(limit, rule.minPriceIncrement))
  const sized = sizeForPosition(
    pair,
    side,
    quantizeAmount(rule, wanted),
    request.positionAction,
    connector.positions.get(pair)?.amount ?? new Decimal(0),
    connector.inFlightOrders.values(),
  )
  const amount = quantizeAmount(rule, sized.amount)
  const worth = price ?? connector.price(pair, side === 'buy' ? 'ask' : 'bid')
  assertOrderAllowed(rule, { amount, price: worth, isClose: sized.positionAction === 'close' })
  return {
    pair,
    side,
    type,
    timeInForce: type === 'market' ? 'ioc' : (request.timeInForce ?? 'gtc'),
    positionAction: sized.positionAction,
    amount: amount.toString(),
    price: price?.toString() ?? null,
    notional: worth ? amount.mul(worth).toString() : 'unknown',
    leverage: connector.leverage(pair),
    bestBid: best(connector, pair, 'bid'),
    bestAsk: best(connector, pair, 'ask'),
  }
}

/** The market order that would close a pair's position. @throws QtxError as `previewOrder`. */
export function previewClose(connector: QtxConnector, pair: string): OrderPreview {
  // The pair is checked first: one that is not tracked has no position either.
  connector.tradingRule(pair)
  const amount = connector.positions.get(pair)?.amount
  if (!amount || amount.eq(0)) {
    throw new QtxError('QTX_NOTHING_TO_CLOSE', `there is no position on ${pair}`)
  }
  return previewOrder(connector, {
    pair,
    side: amount.gt(0) ? 'sell' : 'buy',
    amount: amount.abs().toString(),
    type: 'market',
    positionAction: 'close',
  })
}

function readPrice({ type, price }: OrderRequest): Decimal {
  if (price !== undefined) return readAmount('price', price)
  throw new QtxError('QTX_ORDER_INVALID', `a ${type} order needs a price`, { remedy: 'give a price' })
}

function readAmount(name: string, text: string): Decimal {
  let value: Decimal | undefined
  try {
    value = new Decimal(text)
  } catch {
    // It is refused below.
  }
  if (value?.isFinite() === true && value.gt(0)) return value
  throw new QtxError('QTX_ORDER_INVALID', `${name} ${JSON.stringify(text)} is no number above zero`)
}

function best(connector: QtxConnector, pair: string, side: 'bid' | 'ask'): string | null {
  if (connector.orderBook(pair).state !== 'live') return null
  return connector.price(pair, side)?.toString() ?? null
}
