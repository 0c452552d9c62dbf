import type { Decimal } from '../../../common/decimal.ts'
import type { Instrument } from '../instrument.ts'
import type { OrderReference } from '../matching-engine.ts'
import type { OrderRequest } from '../order.ts'
import { toBaseUnits } from './contracts.ts'
import { GateIoError, parameterInvalid, parameterMissing } from './gate-io-errors.ts'
import { TIFS } from './order-payloads.ts'
import type { RequestFields } from './request-fields.ts'

const TEXT = /^t-[0-9A-Za-z_.-]{1,28}$/
const ORDER_ID = /^\d{1,16}$/

/** The order that a request's fields describe. */
export function readOrderRequest(
  fields: RequestFields,
  instrumentOf: (symbol: string) => Instrument,
): OrderRequest {
  const instrument = instrumentOf(fields.requiredText('contract'))
  const contracts = fields.decimal('size')
  if (!contracts) throw parameterMissing('size')
  if (!contracts.isInteger() || contracts.isZero()) throw parameterInvalid('size')
  const tif = fields.text('tif') ?? 'gtc'
  const timeInForce = Object.hasOwn(TIFS, tif) ? TIFS[tif] : undefined
  if (!timeInForce) throw parameterInvalid('tif')
  const price = fields.decimal('price')
  const isMarket = !price || price.isZero()
  if (isMarket && timeInForce !== 'ioc' && timeInForce !== 'fok') {
    throw new GateIoError('INVALID_PARAM_VALUE', 'price 0 needs tif ioc or fok')
  }
  return {
    symbol: instrument.symbol,
    side: contracts.isNegative() ? 'sell' : 'buy',
    kind: isMarket ? 'market' : 'limit',
    timeInForce: isMarket ? 'ioc' : timeInForce,
    size: toBaseUnits(contracts, instrument),
    price: isMarket ? undefined : onTick(price, instrument),
    clientOrderId: readText(fields),
    reduceOnly: fields.flag('reduce_only'),
  }
}

/** Prices are rounded to the tick, not refused, as in the documentation's own example. */
function onTick(price: Decimal, { tickSize }: Instrument): Decimal {
  return price.div(tickSize).round().mul(tickSize)
}

function readText(fields: RequestFields): string | undefined {
  const text = fields.text('text')
  if (text !== undefined && !TEXT.test(text)) throw parameterInvalid('text')
  return text
}

/** An order's own id, or the text that its user gave it. */
export function readOrderReference(name: string): OrderReference {
  if (TEXT.test(name)) return { clientOrderId: name }
  if (!ORDER_ID.test(name)) throw parameterInvalid('order_id')
  return { orderId: Number(name) }
}
