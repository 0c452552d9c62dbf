import { ExchangeError, exchangeErrorOf, type RefusalTable } from '../exchange-error.ts'

/** An error as OKX names it. */
export class OkxError extends ExchangeError<string> {
  override readonly name = 'OkxError'
}

/** OKX's code and words for each refusal; `%s` stands for the refusal's detail. */
const REFUSALS: RefusalTable<string> = {
  'unknown-symbol': ['51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist."],
  'size-not-positive': ['51000', 'Parameter sz error'],
  'size-below-minimum': ['51020', 'Your order should meet or exceed the minimum order amount.'],
  'size-above-maximum': ['51202', 'Market order amount exceeds the maximum amount.'],
  'size-off-step': ['51121', 'Order quantity must be a multiple of the lot size.'],
  'precision-exceeded': ['51121', 'Order quantity must be a multiple of the lot size.'],
  'price-not-positive': ['51000', 'Parameter px error'],
  'price-below-minimum': ['51000', 'Parameter px error'],
  'price-above-maximum': ['51000', 'Parameter px error'],
  'price-off-tick': ['51000', 'Parameter px error'],
  'price-above-band': ['51006', 'Order price is not within the price limit (max buy price: %s)'],
  'price-below-band': ['51006', 'Order price is not within the price limit (min sell price: %s)'],
  'notional-below-minimum': ['51020', 'Your order should meet or exceed the minimum order amount.'],
  'no-price-to-match': ['51000', 'Parameter px error'],
  'margin-insufficient': [
    '51008',
    'Order failed. Your available USDT balance is insufficient, and your available margin (in USD) is too low.',
  ],
  'post-only-would-cross': ['51000', 'Parameter ordType error'],
  'fill-or-kill-unfillable': ['51000', 'Parameter ordType error'],
  'reduce-only-rejected': [
    '51169',
    "Order failed because you don't have any positions in this direction for this contract to reduce or close.",
  ],
  'duplicate-client-order-id': ['51016', 'Duplicated client order ID.'],
  'position-side-mismatch': ['51000', 'Parameter posSide error'],
  'unknown-order': [
    '51400',
    'Order cancellation failed as the order has been filled, canceled or does not exist.',
  ],
  'leverage-out-of-range': ['59102', 'Leverage exceeds the maximum limit. Please lower the leverage.'],
  'position-mode-unchanged': ['0', ''],
  'position-mode-open-orders': [
    '59000',
    'Settings failed. Close any open positions or orders before modifying settings.',
  ],
  'position-mode-open-position': [
    '59000',
    'Settings failed. Close any open positions or orders before modifying settings.',
  ],
}

/** OKX's error for what was thrown; rethrows what is no refusal. */
export function okxErrorOf(error: unknown): OkxError {
  return exchangeErrorOf(error, OkxError, REFUSALS)
}

/** A parameter that cannot be read, such as `sz`. */
export function parameterWrong(name: string): OkxError {
  return new OkxError('51000', `Parameter ${name} error`, 400)
}

export function parameterMissing(name: string): OkxError {
  return new OkxError('50014', `Parameter ${name} can not be empty.`, 400)
}

export const ORDER_NOT_FOUND = () => new OkxError('51603', 'Order does not exist')
