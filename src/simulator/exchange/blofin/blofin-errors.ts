import { ExchangeError, exchangeErrorOf, type RefusalTable } from '../exchange-error.ts'
import { recordOf } from '../json-record.ts'
import { RequestValues } from '../request-values.ts'

/** An error as BloFin names it. REST answers it with status 200, as documented. */
export class BlofinError extends ExchangeError<string> {
  override readonly name = 'BlofinError'
}

const PARAMETER_WRONG = '152002'

/** BloFin's code and words for each refusal; its list has no code for some, which are assumed to be wrong parameters. */
const REFUSALS: RefusalTable<string> = {
  'unknown-symbol': ['152014', 'Instrument ID does not exist'],
  'size-not-positive': [PARAMETER_WRONG, 'Parameter size error.'],
  'size-below-minimum': [PARAMETER_WRONG, 'Parameter size error.'],
  'size-above-maximum': ['102014', 'Limit order exceeds maximum order size limit'],
  'size-off-step': [PARAMETER_WRONG, 'Parameter size error.'],
  'precision-exceeded': [PARAMETER_WRONG, 'Parameter size error.'],
  'price-not-positive': [PARAMETER_WRONG, 'Parameter price error.'],
  'price-below-minimum': [PARAMETER_WRONG, 'Parameter price error.'],
  'price-above-maximum': [PARAMETER_WRONG, 'Parameter price error.'],
  'price-off-tick': [PARAMETER_WRONG, 'Parameter price error.'],
  'price-above-band': ['102064', 'Buy price is not within the price limit (Maximum: %s)'],
  'price-below-band': ['102065', 'Sell price is not within the price limit (Minimum: %s)'],
  'notional-below-minimum': [PARAMETER_WRONG, 'Parameter size error.'],
  'no-price-to-match': [PARAMETER_WRONG, 'Parameter price error.'],
  'margin-insufficient': ['103003', 'Order failed. Insufficient USDT margin in account'],
  'post-only-would-cross': [PARAMETER_WRONG, 'Parameter orderType error.'],
  'fill-or-kill-unfillable': [PARAMETER_WRONG, 'Parameter orderType error.'],
  'reduce-only-rejected': [
    '102022',
    'Failed to place order. You do not have any positions of this contract.',
  ],
  'duplicate-client-order-id': ['102002', 'Duplicate customized order ID'],
  'position-side-mismatch': ['102089', 'Position mode mismatch'],
  'unknown-order': ['102068', 'Cancel failed as the order has been filled, canceled or does not exist.'],
  'leverage-out-of-range': [PARAMETER_WRONG, 'Parameter leverage error.'],
  'position-mode-unchanged': ['0', ''],
  'position-mode-open-orders': [
    '110019',
    'Setting failed. Cancel any open orders, and close positions first.',
  ],
  'position-mode-open-position': [
    '110019',
    'Setting failed. Cancel any open orders, and close positions first.',
  ],
}

/** BloFin's error for what was thrown; rethrows what is no refusal. */
export function blofinErrorOf(error: unknown): BlofinError {
  return exchangeErrorOf(error, BlofinError, REFUSALS)
}

export function parameterWrong(name: string): BlofinError {
  return new BlofinError(PARAMETER_WRONG, `Parameter ${name} error.`)
}

export function parameterMissing(name: string): BlofinError {
  return new BlofinError('152001', `Parameter ${name} cannot be empty.`)
}

export const LOGIN_FAILED = () => new BlofinError('60009', 'Login failed.')

/** A request's fields, with BloFin's errors. */
export function fieldsOf(values: unknown): RequestValues {
  const record = recordOf(values)
  if (!record) throw new BlofinError('152004', 'JSON syntax error')
  return new RequestValues(record, { missing: parameterMissing, wrong: parameterWrong })
}
