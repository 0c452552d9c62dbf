import { ExchangeError, exchangeErrorOf, type RefusalTable } from '../exchange-error.ts'

/** An error as Bitget's REST and websockets name it: five digits and words. */
export class BitgetError extends ExchangeError<string> {
  override readonly name = 'BitgetError'
}

/** Bitget's code and words for each refusal; `%s` stands for the refusal's detail. */
const REFUSALS: RefusalTable<string> = {
  'unknown-symbol': ['40034', 'Parameter %s does not exist'],
  'size-not-positive': ['40017', 'Parameter verification failed size'],
  'size-below-minimum': ['45111', 'less than the minimum order quantity'],
  'size-above-maximum': ['45112', 'more than the maximum order quantity'],
  'size-off-step': ['40808', 'Parameter verification exception size checkScale error step=%s'],
  'precision-exceeded': ['40808', 'Parameter verification exception size checkBDScale error'],
  'price-not-positive': ['40017', 'Parameter verification failed price'],
  'price-below-minimum': ['22048', 'The lowest price limit for this symbol is %s'],
  'price-above-maximum': ['22047', 'The highest price limit for this symbol is %s'],
  'price-off-tick': ['45115', 'The price you enter should be a multiple of %s'],
  'price-above-band': ['22047', 'The highest price limit for this symbol is %s'],
  'price-below-band': ['22048', 'The lowest price limit for this symbol is %s'],
  'notional-below-minimum': ['45110', 'less than the minimum amount %s USDT'],
  'no-price-to-match': ['40017', 'Parameter verification failed price'],
  'margin-insufficient': ['40762', 'The order amount exceeds the balance'],
  'post-only-would-cross': ['40017', 'Parameter verification failed force'],
  'fill-or-kill-unfillable': ['40017', 'Parameter verification failed force'],
  'reduce-only-rejected': ['22002', 'No position to close'],
  'duplicate-client-order-id': ['40786', 'Duplicate clientOid'],
  'position-side-mismatch': [
    '40774',
    'The order type for unilateral position must also be the unilateral position type.',
  ],
  'unknown-order': ['22001', 'No order to cancel'],
  'leverage-out-of-range': ['40797', 'Exceeded the maximum settable leverage'],
  'position-mode-unchanged': ['40017', 'Parameter verification failed posMode'],
  'position-mode-open-orders': ['40920', 'Position or order exists, the position mode cannot be switched'],
  'position-mode-open-position': ['40920', 'Position or order exists, the position mode cannot be switched'],
}

/** Bitget's error for what was thrown; rethrows what is no refusal. */
export function bitgetErrorOf(error: unknown): BitgetError {
  return exchangeErrorOf(error, BitgetError, REFUSALS)
}

export const KEY_MISSING = () => new BitgetError('40001', 'The request header "ACCESS_KEY" cannot be empty')
export const SIGNATURE_MISSING = () =>
  new BitgetError('40002', 'The request header "ACCESS_SIGN" cannot be empty')
export const TIMESTAMP_INVALID = () => new BitgetError('40005', 'Invalid ACCESS_TIMESTAMP')
export const KEY_UNKNOWN = () => new BitgetError('40037', 'Apikey does not exist')
export const TIMESTAMP_EXPIRED = () => new BitgetError('40008', 'Request timestamp expired')
export const SIGNATURE_WRONG = () => new BitgetError('40009', 'sign signature error')
export const PASSPHRASE_MISSING = () =>
  new BitgetError('40011', 'The request header "ACCESS_PASSPHRASE" cannot be empty')
export const PASSPHRASE_WRONG = () => new BitgetError('40012', 'apikey/password is incorrect')
export const ORDER_NOT_FOUND = () =>
  new BitgetError('40109', 'The data of the order cannot be found, please confirm the order number')
export const PATH_UNKNOWN = () => new BitgetError('40404', 'Request URL NOT FOUND')

export function parameterEmpty(name: string): BitgetError {
  return new BitgetError('40019', `Parameter ${name} cannot be empty`)
}

export function parameterWrong(name: string): BitgetError {
  return new BitgetError('40017', `Parameter verification failed ${name}`)
}
