/** One thing that was measured, once a run. */
export interface MeasuredRow {
  readonly name: string
  readonly samples: readonly number[]
}

/** Things that were measured beside each other, in one unit. */
export interface MeasuredTable {
  readonly title: string
  readonly unit: string
  readonly rows: readonly MeasuredRow[]
  /** The row that the others are ratios of. */
  readonly baseline?: string
  readonly notes?: readonly string[]
  /** What happened one by one, for whoever looks closer; in the results' file only. */
  readonly trace?: object
}

/** Things that were measured beside each other, each at several values of something else. */
export interface MeasuredCurve {
  readonly title: string
  readonly unit: string
  /** What is along the other axis, with its unit. */
  readonly xTitle: string
  readonly xs: readonly number[]
  readonly series: readonly {
    readonly name: string
    /** At each x, once a run. */
    readonly samples: readonly (readonly number[])[]
  }[]
  readonly baseline?: string
  readonly notes?: readonly string[]
}

export type Measured = MeasuredTable | MeasuredCurve

export function isCurve(measured: Measured): measured is MeasuredCurve {
  return 'xs' in measured
}
