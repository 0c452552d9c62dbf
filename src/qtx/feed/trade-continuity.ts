import { Regularity } from '../../common/regularity.ts'
import { SEQUENCE, type SequenceResult } from './sequence-check.ts'

/**
 * One symbol's trade ids as evidence of lost datagrams: on some exchanges they rise by exactly one, on others trades
 * are aggregated. Which it is shows in the stream.
 */
export class TradeContinuity {
  readonly #rule = new Regularity()

  /** Whether this trade's id shows that trades before it were lost, or at least overtaken. */
  isBrokenBy(result: SequenceResult): boolean {
    if (result === SEQUENCE.NEXT) this.#rule.confirm()
    return result === SEQUENCE.GAP && this.#rule.except()
  }
}
