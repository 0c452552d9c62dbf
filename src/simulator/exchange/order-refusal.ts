/** Why the exchange refuses a request. Each exchange's protocol has its own code and words for these. */
export type RefusalReason =
  | 'unknown-symbol'
  | 'size-not-positive'
  | 'size-below-minimum'
  | 'size-above-maximum'
  | 'size-off-step'
  | 'precision-exceeded'
  | 'price-not-positive'
  | 'price-below-minimum'
  | 'price-above-maximum'
  | 'price-off-tick'
  | 'price-above-band'
  | 'price-below-band'
  | 'notional-below-minimum'
  | 'no-price-to-match'
  | 'margin-insufficient'
  | 'post-only-would-cross'
  | 'fill-or-kill-unfillable'
  | 'reduce-only-rejected'
  | 'duplicate-client-order-id'
  | 'position-side-mismatch'
  | 'unknown-order'
  | 'leverage-out-of-range'
  | 'position-mode-unchanged'
  | 'position-mode-open-orders'
  | 'position-mode-open-position'

/** Thrown by the engine; nothing has changed when it is. `detail` is the limit or the value in question. */
export class OrderRefusal extends Error {
  override readonly name = 'OrderRefusal'
  readonly reason: RefusalReason
  readonly detail: string

  constructor(reason: RefusalReason, detail = '') {
    super(detail === '' ? reason : `${reason}: ${detail}`)
    this.reason = reason
    this.detail = detail
  }
}
