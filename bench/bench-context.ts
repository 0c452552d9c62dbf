import type { Peers } from './peers.ts'
import type { Processes } from './child-processes.ts'
import type { Measured } from './measured.ts'
import type { WorkloadFiles } from './workloads/workload-files.ts'

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
  readonly workloads: WorkloadFiles
  /** How long the memory is watched. */
  readonly minutes: number
  /** Tells what is being done. */
  readonly log: (text: string) => void
}

export type Measurement = (context: BenchContext) => Promise<readonly Measured[]>
