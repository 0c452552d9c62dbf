import { exchangeErrorOf, type RefusalTable } from '../exchange-error.ts'
import { OrderRefusal } from '../order-refusal.ts'
import type { RestAnswer } from '../rest-protocol.ts'

/** An error as Gate.io's REST and websocket API name it: by a label. */
export class GateIoError extends Error {
  override readonly name = 'GateIoError'
  readonly label: string
  /** HTTP status, which the websocket API repeats. */
  readonly status: number

  constructor(label: string, words: string, status = 400) {
    super(words)
    this.label = label
    this.status = status
  }
}

/** Gate.io's label and words for each refusal; `%s` stands for the refusal's detail. */
const REFUSALS: RefusalTable<string> = {
  'unknown-symbol': ['CONTRACT_NOT_FOUND', 'contract %s not found'],
  'size-not-positive': ['INVALID_PARAM_VALUE', 'invalid argument: size'],
  'size-below-minimum': ['SIZE_TOO_SMALL', 'size too small'],
  'size-above-maximum': ['SIZE_TOO_LARGE', 'size too large'],
  'size-off-step': ['INVALID_PARAM_VALUE', 'invalid argument: size'],
  'precision-exceeded': ['INVALID_PARAM_VALUE', 'invalid argument: precision'],
  'price-not-positive': ['INVALID_PARAM_VALUE', 'invalid argument: price'],
  'price-below-minimum': ['INVALID_PARAM_VALUE', 'invalid argument: price'],
  'price-above-maximum': ['INVALID_PARAM_VALUE', 'invalid argument: price'],
  'price-off-tick': ['INVALID_PARAM_VALUE', 'invalid argument: price'],
  'price-above-band': ['PRICE_TOO_DEVIATED', 'order price deviates too much, limit %s'],
  'price-below-band': ['PRICE_TOO_DEVIATED', 'order price deviates too much, limit %s'],
  'notional-below-minimum': ['SIZE_TOO_SMALL', 'order value is below %s'],
  'no-price-to-match': ['INVALID_PARAM_VALUE', 'invalid argument: price'],
  'margin-insufficient': ['INSUFFICIENT_AVAILABLE', 'available balance is not enough'],
  'post-only-would-cross': ['ORDER_POC_IMMEDIATE', 'POC order will be finished immediately'],
  'fill-or-kill-unfillable': ['ORDER_FOK', 'FOK order cannot be filled completely'],
  'reduce-only-rejected': ['INCREASE_POSITION', 'reduce-only order would increase the position'],
  'duplicate-client-order-id': ['REPEATED_CREATION', 'an order with text %s is open'],
  'position-side-mismatch': ['POSITION_DUAL_MODE', 'position is in dual mode'],
  'unknown-order': ['ORDER_NOT_FOUND', 'Order not found'],
  'leverage-out-of-range': ['LEVERAGE_TOO_HIGH', 'leverage %s is out of range'],
  'position-mode-unchanged': ['NO_CHANGE', 'No change is made'],
  'position-mode-open-orders': ['ORDER_PENDING', 'there are open orders'],
  'position-mode-open-position': ['POSITION_HOLDING', 'there are open positions'],
}

/** Gate.io's error for what was thrown; rethrows what is no refusal. */
export function gateIoErrorOf(error: unknown): GateIoError {
  const found = exchangeErrorOf(error, GateIoError, REFUSALS)
  const isUnknownOrder = error instanceof OrderRefusal && error.reason === 'unknown-order'
  return isUnknownOrder ? new GateIoError(found.label, found.message, 404) : found
}

export function errorAnswer({ status, label, message }: GateIoError): RestAnswer {
  return { status, body: { label, message } }
}

export const KEY_REFUSED = () => new GateIoError('INVALID_KEY', 'Invalid key provided', 401)
export const SIGNATURE_WRONG = () => new GateIoError('INVALID_SIGNATURE', 'Signature mismatch', 401)
export const NOT_LOGGED_IN = () => new GateIoError('AUTHENTICATION_FAILED', 'Not login', 401)
export const REQUEST_EXPIRED = () =>
  new GateIoError('REQUEST_EXPIRED', 'gap between request Timestamp and server time exceeds 60', 403)

export function orderNotFound(id: string): GateIoError {
  return new GateIoError('ORDER_NOT_FOUND', `Order with ID ${id} not found`, 404)
}

export function parameterInvalid(name: string): GateIoError {
  return new GateIoError('INVALID_PARAM_VALUE', `invalid argument: ${name}`)
}

export function parameterMissing(name: string): GateIoError {
  return new GateIoError('MISSING_REQUIRED_PARAM', `Missing required parameter: ${name}`)
}

export function headerMissing(name: string): GateIoError {
  return new GateIoError('MISSING_REQUIRED_HEADER', `Missing required header: ${name}`)
}
