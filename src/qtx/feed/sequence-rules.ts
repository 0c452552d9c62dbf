import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import type { MessageKind } from './message-kind.ts'

/** Of which kinds the numbers rise by exactly one, so that a larger step proves a loss. */
export type SequenceRules = Readonly<Record<MessageKind, boolean>>

const NEVER_CONSECUTIVE: SequenceRules = { bid: false, ask: false, depth: false, trade: false }

/**
 * Assumed: QTX relays the exchange's own numbers. On Binance update ids are shared by all kinds of updates, and trades
 * may be aggregated, so larger steps are usual; no exchange is known whose relayed numbers are consecutive.
 */
export const ASSUMED_CONSECUTIVE: Readonly<Partial<Record<ExchangeBackend, SequenceRules>>> = {
  binance: NEVER_CONSECUTIVE,
}

/** The row of a backend. */
export function sequenceRulesOf(backend: ExchangeBackend): SequenceRules {
  return ASSUMED_CONSECUTIVE[backend] ?? NEVER_CONSECUTIVE
}
