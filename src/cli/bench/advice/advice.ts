import type { BenchResults } from '../bench-results.ts'
import type { HostFacts } from './host-facts.ts'

/**
 * One thing that was found, and what to do about it. `do`: it costs something now. `consider`: it may gain something,
 * and costs something else. `leave`: people change it, and it gains nothing here.
 */
export interface Advice {
  readonly name: string
  readonly kind: 'do' | 'consider' | 'leave'
  /** The value that was found. */
  readonly found: string
  /** The command, and why. */
  readonly remedy: string
}

/** What is known: the machine before and after measuring, and what was measured. */
export interface Findings {
  readonly before: HostFacts
  readonly after: HostFacts
  readonly results: BenchResults
}

/** Says something only where its finding holds. */
export type AdviceRule = (findings: Findings) => Advice | undefined
