import type { RestAnswer } from '../rest-protocol.ts'
import { ExchangeError, exchangeErrorOf, type RefusalTable } from '../exchange-error.ts'
import { OrderRefusal } from '../order-refusal.ts'

/** What a request that went well is answered with. */
export const SUCCESS_CODE = '200000'

/** An error as KuCoin's REST and websocket API name it. */
export class KucoinError extends ExchangeError<string> {
  override readonly name = 'KucoinError'
}

/** KuCoin's code and words for each refusal; `%s` stands for the refusal's detail. */
const REFUSALS: RefusalTable<string> = {
  'unknown-symbol': ['100003', 'Contract parameter invalid.'],
  'size-not-positive': ['100001', 'Quantity parameter invalid.'],
  'size-below-minimum': ['100001', 'Quantity parameter invalid.'],
  'size-above-maximum': ['300016', 'The order quantity cannot exceed the maximum.'],
  'size-off-step': ['100001', 'The parameter shall follow the lot size.'],
  'precision-exceeded': ['100001', 'The parameter shall follow the symbol increment standard.'],
  'price-not-positive': ['100001', 'Price parameter invalid.'],
  'price-below-minimum': ['300012', 'Order price cannot be lower than %s.'],
  'price-above-maximum': ['300011', 'Order price cannot be higher than %s.'],
  'price-off-tick': ['100001', 'The parameter shall follow the symbol increment standard.'],
  'price-above-band': ['300011', 'Order price cannot be higher than %s.'],
  'price-below-band': ['300012', 'Order price cannot be lower than %s.'],
  'notional-below-minimum': ['100001', 'Quantity parameter invalid.'],
  'no-price-to-match': ['300008', "Unavailable to place the order, there's no contra order in the market."],
  'margin-insufficient': ['300003', 'Balance not enough.'],
  'post-only-would-cross': ['300000', 'Request parameter illegal.'],
  'fill-or-kill-unfillable': ['300000', 'Request parameter illegal.'],
  'reduce-only-rejected': ['300009', 'No open positions to close.'],
  'duplicate-client-order-id': ['300018', 'clientOid parameter repeated.'],
  'position-side-mismatch': [
    '330012',
    'Your order is in One-Way Mode, while your account is set to Hedge Mode. Update your settings so they match and try again.',
  ],
  'unknown-order': ['100004', 'Order is in not cancelable state'],
  'leverage-out-of-range': ['100001', 'Leverage %s is not valid.'],
  'position-mode-unchanged': ['330013', 'The position mode is already the one that was asked for.'],
  'position-mode-open-orders': [
    '330014',
    'Please cancel your open orders before switching the position mode.',
  ],
  'position-mode-open-position': [
    '330015',
    'Please close your positions before switching the position mode.',
  ],
}

/** KuCoin's error for what was thrown; rethrows what is no refusal. */
export function kucoinErrorOf(error: unknown): KucoinError {
  const isHedgeOrder =
    error instanceof OrderRefusal && error.reason === 'position-side-mismatch' && error.detail !== 'both'
  return isHedgeOrder ? HEDGE_ORDER() : exchangeErrorOf(error, KucoinError, REFUSALS)
}

export function errorAnswer({ code, message, status }: KucoinError): RestAnswer {
  return { status, body: { code, msg: message } }
}

export const HEADER_MISSING = () =>
  new KucoinError(
    '400001',
    'Any of KC-API-KEY, KC-API-SIGN, KC-API-TIMESTAMP, KC-API-PASSPHRASE is missing in your request header',
    401,
  )
export const TIMESTAMP_INVALID = () => new KucoinError('400002', 'KC-API-TIMESTAMP Invalid', 401)
export const KEY_UNKNOWN = () => new KucoinError('400003', 'KC-API-KEY not exists', 401)
export const PASSPHRASE_WRONG = () => new KucoinError('400004', 'KC-API-PASSPHRASE error', 401)
export const SIGNATURE_WRONG = () => new KucoinError('400005', 'Signature error', 401)
export const KEY_VERSION_INVALID = () => new KucoinError('400009', 'Invalid KC-API-KEY-VERSION.', 401)
export const URL_UNKNOWN = () => new KucoinError('404000', 'Url Not Found', 404)
export const ORDER_UNKNOWN = () => new KucoinError('100001', 'error.getOrder.orderNotExist')
export const PARAMETER_ILLEGAL = () => new KucoinError('300000', 'Request parameter illegal.')
const HEDGE_ORDER = () =>
  new KucoinError('330011', 'Your order is in Hedge Mode, while your account is set to One-Way Mode.')
export const MARGIN_MODE_MISMATCH = () =>
  new KucoinError(
    '330005',
    "The order's margin mode does not match the selected one. Please switch and try again.",
  )

export function parameterInvalid(name: string): KucoinError {
  return new KucoinError('100001', `${name} parameter invalid.`)
}

export function parameterMissing(name: string): KucoinError {
  return new KucoinError('400100', `Parameter error: ${name} is required.`)
}
