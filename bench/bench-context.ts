import type { Peers } from './peers.ts'
import type { Processes } from './line-process.ts'
import type { MeasuredTable } from './table.ts'

/** What a measurement is given. */
export interface BenchContext {
  /** How often each thing is measured; the runs of different things take turns. */
  readonly runs: number
  /** Only that it works: small counts, numbers that mean nothing. */
  readonly isBrief: boolean
  /** Undefined where no C compiler was found. */
  readonly peers: Peers | undefined
  /** Empty, and removed at the end. */
  readonly folder: string
  readonly processes: Processes
  /** Tells what is being done. */
  readonly log: (text: string) => void
}

export type Measurement = (context: BenchContext) => Promise<readonly MeasuredTable[]>
