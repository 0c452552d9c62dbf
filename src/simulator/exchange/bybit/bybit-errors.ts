import { ExchangeError, exchangeErrorOf, type RefusalTable } from '../exchange-error.ts'

/** An error as Bybit names it. REST answers carry it with HTTP status 200. */
export class BybitError extends ExchangeError<number> {
  override readonly name = 'BybitError'

  /** Words do not end with the space that an empty detail leaves. */
  constructor(code: number, words: string) {
    super(code, words.trimEnd())
  }
}

const PARAMETERS_WRONG = 10001

/** Bybit's code and words for each refusal; `%s` stands for the refusal's detail. */
const REFUSALS: RefusalTable<number> = {
  'unknown-symbol': [PARAMETERS_WRONG, 'params error: symbol invalid %s'],
  'size-not-positive': [PARAMETERS_WRONG, 'Qty invalid'],
  'size-below-minimum': [PARAMETERS_WRONG, 'The number of contracts below minimum limit allowed: %s'],
  'size-above-maximum': [PARAMETERS_WRONG, 'The number of contracts exceeds maximum limit allowed: %s'],
  'size-off-step': [PARAMETERS_WRONG, 'Qty invalid'],
  'precision-exceeded': [PARAMETERS_WRONG, 'Qty or price precision invalid'],
  'price-not-positive': [PARAMETERS_WRONG, 'Price invalid'],
  'price-below-minimum': [110003, 'Order price exceeds the allowable range.'],
  'price-above-maximum': [110003, 'Order price exceeds the allowable range.'],
  'price-off-tick': [PARAMETERS_WRONG, 'Price invalid'],
  'price-above-band': [110003, 'Order price exceeds the allowable range. maxBuyPrice:%s'],
  'price-below-band': [110003, 'Order price exceeds the allowable range. minSellPrice:%s'],
  'notional-below-minimum': [110094, 'Order does not meet minimum order value %sUSDT'],
  'no-price-to-match': [PARAMETERS_WRONG, 'Price invalid'],
  'margin-insufficient': [110007, 'ab not enough for new order'],
  'post-only-would-cross': [PARAMETERS_WRONG, 'EC_PostOnlyWillTakeLiquidity'],
  'fill-or-kill-unfillable': [PARAMETERS_WRONG, 'EC_CancelForNoFullFill'],
  'reduce-only-rejected': [110017, 'current position is zero, cannot fix reduce-only order qty'],
  'duplicate-client-order-id': [110072, 'OrderLinkedID is duplicate'],
  'position-side-mismatch': [PARAMETERS_WRONG, 'position idx not match position mode'],
  'unknown-order': [110001, 'order not exists or too late to cancel'],
  'leverage-out-of-range': [110013, 'cannot set leverage [%s] gt maxLeverage by risk limit'],
  'position-mode-unchanged': [110025, 'Position mode is not modified'],
  'position-mode-open-orders': [110028, 'Open orders exist, so you cannot change position mode'],
  'position-mode-open-position': [
    110024,
    'You have an existing position, so position mode cannot be switched',
  ],
}

/** Bybit's error for what was thrown; rethrows what is no refusal. */
export function bybitErrorOf(error: unknown): BybitError {
  return exchangeErrorOf(error, BybitError, REFUSALS)
}

export function parameterWrong(name: string): BybitError {
  return new BybitError(PARAMETERS_WRONG, `params error: ${name} invalid`)
}

export function parameterMissing(name: string): BybitError {
  return new BybitError(PARAMETERS_WRONG, `params error: ${name} is required`)
}
