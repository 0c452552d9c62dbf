import type { AnsweredState, UnclearAnswer } from '../../wire/answer-format.ts'

/** The exchange took the request. It may have done more already: see `exchangeStatus` and `executedSize`. */
export interface AcceptedResult {
  readonly kind: 'accepted'
  readonly clientOrderId: string
  /** Undefined when the answer lacks it; the exchange's own stream or REST interface supplies it then. */
  readonly exchangeOrderId?: string | undefined
  /** The exchange's word for the order's state, such as `NEW`, `FILLED` or `EXPIRED`. */
  readonly exchangeStatus?: string | undefined
  /** What that word means; undefined where the answer says nothing of it, or nothing known. */
  readonly state?: AnsweredState | undefined
  /** What was executed so far, decimal text in the exchange's own unit. */
  readonly executedSize?: string | undefined
  /** From publishing to seeing the answer, milliseconds. */
  readonly latencyMs: number
}

/** The exchange, or the order manager, refused the request. */
export interface RejectedResult {
  readonly kind: 'rejected'
  readonly clientOrderId: string
  readonly exchangeCode?: string | undefined
  readonly message: string
  /** A cancellation of an order that the exchange does not know. It may have filled: look it up. */
  readonly notFound: boolean
  readonly latencyMs: number
}

/** Why it is not known what became of a request. */
export type UnknownReason = 'timeout' | 'disconnected' | 'lost' | UnclearAnswer

/** The request may or may not have been carried out: look the order up. Never send it again by itself. */
export interface UnknownResult {
  readonly kind: 'unknown'
  readonly clientOrderId: string
  readonly reason: UnknownReason
  readonly message: string
  /**
   * The order manager had not moved past the placement, which was turned into a cancellation of itself: it is not
   * carried out late, unless the manager was reading it at that moment.
   */
  readonly withdrawn: boolean
  readonly latencyMs: number
}

/** What became of a request, a placement or a cancellation. */
export type PlaceResult = AcceptedResult | RejectedResult | UnknownResult

/** An answer to a request whose result was reported as unknown before: what really became of it. */
export interface LateAnswer {
  readonly request: 'place' | 'cancel'
  readonly symbol: string
  readonly result: PlaceResult
}
