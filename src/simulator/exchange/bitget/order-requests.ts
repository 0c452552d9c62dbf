import type { OrderReference } from '../matching-engine.ts'
import type { OrderRequest } from '../order.ts'
import { BitgetError, parameterEmpty, parameterWrong } from './bitget-errors.ts'
import { FORCES, ORDER_KINDS, PRODUCT_TYPE, SIDES, orderIdOf } from './bitget-words.ts'
import type { RequestFields } from './request-fields.ts'

/** Bitget's own limit on a client's id, and what it may be made of. */
const CLIENT_ID = /^[\x21-\x7e]{1,50}$/
const REDUCE_ONLY = { yes: true, no: false } as const
const TRADE_SIDES = { open: 'long', close: 'short' } as const

/** The order that a request describes. */
export function readOrderRequest(fields: RequestFields): OrderRequest {
  const kind = fields.requiredEntry('orderType', ORDER_KINDS)
  const force = fields.entry('force', FORCES)
  return {
    symbol: fields.requiredText('symbol'),
    side: fields.requiredEntry('side', SIDES),
    kind,
    timeInForce: kind === 'market' ? 'gtc' : (force ?? 'gtc'),
    size: fields.requiredDecimal('size'),
    price: kind === 'market' ? undefined : fields.requiredDecimal('price'),
    clientOrderId: readClientId(fields),
    reduceOnly: fields.entry('reduceOnly', REDUCE_ONLY) ?? false,
    // Only accounts in hedge mode say whether they open or close.
    positionSide: fields.entry('tradeSide', TRADE_SIDES) ?? 'both',
  }
}

/** Throws 40019 and 40017 for what every request about an account's orders must have. */
export function checkProduct(fields: RequestFields): void {
  if (fields.requiredText('productType').toUpperCase() !== PRODUCT_TYPE) throw parameterWrong('productType')
}

/** Throws where the margin is not crossed, in USDT. */
export function checkMargin(fields: RequestFields): void {
  if (fields.requiredText('marginCoin').toUpperCase() !== 'USDT') throw parameterWrong('marginCoin')
  if (fields.requiredText('marginMode') !== 'crossed') throw parameterWrong('marginMode')
}

/** The order that `orderId`, or else `clientOid`, names. */
export function readOrderReference(fields: RequestFields): OrderReference {
  const orderId = fields.text('orderId')
  if (orderId !== undefined) return { orderId: orderIdOf(orderId) ?? -1 }
  const clientOrderId = fields.text('clientOid')
  if (clientOrderId === undefined) throw parameterEmpty('orderId')
  return { clientOrderId }
}

function readClientId(fields: RequestFields): string | undefined {
  const clientId = fields.text('clientOid')
  if (clientId !== undefined && !CLIENT_ID.test(clientId)) {
    throw new BitgetError(
      '40305',
      'client_oid length is not greater than 50, and cannot be Martian characters',
    )
  }
  return clientId
}
