import type { RestAnswer } from '../rest-protocol.ts'
import { ExchangeError, exchangeErrorOf, type RefusalTable } from '../exchange-error.ts'

/** An error as Binance's REST and websocket API name it. */
export class BinanceError extends ExchangeError<number> {
  override readonly name = 'BinanceError'

  /** The websocket API repeats the HTTP status. */
  constructor(code: number, words: string, status = 400) {
    super(code, words, status)
  }
}

const NOT_RECORDED = 'The order will not be recorded in the order history'

/** Binance's code and words for each refusal; `%s` stands for the refusal's detail. */
const REFUSALS: RefusalTable<number> = {
  'unknown-symbol': [-1121, 'Invalid symbol.'],
  'size-not-positive': [-4003, 'Quantity less than or equal to zero.'],
  'size-below-minimum': [-4004, 'Quantity less than min quantity.'],
  'size-above-maximum': [-4005, 'Quantity greater than max quantity.'],
  'size-off-step': [-4023, 'Qty not increased by step size.'],
  'precision-exceeded': [-1111, 'Precision is over the maximum defined for this asset.'],
  'price-not-positive': [-4001, 'Price less than 0.'],
  'price-below-minimum': [-4013, 'Price less than min price.'],
  'price-above-maximum': [-4002, 'Price greater than max price.'],
  'price-off-tick': [-4014, 'Price not increased by tick size.'],
  'price-above-band': [-4016, "Limit price can't be higher than %s."],
  'price-below-band': [-4024, "Limit price can't be lower than %s."],
  'notional-below-minimum': [
    -4164,
    "Order's notional must be no smaller than %s (unless you choose reduce only).",
  ],
  'no-price-to-match': [-5041, 'No depth matches this BBO order.'],
  'margin-insufficient': [-2019, 'Margin is insufficient.'],
  'post-only-would-cross': [
    -5022,
    `Due to the order could not be executed as maker, the Post Only order will be rejected. ${NOT_RECORDED}`,
  ],
  'fill-or-kill-unfillable': [
    -5021,
    `Due to the order could not be filled immediately, the FOK order has been rejected. ${NOT_RECORDED}`,
  ],
  'reduce-only-rejected': [-2022, 'ReduceOnly Order is rejected.'],
  'duplicate-client-order-id': [-4116, 'ClientOrderId is duplicated.'],
  'position-side-mismatch': [-4061, "Order's position side does not match user's setting."],
  'unknown-order': [-2011, 'Unknown order sent.'],
  'leverage-out-of-range': [-4028, 'Leverage %s is not valid'],
  'position-mode-unchanged': [-4059, 'No need to change position side.'],
  'position-mode-open-orders': [-4067, 'Position side cannot be changed if there exists open orders.'],
  'position-mode-open-position': [-4068, 'Position side cannot be changed if there exists position.'],
}

/** Binance's error for what was thrown; rethrows what is no refusal. */
export function binanceErrorOf(error: unknown): BinanceError {
  return exchangeErrorOf(error, BinanceError, REFUSALS)
}

export function errorAnswer(error: BinanceError): RestAnswer {
  return { status: error.status, body: { code: error.code, msg: error.message } }
}

export const KEY_MALFORMED = () => new BinanceError(-2014, 'API-key format invalid.', 401)
export const KEY_REFUSED = () =>
  new BinanceError(-2015, 'Invalid API-key, IP, or permissions for action.', 401)
export const SIGNATURE_WRONG = () => new BinanceError(-1022, 'Signature for this request is not valid.')
export const ORDER_NOT_FOUND = () => new BinanceError(-2013, 'Order does not exist.')
export const LISTEN_KEY_UNKNOWN = () => new BinanceError(-1125, 'This listenKey does not exist.')

export function parameterMissing(name: string): BinanceError {
  return new BinanceError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)
}

export function parameterIllegal(name: string): BinanceError {
  return new BinanceError(-1100, `Illegal characters found in parameter '${name}'.`)
}
