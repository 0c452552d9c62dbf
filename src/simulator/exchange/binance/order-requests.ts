import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { OrderReference } from '../matching-engine.ts'
import type { OrderRequest } from '../order.ts'
import { BinanceError, parameterMissing } from './binance-errors.ts'
import { ORDER_KINDS, POSITION_SIDES, PRICE_MATCHES, SIDES, TIMES_IN_FORCE } from './binance-words.ts'
import type { RequestParameters } from './request-parameters.ts'

const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/

/** The order that a request's parameters describe. */
export function readOrderRequest(parameters: RequestParameters): OrderRequest {
  const symbol = parameters.requiredText('symbol')
  const side = parameters.requiredEntryOr('side', SIDES, new BinanceError(-1117, 'Invalid side.'))
  const kind = parameters.requiredEntryOr('type', ORDER_KINDS, new BinanceError(-1116, 'Invalid orderType.'))
  const priceMatch = parameters.entryOr(
    'priceMatch',
    PRICE_MATCHES,
    new BinanceError(-1130, "Data sent for parameter 'priceMatch' is not valid."),
  )
  return {
    symbol,
    side,
    kind,
    timeInForce: readTimeInForce(parameters, kind === 'market'),
    size: parameters.requiredDecimal('quantity'),
    price: kind === 'market' ? undefined : readPrice(parameters, priceMatch !== undefined),
    priceMatch,
    clientOrderId: checkedClientOrderId(parameters.text('newClientOrderId')),
    reduceOnly: parameters.flag('reduceOnly'),
    positionSide: parameters.entryOr(
      'positionSide',
      POSITION_SIDES,
      new BinanceError(-1130, "Data sent for parameter 'positionSide' is not valid."),
    ),
  }
}

/** Throws -4015 for an id that Binance would not take. */
function checkedClientOrderId(text: string | undefined): string | undefined {
  if (text !== undefined && !CLIENT_ORDER_ID.test(text)) {
    throw new BinanceError(-4015, 'Client order id is not valid.')
  }
  return text
}

/** The order that `orderId`, or else `origClientOrderId`, names. */
export function readOrderReference(parameters: RequestParameters): OrderReference {
  const orderId = parameters.integer('orderId')
  if (orderId !== undefined) return { orderId }
  const clientOrderId = parameters.text('origClientOrderId')
  if (clientOrderId === undefined) {
    throw new BinanceError(-1102, 'Either orderId or origClientOrderId must be sent; both were empty/null.')
  }
  return { clientOrderId }
}

function readTimeInForce(parameters: RequestParameters, market: boolean) {
  const timeInForce = parameters.entryOr(
    'timeInForce',
    TIMES_IN_FORCE,
    new BinanceError(-1115, 'Invalid timeInForce.'),
  )
  if (timeInForce !== undefined && market) {
    throw new BinanceError(-1106, "Parameter 'timeinforce' sent when not required.")
  }
  if (timeInForce === undefined && !market) throw parameterMissing('timeinforce')
  return timeInForce ?? 'gtc'
}

function readPrice(parameters: RequestParameters, matched: boolean): Decimal {
  if (matched) {
    if (parameters.text('price') === undefined) return ZERO
    throw new BinanceError(-1106, "Parameter 'price' sent when not required.")
  }
  return parameters.requiredDecimal('price')
}
