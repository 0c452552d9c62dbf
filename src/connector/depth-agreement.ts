import { Regularity } from '../common/regularity.ts'
import { VERDICT, type Verdict } from './top-witness.ts'

/** A top may have been lost instead of depth, once; a wrong depth is contradicted again and again. */
const CONTRADICTION_LIMIT = 2

/**
 * Weighs what tops say of a seeded depth. Where they agree as a rule, one contradiction shows that a datagram was lost,
 * and another on top of it that it was one of the depth.
 */
export class DepthAgreement {
  readonly #rule = new Regularity()
  #contradictions = 0

  /** The depth is another one now; what was known of the rule stays. */
  reset(): void {
    this.#contradictions = 0
  }

  /** What follows from one more top: nothing, that the depth is to be compared, or that it is wrong. */
  weigh(verdict: Verdict): 'nothing' | 'doubt' | 'wrong' {
    if (verdict === VERDICT.NONE) return 'nothing'
    if (verdict === VERDICT.AGREES) {
      this.#rule.confirm()
      this.#contradictions = 0
      return 'nothing'
    }
    if (!this.#rule.except()) return 'nothing'
    return ++this.#contradictions < CONTRADICTION_LIMIT ? 'doubt' : 'wrong'
  }
}
