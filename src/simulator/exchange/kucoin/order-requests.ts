import type { MatchingEngine, OrderReference } from '../matching-engine.ts'
import type { OrderRequest } from '../order.ts'
import { toBaseSize } from '../wire-numbers.ts'
import {
  MARGIN_MODE_MISMATCH,
  PARAMETER_ILLEGAL,
  parameterInvalid,
  parameterMissing,
} from './kucoin-errors.ts'
import { ORDER_KINDS, POSITION_SIDES, SIDES, TIMES_IN_FORCE } from './kucoin-words.ts'
import type { RequestParameters } from './request-parameters.ts'

const CLIENT_OID = /^[A-Za-z0-9_-]{1,40}$/

/** The order that a request's parameters describe: sizes are whole contracts, `clientOid` is mandatory. */
export function readOrderRequest(parameters: RequestParameters, engine: MatchingEngine): OrderRequest {
  const clientOrderId = parameters.requiredText('clientOid')
  if (!CLIENT_OID.test(clientOrderId)) throw parameterInvalid('clientOid')
  const instrument = engine.instrument(parameters.requiredText('symbol'))
  const side = parameters.entry('side', SIDES)
  if (side === undefined) throw parameterMissing('side')
  const kind = parameters.entry('type', ORDER_KINDS) ?? 'limit'
  const timeInForce = parameters.entry('timeInForce', TIMES_IN_FORCE) ?? 'gtc'
  const postOnly = parameters.flag('postOnly')
  if (postOnly && (timeInForce === 'ioc' || kind === 'market')) throw PARAMETER_ILLEGAL()
  // Accounts here hold their positions in cross mode, and an order that names no mode is an isolated one.
  if (parameters.text('marginMode') !== 'CROSS') throw MARGIN_MODE_MISMATCH()
  const contracts = parameters.requiredDecimal('size')
  if (!contracts.mod(1).isZero()) throw parameterInvalid('size')
  return {
    symbol: instrument.symbol,
    side,
    kind,
    timeInForce: postOnly ? 'post-only' : kind === 'market' ? 'gtc' : timeInForce,
    size: toBaseSize(instrument, contracts),
    price: kind === 'market' ? undefined : parameters.requiredDecimal('price'),
    clientOrderId,
    reduceOnly: parameters.flag('reduceOnly') || parameters.flag('closeOrder'),
    positionSide: parameters.entry('positionSide', POSITION_SIDES) ?? 'both',
  }
}

/** The order that an id of the exchange names; ids that are none name an order that there is not. */
export function readOrderId(text: string): OrderReference {
  return { orderId: /^\d{1,15}$/.test(text) ? Number(text) : -1 }
}
